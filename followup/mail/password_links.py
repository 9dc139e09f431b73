"""Mails with a link: invitations of new people, and new passwords for those who have forgotten theirs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from followup.answers.worklist import work_of
from followup.mail.outbox import LINK_MARK, queue
from followup.models import FollowUp, OutgoingMail
from organisation.models import Membership, PasswordLink, User
from organisation.roles import Role, roles_of
from organisation.signin.password_links import issue_requested_links


@dataclass(frozen=True)
class YearToReport:
    """An open year in which a newcomer's units have answers to write."""

    follow_up: FollowUp
    goal_count: int


@transaction.atomic
def queue_password_links(now: datetime) -> int:
    """Issue the links that visitors have asked for, and put a mail for each unsent link in the outbox."""
    issue_requested_links(now)
    links = PasswordLink.objects.unmailed(now).select_related("user", "by")
    found = list(links.select_for_update(of=("self",), skip_locked=True))
    for link in found:
        if link.user.email:
            _queue(link, timezone.localdate(now))
    PasswordLink.objects.filter(pk__in=[link.pk for link in found]).update(mailed_at=now)
    return len(found)


def _queue(link: PasswordLink, today: date) -> None:
    """Put the mail with a link in the outbox: an invitation, or the answer to a forgotten password."""
    context = {"link": link, "link_mark": LINK_MARK, "municipality": settings.MUNICIPALITY_NAME}
    if link.is_invitation:
        template, subject = "invitation", f"Inbjudan till {settings.MUNICIPALITY_NAME}s uppföljning"
        context |= _tasks_of_newcomer(link.user, today)
    else:
        template, subject = "forgotten_password", "Nytt lösenord"
    queue(
        key=f"password-link-{link.pk}",
        kind=OutgoingMail.Kind.ACCOUNT,
        to=link.user,
        subject=subject,
        body=render_to_string(f"followup/mail/{template}.txt", context),
        password_link=link,
    )


def _tasks_of_newcomer(user: User, today: date) -> dict[str, list[Membership] | list[Role] | list[YearToReport]]:
    """Return the units, roles and open years that are the person's own: the first mail tells of nothing else."""
    memberships = user.memberships.current(today).select_related("unit")
    return {
        "memberships": list(memberships),
        "roles": roles_of(user.groups.values_list("name", flat=True)),
        "years": _years_to_report(user, today),
    }


def _years_to_report(user: User, today: date) -> list[YearToReport]:
    """Return the open years with the number of goals that the person's units have not handed in."""
    years = []
    for year in work_of(user, today):
        unfinished = [task for task in year.tasks if any(answer.is_writable for answer in task.own)]
        if unfinished and year.follow_up.opens_on <= today:
            years.append(YearToReport(year.follow_up, len(unfinished)))
    return years
