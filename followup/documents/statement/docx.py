"""The draft of the tjänsteutlåtande as a Word document, for the administration to complete."""

from __future__ import annotations

import re

from django.template.defaultfilters import date as in_words
from docx.document import Document
from docx.enum.text import WD_COLOR_INDEX
from docx.shared import Mm, Pt

from followup.documents.minutes.extract import Block, blocks_of
from followup.documents.statement.draft import Statement, fill_in
from followup.documents.tools import word
from followup.documents.tools.office_zip import file_time

PLACEHOLDER = re.compile(r"(\[Fyll i: [^\]]*\])")


def render(statement: Statement) -> bytes:
    """Return the draft of an official statement to the board as a Word file, with marked gaps for the writer."""
    document = word.new_document(
        title=f"Tjänsteutlåtande: {statement.title}",
        author=statement.municipality,
        subject=statement.title,
        keywords="; ".join(filter(None, ["tjänsteutlåtande", statement.registration_number])),
        made=file_time(statement.day, statement.year),
    )
    word.header_and_footer(document, header="TJÄNSTEUTLÅTANDE", footer=statement.municipality, first_page_differs=False)
    _add_head(document, statement)
    word.heading(document, "Förslag till beslut", 2)
    _add_numbered(document, statement.proposals)
    word.heading(document, "Sammanfattning", 2)
    _add_blocks(document, blocks_of(statement.summary))
    for part in statement.parts:
        word.heading(document, part.heading, 2)
        _add_blocks(document, part.blocks)
    _add_signatures(document)
    word.heading(document, "Bilagor", 2)
    for number, appendix in enumerate(statement.appendices, start=1):
        word.paragraph(document, f"Bilaga {number}. {appendix}")
    word.heading(document, "Beslutet ska skickas till", 2)
    _add_text(document, fill_in("vilka som ska få beslutet, till exempel samtliga nämnder och bolag"))
    return word.save(document)


def _add_head(document: Document, statement: Statement) -> None:
    """Add the head of the statement: sender, date, registration number, writer and receiver, then the title."""
    facts = {
        "Förvaltning": statement.administration[:1].upper() + statement.administration[1:],
        "Datum": in_words(statement.day) or fill_in("datum"),
        "Diarienummer": statement.registration_number or fill_in("diarienummer"),
        "Handläggare": fill_in("namn, titel och e-postadress"),
        "Till": statement.board,
    }
    for label, fact in facts.items():
        _add_text(document, fact, label=label)
    word.heading(document, statement.title, 1)
    if statement.is_example:
        notice = "Utkastet bygger på en rapport med påhittade exempel. Stryk eller ersätt dem innan utkastet används."
        _add_text(document, notice, label="Exempel.")


def _add_numbered(document: Document, sentences: tuple[str, ...]) -> None:
    """Add numbered sentences. The numbers are text, so that they are copied into the minutes with the sentences."""
    for number, sentence in enumerate(sentences, start=1):
        _add_text(document, f"{number}. {sentence}")


def _add_signatures(document: Document) -> None:
    """Add a gap for each signature, with a placeholder for the name and title below it."""
    for signer in ("förvaltningschefens namn och titel", "avdelningschefens namn och titel"):
        word.paragraph(document).paragraph_format.space_before = Mm(10)
        _add_text(document, fill_in(signer))


def _add_blocks(document: Document, blocks: tuple[Block, ...]) -> None:
    for block in blocks:
        for item in block.items:
            _add_text(document, item, style="List Bullet")
        if block.text:
            _add_text(document, block.text)


def _add_text(document: Document, text: str, *, label: str = "", style: str = "Normal") -> None:
    """Add a paragraph, after a label in bold if given. Placeholders that the writer is to fill in are marked yellow."""
    line = word.paragraph(document, style=style)
    if label:
        line.paragraph_format.space_after = Pt(2)
        word.add_text(line, f"{label} ", bold=True)
    for piece in PLACEHOLDER.split(text):
        run = word.add_text(line, piece)
        if PLACEHOLDER.fullmatch(piece):
            run.font.highlight_color = WD_COLOR_INDEX.YELLOW
