"""Predicates that decide whether a user may do something. Visibility is decided by QuerySets (`visible_to`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from followup.models import Answer, Attachment, Contribution, FollowUp, SubGoalEntry
from organisation.models import Unit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.models import AnonymousUser

    from organisation.models import User


def answering_units(answer: Answer) -> list[Unit]:
    """Return the units that write the answer.

    A contribution is written by its unit while that is responsible. The answer itself is written by the lead or the
    only unit. If several units have no lead, no unit writes the answer: reviewers do.
    """
    if isinstance(answer, Contribution):
        return [answer.unit] if answer.is_expected else []
    unit = answer.item.answering_unit
    return [unit] if unit else []


def can_report(user: User, answer: Answer) -> bool:
    """Whether the user is a member with `may_report` of a unit that writes the answer, or a reviewer that writes it."""
    if user.reports_for(answering_units(answer)):
        return True
    return is_written_by_reviewers(answer) and can_review(user)


def is_written_by_reviewers(answer: Answer) -> bool:
    """Whether the answer joins the contributions of several units that have no lead."""
    return not isinstance(answer, Contribution) and answer.item.is_shared_without_lead


def can_write(user: User, answer: Answer) -> bool:
    return answer.is_writable and can_report(user, answer)


def can_attach(user: User, entry: SubGoalEntry) -> bool:
    """Whether the user may attach files to the goal's answer: as writer of the answer or of a contribution to it."""
    if can_write(user, entry):
        return True
    contributions = Contribution.objects.filter(follow_up=entry.follow_up, sub_goal=entry.sub_goal).with_items()
    return any(can_write(user, contribution) for contribution in contributions)


def can_remove_attachment(user: User, attachment: Attachment) -> bool:
    """Whether the user may delete the file: as writer of the goal's answer, or as the contributor who attached it."""
    if can_write(user, attachment.entry):
        return True
    return attachment.uploaded_by_id == user.pk and can_attach(user, attachment.entry)


def can_review(user: User) -> bool:
    return user.has_perm("followup.review_followup")


def can_write_texts(user: User, follow_up: FollowUp) -> bool:
    """Whether the user may write the reviewer's texts: of areas, guidelines and the year as a whole."""
    return can_review(user) and follow_up.takes_texts


def can_link_indicators(user: User) -> bool:
    """Whether the user may link indicators to key figures in Kolada."""
    return user.has_perm("programmes.change_indicator")


def can_follow_review(user: User) -> bool:
    """Whether the user may read the review pages: reviewers, and the secretary that continues their work."""
    return can_review(user) or user.has_perm("followup.decide_followup")


def can_see_contacts(user: User, units: Iterable[Unit]) -> bool:
    """Whether the user may see whom to ask about the units: those who review or administer, and the units' people."""
    if can_follow_review(user) or user.has_perm("organisation.change_unit"):
        return True
    own = Unit.objects.with_member(user, timezone.localdate())
    return any(unit in own for unit in units)


def can_review_answer(user: User, answer: Answer) -> bool:
    """Whether the user may approve or return the answer.

    Not an answer that the user reports for, unless REVIEW_OWN_ANSWERS allows it, as in a small municipality.
    """
    return can_review(user) and (settings.REVIEW_OWN_ANSWERS or not user.reports_for(answering_units(answer)))


def can_comment(user: User, answers: Iterable[Answer]) -> bool:
    """Whether the user may comment: reviewers and the units responsible, while answers can be changed."""
    return any(answer.follow_up.takes_answers and (can_review(user) or can_report(user, answer)) for answer in answers)


def can_run_year(user: User, follow_up: FollowUp) -> bool:
    """Whether the user may open the year, begin its review and propose it."""
    return can_review(user)


def can_decide(user: User, follow_up: FollowUp) -> bool:
    """Whether the user may record the board's decision."""
    return user.has_perm("followup.decide_followup")


def can_withhold(user: User, follow_up: FollowUp) -> bool:
    """Whether the user may mark parts of the report as secret. Possible from the start of the review."""
    return can_follow_review(user) and not follow_up.is_before_review


def can_remove_from_programmes(user: User | AnonymousUser) -> bool:
    """Whether the user may remove goals, measures and the like that an imported file lacks."""
    kinds = ("responsibilityarea", "subgoal", "measure", "indicator", "guideline")
    return user.has_perms([f"programmes.delete_{kind}" for kind in kinds])


def can_edit_programmes(user: User | AnonymousUser) -> bool:
    """Whether the user may import and export programmes and begin the next period."""
    return user.has_perm("programmes.add_programme") and user.has_perm("programmes.change_programme")
