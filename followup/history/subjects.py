"""Subjects of the history pages: a goal, a measure, a year's answers, an area, a guideline, and the year itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import QuerySet
from django.utils.text import capfirst

from followup.answers.goal_year import GoalYear
from followup.answers.thread import remarks_of, with_comments
from followup.history.timeline import Moment, Timeline
from followup.models import (
    AreaEntry,
    Attachment,
    Comment,
    Contribution,
    Event,
    FollowUp,
    GuidelineEntry,
    MeasureEntry,
    SubGoalEntry,
)
from programmes.models import IndicatorValue, Measure, SubGoal


def history_of_goal(goal: SubGoal, follow_ups: QuerySet[FollowUp]) -> Timeline:
    """Return the history of a goal, its measures, and their answers in the years of `follow_ups`."""
    entries = SubGoalEntry.objects.filter(sub_goal=goal, follow_up__in=follow_ups).select_related("follow_up")
    # The history includes deleted measures. The latest row of a measure comes last, so its number is the one shown.
    measure_rows = Measure.history.filter(sub_goal=goal).order_by("history_date", "history_id")
    answers = MeasureEntry.objects.filter(measure__sub_goal=goal, follow_up__in=follow_ups)
    framework = goal.area.programme.framework
    goal_name, measure_term = capfirst(framework.terms.goal.numbered(goal.code)), framework.terms.measure
    return Timeline(
        framework.scales,
        {
            SubGoal: {goal.pk: goal_name},
            Measure: {row.id: capfirst(measure_term.numbered(f"{goal.code}.{row.number}")) for row in measure_rows},
            SubGoalEntry: {entry.pk: f"{goal_name}, svar för {entry.follow_up.year}" for entry in entries},
            IndicatorValue: _outcomes(IndicatorValue.objects.filter(indicator__sub_goal=goal)),
            MeasureEntry: _answers(answers),
            Contribution: _contributions(Contribution.objects.of_goal(goal).filter(follow_up__in=follow_ups)),
            Attachment: _attachments(entries),
        },
    )


def history_of_measure(measure: Measure, follow_ups: QuerySet[FollowUp]) -> Timeline:
    """Return the history of a measure and its answers in the years of `follow_ups`."""
    answers = measure.entries.filter(follow_up__in=follow_ups)
    framework = measure.sub_goal.area.programme.framework
    return Timeline(
        framework.scales,
        {
            Measure: {measure.pk: capfirst(framework.terms.measure.numbered(measure.code))},
            MeasureEntry: _answers(answers),
            Contribution: _contributions(measure.contributions.filter(follow_up__in=follow_ups)),
        },
    )


def history_of_entry(goal_year: GoalYear, thread: Sequence[Event | Comment]) -> Timeline:
    """Return the history of a year's answers to a goal and its measures, with the comments of `thread`."""
    entry = goal_year.entry
    outcomes = IndicatorValue.objects.filter(indicator__sub_goal=entry.sub_goal, year=entry.follow_up.year)
    return Timeline(
        entry.follow_up.scales,
        {
            SubGoalEntry: {entry.pk: capfirst(entry.name)},
            IndicatorValue: _outcomes(outcomes),
            MeasureEntry: {answer.pk: capfirst(answer.name) for answer in goal_year.measures},
            Contribution: {one.pk: f"{one.unit}, bidrag till {one.item.code}" for one in goal_year.contributions},
            Attachment: _attachments([entry]),
        },
        _moments(thread),
    )


def history_of_area(entry: AreaEntry) -> Timeline:
    """Return the history of the reviewer's text on an area in one year."""
    name = f"{capfirst(entry.name)}, {entry.follow_up.year}"
    return Timeline(entry.follow_up.scales, {AreaEntry: {entry.pk: name}})


def history_of_guideline(entry: GuidelineEntry) -> Timeline:
    """Return the history of the reviewer's text on a guideline in one year."""
    name = f"Riktlinje {entry.guideline.number}, {entry.follow_up.year}"
    return Timeline(entry.follow_up.scales, {GuidelineEntry: {entry.pk: name}})


def history_of_year(follow_up: FollowUp) -> Timeline:
    """Return the history of the year: its dates, state and texts, with the comments at its changes of state."""
    events = follow_up.events.of_years().select_related("by")
    return Timeline(follow_up.scales, {FollowUp: {follow_up.pk: f"Uppföljningen {follow_up.year}"}}, _moments(events))


def _answers(answers: QuerySet[MeasureEntry]) -> dict[int, str]:
    return {
        answer.pk: f"{capfirst(answer.name)}, svar för {answer.follow_up.year}"
        for answer in answers.select_related("follow_up__programme__framework", "measure__sub_goal__area")
    }


def _contributions(contributions: QuerySet[Contribution]) -> dict[int, str]:
    return {
        one.pk: f"{one.unit}, bidrag till {one.item.code} för {one.follow_up.year}"
        for one in contributions.select_related("unit", "follow_up", "sub_goal__area", "measure__sub_goal__area")
    }


def _outcomes(outcomes: QuerySet[IndicatorValue]) -> dict[int, str]:
    return {outcome.pk: f"Utfall {outcome}" for outcome in outcomes.select_related("indicator")}


def _attachments(entries: Iterable[SubGoalEntry]) -> dict[int, str]:
    """Return the names of attachments, from the history so that removed ones are included."""
    return {row.id: f"Bilagan ”{row.name}”" for row in Attachment.history.filter(entry__in=entries)}


def _moments(remarks: Iterable[Event | Comment]) -> list[Moment]:
    """Return the comments as moments. Changes of state are already in the history of the object."""
    return [
        Moment(remark.at, str(remark.by or "Systemet"), "En kommentar", "skrevs", comment=remark.comment)
        for remark in remarks_of(with_comments(remarks))
    ]
