"""A municipality after decades: 300 programmes of 40 goals, 200 measures and four years each, about 290,000 entries.

One programme is created row by row with the texts of the example, and the database copies it, in less than a minute. To
look at pages with all of it, `python -m tests.benchmarks.large` fills an empty, migrated database.
"""

from __future__ import annotations

import random
from datetime import date
from itertools import cycle
from typing import TYPE_CHECKING

import django
from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, models, transaction

if TYPE_CHECKING:
    from programmes.models import Programme

PROGRAMMES = 300
AREAS, GOALS, MEASURES = 5, 8, 5  # in a programme, in an area, for a goal
YEARS = range(2018, 2022)
SLUG = "stort-program"
# The rows of a copy have the ids of the first programme's and this much more for each copy; far beyond what it has.
STRIDE = 100_000


def one_programme() -> Programme:
    """Create the first programme, with three decided years and an open one, and the texts of the imported example."""
    from followup.models import FollowUp
    from followup.workflow import open_follow_up
    from organisation.models import Unit
    from programmes.models import Measure, Perspective, Programme, SubGoal

    texts = cycle(SubGoal.objects.order_by("pk").values_list("text", flat=True))
    measure_texts = cycle(Measure.objects.order_by("pk").values_list("text", flat=True))
    units = cycle(Unit.objects.order_by("pk"))
    perspectives = cycle(Perspective.objects.order_by("pk"))
    programme = Programme.objects.create(
        title="Stort program",
        slug=SLUG,
        first_year=YEARS[0],
        last_year=YEARS[-1],
        state="active",
        overarching_goal="Alla i kommunen ska kunna känna sig trygga och vara säkra.",
    )
    for area_number in range(1, AREAS + 1):
        area = programme.areas.create(number=area_number, name=f"Ansvarsområde {area_number}")
        for number in range(1, GOALS + 1):
            goal = area.sub_goals.create(number=number, text=next(texts))
            goal.units.add(next(units))
            for measure_number in range(1, MEASURES + 1):
                measure = goal.measures.create(
                    number=measure_number, text=next(measure_texts), first_year=YEARS[0], last_year=YEARS[-1]
                )
                measure.units.add(next(units))
                if measure_number == 1:
                    measure.perspectives.add(next(perspectives))
    for year in YEARS:
        days = {"opens_on": date(year, 11, 1), "due_on": date(year + 1, 1, 15)}
        state = FollowUp.State.OPEN if year == YEARS[-1] else FollowUp.State.UNDER_REVIEW
        follow_up = open_follow_up(FollowUp(programme=programme, year=year, state=state, **days), by=None)
        answer(follow_up)
    return programme


def answer(follow_up: object) -> None:
    """Fill in the year's answers, the same in every run."""
    from followup.models import MeasureEntry, SubGoalEntry
    from programmes.models import Framework
    from programmes.scales import Meaning

    chance = random.Random(0)
    scales = Framework.objects.get(slug="standard").scales
    assessments = [step.key for step in scales.assessment.steps]
    forecasts = [step.key for step in scales.forecast.steps]
    progresses = [step.key for step in scales.progress.steps if not step.means(Meaning.STOPPED)]
    comments = cycle(SubGoalEntry.objects.exclude(comment="").order_by("pk").values_list("comment", flat=True)[:30])
    goals = list(SubGoalEntry.objects.filter(follow_up=follow_up))
    for goal in goals:
        goal.assessment, goal.forecast = chance.choice(assessments), chance.choice(forecasts)
        goal.comment = next(comments)
    SubGoalEntry.objects.bulk_update(goals, ["assessment", "forecast", "comment"])
    measures = list(MeasureEntry.objects.filter(follow_up=follow_up))
    for measure in measures:
        measure.progress = chance.choice(progresses)
        measure.done = next(comments)
    MeasureEntry.objects.bulk_update(measures, ["progress", "done"])


def copied() -> list[type[models.Model]]:
    """Return the tables of a programme and its years, referenced tables first."""
    from followup.models import AreaEntry, FollowUp, MeasureEntry, SubGoalEntry
    from programmes.models import Measure, Programme, ResponsibilityArea, SubGoal

    return [
        Programme,
        ResponsibilityArea,
        SubGoal,
        SubGoal.units.through,
        Measure,
        Measure.units.through,
        Measure.perspectives.through,
        FollowUp,
        AreaEntry,
        SubGoalEntry,
        MeasureEntry,
    ]


def make(programme: Programme, copies: int = PROGRAMMES - 1) -> None:
    """Copy `programme` with all its years. Nothing may have been created after it, since its rows are found by id."""
    from followup.database_rules import RULES
    from programmes.triggers import create, drop

    firsts = {model: _first_id(model, programme) for model in copied()}
    with transaction.atomic():
        # The copies are as consistent as the original; to have each row judged takes longer than all the rest.
        drop(connection, RULES)
        with connection.cursor() as cursor:
            for model, first in firsts.items():
                cursor.execute(_copy_sql(model), [copies, first])
            for sql in connection.ops.sequence_reset_sql(no_style(), list(firsts)):
                cursor.execute(sql)
        create(connection, RULES)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as autovacuum does in its own time


def _first_id(model: type[models.Model], programme: Programme) -> int:
    """Return the lowest id of the programme's rows in the table."""
    from followup.models import Entry, FollowUp
    from programmes.models import Measure, Programme, ResponsibilityArea, SubGoal

    paths: dict[type[models.Model], str] = {
        Programme: "pk",
        ResponsibilityArea: "programme",
        SubGoal: "area__programme",
        SubGoal.units.through: "subgoal__area__programme",
        Measure: "sub_goal__area__programme",
        Measure.units.through: "measure__sub_goal__area__programme",
        Measure.perspectives.through: "measure__sub_goal__area__programme",
        FollowUp: "programme",
    }
    path = "follow_up__programme" if issubclass(model, Entry) else paths[model]
    first: int = model._base_manager.filter(**{path: programme.pk}).order_by("pk").values_list("pk", flat=True)[0]
    return first


def _copy_sql(model: type[models.Model]) -> str:
    """Return the SQL that inserts the rows from an id on, as many times as requested."""
    fields = model._meta.concrete_fields
    columns = ", ".join(field.column for field in fields)
    values = ", ".join(_value(field) for field in fields)
    table = model._meta.db_table
    return (
        "WITH RECURSIVE copies(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < %s) "
        f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table} t, copies WHERE t.id >= %s"
    )


def _value(field: models.Field) -> str:
    column = f"t.{field.column}"
    if field.primary_key or field.related_model in copied():
        return f"{column} + copies.n * {STRIDE}"
    # Values that must differ between the copies, and texts that a search should tell apart.
    between = {"slug": "-", "title": " ", "comment": " ", "done": " "}.get(field.name)
    return f"{column} || '{between}' || copies.n" if between else column


def main() -> None:
    django.setup()
    call_command(
        "import_programme", str(settings.BASE_DIR / "programmes/data/huddinge-2018-2021.json"), without_pdf=True
    )
    make(one_programme())


if __name__ == "__main__":
    main()
