"""Mails about changes of accounts, to the person and to all administrators."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string

from followup.mail.outbox import queue
from followup.models import OutgoingMail
from organisation.models import AccountChange, PasswordLink, User, administrators


@transaction.atomic
def queue_account_changes(now: datetime) -> int:
    """Put the changes that are not mailed in the outbox. Return the number of changes."""
    changes = AccountChange.objects.filter(mailed_at__isnull=True).select_related("user", "by")
    found = list(changes.select_for_update(of=("self",), skip_locked=True))
    administering = list(administrators()) if found else []
    for change in found:
        for recipient in {change.user, *administering}:
            if recipient.email and not _tells_newcomer(change, recipient):
                _queue(change, recipient)
    AccountChange.objects.filter(pk__in=[change.pk for change in found]).update(mailed_at=now)
    return len(found)


def _tells_newcomer(change: AccountChange, recipient: User) -> bool:
    """Return whether the invitation, a newcomer's first mail, already tells the recipient of the change."""
    if recipient != change.user or recipient.last_login is not None:
        return False
    return recipient.password_links.filter(purpose=PasswordLink.Purpose.INVITATION, used_at=None).exists()


def _queue(change: AccountChange, recipient: User) -> None:
    """Put a mail about the change in the outbox, in words for the owner of the account or for an administrator."""
    context = {
        "change": change,
        "is_own": recipient == change.user,
        "was_made_by_owner": change.by == change.user,
        "municipality": settings.MUNICIPALITY_NAME,
    }
    queue(
        key=f"account-{change.pk}-{recipient.pk}",
        kind=OutgoingMail.Kind.ACCOUNT,
        to=recipient,
        subject=f"Ändrat konto: {change.user}",
        body=render_to_string("followup/mail/account_change.txt", context),
    )
