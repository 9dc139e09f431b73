"""A workbook with a programme and, where it has them, earlier years' follow-ups, told on our scales."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.db.models import TextChoices

from followup.models import FollowUp, MeasureEntry, SubGoalEntry
from followup.scales import Assessment, Forecast, Progress
from organisation.models import Unit
from programmes.models import Perspective
from programmes.sheets import cells
from programmes.sheets.assembling import Facts, assemble
from programmes.sheets.mapping import MappedWorkbook, MappingChoices
from programmes.sheets.reading import OnProgress, ignore_progress, read_sheets
from programmes.sheets.schema import (
    EXAMPLE,
    GOAL_SHEET,
    MEASURE_SHEET,
    SHEETS,
    WIDE,
    ColumnSpec,
    SheetSpec,
    choice_column,
)
from programmes.source import Node, SourceRow

# How others say it. What says how far a measure has come says nothing of a goal, so "Pågår" is no assessment.
ASSESSMENTS = {
    **dict.fromkeys(("ja", "uppnått", "uppnåddes", "nått", "målet nått", "helt uppfyllt", "uppfylld", "uppfylls",
                     "målet uppfyllt", "grön", "grönt", "green", "yes", "met", "klart", "klar"), "met"),
    **dict.fromkeys(("delvis", "delvis uppnått", "delvis nått", "delvis uppfylld", "till viss del", "gul", "gult",
                     "yellow", "partly", "partially"), "partly"),
    **dict.fromkeys(("nej", "inte", "inte uppfyllt", "ej uppnått", "inte uppnått", "ej nått", "ej uppfylld", "röd",
                     "rött", "red", "no", "not met"), "not_met"),
    **dict.fromkeys(("vet ej", "går ej att bedöma", "kan ej bedömas", "ej bedömt", "grå", "grått"), "cannot_assess"),
    **dict.fromkeys(("ej aktuellt", "inte aktuellt", "utgår", "avser ej"), "not_applicable"),
}  # fmt: skip
FORECASTS = {
    **dict.fromkeys(("ja", "nås", "kommer att uppfyllas", "kommer nås", "grön", "grönt", "green", "will"), "will"),
    **dict.fromkeys(("delvis", "nås delvis", "kommer delvis att uppfyllas", "gul", "gult", "yellow"), "partly"),
    **dict.fromkeys(("nej", "nås inte", "kommer inte nås", "kommer ej att nås", "kommer inte att uppfyllas", "röd",
                     "rött", "red", "will not"), "will_not"),
    **dict.fromkeys(("vet ej", "kan ej bedömas", "grå", "grått"), "cannot_assess"),
    **dict.fromkeys(("ej aktuellt", "utgår", "avser ej"), "not_applicable"),
}  # fmt: skip
PROGRESSES = {
    **dict.fromkeys(("nej", "inte påbörjad", "ej påbörjat", "inte påbörjat", "ej startad", "planerad", "röd", "rött",
                     "red", "not started"), "not_started"),
    **dict.fromkeys(("pågående", "påbörjad", "påbörjat", "startad", "löpande", "delvis", "delvis genomförd",
                     "enligt plan", "gul", "gult", "yellow", "ongoing", "in progress"), "ongoing"),
    **dict.fromkeys(("ja", "klar", "klart", "färdig", "avslutad", "avslutat", "genomfört", "utförd", "uppfyllt", "grön",
                     "grönt", "green", "done", "completed", "yes"), "done"),
    **dict.fromkeys(("försenat", "sen", "delayed"), "delayed"),
    **dict.fromkeys(("avbrutet", "avbröts", "inställd", "stoppad", "stopped", "cancelled"), "stopped"),
    **dict.fromkeys(("ej aktuell", "ej aktuellt", "utgår", "avser ej"), "not_applicable"),
}  # fmt: skip


class Begun(TextChoices):
    """The states in which a year may come from a file: a decision is recorded here, never read."""

    PLANNED = FollowUp.State.PLANNED.value, FollowUp.State.PLANNED.label
    OPEN = FollowUp.State.OPEN.value, FollowUp.State.OPEN.label
    UNDER_REVIEW = FollowUp.State.UNDER_REVIEW.value, FollowUp.State.UNDER_REVIEW.label


YEAR = ColumnSpec("year", "År", cells.year, ("year", "uppföljningsår"), 8)
ASSESSMENT = choice_column(
    "assessment", "Bedömning", Assessment, ASSESSMENTS,
    names=("bedömning av året", "måluppfyllelse", "status", "uppfyllelse", "assessment", "resultat", "trafikljus"),
)  # fmt: skip
FORECAST = choice_column("forecast", "Prognos", Forecast, FORECASTS, names=("prognos för perioden", "forecast"))
COMMENT = ColumnSpec("comment", "Kommentar", cells.text, ("kommentarer", "analys", "uppföljning", "comment"), WIDE)
PROGRESS = choice_column(
    "progress", "Genomförande", Progress, PROGRESSES,
    names=("status", "läge", "genomförd", "genomförandestatus", "progress", "trafikljus"),
)  # fmt: skip
DONE = ColumnSpec(
    "done", "Vad som har gjorts", cells.text, ("kommentar", "kommentarer", "uppföljning", "resultat", "comment"), WIDE
)
STOP_REASON = ColumnSpec("stop_reason", "Skäl till avbrott", cells.text, width=40)


def _yearly(column: ColumnSpec, key: str = "", names: tuple[str, ...] | None = None) -> ColumnSpec:
    """The same answers as columns of the programme's own sheets, one for each year: "Status 2020"."""
    return replace(
        column,
        key=key or column.key,
        title=names[0] if names else column.title,
        names=names[1:] if names else column.names,
        yearly=True,
        written=False,
    )


YEAR_SHEET = SheetSpec(
    "years",
    "Uppföljningar",
    "year",
    (
        YEAR,
        choice_column("state", "Läge", Begun, names=("state",)),
        ColumnSpec("opens_on", "Öppnar", cells.day, width=14),
        ColumnSpec("due_on", "Ska vara klar", cells.day, width=14),
        ColumnSpec("report_date", "Rapportens datum", cells.day, width=16),
        ColumnSpec("registration_number", "Diarienummer", cells.text, ("dnr",), 20),
        ColumnSpec("summary", "Sammanfattning", cells.text, width=WIDE),
        ColumnSpec("circumstances", "Årets förutsättningar", cells.text, width=WIDE),
        ASSESSMENT,
        FORECAST,
        ColumnSpec("assessment_comment", "Samlad bedömning", cells.text, width=WIDE),
        ColumnSpec("perspectives", "Perspektiv", cells.text, width=WIDE),
        ColumnSpec("looking_ahead", "Framåtblick", cells.text, width=WIDE),
        EXAMPLE,
    ),
    ("uppföljningsår", "år", "follow-ups"),
    "Tidigare års uppföljningar, en rad för varje år. Bladen om uppföljning kan lämnas tomma.",
)
GOAL_ANSWERS = SheetSpec(
    "goal_answers",
    "Uppföljning av mål",
    "assessment",
    (YEAR, ColumnSpec("code", "Mål", cells.code, ("nr", "mål nr"), 8, help="Till exempel 1.2."), ASSESSMENT, FORECAST,
     COMMENT, EXAMPLE),
    help="Bedömning och prognos för varje mål och år.",
)  # fmt: skip
MEASURE_ANSWERS = SheetSpec(
    "measure_answers",
    "Uppföljning av åtgärder",
    "progress",
    (YEAR, ColumnSpec("code", "Åtgärd", cells.code, ("nr", "åtgärd nr"), 8, help="Till exempel 1.2.3."), PROGRESS, DONE,
     STOP_REASON, EXAMPLE),
    help="Hur långt varje åtgärd hade kommit varje år.",
)  # fmt: skip
ALL_SHEETS: tuple[SheetSpec, ...] = (
    *(
        sheet.with_columns([_yearly(ASSESSMENT), _yearly(FORECAST), _yearly(COMMENT)], bare_year_keys=["assessment"])
        if sheet is GOAL_SHEET
        else sheet.with_columns(
            [
                _yearly(PROGRESS),
                _yearly(DONE),
                _yearly(STOP_REASON),
                _yearly(
                    ASSESSMENT, "assessment", ("Måluppfyllelse", "bedömning", "bedömning av målet", "målets status")
                ),
                _yearly(FORECAST),
                _yearly(COMMENT, "comment", ("Kommentar till målet", "målkommentar")),
            ],
            bare_year_keys=["progress"],
        )
        if sheet is MEASURE_SHEET
        else sheet
        for sheet in SHEETS
    ),
    YEAR_SHEET,
    GOAL_ANSWERS,
    MEASURE_ANSWERS,
)

GOAL_FIELDS = SubGoalEntry.field_names()
MEASURE_FIELDS = MeasureEntry.field_names()
YEAR_TEXTS = (
    "registration_number",
    "summary",
    "circumstances",
    "assessment",
    "forecast",
    "assessment_comment",
    "perspectives",
    "looking_ahead",
)


def read_workbook(
    content: bytes, facts: Facts, choices: MappingChoices, on_progress: OnProgress = ignore_progress
) -> tuple[Node, MappedWorkbook]:
    """The programme and the years of a workbook, and how its sheets were understood. SourceError when it cannot be
    opened; what is wrong in it is among the problems of the tables."""
    tables = read_sheets(content, ALL_SHEETS, choices, on_progress)
    source = assemble(tables, Unit.objects.all(), Perspective.objects.all(), facts)
    source["follow_ups"] = _follow_ups(tables)
    return Node(source, "$"), tables


def _follow_ups(tables: MappedWorkbook) -> list[SourceRow]:
    years: dict[int, SourceRow] = {}
    for row in tables.rows("years"):
        if row.get("year"):
            years[row["year"]] = _year(row)
    for placed in tables.placed:
        row = placed.row
        fields, key = (GOAL_FIELDS, "sub_goals") if placed.kind == "goals" else (MEASURE_FIELDS, "measures")
        for year in sorted({year for field in fields for year in row.get(field, {})}):
            answers = {field: row.get(field, {}).get(year, "") for field in fields}
            if placed.kind == "measures" and any(answers.values()):
                _widen_to(year, placed.item, row, tables)
            _answer(years, year, key, placed.code, row, answers)
    for sheet, fields, key in (
        ("goal_answers", GOAL_FIELDS, "sub_goals"),
        ("measure_answers", MEASURE_FIELDS, "measures"),
    ):
        for row in tables.rows(sheet):
            if not row.get("year") or not row.get("code"):
                tables.problems.append(row.problem("ange år och nummer.", "year" if row.get("code") else "code"))
                continue
            _answer(years, row["year"], key, row["code"], row, {field: row.get(field, "") for field in fields})
    return [years[year] for year in sorted(years)]


def _widen_to(year: int, measure: SourceRow, row: SourceRow, tables: MappedWorkbook) -> None:
    """Let the measure include a year that it has an answer for, with a note."""
    first, last = measure.get("first_year", year), measure.get("last_year", year)
    if first <= year <= last:
        return
    key, word = ("first_year", "börjar") if year < first else ("last_year", "slutar")
    note = f"åtgärden har ett svar för {year}, så den {word} {year} i stället för {measure[key]}."
    tables.notes.append(row.problem(note, "period" if "period" in row else "deadline"))
    measure[key] = year


def _year(row: SourceRow, year: int | None = None) -> SourceRow:
    """A year as the importer takes it: under review when nothing else is said, since its answers are from before."""
    year = year or row["year"]
    result = SourceRow(row.sheet, row.number, row.columns)
    result.update({key: row.get(key) or "" for key in YEAR_TEXTS} if "year" in row else dict.fromkeys(YEAR_TEXTS, ""))
    result.update(
        year=year,
        state=row.get("state") or FollowUp.State.UNDER_REVIEW.value,
        opens_on=row.get("opens_on") or f"{year + 1}-01-01",
        due_on=row.get("due_on") or f"{year + 1}-01-31",
        report_date=row.get("report_date"),
        example=row.get("example", False) if "year" in row else False,
        areas=[],
        sub_goals=[],
        measures=[],
        guidelines=[],
    )
    return result


def _answer(
    years: dict[int, SourceRow], year: int, key: str, code: Iterable[int], row: SourceRow, answers: Mapping[str, Any]
) -> None:
    if not any(answers.values()):
        return
    if year not in years:
        years[year] = _year(SourceRow(row.sheet, row.number, {}), year)
    dotted = ".".join(map(str, code))
    own = {"sub_goals": "sub_goal", "measures": "measure"}[key]
    if row.number and any(answer[own] == dotted and not answer.columns.get(own) for answer in years[year][key][-1:]):
        return  # a flat table says it again on each row of the goal
    answer = SourceRow(row.sheet, row.number, {field: row.columns.get(field, "") for field in answers})
    answer.update(answers)
    answer[own] = dotted
    answer["example"] = bool(row.get("example", False))
    if answer.get("progress") == Progress.STOPPED and not answer["stop_reason"]:
        # Who has one column for remarks says there why.
        answer["stop_reason"] = answer["done"]
    years[year][key].append(answer)
