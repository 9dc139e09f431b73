"""Outbox of mails: `queue` a mail in the transaction that causes it, and `deliver` the waiting mails from cron.

A mail is stored in the database until the mail server has accepted it, so a rolled-back transaction sends nothing, and
a mail survives a server that is down.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from mimetypes import guess_type
from smtplib import SMTPException, SMTPRecipientsRefused
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.mail import EmailMessage, get_connection
from django.db import transaction

from followup.models import OutgoingMail
from organisation.models import PasswordLink, User

WIDTH = 72

# Stands in a stored body for the address of the mail's password link, which is written when the mail is sent.
LINK_MARK = "{länk}"

# Delay after each failed attempt. The mail is given up when the attempt after the last delay fails.
DELAYS = (
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
    timedelta(hours=24),
)

# A claim by one process expires after this time, much longer than settings.EMAIL_TIMEOUT.
CLAIM = timedelta(minutes=15)


@dataclass(frozen=True)
class AttachedFile:
    """A file to attach: its name in the mail, and its name in Django's default storage."""

    name: str
    stored_as: str


@dataclass
class Delivery:
    """Result of one run: mails sent, to be retried and given up, and the reason if it ended early."""

    sent: list[OutgoingMail] = field(default_factory=list)
    postponed: list[OutgoingMail] = field(default_factory=list)
    given_up: list[OutgoingMail] = field(default_factory=list)
    unreachable: str = ""

    @property
    def succeeded(self) -> bool:
        return not (self.postponed or self.given_up or self.unreachable)

    @property
    def in_words(self) -> list[str]:
        """The run in Swedish, a line for each result, for the log of cron."""
        lines = [f"Skickade mejl: {len(self.sent)}."]
        if self.unreachable:
            lines.append(f"E-postservern kan inte nås: {self.unreachable}. Mejlen ligger kvar till nästa gång.")
        lines += [f"Gick inte, försöks igen: {mail}: {mail.last_error}" for mail in self.postponed]
        lines += [f"Uppgivet: {mail}: {mail.last_error}" for mail in self.given_up]
        return lines


def absolute_url(path: str) -> str:
    """Return the address of a page as a mail needs it, with host."""
    return settings.SITE_URL.rstrip("/") + path


def wrapped(text: str) -> str:
    """Wrap text at `WIDTH` characters. A list item that begins with "- " has a hanging indent; addresses are not
    broken.
    """
    return "\n".join(_wrapped_line(line) for line in text.strip().splitlines()) + "\n"


def _wrapped_line(line: str) -> str:
    """Wrap a line. Its indent is repeated, and the text of a list item stays to the right of its dash."""
    text = line.strip()
    indent = " " * (len(line) - len(line.lstrip()))
    hanging = indent + ("  " if text.startswith("- ") else "")
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )


def queue(
    *,
    key: str,
    kind: OutgoingMail.Kind,
    to: User | str,
    subject: str,
    body: str,
    attachments: Sequence[AttachedFile] = (),
    password_link: PasswordLink | None = None,
) -> OutgoingMail:
    """Put a mail in the outbox and return it. If the `key` is there already, return that mail unchanged.

    Call it in the transaction that causes the mail: then both are stored, or neither. `to` is a person or an address;
    raise ValueError when it has no address. The body is plain text, and is wrapped here. LINK_MARK in it becomes the
    address of `password_link`.
    """
    recipient = to if isinstance(to, User) else None
    address = (to.email if isinstance(to, User) else to).strip()
    if not address:
        raise ValueError(f"No address to send {key} to.")
    mail, _ = OutgoingMail.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "recipient": recipient,
            "address": address,
            "subject": " ".join(subject.split()),
            "body": wrapped(body),
            "password_link": password_link,
            "attachments": [{"name": file.name, "stored_as": file.stored_as} for file in attachments],
        },
    )
    return mail


def deliver(now: datetime, limit: int = 500) -> Delivery:
    """Send at most `limit` mails that are due at `now`, over one connection. Return the result of each.

    Each mail is sent at least once, by one process at a time: it is claimed in a short transaction (SKIP LOCKED), sent
    outside it, and then recorded. If the process is killed in between, the mail is sent again when the claim has
    expired (`CLAIM`), with the same Message-ID.

    A mail that fails is retried after growing `DELAYS`. It is given up after the last of them, or at once when the
    server refuses the address. A server that cannot be reached ends the run without counting against any mail. Do not
    call this inside a transaction.
    """
    started = monotonic()
    delivery = Delivery()
    with closing(get_connection()) as connection:
        for _ in range(limit):
            elapsed = timedelta(seconds=monotonic() - started)
            mail = _claim(now, elapsed)
            if mail is None or not _open_for(mail, connection, now, delivery):
                break
            _send(mail, connection, now, delivery)
    return delivery


def _open_for(mail: OutgoingMail, connection: Any, now: datetime, delivery: Delivery) -> bool:
    """Open the connection unless it is open. If the server cannot be reached, give the claim back and return False."""
    try:
        connection.open()
    except (SMTPException, OSError) as error:
        _release(mail, now)
        delivery.unreachable = _in_words(error)
        return False
    return True


@transaction.atomic
def _claim(now: datetime, elapsed: timedelta) -> OutgoingMail | None:
    """Claim the next mail that is due and not claimed by another process."""
    mail = OutgoingMail.objects.due(now).select_for_update(skip_locked=True).first()
    if mail:
        mail.attempts += 1
        mail.next_attempt_at = now + elapsed + CLAIM
        mail.save(update_fields=["attempts", "next_attempt_at"])
    return mail


def _release(mail: OutgoingMail, now: datetime) -> None:
    """Undo a claim, with its attempt."""
    _still_claimed(mail).update(attempts=mail.attempts - 1, next_attempt_at=now)


def _send(mail: OutgoingMail, connection: Any, now: datetime, delivery: Delivery) -> None:
    """Send a claimed mail and record the result, in the database and in `delivery`."""
    try:
        connection.send_messages([_message(mail)])
    except (SMTPException, OSError, ValueError) as error:
        # The state of the connection is unknown, so the next mail opens a new one.
        connection.close()
        _record_failure(mail, error, now, delivery)
        return
    mail.sent_at, mail.last_error = now, ""
    OutgoingMail.objects.filter(pk=mail.pk).update(sent_at=now, failed_at=None, last_error="")
    delivery.sent.append(mail)


def _record_failure(mail: OutgoingMail, error: Exception, now: datetime, delivery: Delivery) -> None:
    """Record why a mail was not sent. It is given up, or tried again after the next delay."""
    mail.last_error = _in_words(error)
    if _is_final(error) or mail.attempts > len(DELAYS):
        mail.failed_at = now
        delivery.given_up.append(mail)
    else:
        mail.next_attempt_at = now + DELAYS[mail.attempts - 1]
        delivery.postponed.append(mail)
    _still_claimed(mail).update(
        next_attempt_at=mail.next_attempt_at, failed_at=mail.failed_at, last_error=mail.last_error
    )


def _still_claimed(mail: OutgoingMail) -> Any:
    """Return the row of a mail, unless another process has claimed it since."""
    return OutgoingMail.objects.waiting().filter(pk=mail.pk, attempts=mail.attempts)


def _message(mail: OutgoingMail) -> EmailMessage:
    """Build the message of a mail in the outbox, with its attached files read from the storage."""
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    headers = {
        # The same on each attempt, so that mail programs recognise a mail that arrives twice.
        "Message-ID": f"<{mail.created_at:%Y%m%d%H%M%S}.{mail.pk}@{domain}>",
        "Auto-Submitted": "auto-generated",
    }
    message = EmailMessage(mail.subject, _body_to_send(mail), to=[mail.address], headers=headers)
    for file in mail.attachments:
        with default_storage.open(file["stored_as"]) as stored:
            content_type, _ = guess_type(file["name"])
            message.attach(file["name"], stored.read(), content_type or "application/octet-stream")
    return message


def _body_to_send(mail: OutgoingMail) -> str:
    """Return the body with the secret address, which is not stored so that no reader of the outbox has it."""
    if mail.password_link is None:
        return mail.body
    return mail.body.replace(LINK_MARK, absolute_url(mail.password_link.address))


def _is_final(error: Exception) -> bool:
    """Return whether the server refuses the address for good (status 500 and up)."""
    return isinstance(error, SMTPRecipientsRefused) and all(code >= 500 for code, _ in error.recipients.values())


def _in_words(error: Exception) -> str:
    """Return the server's answer about an address, or the error as text."""
    if isinstance(error, SMTPRecipientsRefused):
        return "; ".join(f"{code} {text.decode(errors='replace')}" for code, text in error.recipients.values())
    return str(error) or type(error).__name__
