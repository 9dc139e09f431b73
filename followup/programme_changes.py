"""Changes of a programme that its follow-ups forbid."""

from __future__ import annotations

from followup.models import AreaEntry, FollowUp, GuidelineEntry, MeasureEntry, SubGoalEntry
from organisation.sentences import listing
from programmes.models import Guideline, Measure, Programme, ResponsibilityArea, SubGoal

ProgrammePart = ResponsibilityArea | SubGoal | Measure | Guideline

MOVE_REFUSED = (
    "{part} följs redan upp i {programme} ({years}) och kan inte flyttas till ett annat program. "
    "Lägg till en kopia där i stället."
)
DRAFT_REFUSED = "Programmet kan inte bli ett utkast igen: det har år som följs upp eller är beslutade ({years})."


def refusal_of_draft(programme: Programme) -> str:
    """Return the reason, in Swedish, why an active programme cannot be a draft again; empty when it can."""
    stored = Programme.objects.get(pk=programme.pk)
    if not programme.is_draft or stored.is_draft:
        return ""
    begun = programme.follow_ups.exclude(state=FollowUp.State.PLANNED)
    years = sorted(begun.values_list("year", flat=True))
    return DRAFT_REFUSED.format(years=listing([str(year) for year in years])) if years else ""


def refusal_of_move(part: ProgrammePart) -> str:
    """Return the reason, in Swedish, why `part` cannot be moved to its new programme; empty when it can.

    A part with answers stays in the programme that the answers are about.
    """
    stored = type(part)._default_manager.get(pk=part.pk)
    programme = _programme_of(stored)
    if _programme_of(part) == programme:
        return ""
    years = _years_with_entries_of(stored)
    if not years:
        return ""
    return MOVE_REFUSED.format(part=stored, programme=programme, years=listing([str(year) for year in years]))


def _programme_of(part: ProgrammePart) -> Programme:
    match part:
        case Measure():
            return part.sub_goal.area.programme
        case SubGoal():
            return part.area.programme
        case _:
            return part.programme


def _years_with_entries_of(part: ProgrammePart) -> list[int]:
    """Return the years that have entries of `part` or of the goals and measures below it."""
    match part:
        case ResponsibilityArea():
            entries = [
                AreaEntry.objects.filter(area=part),
                SubGoalEntry.objects.filter(sub_goal__area=part),
                MeasureEntry.objects.filter(measure__sub_goal__area=part),
            ]
        case SubGoal():
            entries = [
                SubGoalEntry.objects.filter(sub_goal=part),
                MeasureEntry.objects.filter(measure__sub_goal=part),
            ]
        case Measure():
            entries = [MeasureEntry.objects.filter(measure=part)]
        case Guideline():
            entries = [GuidelineEntry.objects.filter(guideline=part)]
    years: set[int] = set()
    for entries_of_kind in entries:
        years.update(entries_of_kind.values_list("follow_up__year", flat=True))
    return sorted(years)
