"""Workbooks for tests of the import, and readers of its result."""

import io
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import transaction
from openpyxl import Workbook

from followup.intake.workbook import read_workbook
from followup.intake.years import import_source
from programmes.importing import ImportLog
from programmes.models import Measure, SubGoal
from programmes.sheets.assembling import ProgrammeFacts
from programmes.sheets.mapping import MappedWorkbook, MappingChoices
from programmes.source import SourceError

FACTS = ProgrammeFacts(
    {
        "title": "Trygghetsprogram",
        "slug": "trygghet",
        "first_year": 2022,
        "last_year": 2025,
        "overarching_goal": "En trygg kommun.",
        "state": "active",
    }
)


def workbook(**sheets: Sequence[Sequence[Any]]) -> Workbook:
    made = Workbook()
    made.remove(made.worksheets[0])
    for title, rows in sheets.items():
        sheet = made.create_sheet(title.replace("_", " "))
        for row in rows:
            sheet.append(row)
    return made


def content_of(made: Workbook) -> bytes:
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def load(
    made: Workbook | bytes, facts: ProgrammeFacts = FACTS, choices: MappingChoices | None = None
) -> tuple[ImportLog, MappedWorkbook]:
    content = made if isinstance(made, bytes) else content_of(made)
    source, tables = read_workbook(content, facts, choices or MappingChoices())
    log = ImportLog()
    with transaction.atomic():
        import_source(source, log, tables.problems, with_pdf=False)
    return log, tables


def refused(made: Workbook | bytes, **more: Any) -> list[str]:
    with pytest.raises(SourceError) as error:
        load(made, **more)
    return [str(problem) for problem in error.value.problems]


def goals() -> list[tuple[str, str]]:
    return [
        (goal.code, goal.text) for goal in SubGoal.objects.select_related("area").order_by("area__number", "number")
    ]


def measures() -> list[tuple[str, str]]:
    rows = Measure.objects.select_related("sub_goal__area").order_by(
        "sub_goal__area__number", "sub_goal__number", "number"
    )
    return [(measure.code, measure.text) for measure in rows]


def units_of(code: str) -> list[str]:
    area, goal, number = map(int, code.split("."))
    measure = Measure.objects.get(sub_goal__area__number=area, sub_goal__number=goal, number=number)
    return sorted(unit.name for unit in measure.units.all())


FLAT = [
    ["Handlingsplan för trygghet", None, None, None, None, None],
    [None, None, None, None, None, None],
    ["Fokusområde", "Delmål ", "Aktivitet", "Ansvarig nämnd/bolag", "Tidplan", "Status 2023"],
    ["Trygga platser", "Fler ska känna sig trygga", "Trygghetsvandringar", "KS, SOC", "2022-2024", "Klar"],
    [None, None, "Bättre belysning", "Tekniska nämnden\nBostads AB", "Löpande", "Pågår"],
    [None, "Färre brott", "Samverkan med polisen", "Kommunstyrelsen och Socialnämnden", 2023, "Gul"],
    ["Trygga hem ", "Våldet ska minska", "Utbilda personal", "\xa0Socialnämnden ", "2024", ""],
]


def plan(headings: list[str], *rows: list[Any]) -> Workbook:
    """A flat plan of measures of one goal."""
    return workbook(Plan=[["Område", "Mål", *headings], *(["Ute", "Fler ute", *row] for row in rows)])


def years_of_measures() -> list[tuple[int, int]]:
    return list(Measure.objects.order_by("number").values_list("first_year", "last_year"))
