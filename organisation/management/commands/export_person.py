"""manage.py export_person USERNAME: write everything that is stored about a user, as JSON."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from organisation.models import User
from organisation.personal_data import personal_data_json


class Command(BaseCommand):
    help = "Skriver allt som finns om en användare som JSON: till den som begär ut sina uppgifter."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", metavar="ANVÄNDARNAMN")
        parser.add_argument("--output", type=Path, help="filen att skriva; annars skrivs allt ut")

    def handle(self, *args: Any, **options: Any) -> None:
        content = personal_data_json(find_user(options["username"]))
        if options["output"]:
            options["output"].write_text(content + "\n")
        else:
            self.stdout.write(content)


def find_user(username: str) -> User:
    """Return the user with this user name; raise CommandError if there is none."""
    user = User.objects.filter(username=username).first()
    if user is None:
        raise CommandError(f"Det finns ingen användare som heter ”{username}”. Användarnamnen står i administrationen.")
    return user
