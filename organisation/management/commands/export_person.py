"""manage.py export_person USERNAME: all that is stored about somebody, as JSON."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from organisation.models import User
from organisation.personal_data import as_json


class Command(BaseCommand):
    help = "Skriver allt som finns om en användare som JSON: till den som begär ut sina uppgifter."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", metavar="ANVÄNDARNAMN")
        parser.add_argument("--output", type=Path, help="filen att skriva; annars skrivs allt ut")

    def handle(self, *args: Any, **options: Any) -> None:
        text = as_json(user_named(options["username"]))
        if options["output"]:
            options["output"].write_text(text + "\n")
        else:
            self.stdout.write(text)


def user_named(username: str) -> User:
    """CommandError when there is none."""
    user = User.objects.filter(username=username).first()
    if user is None:
        raise CommandError(f"Det finns ingen användare som heter ”{username}”. Användarnamnen står i administrationen.")
    return user
