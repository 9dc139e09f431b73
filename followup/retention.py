"""Retention rules (gallring): rows deleted when their time is up.

Decided documents and histories are kept, since the municipality archives them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db.models import Q, QuerySet
from django.utils import timezone

from followup.models import FollowUp, OutgoingMail, Reminder
from organisation.models import PasswordLink, User, departed
from organisation.people.leaving import close
from organisation.personal_data import anonymise, anonymised_users


@dataclass(frozen=True)
class Rule:
    """A retention rule: its Swedish name, the rows that are due, and the deletion of one row."""

    name: str
    rows: QuerySet[Any]
    purge: Callable[[Any], object]


def rules(now: datetime) -> list[Rule]:
    """Return the rules of deletion that the settings give as of `now`."""
    log_before = now - timedelta(days=settings.KEEP_ADMIN_LOG_DAYS)
    day = timezone.localdate(now)
    return [
        Rule("sessioner som har gått ut", Session.objects.filter(expire_date__lt=now), delete),
        *_rules_of_mail(now),
        Rule(
            f"administrationens logg, äldre än {settings.KEEP_ADMIN_LOG_DAYS} dagar",
            LogEntry.objects.filter(action_time__lt=log_before),
            delete,
        ),
        Rule("konton för dem som har slutat (stängs)", departed(day), close),
        Rule(
            f"stängda konton som inte har använts på {settings.KEEP_CLOSED_ACCOUNT_DAYS} dagar (avidentifieras)",
            forgotten_accounts(now),
            lambda user: anonymise(user, day),
        ),
    ]


def _rules_of_mail(now: datetime) -> list[Rule]:
    """Return the rules for old mail and its links, and for mail to people who have been anonymised since.

    Mails of dispatched decisions are kept. So are reminders of undecided years, which would be sent again otherwise.
    """
    before = now - timedelta(days=settings.KEEP_MAIL_DAYS)
    is_old = Q(sent_at__lt=before) | Q(failed_at__lt=before)
    is_to_anonymised = Q(recipient__in=anonymised_users())
    reminders = OutgoingMail.objects.filter(kind=OutgoingMail.Kind.REMINDER)
    undecided = Reminder.objects.exclude(entry__follow_up__state=FollowUp.State.DECIDED)
    old_reminders = reminders.filter(is_old).exclude(pk__in=undecided.values("mail"))
    account_mails = OutgoingMail.objects.filter(kind=OutgoingMail.Kind.ACCOUNT)
    return [
        Rule(f"påminnelser per e-post, äldre än {settings.KEEP_MAIL_DAYS} dagar", old_reminders, delete),
        Rule(
            f"mejl om ändrade konton, äldre än {settings.KEEP_MAIL_DAYS} dagar eller till avidentifierade",
            account_mails.filter(is_old | is_to_anonymised),
            delete,
        ),
        Rule("påminnelser per e-post till avidentifierade", reminders.filter(is_to_anonymised), delete),
        Rule(
            f"länkar för lösenord, äldre än {settings.KEEP_MAIL_DAYS} dagar",
            PasswordLink.objects.filter(expires_at__lt=before),
            delete,
        ),
    ]


def forgotten_accounts(now: datetime) -> QuerySet[User]:
    """Closed accounts unused for KEEP_CLOSED_ACCOUNT_DAYS and not yet anonymised."""
    before = now - timedelta(days=settings.KEEP_CLOSED_ACCOUNT_DAYS)
    closed = User.objects.filter(is_active=False).filter(
        Q(last_login__lt=before) | Q(last_login__isnull=True, date_joined__lt=before)
    )
    return closed.exclude(pk__in=anonymised_users())


def delete(row: Any) -> None:
    row.delete()
