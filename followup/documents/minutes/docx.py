"""The minutes extract as a Word document with real styles: headings, lists, a head on every page."""

from __future__ import annotations

from django.utils.formats import date_format
from docx.document import Document
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.shared import Mm

from followup.documents.minutes.extract import Block, MinutesExtract
from followup.documents.tools import word
from followup.documents.tools.office_zip import file_time


def render(extract: MinutesExtract) -> bytes:
    """Return the extract as a Word file. Equal extracts give equal files."""
    document = word.new_document(
        title=extract.document_title,
        author=extract.municipality,
        subject=extract.meeting,
        keywords=extract.registration_number,
        made=file_time(extract.meeting_date, extract.year),
    )
    _add_header_and_footer(document, extract)
    _add_meeting(document, extract)
    word.heading(document, extract.title, 1)
    if extract.is_example:
        word.paragraph(document, "Exempel", "Subtitle")
    for part in extract.sections:
        word.heading(document, part.heading, 2)
        _add_blocks(document, part.blocks)
    for appendix in extract.appendices:
        heading = word.heading(document, appendix.heading, 2)
        heading.paragraph_format.page_break_before = True
        if appendix.note.is_example:
            word.paragraph(document, "Exempel", "Subtitle")
        _add_blocks(document, appendix.blocks)
    return word.save(document)


def _add_header_and_footer(document: Document, extract: MinutesExtract) -> None:
    """Add the header, with the board's name at the right margin, and the footer, which marks a draft."""
    footer = extract.municipality + (" · Utkast" if extract.is_draft else "")
    word.header_and_footer(
        document, header=f"PROTOKOLLSUTDRAG\t{extract.body.upper()}", footer=footer, first_page_differs=False
    )
    stops = document.sections[0].header.paragraphs[0].paragraph_format.tab_stops
    stops.add_tab_stop(Mm(word.TEXT_WIDTH), WD_TAB_ALIGNMENT.RIGHT)


def _add_meeting(document: Document, extract: MinutesExtract) -> None:
    """Add a table of the board, the date of its meeting and the paragraph, and below it the registration number."""
    table = word.table(document, ["", "Sammanträdesdatum", "Paragraf"], [60, 60, 50], "Organ, sammanträde och paragraf")
    day = date_format(extract.meeting_date, "DATE_FORMAT") if extract.meeting_date else ""
    word.row(table, [extract.body, day, extract.paragraph])
    if extract.registration_number:
        number = word.paragraph(document)
        number.paragraph_format.space_before = Mm(3)
        word.add_text(number, "Diarienummer ", colour="ink-soft")
        word.add_text(number, extract.registration_number)


def _add_blocks(document: Document, blocks: tuple[Block, ...]) -> None:
    """Add the paragraphs and lists of a text."""
    for block in blocks:
        for item in block.items:
            word.paragraph(document, item, "List Bullet")
        if block.text:
            word.paragraph(document, block.text)
