"""Sheets of a workbook with a programme and its earlier follow-ups, and the reading of such a workbook."""

from __future__ import annotations

from dataclasses import replace

from django.db.models import TextChoices

from followup.intake.earlier_years import follow_ups_in
from followup.intake.step_words import ASSESSMENT_WORDS, FORECAST_WORDS, PROGRESS_WORDS
from followup.models import FollowUp
from organisation.models import Unit
from programmes.models import Framework, Perspective
from programmes.scales import Kind
from programmes.sheets import cells
from programmes.sheets.assembling import ProgrammeFacts, assemble_programme
from programmes.sheets.mapping import MappedWorkbook, MappingChoices
from programmes.sheets.own_words import understanding
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
from programmes.sheets.steps import StepWords
from programmes.sheets.stored import stored_items
from programmes.shipped_frameworks import STANDARD_FRAMEWORK
from programmes.source import Node


class Begun(TextChoices):
    """The states in which a year may come from a file: a decision is recorded here, never read."""

    PLANNED = FollowUp.State.PLANNED.value, FollowUp.State.PLANNED.label
    OPEN = FollowUp.State.OPEN.value, FollowUp.State.OPEN.label
    UNDER_REVIEW = FollowUp.State.UNDER_REVIEW.value, FollowUp.State.UNDER_REVIEW.label


def _step_column(
    key: str, title: str, kind: Kind, words: StepWords, *, comment_key: str, names: tuple[str, ...]
) -> ColumnSpec:
    """Return a column of the steps of a scale, in all the ways that people write them."""
    scale = STANDARD_FRAMEWORK.scale(kind)
    return choice_column(key, title, scale, names=names, steps=words, comment_key=comment_key)


YEAR = ColumnSpec("year", "År", cells.year, ("year", "uppföljningsår"), 8)
ASSESSMENT = _step_column(
    "assessment", "Bedömning", Kind.ASSESSMENT, ASSESSMENT_WORDS, comment_key="comment",
    names=("bedömning av året", "måluppfyllelse", "status", "läge", "uppfyllelse", "assessment", "resultat",
           "trafikljus", "vurdering", "måloppnåelse"),
)  # fmt: skip
FORECAST = _step_column(
    "forecast", "Prognos", Kind.FORECAST, FORECAST_WORDS, comment_key="comment",
    names=("prognos för perioden", "forecast"),
)  # fmt: skip
COMMENT = ColumnSpec(
    "comment", "Kommentar", cells.text,
    ("kommentarer", "analys", "uppföljning", "comment", "notering", "anmärkning", "anteckning", "merknad"), WIDE,
)  # fmt: skip
PROGRESS = _step_column(
    "progress", "Genomförande", Kind.PROGRESS, PROGRESS_WORDS, comment_key="done",
    names=("status", "läge", "tillstånd", "genomförd", "genomfört", "genomförandestatus", "genomförandegrad",
           "läge vid årets slut", "hur går det", "hur gick det", "progress", "trafikljus", "nuläge", "framdrift",
           "fremdrift", "lägesstatus"),
)  # fmt: skip
DONE = ColumnSpec(
    "done", "Vad som har gjorts", cells.text,
    ("kommentar", "kommentarer", "uppföljning", "resultat", "comment", "notering", "noteringar", "anmärkning",
     "anteckning", "anteckningar", "det här hände", "vad blev gjort", "vad hände", "vad har gjorts", "genomfört arbete",
     "lägesbeskrivning", "beskrivning av läget", "redovisning", "återrapportering", "merknad", "merknader",
     "bemærkning", "bemærkninger", "kommentti"), WIDE,
)  # fmt: skip
STOP_REASON = ColumnSpec("stop_reason", "Skäl till avbrott", cells.text, width=40)


def _yearly(column: ColumnSpec) -> ColumnSpec:
    """Return the column for the programme's own sheets, where it occurs once for each year: "Status 2020"."""
    return replace(column, yearly=True, written=False)


def _yearly_of_goal(column: ColumnSpec, title: str, names: tuple[str, ...]) -> ColumnSpec:
    """Return the yearly column of a goal's answer on the sheet of measures, under headings that name the goal."""
    return replace(column, title=title, names=names, yearly=True, written=False, of_goal=True)


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
GOAL_SHEET_WITH_ANSWERS = GOAL_SHEET.with_columns(
    [_yearly(ASSESSMENT), _yearly(FORECAST), _yearly(COMMENT)], bare_year_keys=["assessment"]
)
MEASURE_SHEET_WITH_ANSWERS = MEASURE_SHEET.with_columns(
    [
        _yearly(PROGRESS),
        _yearly(DONE),
        _yearly(STOP_REASON),
        _yearly_of_goal(
            ASSESSMENT,
            "Måluppfyllelse",
            ("bedömning", "bedömning av målet", "målets status", "når vi målet", "uppnås målet", "nås målet"),
        ),
        _yearly_of_goal(FORECAST, FORECAST.title, FORECAST.names),
        _yearly_of_goal(COMMENT, "Kommentar till målet", ("målkommentar",)),
    ],
    bare_year_keys=["progress"],
)
_WITH_ANSWERS = {GOAL_SHEET: GOAL_SHEET_WITH_ANSWERS, MEASURE_SHEET: MEASURE_SHEET_WITH_ANSWERS}
ALL_SHEETS: tuple[SheetSpec, ...] = (
    *(_WITH_ANSWERS.get(sheet, sheet) for sheet in SHEETS),
    YEAR_SHEET,
    GOAL_ANSWERS,
    MEASURE_ANSWERS,
)


def understood_sheets() -> tuple[SheetSpec, ...]:
    """Return the sheets that a file may have, with the words of all frameworks."""
    return understanding([framework.terms for framework in Framework.objects.order_by("pk")], ALL_SHEETS)


def read_workbook(
    content: bytes, facts: ProgrammeFacts, choices: MappingChoices, on_progress: OnProgress = ignore_progress
) -> tuple[Node, MappedWorkbook]:
    """Return the programme with its years, and how the sheets were recognised.

    Raise SourceError when the file cannot be opened. Faults in it are the problems of the mapped workbook.
    """
    mapped = read_sheets(content, understood_sheets(), choices, on_progress)
    units, perspectives = list(Unit.objects.all()), list(Perspective.objects.all())
    source = assemble_programme(mapped, units, perspectives, facts, stored_items)
    source["follow_ups"] = follow_ups_in(mapped)
    return Node(source, "$"), mapped
