"""manage.py anonymise_person USERNAME: close the account of a person who has left, and remove the name."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from organisation.management.commands.export_person import find_user
from organisation.personal_data import anonymise, is_anonymised


class Command(BaseCommand):
    help = "Stänger kontot för någon som har slutat och tar bort namn och adresser. Det går inte att ångra."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", metavar="ANVÄNDARNAMN")
        parser.add_argument("--dry-run", action="store_true", help="visa bara vem det gäller")

    def handle(self, *args: Any, **options: Any) -> None:
        user = find_user(options["username"])
        if is_anonymised(user):
            raise CommandError(f"{user} är redan avidentifierad.")
        name_before = f"{user} ({user.username})"
        if options["dry_run"]:
            self.stdout.write(f"{name_before} skulle avidentifieras. Inget har ändrats.")
            return
        anonymise(user, timezone.localdate())
        self.stdout.write(f"{name_before} är avidentifierad och heter nu {user}.")
