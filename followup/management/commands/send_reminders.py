"""manage.py send_reminders, for cron: reminds of answers that are due, returned or approved."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from followup.mail.account_changes import queue_account_changes
from followup.mail.outbox import deliver
from followup.mail.password_links import queue_password_links
from followup.mail.reminders import Reminded, remind


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"”{text}” är inget datum. Skriv det som 2022-01-12.") from error


class Command(BaseCommand):
    help = (
        "Påminner med e-post om det som ska fyllas i, och berättar vad som har återlämnats och godkänts: var sak en"
        " gång. Skickar sedan det som väntar på att skickas, som send_mail."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--date", type=day, help="dag att påminna för (standard: i dag)")
        parser.add_argument("--dry-run", action="store_true", help="visar mejlen utan att skicka något")

    def handle(self, *args: Any, **options: Any) -> None:
        """Queue the reminders that are due and send all queued mail. Raise CommandError when some could not be sent.

        With --dry-run, only print the reminders that would be queued.
        """
        today = options["date"] or timezone.localdate()
        if options["dry_run"]:
            self.show(today)
            return
        reminded = remind(today)
        self.stdout.write(f"Nya påminnelser: {len(reminded.queued)}.")
        queue_account_changes(timezone.now())
        queue_password_links(timezone.now())
        delivery = deliver(timezone.now())
        report = "\n".join([*without_address(reminded), *delivery.in_words])
        if reminded.without_address or not delivery.succeeded:
            raise CommandError(report)
        self.stdout.write(report)

    def show(self, today: date) -> None:
        with transaction.atomic():
            reminded = remind(today)
            transaction.set_rollback(True)
        for mail in reminded.queued:
            self.stdout.write(f"Till: {mail.address}\nÄmne: {mail.subject}\n\n{mail.body}")
        self.stdout.write("\n".join([f"{len(reminded.queued)} mejl, inget skickat.", *without_address(reminded)]))


def without_address(reminded: Reminded) -> list[str]:
    return [f"Har ingen e-postadress och påmindes inte: {user}." for user in reminded.without_address]
