"""Who may do what, as pure predicates. What may be seen stands on the QuerySets (`visible_to`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from followup.models import Answer, FollowUp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.models import AnonymousUser

    from organisation.models import Unit, User


def responsible_units(answer: Answer) -> Iterable[Unit]:
    """The units that answer for a goal's or a measure's status."""
    return answer.item.units.all()


def can_report(user: User, answer: Answer) -> bool:
    """An official reports for the units that they are members of with `may_report`."""
    return user.reports_for(responsible_units(answer))


def can_write(user: User, answer: Answer) -> bool:
    return answer.is_writable and can_report(user, answer)


def can_review(user: User) -> bool:
    return user.has_perm("followup.review_followup")


def can_write_texts(user: User, follow_up: FollowUp) -> bool:
    """The reviewer's own: of areas, guidelines and the year as a whole."""
    return can_review(user) and follow_up.takes_texts


def can_link_indicators(user: User) -> bool:
    """Who edits the programme says where its figures come from."""
    return user.has_perm("programmes.change_indicator")


def can_follow_review(user: User) -> bool:
    """Reviewers do it, and the board secretary takes over where they end."""
    return can_review(user) or user.has_perm("followup.decide_followup")


def can_review_answer(user: User, answer: Answer) -> bool:
    """Nobody approves what they answer for themselves, unless the setting allows it (a small municipality)."""
    return can_review(user) and (settings.REVIEW_OWN_ANSWERS or not can_report(user, answer))


def can_comment(user: User, answers: Iterable[Answer]) -> bool:
    """Those who answer for a goal or one of its measures, and those who review, talk while there is time to change."""
    return any(answer.follow_up.takes_answers and (can_review(user) or can_report(user, answer)) for answer in answers)


def can_run_year(user: User, follow_up: FollowUp) -> bool:
    """Open the year, take it to review and propose it."""
    return can_review(user)


def can_decide(user: User, follow_up: FollowUp) -> bool:
    """Record what the board did with the proposal."""
    return user.has_perm("followup.decide_followup")


def can_withhold(user: User, follow_up: FollowUp) -> bool:
    """Mark what of a report must not be published, from the moment that the report is put together."""
    return can_follow_review(user) and not follow_up.is_before_review


def can_remove_from_programmes(user: User | AnonymousUser) -> bool:
    """Take goals, measures and the like out of a programme together with a file that lacks them."""
    kinds = ("responsibilityarea", "subgoal", "measure", "indicator", "guideline")
    return user.has_perms([f"programmes.delete_{kind}" for kind in kinds])


def can_edit_programmes(user: User | AnonymousUser) -> bool:
    """Write what is promised: read a programme in from a file, take it out as one, begin the next period."""
    return user.has_perm("programmes.add_programme") and user.has_perm("programmes.change_programme")
