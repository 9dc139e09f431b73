"""Secrecy: texts and figures that must not be published, and the report without them.

The frozen report and its chain stay unchanged. The public gets a copy, in which a notice replaces each marked text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.text import capfirst

from followup.documents.tools.wording import outcome_in_words
from followup.models import Withholding
from followup.permissions import can_withhold
from followup.report.indicators import IndicatorStatus
from followup.report.report import (
    AreaStatus,
    Change,
    GuidelineStatus,
    MeasureStatus,
    PerspectiveAccount,
    Report,
    SubGoalStatus,
)
from followup.workflow import NotAllowedError
from organisation.history import delete_as, save_as
from programmes.scales import BLANK
from programmes.terms import Terms

if TYPE_CHECKING:
    from organisation.models import User

# The key of the overall assessment and of the sentences of the first page that are taken from it.
JUDGEMENT = "samlad-bedomning"

# Texts about the year as a whole, by key: field of the report, and heading.
OF_YEAR = {
    "sammanfattning": ("summary", "Sammanfattning"),
    JUDGEMENT: ("assessment_comment", "Samlad bedömning"),
    "forutsattningar": ("circumstances", "Årets förutsättningar"),
    "perspektiv": ("perspectives", "Perspektiv"),
    "framat": ("looking_ahead", "Framåtblick"),
}

TEXT_LEFT_OUT = "Texten är inte publicerad"
FIGURES_LEFT_OUT = "Utfallen är inte publicerade"


@dataclass(frozen=True)
class WithholdableText:
    """A text, or an indicator's outcomes, that can be withheld: its key, its heading and its content."""

    key: str
    about: str
    text: str


def withholdable_texts(report: Report) -> Iterator[WithholdableText]:
    """Yield the texts of the year and the outcomes of the indicators, in the order of the report's chapters."""
    yield WithholdableText(Withholding.ALL, "Hela rapporten", "")
    for key, (field, heading) in OF_YEAR.items():
        excerpts = (report.judgement_sentence, report.forecast_sentence) if key == JUDGEMENT else ()
        yield WithholdableText(key, heading, "\n".join(filter(None, (getattr(report, field), *excerpts))))
    terms = report.terms
    for area in report.areas:
        name = terms.area.short.numbered(area.number)
        yield WithholdableText(_area_key(area), f"{capfirst(name)}: {area.name}", area.summary)
        for goal in area.sub_goals:
            yield from _texts_of_goal(goal, terms)
    for guideline in report.guidelines:
        about = f"Riktlinje {guideline.number}: {guideline.title}"
        yield WithholdableText(_guideline_key(guideline), about, guideline.comment)
    for change in report.changes:
        about = f"Skäl till ändring av {change.code}: {change.text}"
        yield WithholdableText(_change_key(change), about, change.reason)


def _texts_of_goal(goal: SubGoalStatus, terms: Terms) -> Iterator[WithholdableText]:
    name = terms.goal.numbered(goal.code)
    text = "\n".join(filter(None, (goal.comment, goal.reason, *_contributed_texts(goal))))
    yield WithholdableText(_goal_key(goal), f"{capfirst(name)}: {goal.text}", text)
    for number, indicator in enumerate(goal.indicators, start=1):
        about = f"Utfall för {name}: {indicator.name}"
        outcomes = "\n".join(map(outcome_in_words, indicator.outcomes))
        yield WithholdableText(_indicator_key(goal, number), about, outcomes)
    for measure in goal.measures:
        text = "\n".join(filter(None, (measure.done, measure.stop_reason, *_contributed_texts(measure))))
        measure_name = capfirst(terms.measure.numbered(measure.code))
        yield WithholdableText(_measure_key(measure), f"{measure_name}: {measure.text}", text)


def _contributed_texts(item: SubGoalStatus | MeasureStatus) -> list[str]:
    """Return the contributions of the units, which are withheld together with the joint answer."""
    return [contribution.in_words for contribution in item.contributions]


def indicator_places(report: Report) -> Iterator[tuple[str, IndicatorStatus]]:
    """Yield each indicator with the key of its outcomes."""
    for goal in report.sub_goals:
        for number, indicator in enumerate(goal.indicators, start=1):
            yield _indicator_key(goal, number), indicator


def _area_key(area: AreaStatus) -> str:
    return f"omrade-{area.number}"


def _goal_key(goal: SubGoalStatus) -> str:
    return f"mal-{goal.code}"


def _indicator_key(goal: SubGoalStatus, number: int) -> str:
    """Key by position in the goal. `misplaced` notices when another indicator has taken the position."""
    return f"{Withholding.FIGURES}{goal.code}-{number}"


def _measure_key(measure: MeasureStatus) -> str:
    return f"atgard-{measure.code}"


def _guideline_key(guideline: GuidelineStatus) -> str:
    return f"riktlinje-{guideline.number}"


def _change_key(change: Change) -> str:
    return f"andring-{change.code}"


def masked(report: Report, grounds: Mapping[str, str]) -> Report:
    """Return the report with a notice in place of each withheld text or outcome.

    :param grounds: Legal ground by the key of the withheld text.
    """
    return _Mask(grounds).report(report)


@dataclass(frozen=True)
class _Mask:
    """Copies of the parts of a report, without the texts whose keys are in `grounds`."""

    grounds: Mapping[str, str]

    def report(self, report: Report) -> Report:
        """Return the report with each withheld text replaced."""
        texts_of_year: dict[str, Any] = {
            field: self.text(key, getattr(report, field)) for key, (field, _heading) in OF_YEAR.items()
        }
        is_judgement_withheld = JUDGEMENT in self.grounds
        return replace(
            report,
            **texts_of_year,
            judgement_sentence="" if is_judgement_withheld else report.judgement_sentence,
            forecast_sentence="" if is_judgement_withheld else report.forecast_sentence,
            areas=tuple(self.area(area) for area in report.areas),
            guidelines=tuple(self.guideline(guideline) for guideline in report.guidelines),
            perspective_accounts=tuple(self.perspective(account) for account in report.perspective_accounts),
            changes=tuple(self.change(change) for change in report.changes),
        )

    def perspective(self, account: PerspectiveAccount) -> PerspectiveAccount:
        return replace(account, measures=tuple(self.measure(measure) for measure in account.measures))

    def change(self, change: Change) -> Change:
        return replace(change, reason=self.text(_change_key(change), change.reason))

    def area(self, area: AreaStatus) -> AreaStatus:
        goals = tuple(self.goal(goal) for goal in area.sub_goals)
        return replace(area, summary=self.text(_area_key(area), area.summary), sub_goals=goals)

    def guideline(self, guideline: GuidelineStatus) -> GuidelineStatus:
        return replace(guideline, comment=self.text(_guideline_key(guideline), guideline.comment))

    def goal(self, goal: SubGoalStatus) -> SubGoalStatus:
        indicators = enumerate(goal.indicators, start=1)
        return replace(
            goal,
            comment=self.text(_goal_key(goal), goal.comment),
            reason="" if _goal_key(goal) in self.grounds else goal.reason,
            contributions=() if _goal_key(goal) in self.grounds else goal.contributions,
            indicators=tuple(self.indicator(_indicator_key(goal, number), one) for number, one in indicators),
            measures=tuple(self.measure(measure) for measure in goal.measures),
        )

    def measure(self, measure: MeasureStatus) -> MeasureStatus:
        key = _measure_key(measure)
        if key not in self.grounds or not (measure.done or measure.stop_reason or measure.contributions):
            return measure
        return replace(measure, done=notice(self.grounds[key]), stop_reason="", contributions=())

    def indicator(self, key: str, indicator: IndicatorStatus) -> IndicatorStatus:
        """Leave out the outcomes and all that is computed from them. The target is part of the public programme."""
        if key not in self.grounds or not (indicator.outcomes or indicator.elsewhere):
            return indicator
        left_out = notice(self.grounds[key], FIGURES_LEFT_OUT)
        return replace(indicator, outcomes=(), elsewhere=(), trend=BLANK, suggestion=BLANK, withheld=left_out)

    def text(self, key: str, original: str) -> str:
        return notice(self.grounds[key]) if key in self.grounds and original else original


def notice(ground: str, message: str = TEXT_LEFT_OUT) -> str:
    """Return the line that readers see instead of a withheld text."""
    return f"[{message}. Lagrum: {ground.rstrip('.')}.]"


def misplaced(report: Report, marks: list[Withholding]) -> list[Withholding]:
    """Return the marks whose key now belongs to another text, because goals have been renumbered or rewritten.

    While there is one, it is unknown which text is secret, so nothing of the year is published.
    """
    about = {text.key: text.about for text in withholdable_texts(report)}
    return [mark for mark in marks if about.get(mark.place) != mark.about]


@transaction.atomic
def withhold(mark: Withholding, *, by: User) -> None:
    """Save the new, valid `mark`. Raise NotAllowedError unless the user may withhold texts of the year."""
    _require_right(by, mark)
    mark.by = by
    save_as(mark, by=by)


@transaction.atomic
def publish_again(mark: Withholding, reason: str, *, by: User) -> None:
    """Remove the mark. Its history keeps the `reason`. Raise NotAllowedError unless the user may withhold texts."""
    _require_right(by, mark)
    delete_as(mark, by=by, reason=reason)


def _require_right(by: User, mark: Withholding) -> None:
    if not can_withhold(by, mark.follow_up):
        raise NotAllowedError("Det är granskare och nämndsekreterare som märker vad som inte får publiceras.")
