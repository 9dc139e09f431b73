"""The minutes extract as a Word document with real styles: title, headings, lists, a header on every page."""

from __future__ import annotations

import io
from typing import Any

from django.template.defaultfilters import date as in_words

from followup.minutes import Block, MinutesExtract


def render(extract: MinutesExtract) -> bytes:
    import docx

    document = docx.Document()
    section = document.sections[0]
    section.header.paragraphs[0].text = f"PROTOKOLLSUTDRAG\t\t{extract.body.upper()}"
    _meeting(document, extract)
    document.add_heading(extract.title, level=1)
    for part in extract.sections:
        document.add_heading(part.heading, level=2)
        _add_blocks(document, part.blocks)
    for appendix in extract.appendices:
        document.add_heading(appendix.heading, level=1).paragraph_format.page_break_before = True
        _add_blocks(document, appendix.blocks)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _meeting(document: Any, extract: MinutesExtract) -> None:
    table = document.add_table(rows=2, cols=3)
    facts = ["", "Sammanträdesdatum", "Paragraf", extract.body, in_words(extract.meeting_date), extract.paragraph]
    for cell, text in zip((cell for row in table.rows for cell in row.cells), facts, strict=True):
        cell.text = text


def _add_blocks(document: Any, blocks: tuple[Block, ...]) -> None:
    for block in blocks:
        for item in block.items:
            document.add_paragraph(item, style="List Bullet")
        if block.text:
            document.add_paragraph(block.text)
