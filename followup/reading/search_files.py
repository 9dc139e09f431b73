"""Hits of a search as tables, for download as Excel or CSV."""

from __future__ import annotations

from collections.abc import Iterable

from followup.documents.report.table import Table
from followup.documents.report.xlsx import EXAMPLE, TEXT, UNITS, Column, Value, yes
from followup.models import Answer, MeasureEntry, SubGoalEntry
from followup.reading.text_search import TextHit

# The criteria of a search: pairs of label and value.
CriteriaInWords = Iterable[tuple[str, str]]

PLACE_COLUMNS = (
    Column("Program", 40),
    Column("År", 8),
    Column("Område nr", 10),
    Column("Område", 32),
    Column("Mål nr", 8),
)
GOAL_COLUMNS = (
    *PLACE_COLUMNS,
    Column("Mål", TEXT),
    UNITS,
    Column("Bedömning", 20),
    Column("Prognos", 24),
    Column("Kommentar", TEXT),
    EXAMPLE,
)
MEASURE_COLUMNS = (
    *PLACE_COLUMNS,
    Column("Åtgärd nr", 10),
    Column("Åtgärd", TEXT),
    UNITS,
    Column("Genomförande", 18),
    Column("Vad som har gjorts", TEXT),
    Column("Skäl till avbrott", 32),
    Column("Perspektiv", 24),
    EXAMPLE,
)


def goals_table(entries: Iterable[SubGoalEntry], criteria: CriteriaInWords) -> Table:
    """Return the goals found as the rows of a file; `criteria` is the search in words."""
    rows = tuple(
        (
            *_place(entry),
            entry.sub_goal.text,
            ", ".join(map(str, entry.sub_goal.units.all())),
            entry.assessment_step,
            entry.forecast_step,
            entry.comment,
            _is_example(entry),
        )
        for entry in entries
    )
    return _table("Mål", criteria, GOAL_COLUMNS, rows)


def measures_table(entries: Iterable[MeasureEntry], criteria: CriteriaInWords) -> Table:
    """Return the measures found as the rows of a file; `criteria` is the search in words."""
    rows = tuple(
        (
            *_place(entry),
            entry.measure.number,
            entry.measure.text,
            ", ".join(map(str, entry.measure.units.all())),
            entry.progress_step,
            entry.done,
            entry.stop_reason,
            ", ".join(map(str, entry.measure.perspectives.all())),
            _is_example(entry),
        )
        for entry in entries
    )
    return _table("Åtgärder", criteria, MEASURE_COLUMNS, rows)


def _place(entry: Answer) -> tuple[Value, ...]:
    area = entry.goal.area
    return (str(entry.follow_up.programme), entry.follow_up.year, area.number, area.name, entry.goal.number)


def _is_example(entry: Answer) -> str:
    return yes(entry.is_example or entry.item.is_example)


def _table(
    title: str, criteria: CriteriaInWords, columns: tuple[Column, ...], rows: tuple[tuple[Value, ...], ...]
) -> Table:
    return Table(title, facts=(*criteria, ("Antal rader", len(rows))), columns=columns, rows=rows)


TEXT_COLUMNS = (
    Column("Program", 40),
    Column("År", 8),
    Column("Typ", 20),
    Column("Rubrik", 40),
    Column("Text", TEXT),
    EXAMPLE,
)


def texts_table(hits: Iterable[TextHit], criteria: CriteriaInWords) -> Table:
    """Return the hits as the rows of a file; `criteria` is the search in words."""
    rows = tuple(
        (
            str(hit.follow_up.programme),
            hit.follow_up.year,
            hit.kind,
            hit.title,
            "\n\n".join(filter(None, hit.texts)),
            yes(hit.is_example),
        )
        for hit in hits
    )
    return _table("Texter", criteria, TEXT_COLUMNS, rows)
