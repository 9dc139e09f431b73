"""A number that grows whenever anything changes that a report or a dashboard may show, and is read in one quick query.

While it is the same, so is every report, and every dashboard for the same person. The database counts, by triggers: no
way of changing a row goes past them.
"""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.db.models import Model

from followup.models import (
    AreaEntry,
    DecidedReport,
    Decision,
    FollowUp,
    GuidelineEntry,
    MeasureEntry,
    SubGoalEntry,
    Tick,
)
from organisation.models import Unit, User
from programmes.models import (
    Guideline,
    Indicator,
    IndicatorTarget,
    IndicatorValue,
    KeyFigure,
    KeyFigureValue,
    Measure,
    Perspective,
    Programme,
    ResponsibilityArea,
    SubGoal,
)
from programmes.triggers import Count

# All that `build_report` reads; a test compares.
SHOWN: list[type[Model]] = [
    Unit,
    Programme,
    ResponsibilityArea,
    SubGoal,
    SubGoal.units.through,
    Measure,
    Measure.units.through,
    Measure.perspectives.through,
    Perspective,
    Guideline,
    Guideline.units.through,
    Indicator,
    IndicatorTarget,
    IndicatorValue,
    KeyFigure,
    KeyFigureValue,
    FollowUp,
    AreaEntry,
    SubGoalEntry,
    MeasureEntry,
    GuidelineEntry,
]
# What dashboards depend on besides: what the board has approved, and who may see what.
DECIDES: list[type[Model]] = [
    Decision,
    DecidedReport,
    Group.permissions.through,
    User.groups.through,
    User.user_permissions.through,
]
COUNTS = [Count(model._meta.db_table, Tick._meta.db_table) for model in [*SHOWN, *DECIDES]]


def stamp() -> int:
    """To be read before what it stamps: a change in between then gives a newer content an older stamp, which nobody
    will ever ask for again, and not the other way round."""
    # Asked for with every page: to put the question together anew would take longer than the answer.
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COALESCE(SUM(number), 0) FROM {Tick._meta.db_table}")
        return int(cursor.fetchone()[0])


def condense() -> None:
    """Make one row of all, with the same sum."""
    with transaction.atomic(), connection.cursor() as cursor:
        # What others add meanwhile stays beside it: the rows that are gone are those that are counted.
        cursor.execute(f"DELETE FROM {Tick._meta.db_table} RETURNING number")
        number = sum(row[0] for row in cursor.fetchall())
        Tick.objects.create(number=number)
