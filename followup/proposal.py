"""What a year lacks before it is proposed to the board.

The rule is in one place for the workflow, which refuses, and for the page that asks the reviewer to confirm.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from django.conf import settings

from followup.models import Answer, Contribution, FollowUp, MeasureEntry, SubGoalEntry
from organisation.sentences import counted


class Page(Enum):
    """The reviewer's page where a gap is filled."""

    LIST = "review_list"
    TEXTS = "review_texts"
    AREA = "review_area"
    GUIDELINE = "review_guideline"


@dataclass(frozen=True)
class Gap:
    """Something that is empty, in Swedish. It `blocks` the proposal, or will only be empty in the report.

    `number` is that of the area or guideline.
    """

    text: str
    page: Page
    blocks: bool
    number: int | None = None


# The texts of the year in the order of the report: the field, its words, and whether the board needs it.
_TEXTS = (
    ("summary", "sammanfattningen saknas", True),
    ("assessment", "den samlade bedömningen saknas", True),
    ("assessment_comment", "texten till den samlade bedömningen saknas", False),
    ("circumstances", "årets förutsättningar saknas", False),
    ("perspectives", "texten om perspektiven saknas", False),
    ("looking_ahead", "framåtblicken saknas", False),
    ("report_date", "rapportens datum saknas", False),
)


def gaps(follow_up: FollowUp) -> list[Gap]:
    """Return all that is empty in the year's report, in its order."""
    return [*_answers(follow_up), *_year(follow_up), *_areas(follow_up), *_guidelines(follow_up)]


def obstacles(follow_up: FollowUp) -> list[str]:
    """Return why the year cannot be proposed, in Swedish."""
    return [gap.text for gap in gaps(follow_up) if gap.blocks]


def _needs_texts(follow_up: FollowUp) -> bool:
    """Whether the board needs the texts: the framework says so, unless the whole installation does without."""
    return settings.PROPOSAL_NEEDS_TEXTS and follow_up.programme.framework.requires_texts


def _answers(follow_up: FollowUp) -> Iterable[Gap]:
    left = sum(
        model.objects.filter(follow_up=follow_up).exclude(state=Answer.State.APPROVED).count()
        for model in (SubGoalEntry, MeasureEntry)
    )
    if left:
        yield Gap(f"{left} svar är inte {'godkänt' if left == 1 else 'godkända'}", Page.LIST, blocks=True)
    # A contribution that is not handed in is left out of the report, and does not stop it.
    waiting = Contribution.objects.filter(follow_up=follow_up, state=Answer.State.SUBMITTED).count()
    if waiting:
        yield Gap(f"{counted(waiting, 'bidrag', 'bidrag')} väntar på granskning", Page.LIST, blocks=True)


def _year(follow_up: FollowUp) -> Iterable[Gap]:
    if not follow_up.forecast and follow_up.programme.framework.asks_forecast:
        yield Gap("den samlade prognosen saknas", Page.TEXTS, blocks=True)
    # The overall assessment is a step, a text or both: the board's own reports often have the text alone.
    is_assessed = bool(follow_up.assessment or follow_up.assessment_comment)
    for name, text, is_needed in _TEXTS:
        if not getattr(follow_up, name):
            needed = is_needed and not (name == "assessment" and is_assessed)
            yield Gap(text, Page.TEXTS, blocks=needed and _needs_texts(follow_up))


def _areas(follow_up: FollowUp) -> Iterable[Gap]:
    for entry in follow_up.areaentry_set.select_related("area").order_by("area__number"):
        number, name = entry.area.number, follow_up.terms.area.short.numbered(entry.area.number)
        if not entry.assessment:
            text = f"bedömningen av {name} saknas"
            yield Gap(text, Page.AREA, _needs_texts(follow_up), number)
        if not entry.summary:
            yield Gap(f"texten om {name} saknas", Page.AREA, False, number)


def _guidelines(follow_up: FollowUp) -> Iterable[Gap]:
    for entry in follow_up.guidelineentry_set.select_related("guideline").order_by("guideline__number"):
        if not entry.comment:
            number = entry.guideline.number
            yield Gap(f"texten om riktlinje {number} saknas", Page.GUIDELINE, False, number)
