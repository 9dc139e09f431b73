"""Secrecy: the texts and figures of a report that must not be published, and the report without them.

The frozen report and its chain stay as they are; what is public is a `Report` made of it, in which each text that is
marked has given way to a line that says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db import transaction

from followup.documents.tools.wording import outcome_in_words
from followup.models import Withholding
from followup.permissions import can_withhold
from followup.report.indicators import IndicatorStatus
from followup.report.report import AreaStatus, Change, GuidelineStatus, MeasureStatus, Report, SubGoalStatus
from followup.scales import BLANK
from followup.workflow import NotAllowed
from organisation.history import delete_as, save_as

if TYPE_CHECKING:
    from organisation.models import User

# The texts of the year as a whole: where each stands in the report, which field it is, and its heading.
OF_YEAR = {
    "sammanfattning": ("summary", "Sammanfattning"),
    "samlad-bedomning": ("assessment_comment", "Samlad bedömning"),
    "forutsattningar": ("circumstances", "Årets förutsättningar"),
    "perspektiv": ("perspectives", "Perspektiv"),
    "framat": ("looking_ahead", "Framåtblick"),
}


FIGURES_LEFT_OUT = "Utfallen är inte publicerade"


@dataclass(frozen=True)
class Place:
    """A text, or an indicator's figures, that can be withheld: its key, what it is about in words, and how it reads."""

    key: str
    about: str
    text: str


def places(report: Report) -> Iterator[Place]:
    """Every text of the year that somebody has written in the report, and every indicator's outcomes, in the order of
    its chapters."""
    yield Place(Withholding.ALL, "Hela rapporten", "")
    for key, (field, heading) in OF_YEAR.items():
        yield Place(key, heading, getattr(report, field))
    for area in report.areas:
        yield Place(_area(area), f"Område {area.number}: {area.name}", area.summary)
        for goal in area.sub_goals:
            yield Place(_goal(goal), f"Mål {goal.code}: {goal.text}", goal.comment)
            for number, indicator in enumerate(goal.indicators, start=1):
                about = f"Utfall för mål {goal.code}: {indicator.name}"
                yield Place(_indicator(goal, number), about, "\n".join(map(outcome_in_words, indicator.outcomes)))
            for measure in goal.measures:
                text = "\n".join(filter(None, (measure.done, measure.stop_reason)))
                yield Place(_measure(measure), f"Åtgärd {measure.code}: {measure.text}", text)
    for guideline in report.guidelines:
        yield Place(_guideline(guideline), f"Riktlinje {guideline.number}: {guideline.title}", guideline.comment)
    for change in report.changes:
        yield Place(_change(change), f"Skäl till ändring av {change.code}: {change.text}", change.reason)


def indicator_places(report: Report) -> Iterator[tuple[str, IndicatorStatus]]:
    """Yield the place of each indicator's outcomes with the indicator."""
    for goal in report.sub_goals:
        for number, indicator in enumerate(goal.indicators, start=1):
            yield _indicator(goal, number), indicator


def _area(area: AreaStatus) -> str:
    return f"omrade-{area.number}"


def _goal(goal: SubGoalStatus) -> str:
    return f"mal-{goal.code}"


def _indicator(goal: SubGoalStatus, number: int) -> str:
    """By its place among the goal's: what a mark is about in words tells when another has come there."""
    return f"{Withholding.FIGURES}{goal.code}-{number}"


def _measure(measure: MeasureStatus) -> str:
    return f"atgard-{measure.code}"


def _guideline(guideline: GuidelineStatus) -> str:
    return f"riktlinje-{guideline.number}"


def _change(change: Change) -> str:
    return f"andring-{change.code}"


def masked(report: Report, grounds: Mapping[str, str]) -> Report:
    """The report with a notice in place of each text and each indicator's outcomes whose place is in `grounds`, which
    gives the legal ground."""

    def text(key: str, original: str) -> str:
        return notice(grounds[key]) if key in grounds and original else original

    def of_measure(measure: MeasureStatus) -> MeasureStatus:
        if _measure(measure) not in grounds or not (measure.done or measure.stop_reason):
            return measure
        return replace(measure, done=notice(grounds[_measure(measure)]), stop_reason="")

    def of_indicator(key: str, indicator: IndicatorStatus) -> IndicatorStatus:
        """Without the outcomes and all that is made of them; what should be reached is the programme's."""
        if key not in grounds or not (indicator.outcomes or indicator.elsewhere):
            return indicator
        left_out = notice(grounds[key], FIGURES_LEFT_OUT)
        return replace(indicator, outcomes=(), elsewhere=(), trend=BLANK, suggestion=BLANK, withheld=left_out)

    def of_goal(goal: SubGoalStatus) -> SubGoalStatus:
        indicators = enumerate(goal.indicators, start=1)
        return replace(
            goal,
            comment=text(_goal(goal), goal.comment),
            indicators=tuple(of_indicator(_indicator(goal, number), one) for number, one in indicators),
            measures=tuple(of_measure(one) for one in goal.measures),
        )

    def of_area(area: AreaStatus) -> AreaStatus:
        return replace(
            area, summary=text(_area(area), area.summary), sub_goals=tuple(of_goal(goal) for goal in area.sub_goals)
        )

    of_year: dict[str, Any] = {field: text(key, getattr(report, field)) for key, (field, _) in OF_YEAR.items()}
    return replace(
        report,
        **of_year,
        areas=tuple(of_area(area) for area in report.areas),
        guidelines=tuple(replace(one, comment=text(_guideline(one), one.comment)) for one in report.guidelines),
        perspective_accounts=tuple(
            replace(account, measures=tuple(of_measure(one) for one in account.measures))
            for account in report.perspective_accounts
        ),
        changes=tuple(replace(one, reason=text(_change(one), one.reason)) for one in report.changes),
    )


def notice(ground: str, what: str = "Texten är inte publicerad") -> str:
    """What stands where a text was left out."""
    return f"[{what}. Lagrum: {ground.rstrip('.')}.]"


def misplaced(report: Report, marks: list[Withholding]) -> list[Withholding]:
    """Those of `marks` that no longer stand at what they were put on: goals are renumbered and written anew.

    While there is one, nobody can know what it is that must not be published.
    """
    about = {place.key: place.about for place in places(report)}
    return [mark for mark in marks if about.get(mark.place) != mark.about]


@transaction.atomic
def withhold(mark: Withholding, *, by: User) -> None:
    """Keep the new, valid `mark`. NotAllowed."""
    _may(by, mark)
    mark.by = by
    save_as(mark, by=by)


@transaction.atomic
def publish_again(mark: Withholding, reason: str, *, by: User) -> None:
    """Take the mark away, for a `reason` that its history keeps. NotAllowed."""
    _may(by, mark)
    delete_as(mark, by=by, reason=reason)


def _may(by: User, mark: Withholding) -> None:
    if not can_withhold(by, mark.follow_up):
        raise NotAllowed("Det är granskare och nämndsekreterare som märker vad som inte får publiceras.")
