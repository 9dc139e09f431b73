"""A table of any rows as a file of its own, Excel or CSV, made as those of the report are."""

from __future__ import annotations

import csv as csv_format
import io
from collections.abc import Callable
from dataclasses import dataclass

from followup.documents.report import csv, xlsx
from followup.documents.tools.wording import legible
from programmes.scales import Step


@dataclass(frozen=True)
class Table:
    """Rows with one typed value for each column; `facts` tell, in words, what they are of all there is."""

    title: str
    facts: tuple[tuple[str, xlsx.Value], ...]
    columns: tuple[xlsx.Column, ...]
    rows: tuple[tuple[xlsx.Value, ...], ...]


def as_xlsx(table: Table) -> bytes:
    """The rows on a sheet to sort and filter in, and the facts on one of their own."""
    workbook = xlsx.empty()
    xlsx.add_sheet(workbook, table.title, table.columns, table.rows)
    xlsx.add_sheet(workbook, "Urval", xlsx.FACTS, table.facts)
    workbook.properties.title = legible(table.title)
    workbook.properties.language = "sv-SE"
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def as_csv(table: Table) -> bytes:
    """The rows alone, as `renderers.csv` writes them: nothing but the header stands above them."""
    file = io.StringIO(newline="")
    writer = csv_format.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow([column.title for column in table.columns])
    writer.writerows([[csv.escape_formula(_plain(value)) for value in row] for row in table.rows])
    return file.getvalue().encode("utf-8-sig")


def _plain(value: xlsx.Value) -> str:
    return value.word if isinstance(value, Step) else "" if value is None else str(value)


@dataclass(frozen=True)
class Format:
    name: str
    content_type: str
    render: Callable[[Table], bytes]


# By the ending of the file's name, in the order that they are offered.
FORMATS = {
    "xlsx": Format("Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", as_xlsx),
    "csv": Format("CSV", "text/csv; charset=utf-8", as_csv),
}
