"""Writing of a programme as an Excel workbook that can be edited and imported again, and of an empty template."""

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
from programmes.sheets.own_words import in_sentence, in_words_of
from programmes.sheets.schema import INSTRUCTIONS_TITLE, SHEETS, ColumnSpec, SheetSpec
from programmes.terms import NEUTRAL, Terms

Fields = Mapping[str, Any]
NamesBySlug = Mapping[str, str]
HEADING = PatternFill("solid", fgColor="FFDCE9F1")
FORMULA_STARTS = ("=", "+", "-", "@")
# Characters that XML cannot hold.
ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# Empty rows of the template that have drop-downs.
ROWS_TO_FILL = 1000
TEXT_FORMAT = "@"

INSTRUCTIONS = (
    "Fyll i bladen och läs in filen under Granskning, Läs in program. Inget ändras förrän du har sett vad som skulle "
    "hända och bekräftat det.",
    "Rubrikerna kan stå i vilken ordning som helst. Kolumner och blad som inte behövs kan tas bort eller lämnas tomma.",
    "Numren binder ihop bladen: {goal} 1.2 är {goal} 2 i {area} 1, och {measure} 1.2.3 är {measure} 3 till {goal} 1.2. "
    "Utan nummer numreras raderna i den ordning som de står.",
    "Flera ansvariga enheter i samma cell skiljs åt med komma. Enheter som inte finns läggs till, och visas innan du "
    "bekräftar.",
    "Det som redan är inläst och inte står i filen lämnas som det är, om du inte väljer att ta bort det. Samma fil kan "
    "läsas in flera gånger.",
)


def programme_workbook(source: Fields, terms: Terms) -> bytes:
    """Return the workbook of a programme, in its words, from the fields that `programmes.exporting` exports."""
    return _workbook(in_words_of(terms, SHEETS), _rows_by_sheet(source), rows_to_fill=0, terms=terms)


def template(sheets: Sequence[SheetSpec] = SHEETS) -> bytes:
    """Return an empty workbook with instructions and drop-downs."""
    return _workbook(sheets, {}, rows_to_fill=ROWS_TO_FILL, terms=NEUTRAL)


def _rows_by_sheet(source: Fields) -> dict[str, list[Fields]]:
    """Return the rows of each sheet, with dotted numbers such as "1.2.3" and names instead of slugs."""
    names = {key: _names_by_slug(source[key]) for key in ("units", "perspectives")}
    rows: dict[str, list[Fields]] = {sheet.key: [] for sheet in SHEETS}
    rows["programme"] = [source["programme"]]
    rows["units"], rows["perspectives"] = source["units"], source["perspectives"]
    for area in source["areas"]:
        rows["areas"].append({**area, "number": str(area["number"])})
        for goal in area["sub_goals"]:
            _add_goal_rows(rows, goal, f"{area['number']}.{goal['number']}", names)
    rows["guidelines"] = [
        {**guideline, **_joined_names(guideline, names), "number": str(guideline["number"])}
        for guideline in source["guidelines"]
    ]
    return rows


def _add_goal_rows(rows: dict[str, list[Fields]], goal: Fields, code: str, names: Mapping[str, NamesBySlug]) -> None:
    """Add the rows of a goal, its measures and its indicators."""
    rows["goals"].append({**goal, **_joined_names(goal, names), "number": code})
    for measure in goal["measures"]:
        number = f"{code}.{measure['number']}"
        rows["measures"].append({**measure, **_joined_names(measure, names), "number": number})
    for indicator in goal["indicators"]:
        number = f"{code}.{indicator['number']}"
        rows["indicators"].append({**indicator, "number": number})
        for key in ("targets", "outcomes"):
            rows[key] += [{**value, "indicator": number} for value in indicator[key]]


def _names_by_slug(items: Sequence[Fields]) -> NamesBySlug:
    """Return how cells name each unit or perspective: by name, or by slug where the name is ambiguous."""
    return {item["slug"]: item["name"] if _is_unambiguous(item["name"], items) else item["slug"] for item in items}


def _is_unambiguous(name: str, items: Iterable[Fields]) -> bool:
    """Return whether nobody else has the name, and it is not read as several names."""
    if re.search(r"[,;\n/|&]", name):
        return False
    return sum(cells.normal(item["name"]) == cells.normal(name) for item in items) == 1


def _joined_names(item: Fields, names: Mapping[str, NamesBySlug]) -> dict[str, str]:
    """Return the members of an item by name, and the lead of its units."""
    joined = {key: ", ".join(names[key][slug] for slug in item[key]) for key in names if key in item}
    return {**joined, "lead": names["units"].get(item["lead"], "")}


def _workbook(
    sheets: Sequence[SheetSpec], rows: Mapping[str, Sequence[Fields]], *, rows_to_fill: int, terms: Terms
) -> bytes:
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    _write_instructions(workbook.create_sheet(INSTRUCTIONS_TITLE), sheets, terms)
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


def _write_instructions(worksheet: Worksheet, sheets: Sequence[SheetSpec], terms: Terms) -> None:
    """Write how the workbook is filled in: in general, and for each sheet and column."""
    worksheet.column_dimensions["A"].width = 28
    worksheet.column_dimensions["B"].width = 100
    _write_cell(worksheet, 1, 1, "Program som ska läsas in").font = Font(bold=True, size=14)
    for number, instruction in enumerate(INSTRUCTIONS, start=2):
        _write_cell(worksheet, number, 2, in_sentence(instruction, terms))
    row = len(INSTRUCTIONS) + 3
    for sheet in sheets:
        _write_cell(worksheet, row, 1, sheet.title).font = Font(bold=True)
        _write_cell(worksheet, row, 2, in_sentence(sheet.help, terms))
        row += 1
        for column in sheet.columns:
            explanation = _explanation(column, terms)
            if column.written and explanation:
                _write_cell(worksheet, row, 1, column.title)
                _write_cell(worksheet, row, 2, explanation)
                row += 1


def _explanation(column: ColumnSpec, terms: Terms) -> str:
    choices = f"Något av: {', '.join(column.choices)}." if column.choices else ""
    return " ".join(part for part in (in_sentence(column.help, terms), choices) if part)


def _write_table(
    worksheet: Worksheet, columns: Sequence[ColumnSpec], rows: Sequence[Fields], rows_to_fill: int
) -> None:
    """Write a sheet with a row for each item, and prepare empty rows for more items."""
    for number, column in enumerate(columns, start=1):
        _format_heading(_write_cell(worksheet, 1, number, column.title))
        worksheet.column_dimensions[get_column_letter(number)].width = column.width
    for row_number, row in enumerate(rows, start=2):
        for number, column in enumerate(columns, start=1):
            _write_cell(worksheet, row_number, number, _cell_value(column, row.get(column.key)))
    last_row = len(rows) + 1 + rows_to_fill
    for number, column in enumerate(columns, start=1):
        letter = get_column_letter(number)
        if column.read is cells.code:
            # Excel would turn numbers like 1.2 into dates and decimals.
            for row_number in range(len(rows) + 2, last_row + 1):
                worksheet[f"{letter}{row_number}"].number_format = TEXT_FORMAT
        _add_drop_down(worksheet, column, f"{letter}2:{letter}{max(last_row, 2)}")
    worksheet.freeze_panes = "A2"
    if rows:
        worksheet.auto_filter.ref = worksheet.dimensions


def _write_upright(worksheet: Worksheet, columns: Sequence[ColumnSpec], rows: Sequence[Fields]) -> None:
    """Write a sheet with a row for each fact of a single item."""
    worksheet.column_dimensions["A"].width, worksheet.column_dimensions["B"].width = 26, 80
    for number, column in enumerate(columns, start=1):
        _format_heading(_write_cell(worksheet, number, 1, column.title))
        for row in rows:
            _write_cell(worksheet, number, 2, _cell_value(column, row.get(column.key)))
        _add_drop_down(worksheet, column, f"B{number}")


def _add_drop_down(worksheet: Worksheet, column: ColumnSpec, cell_range: str) -> None:
    """Offer the choices of the column. Excel accepts other words too, since the import understands more of them."""
    if column.choices:
        choices = ",".join(column.choices)
        validation = DataValidation("list", formula1=f'"{choices}"', allow_blank=True, showErrorMessage=False)
        validation.add(cell_range)
        worksheet.add_data_validation(validation)


def _cell_value(column: ColumnSpec, value: Any) -> Any:
    """Return the value as people read it: choices by their word, and "Ja" or "Nej"."""
    if isinstance(value, bool):
        return "Ja" if value else "Nej"
    if column.values and value:
        return next(word for word, stored in column.values.items() if stored == value)
    return value


def _format_heading(cell: Any) -> None:
    cell.font, cell.fill = Font(bold=True), HEADING


def _write_cell(worksheet: Worksheet, row: int, column: int, value: str | int | float | Decimal | date | None) -> Any:
    """Write a value with its format, and return the cell. Text is never a formula."""
    cell = worksheet.cell(row, column)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if isinstance(value, date):
        cell.value, cell.number_format = value, "yyyy-mm-dd"
    elif not isinstance(value, str):
        cell.value = value
    elif value:
        cell.value = ILLEGAL.sub("", value)
        cell.number_format = TEXT_FORMAT
        if value.startswith(FORMULA_STARTS):
            # The quote prefix keeps it text when somebody edits the cell.
            cell.data_type, cell.quotePrefix = "s", True
    return cell
