"""The workflow of a year and of its answers, and the creation of a year's entries.

The transitions are data. Only `perform` changes a state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from simple_history.utils import bulk_create_with_history

from followup import proposal
from followup.models import (
    Answer,
    AreaEntry,
    Attachment,
    Comment,
    Contribution,
    Decision,
    Entry,
    Event,
    FollowUp,
    GuidelineEntry,
    MeasureEntry,
    SubGoalEntry,
)
from followup.permissions import can_decide, can_report, can_review_answer, can_run_year
from organisation.history import save_as
from organisation.sentences import with_small_initial
from programmes.models import TEXT_LENGTH, Guideline, Measure, Programme, ResponsibilityArea, SubGoal

if TYPE_CHECKING:
    from organisation.models import User


class StaleEntryError(Exception):
    """The entry was saved, or changed state, after the form was fetched."""


class RefusedError(Exception):
    """The transition cannot be made now. The message gives the reason in Swedish."""


class NotAllowedError(RefusedError):
    """This user may not make the transition."""


def _draft_programme(follow_up: FollowUp) -> list[str]:
    """Return the obstacle that officials would not see the year, if its programme is a draft."""
    if follow_up.programme.is_draft:
        return ["programmet är ett utkast, som enheterna inte ser. Ändra först programmets läge till Gällande"]
    return []


def _written_answers(follow_up: FollowUp) -> list[str]:
    """Return the obstacle that somebody has begun to answer, if anybody has."""
    answers: tuple[Answer, ...] = (
        *SubGoalEntry.objects.filter(follow_up=follow_up),
        *MeasureEntry.objects.filter(follow_up=follow_up),
        *Contribution.objects.filter(follow_up=follow_up),
    )
    of_year = {"entry__follow_up": follow_up}
    is_discussed = Comment.objects.filter(**of_year).exists() or Attachment.objects.filter(**of_year).exists()
    if is_discussed or not all(answer.is_untouched for answer in answers):
        return ["någon har redan skrivit i uppföljningen. Välj Avsluta ifyllandet om den ska stängas"]
    return []


def _reopening(follow_up: FollowUp) -> list[str]:
    """Return the obstacles to opening a year again after its review has begun."""
    if follow_up.decisions.approving().exists():
        return ["uppföljningen har varit beslutad, och rättas under granskningen"]
    return _draft_programme(follow_up)


def _empty_fields(answer: Answer) -> list[str]:
    return [f"{name} saknas" for name in answer.missing]


def _no_obstacles(item: Any) -> list[str]:
    return []


@dataclass(frozen=True)
class Transition:
    """Change of state from any of `sources` to `target`, for users that `allowed` accepts.

    :param label: its Swedish name; `{body}` is the place of the deciding body's name.
    :param obstacles: returns the reasons, in Swedish, why it cannot be made now.
    :param needs_unchanged: refuse it when the item was saved after it was fetched.
    :param with_decision: made only by `followup.decision`, together with a recorded decision of the board.
    """

    label: str
    sources: tuple[str, ...]
    target: str
    allowed: Callable[[User, Any], bool]
    obstacles: Callable[[Any], list[str]] = _no_obstacles
    needs_comment: bool = False
    needs_unchanged: bool = False
    with_decision: bool = False

    def label_for(self, item: FollowUp | Answer) -> str:
        """Return the label with the name of the body that decides on the year of `item`."""
        return self.label.format(body=year_of(item).body.in_text) if "{body}" in self.label else self.label


_A, _Y = Answer.State, FollowUp.State

ANSWER_TRANSITIONS: Mapping[str, Transition] = {
    "submit": Transition("Lämna in", (_A.DRAFT, _A.RETURNED), _A.SUBMITTED, can_report, _empty_fields),
    "withdraw": Transition("Ta tillbaka", (_A.SUBMITTED,), _A.DRAFT, can_report),
    "return": Transition("Återlämna", (_A.SUBMITTED, _A.APPROVED), _A.RETURNED, can_review_answer, needs_comment=True),
    "approve": Transition("Godkänn", (_A.SUBMITTED,), _A.APPROVED, can_review_answer, needs_unchanged=True),
}

YEAR_TRANSITIONS: Mapping[str, Transition] = {
    "open": Transition("Öppna uppföljningen", (_Y.PLANNED,), _Y.OPEN, can_run_year, _draft_programme),
    "cancel_opening": Transition("Ta tillbaka öppnandet", (_Y.OPEN,), _Y.PLANNED, can_run_year, _written_answers),
    "start_review": Transition("Avsluta ifyllandet", (_Y.OPEN,), _Y.UNDER_REVIEW, can_run_year),
    "reopen": Transition("Öppna igen", (_Y.UNDER_REVIEW,), _Y.OPEN, can_run_year, _reopening),
    "propose": Transition("Föreslå till {body}", (_Y.UNDER_REVIEW,), _Y.PROPOSED, can_run_year, proposal.obstacles),
    "withdraw_proposal": Transition(
        "Ta tillbaka förslaget", (_Y.PROPOSED,), _Y.UNDER_REVIEW, can_run_year, needs_comment=True
    ),
    "decide": Transition("För in beslutet", (_Y.PROPOSED,), _Y.DECIDED, can_decide, with_decision=True),
    "refer_back": Transition(
        "Återremittera", (_Y.PROPOSED,), _Y.UNDER_REVIEW, can_decide, needs_comment=True, with_decision=True
    ),
    "reject": Transition("Avslå", (_Y.PROPOSED,), _Y.UNDER_REVIEW, can_decide, needs_comment=True, with_decision=True),
    "correct": Transition(
        "Rätta beslutet", (_Y.DECIDED,), _Y.UNDER_REVIEW, can_decide, needs_comment=True, with_decision=True
    ),
    "cancel_correction": Transition(
        "Avbryt rättelsen",
        (_Y.UNDER_REVIEW, _Y.PROPOSED),
        _Y.DECIDED,
        can_decide,
        needs_comment=True,
        with_decision=True,
    ),
}


# Words of the history for a transition, by its label. The label is stored as the reason of the change.
STEPS_MADE: Mapping[str, str] = {
    ANSWER_TRANSITIONS["submit"].label: "lämnades in",
    ANSWER_TRANSITIONS["withdraw"].label: "togs tillbaka",
    ANSWER_TRANSITIONS["return"].label: "återlämnades",
    ANSWER_TRANSITIONS["approve"].label: "godkändes",
    YEAR_TRANSITIONS["open"].label: "öppnades",
    YEAR_TRANSITIONS["cancel_opening"].label: "öppnandet togs tillbaka",
    YEAR_TRANSITIONS["start_review"].label: "ifyllandet avslutades",
    YEAR_TRANSITIONS["reopen"].label: "öppnades igen",
    YEAR_TRANSITIONS["withdraw_proposal"].label: "förslaget togs tillbaka",
    YEAR_TRANSITIONS["decide"].label: "beslutet fördes in",
    YEAR_TRANSITIONS["refer_back"].label: "återremitterades",
    YEAR_TRANSITIONS["reject"].label: "avslogs",
    YEAR_TRANSITIONS["correct"].label: "rättelsen av beslutet påbörjades",
    YEAR_TRANSITIONS["cancel_correction"].label: "rättelsen avbröts",
}


PROPOSED_TO = YEAR_TRANSITIONS["propose"].label.format(body="")


def step_made(reason: str) -> str:
    """Return the words for the transition that a history row has as its reason: "lämnades in"; empty without one."""
    if reason.startswith(PROPOSED_TO):
        return f"föreslogs till {reason.removeprefix(PROPOSED_TO)}"
    return STEPS_MADE.get(reason, "")


def transitions_of(item: FollowUp | Answer) -> Mapping[str, Transition]:
    """Return the transitions of the kind of `item`, by name."""
    return YEAR_TRANSITIONS if isinstance(item, FollowUp) else ANSWER_TRANSITIONS


def available(item: FollowUp | Answer, user: User) -> dict[str, Transition]:
    """Return the transitions that `user` may try in the present state, without those that need a decision."""
    if isinstance(item, Answer) and not item.follow_up.takes_answers:
        return {}
    return {
        name: transition
        for name, transition in transitions_of(item).items()
        if item.state in transition.sources and transition.allowed(user, item) and not transition.with_decision
    }


def may_cancel_opening(follow_up: FollowUp) -> bool:
    """Whether nobody has written anything since the year was opened."""
    return follow_up.is_open and not _written_answers(follow_up)


@transaction.atomic
def perform(
    item: FollowUp | Answer, action: str, *, by: User, comment: str = "", decision: Decision | None = None
) -> Event:
    """Make the transition `action` on a year or an answer, and return the event that records it.

    A transition that belongs to the board needs the recorded `decision`. Raise RefusedError, in Swedish, when the
    transition cannot be made, and NotAllowedError when it is not for `by`: nothing is changed then. On success `item`
    has its new state.
    """
    transition = transitions_of(item)[action]
    # Lock the year before the answer, and judge the state that is stored instead of the one that was fetched.
    follow_up = year_of(item)
    FollowUp.objects.select_for_update().get(pk=follow_up.pk)
    follow_up.refresh_from_db(fields=["state"])
    stored: Any = type(item)._default_manager.select_for_update().get(pk=item.pk)
    comment = comment.strip()
    if not transition.allowed(by, stored):
        raise NotAllowedError("Du har inte behörighet att göra det här.")
    _check_state(transition, stored, follow_up)
    if transition.needs_unchanged and stored.version != item.version:
        raise RefusedError("Svaret har ändrats sedan du läste det. Läs det igen.")
    if transition.with_decision and not (decision and decision.is_recorded and decision.follow_up_id == stored.pk):
        raise RefusedError(
            f"{transition.label} går bara på ärendets sida, tillsammans med {follow_up.body.genitive} beslut."
        )
    _check_comment(transition, comment)
    obstacles = transition.obstacles(stored)
    if obstacles:
        raise RefusedError(f"{transition.label_for(stored)} går inte än: {', '.join(obstacles)}.")
    return _move(item, stored, action, transition, by, comment)


def _check_state(transition: Transition, stored: Any, follow_up: FollowUp) -> None:
    """Raise RefusedError unless the transition begins in the stored state, and the year of an answer takes answers."""
    if isinstance(stored, Answer) and not follow_up.takes_answers:
        raise RefusedError(follow_up.why_closed)
    if stored.state not in transition.sources:
        state = with_small_initial(stored.get_state_display())
        raise RefusedError(f"{transition.label_for(stored)} går inte: läget är {state}.")


def _check_comment(transition: Transition, comment: str) -> None:
    """Raise RefusedError when a required comment is missing, or when it is too long."""
    if transition.needs_comment and not comment:
        raise RefusedError("Skriv en kommentar som förklarar varför.")
    if len(comment) > TEXT_LENGTH:
        raise RefusedError(f"Kommentaren är {len(comment)} tecken lång. Korta den till högst {TEXT_LENGTH}.")


def _move(item: Any, stored: Any, action: str, transition: Transition, by: User, comment: str) -> Event:
    """Record the event and save the new state in `stored`, the locked row. Copy state and version to `item`."""
    event = Event(
        follow_up=year_of(stored),
        sub_goal_entry=stored if isinstance(stored, SubGoalEntry) else None,
        measure_entry=stored if isinstance(stored, MeasureEntry) else None,
        contribution=stored if isinstance(stored, Contribution) else None,
        action=action,
        from_state=stored.state,
        to_state=transition.target,
        comment=comment,
        by=by,
    )
    event.save()
    stored.state = transition.target
    stored.version += 1
    item.version = stored.version
    save_as(stored, by=by, reason=transition.label_for(stored))
    item.state = stored.state
    if action == "open":
        bring_in_new(stored, by=by)
    return event


@transaction.atomic
def perform_all(answers: Iterable[Answer], action: str, *, by: User, comment: str = "") -> list[Event]:
    """Make the same transition on all answers, or on none if one is refused."""
    return [perform(answer, action, by=by, comment=comment) for answer in answers]


@transaction.atomic
def open_follow_up(follow_up: FollowUp, *, by: User | None, reason: str = "") -> FollowUp:
    """Save a new `follow_up` and create its entries from the programme as it now is.

    Raise ValidationError, in Swedish, when the year is already opened or lies outside the programme's period.
    """
    # Locked so that of two people that open the same year, the second gets the ValidationError.
    Programme.objects.select_for_update().get(pk=follow_up.programme_id)
    follow_up.full_clean()
    save_as(follow_up, by=by, reason=reason)
    # A past year from a file gets no event: the date and the person are unknown.
    if follow_up.is_open:
        Event.objects.create(follow_up=follow_up, action="open", from_state="", to_state=follow_up.state, by=by)
    bring_in_new(follow_up, by=by)
    return follow_up


@transaction.atomic
def bring_in_new(follow_up: FollowUp, *, by: User | None) -> int:
    """Create the entries and contributions that the year lacks for the programme's parts, and return their number.

    Existing ones are not changed or removed, even if the measure has ended or the unit is no longer responsible.
    """
    programme, year = follow_up.programme, follow_up.year
    areas = ResponsibilityArea.objects.filter(programme=programme)
    goals = SubGoal.objects.filter(area__programme=programme)
    measures = Measure.objects.filter(sub_goal__area__programme=programme).running_in(year)
    guidelines = Guideline.objects.filter(programme=programme)
    return (
        _create_missing(follow_up, AreaEntry, "area", areas, by)
        + _create_missing(follow_up, SubGoalEntry, "sub_goal", goals, by)
        + _create_missing(follow_up, MeasureEntry, "measure", measures, by)
        + _create_missing(follow_up, GuidelineEntry, "guideline", guidelines, by)
        + (_create_missing_contributions(follow_up, by) if follow_up.is_open else 0)
    )


def bring_into_open_years(programme: Programme, *, by: User | None) -> dict[int, int]:
    """Create missing entries in every open year. Return the number of new entries by year, without zeros."""
    open_years = FollowUp.objects.filter(programme=programme).open()
    new = {follow_up.year: bring_in_new(follow_up, by=by) for follow_up in open_years}
    return {year: number for year, number in new.items() if number}


def year_of(item: FollowUp | Entry) -> FollowUp:
    """Return the follow-up that `item` is or belongs to."""
    return item if isinstance(item, FollowUp) else item.follow_up


def _create_missing(
    follow_up: FollowUp, entry_model: type[Entry], field: str, items: models.QuerySet, by: User | None
) -> int:
    """Create an entry for each of `items` that has none in the year. `field` is the entry's link to its item."""
    present = entry_model.objects.filter(follow_up=follow_up).values(f"{field}_id")  # type: ignore[attr-defined]
    missing = items.exclude(pk__in=present).order_by("pk")
    new = [entry_model(follow_up=follow_up, **{field: item}) for item in missing]
    bulk_create_with_history(new, entry_model, default_user=by, default_change_reason="Uppföljningen öppnades")
    return len(new)


def _create_missing_contributions(follow_up: FollowUp, by: User | None) -> int:
    """Create a contribution for each contributing unit of the goals and measures that are followed up."""
    goals = SubGoal.objects.filter(entries__follow_up=follow_up).prefetch_related("responsibilities")
    measures = Measure.objects.filter(entries__follow_up=follow_up).prefetch_related("responsibilities")
    wanted = [
        Contribution(follow_up=follow_up, sub_goal=goal, unit=unit)
        for goal in goals
        for unit in goal.contributing_units
    ]
    wanted += [
        Contribution(follow_up=follow_up, measure=measure, unit=unit)
        for measure in measures
        for unit in measure.contributing_units
    ]
    present = set(Contribution.objects.filter(follow_up=follow_up).values_list("sub_goal", "measure", "unit"))
    new = [one for one in wanted if (one.sub_goal_id, one.measure_id, one.unit_id) not in present]
    bulk_create_with_history(new, Contribution, default_user=by, default_change_reason="Uppföljningen öppnades")
    return len(new)
