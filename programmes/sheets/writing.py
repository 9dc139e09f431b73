"""A programme as an Excel workbook to change and read in again, and the empty one to begin with."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from programmes.sheets import cells
from programmes.sheets.schema import INSTRUCTIONS_TITLE, SHEETS, ColumnSpec, SheetSpec

Fields = Mapping[str, Any]
HEADING = PatternFill("solid", fgColor="FFDCE9F1")
FORMULA_SIGNS = ("=", "+", "-", "@")
# What XML cannot hold.
ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# So many empty rows of the template have drop-downs.
ROWS_TO_FILL = 1000
TEXT_FORMAT = "@"

INSTRUCTIONS = (
    "Fyll i bladen och läs in filen under Granskning, Läs in program. Inget ändras förrän du har sett vad som skulle "
    "hända och bekräftat det.",
    "Rubrikerna kan stå i vilken ordning som helst. Kolumner och blad som inte behövs kan tas bort eller lämnas tomma.",
    "Numren binder ihop bladen: mål 1.2 är mål 2 i område 1, och åtgärd 1.2.3 är åtgärd 3 till mål 1.2. Utan nummer "
    "numreras raderna i den ordning som de står.",
    "Flera ansvariga enheter i samma cell skiljs åt med komma. Enheter som inte finns läggs till, och visas innan du "
    "bekräftar.",
    "Det som redan är inläst och inte står i filen lämnas som det är, om du inte väljer att ta bort det. Samma fil kan "
    "läsas in flera gånger.",
)


def programme_workbook(source: Fields) -> bytes:
    """The workbook of a programme, given as `programmes.exporting` gives it."""
    return _workbook(SHEETS, _rows(source), rows_to_fill=0)


def template(sheets: Sequence[SheetSpec] = SHEETS) -> bytes:
    """An empty workbook with instructions and drop-downs."""
    return _workbook(sheets, {}, rows_to_fill=ROWS_TO_FILL)


def _rows(source: Fields) -> dict[str, list[Fields]]:
    """What each sheet has on its rows."""
    names = {
        key: {one["slug"]: one["name"] if _is_alone(one, source[key]) else one["slug"] for one in source[key]}
        for key in ("units", "perspectives")
    }

    def named(item: Fields) -> dict[str, Any]:
        return {key: ", ".join(names[key][slug] for slug in item[key]) for key in names if key in item}

    rows: dict[str, list[Fields]] = {sheet.key: [] for sheet in SHEETS}
    rows["programme"] = [source["programme"]]
    rows["units"], rows["perspectives"] = source["units"], source["perspectives"]
    for area in source["areas"]:
        rows["areas"].append({**area, "number": str(area["number"])})
        for goal in area["sub_goals"]:
            code = f"{area['number']}.{goal['number']}"
            rows["goals"].append({**goal, **named(goal), "number": code})
            for measure in goal["measures"]:
                rows["measures"].append({**measure, **named(measure), "number": f"{code}.{measure['number']}"})
            for indicator in goal["indicators"]:
                own = f"{code}.{indicator['number']}"
                rows["indicators"].append({**indicator, "number": own})
                for key in ("targets", "outcomes"):
                    rows[key] += [{**figure, "indicator": own} for figure in indicator[key]]
    rows["guidelines"] = [{**item, **named(item), "number": str(item["number"])} for item in source["guidelines"]]
    return rows


def _is_alone(one: Fields, all_of_them: Iterable[Fields]) -> bool:
    """Whether its name says who it is: that nobody else has it, and it is not taken for several names."""
    name = one["name"]
    return (
        not re.search(r"[,;\n/|&]", name)
        and sum(cells.normal(o["name"]) == cells.normal(name) for o in all_of_them) == 1
    )


def _workbook(sheets: Sequence[SheetSpec], rows: Mapping[str, Sequence[Fields]], rows_to_fill: int) -> bytes:
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    _instructions(workbook, sheets)
    for sheet in sheets:
        columns = [column for column in sheet.columns if column.written]
        worksheet = workbook.create_sheet(sheet.title)
        if sheet.upright:
            _write_upright(worksheet, columns, rows.get(sheet.key, [{}]))
        else:
            _write_table(worksheet, columns, rows.get(sheet.key, ()), rows_to_fill)
    workbook.properties.language = "sv-SE"
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def _instructions(workbook: Workbook, sheets: Sequence[SheetSpec]) -> None:
    worksheet = workbook.create_sheet(INSTRUCTIONS_TITLE)
    worksheet.column_dimensions["A"].width = 28
    worksheet.column_dimensions["B"].width = 100
    _put(worksheet, 1, 1, "Program som ska läsas in").font = Font(bold=True, size=14)
    for number, instruction in enumerate(INSTRUCTIONS, start=2):
        _put(worksheet, number, 2, instruction)
    row = len(INSTRUCTIONS) + 3
    for sheet in sheets:
        _put(worksheet, row, 1, sheet.title).font = Font(bold=True)
        _put(worksheet, row, 2, sheet.help)
        row += 1
        for column in sheet.columns:
            explained = " ".join(part for part in (column.help, _offered(column)) if part)
            if column.written and explained:
                _put(worksheet, row, 1, column.title)
                _put(worksheet, row, 2, explained)
                row += 1


def _offered(column: ColumnSpec) -> str:
    return f"Något av: {', '.join(column.choices)}." if column.choices else ""


def _write_table(
    worksheet: Worksheet, columns: Sequence[ColumnSpec], rows: Sequence[Fields], rows_to_fill: int
) -> None:
    for number, column in enumerate(columns, start=1):
        _head(_put(worksheet, 1, number, column.title))
        worksheet.column_dimensions[get_column_letter(number)].width = column.width
    for row_number, row in enumerate(rows, start=2):
        for number, column in enumerate(columns, start=1):
            _put(worksheet, row_number, number, _shown(column, row.get(column.key)))
    last = len(rows) + 1 + rows_to_fill
    for number, column in enumerate(columns, start=1):
        letter = get_column_letter(number)
        if column.read is cells.code:
            # Else Excel makes days and decimals of numbers like 1.2.
            for row_number in range(len(rows) + 2, last + 1):
                worksheet[f"{letter}{row_number}"].number_format = TEXT_FORMAT
        _offer(worksheet, column, f"{letter}2:{letter}{max(last, 2)}")
    worksheet.freeze_panes = "A2"
    if rows:
        worksheet.auto_filter.ref = worksheet.dimensions


def _write_upright(worksheet: Worksheet, columns: Sequence[ColumnSpec], rows: Sequence[Fields]) -> None:
    worksheet.column_dimensions["A"].width, worksheet.column_dimensions["B"].width = 26, 80
    for number, column in enumerate(columns, start=1):
        _head(_put(worksheet, number, 1, column.title))
        for row in rows:
            _put(worksheet, number, 2, _shown(column, row.get(column.key)))
        _offer(worksheet, column, f"B{number}")


def _offer(worksheet: Worksheet, column: ColumnSpec, place: str) -> None:
    """A drop-down with the choices. What is written besides is not refused here: reading knows more words."""
    if column.choices:
        choices = ",".join(column.choices)
        validation = DataValidation("list", formula1=f'"{choices}"', allow_blank=True, showErrorMessage=False)
        validation.add(place)
        worksheet.add_data_validation(validation)


def _shown(column: ColumnSpec, value: Any) -> Any:
    if isinstance(value, bool):
        return "Ja" if value else "Nej"
    if column.values and value:
        return next(word for word, known in column.values.items() if known == value)
    return value


def _head(cell: Any) -> None:
    cell.font, cell.fill = Font(bold=True), HEADING


def _put(worksheet: Worksheet, row: int, column: int, value: str | int | float | Decimal | date | None) -> Any:
    cell = worksheet.cell(row, column)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if isinstance(value, date):
        cell.value, cell.number_format = value, "yyyy-mm-dd"
    elif not isinstance(value, str):
        cell.value = value
    elif value:
        cell.value = ILLEGAL.sub("", value)
        cell.number_format = TEXT_FORMAT
        if value.startswith(FORMULA_SIGNS):
            # A text and nothing else, also when somebody edits the cell.
            cell.data_type, cell.quotePrefix = "s", True
    return cell
