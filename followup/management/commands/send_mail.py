"""manage.py send_mail, for cron: sends the waiting mails of the outbox."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from followup.mail.account_changes import queue_account_changes
from followup.mail.outbox import deliver
from followup.mail.password_links import queue_password_links


class Command(BaseCommand):
    help = "Skickar de mejl som väntar på att skickas. Slutar med felkod när något mejl inte kunde skickas."

    def handle(self, *args: Any, **options: Any) -> None:
        queue_account_changes(timezone.now())
        queue_password_links(timezone.now())
        delivery = deliver(timezone.now())
        report = "\n".join(delivery.in_words)
        if not delivery.succeeded:
            raise CommandError(report)
        self.stdout.write(report)
