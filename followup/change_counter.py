"""Change counter: a number that grows with every change of data that reports and dashboards show.

While it stays the same, cached reports are valid, and so are dashboards of one user. Triggers do the counting, so that
bulk updates and raw SQL are counted too.
"""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.db.models import Model

from followup.models import (
    AreaEntry,
    Contribution,
    DecidedReport,
    Decision,
    FollowUp,
    GuidelineEntry,
    MeasureEntry,
    SubGoalEntry,
    Tick,
)
from organisation.models import Membership, Unit, User
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
    ResponsiblePerson,
    SubGoal,
)
from programmes.triggers import Count

# Models that `build_report` reads; a test compares the list with its queries.
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
    Contribution,
]
# Further models that dashboards depend on: decisions, permissions, and the people who are shown to units.
DECIDES: list[type[Model]] = [
    Decision,
    DecidedReport,
    Group.permissions.through,
    User.groups.through,
    User.user_permissions.through,
    Membership,
    ResponsiblePerson,
]
COUNTS = [Count(model._meta.db_table, Tick._meta.db_table) for model in [*SHOWN, *DECIDES]]


def change_count() -> int:
    """Return the present count.

    Read it before the data it is a cache key for: a change in between then stores newer content under an older
    count, which is never asked for again. The other order would serve stale content.
    """
    # Raw SQL: building an ORM query takes longer than running this one, and every page runs it.
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COALESCE(SUM(number), 0) FROM {Tick._meta.db_table}")
        return int(cursor.fetchone()[0])


def compact() -> None:
    """Replace all rows by one with their sum."""
    with transaction.atomic(), connection.cursor() as cursor:
        # RETURNING sums exactly the deleted rows; rows inserted meanwhile stay.
        cursor.execute(f"DELETE FROM {Tick._meta.db_table} RETURNING number")
        number = sum(row[0] for row in cursor.fetchall())
        Tick.objects.create(number=number)
