"""Tables of PDF files: over several pages, with rows parted by the page break and words broken by narrow columns."""

import pytest
from weasyprint import HTML

from programmes.sheets.readers import pdf
from programmes.sheets.readers.pdf_words import Line, joined_lines
from programmes.source import SourceError
from tests.programmes.sheets.readers.grids import context, texts

STYLE = (
    "<style>@page {size: A4; margin: 2cm} table {border-collapse: collapse; width: 100%}"
    " td, th {border: 1px solid; height: 3cm} .new {page-break-before: always}</style>"
)


def document(body: str) -> bytes:
    made: bytes = HTML(string=STYLE + body).write_pdf()
    return made


def test_a_table_over_two_pages_is_one_without_its_repeated_head():
    rows = "".join(f"<tr><td>Mål {number}<td>Klar</tr>" for number in range(12))
    head = "<thead><tr><th>Mål<th>Läge</tr></thead>"
    grid, *_ = pdf.read(document(f"<p>Plan 2024</p><table>{head}{rows}</table>"))
    assert context(grid) == [("Plan 2024", 0)]
    assert texts(grid) == [["Mål", "Läge"], *([f"Mål {number}", "Klar"] for number in range(12))]


def test_cells_have_colours_and_span_columns():
    [grid] = pdf.read(document("<table><tr><td colspan=2>Område</tr><tr><td>A<td style='background:#92d050'>B</table>"))
    assert texts(grid) == [["Område", "Område"], ["A", "B"]]
    assert grid.rows[1].cells[1].fill == "#92d050"


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["för-", "skolan"], "förskolan"),
        (["kultur-", "och fritid"], "kultur- och fritid"),
        (["2025-", "2026"], "2025-2026"),
        (["Fler", "ute"], "Fler ute"),
        ([Line("Kommunstyrelse", 1, 5), Line("n", 50, 5)], "Kommunstyrelsen"),
    ],
)
def test_lines_of_a_cell_are_joined(lines, text):
    assert joined_lines(lines) == text


@pytest.mark.parametrize(
    ("body", "reason"),
    [("<p>Bara text</p>", "ingen tabell med linjer"), ("", "ingen tabell med linjer")],
)
def test_a_document_without_a_table_says_so(body, reason):
    with pytest.raises(SourceError, match=reason):
        pdf.read(document(body))
