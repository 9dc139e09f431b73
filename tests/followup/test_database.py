"""What the database itself refuses, whatever the code above it does."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from followup.models import AreaEntry, Comment, Event, FollowUp, GuidelineEntry, MeasureEntry, SubGoalEntry
from organisation.models import Membership, Unit
from programmes.models import Guideline, Measure, Programme, ResponsibilityArea, SubGoal

DAYS = {"opens_on": date(2021, 1, 1), "due_on": date(2021, 2, 1)}


def refused(change) -> str:
    """The database's own words as it refuses `change`."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        change()
    return str(error.value)


def of_2021(model):
    return model.objects.filter(follow_up__year=2021).first()


def other_programme() -> ResponsibilityArea:
    programme = Programme.objects.create(title="Annat", slug="annat", first_year=2018, last_year=2021, state="active")
    return ResponsibilityArea.objects.create(programme=programme, number=1, name="Område")


RULES = {
    "one follow-up a year": lambda p: FollowUp.objects.create(programme=p, year=2021, **DAYS),
    "due not before open": lambda p: FollowUp.objects.filter(programme=p).update(due_on=date(2000, 1, 1)),
    "one entry a goal and year": lambda p: SubGoalEntry.objects.create(
        follow_up=of_2021(SubGoalEntry).follow_up, sub_goal=of_2021(SubGoalEntry).sub_goal
    ),
    "one entry a measure and year": lambda p: MeasureEntry.objects.create(
        follow_up=of_2021(MeasureEntry).follow_up, measure=of_2021(MeasureEntry).measure
    ),
    "one entry an area and year": lambda p: AreaEntry.objects.create(
        follow_up=of_2021(AreaEntry).follow_up, area=of_2021(AreaEntry).area
    ),
    "one entry a guideline and year": lambda p: GuidelineEntry.objects.create(
        follow_up=of_2021(GuidelineEntry).follow_up, guideline=of_2021(GuidelineEntry).guideline
    ),
    "area numbers": lambda p: ResponsibilityArea.objects.create(programme=p, number=1, name="Igen"),
    "goal numbers": lambda p: SubGoal.objects.create(area=p.areas.first(), number=1, text="Igen"),
    "measure numbers": lambda p: Measure.objects.create(
        sub_goal=SubGoal.objects.first(), number=1, text="Igen", first_year=2018, last_year=2021
    ),
    "guideline numbers": lambda p: Guideline.objects.create(programme=p, number=1, title="Igen"),
    "programme slug": lambda p: Programme.objects.create(title="T", slug=p.slug, first_year=2018, last_year=2021),
    "unit slug": lambda p: Unit.objects.create(name="N", slug="kommunstyrelsen", kind="committee"),
    "period ends after it starts": lambda p: Programme.objects.create(title="T", slug="t", first_year=2, last_year=1),
    "measure ends after it starts": lambda p: Measure.objects.filter(number=1).update(first_year=2021, last_year=2020),
    "change has year and reason": lambda p: Measure.objects.filter(change="").update(change="added"),
    "unit ends after it starts": lambda p: Unit.objects.update(valid_from=date(2020, 1, 2), valid_to=date(2020, 1, 1)),
    "stopped has a reason": lambda p: MeasureEntry.objects.update(progress="stopped", stop_reason=""),
}


@pytest.mark.parametrize("change", RULES.values(), ids=RULES)
def test_refused(change, huddinge):
    refused(lambda: change(huddinge))


BETWEEN_TABLES = {
    "Uppföljningens år ligger utanför programmets period.": [
        lambda p: FollowUp.objects.create(programme=p, year=2022, **DAYS),
        lambda p: FollowUp.objects.filter(programme=p, year=2021).update(year=2017),
    ],
    "Perioden kan inte kortas: programmet har": [
        lambda p: Programme.objects.filter(pk=p.pk).update(last_year=2020),
        lambda p: Programme.objects.filter(pk=p.pk).update(first_year=2019),
    ],
    "Åtgärdens år ligger utanför programmets period.": [
        lambda p: Measure.objects.filter(sub_goal__area__programme=p).update(last_year=2022),
        lambda p: Measure.objects.create(
            sub_goal=SubGoal.objects.first(), number=90, text="Å", first_year=2017, last_year=2021
        ),
    ],
    "Uppgiften hör till ett annat program än uppföljningen.": [
        lambda p: AreaEntry.objects.filter(pk=of_2021(AreaEntry).pk).update(area=other_programme()),
        lambda p: SubGoalEntry.objects.filter(pk=of_2021(SubGoalEntry).pk).update(
            sub_goal=SubGoal.objects.create(area=other_programme(), number=1, text="M")
        ),
        lambda p: GuidelineEntry.objects.filter(pk=of_2021(GuidelineEntry).pk).update(
            guideline=Guideline.objects.create(programme=other_programme().programme, number=1, title="R")
        ),
        lambda p: MeasureEntry.objects.create(
            follow_up=of_2021(MeasureEntry).follow_up,
            measure=Measure.objects.create(
                sub_goal=SubGoal.objects.create(area=other_programme(), number=1, text="M"),
                number=1,
                text="Å",
                first_year=2018,
                last_year=2021,
            ),
        ),
    ],
}


@pytest.mark.parametrize(
    ("message", "change"), [(message, change) for message, changes in BETWEEN_TABLES.items() for change in changes]
)
def test_refused_between_tables(message, change, huddinge):
    assert refused(lambda: change(huddinge)).startswith(message)


def test_a_person_is_tied_to_a_unit_once(official):
    unit = official.memberships.get().unit
    refused(lambda: Membership.objects.create(user=official, unit=unit))


WRITTEN_ONCE = {
    "a comment": lambda year, user: Comment.objects.create(
        entry=year.subgoalentry_set.first(), comment="Hur många?", by=user
    ),
    "an event": lambda year, user: Event.objects.create(
        follow_up=year, action="open", from_state="planned", to_state="open", by=user
    ),
}


@pytest.mark.parametrize("write", WRITTEN_ONCE.values(), ids=WRITTEN_ONCE)
def test_what_is_written_once_is_neither_changed_nor_deleted(write, open_year, official, other_official):
    row = write(open_year, official)
    rows = type(row).objects.filter(pk=row.pk)
    before = rows.values().get()
    assert "skrivs en gång" in refused(lambda: rows.update(by=other_official))
    assert "skrivs en gång" in refused(rows.delete)
    assert rows.values().get() == before
