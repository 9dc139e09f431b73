"""manage.py create_demo: create the example programme and example users, for development only."""

from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from organisation.models import Membership, Unit, User
from programmes.models import Programme

DATA = settings.BASE_DIR / "programmes" / "data" / "huddinge-2018-2021.json"
SLUG = "huddinge-2018-2021"
PASSWORD = "trygg-och-saker-2021"

# Username, first name, last name, group, unit, and whether the user reports for the unit.
PEOPLE = [
    ("handlaggare", "Hanna", "Handläggare", "", "kommunstyrelsen", True),
    ("socialhandlaggare", "Sara", "Socialhandläggare", "", "socialnamnden", True),
    ("lasare", "Lars", "Läsare", "", "huge-fastigheter", False),
    ("granskare", "Greta", "Granskare", "Granskare", "", False),
    ("sekreterare", "Nina", "Nämndsekreterare", "Nämndsekreterare", "", False),
    ("administrator", "Anders", "Administratör", "Administratör", "", False),
]


class Command(BaseCommand):
    help = "Läser in exempelprogrammet och skapar exempelanvändare. Bara när DEBUG är på."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("Exempelanvändare skapas bara när DEBUG är på: deras lösenord är kända.")
        # Import once, so that a restart does not undo changes made since.
        if not Programme.objects.filter(slug=SLUG).exists():
            call_command("import_programme", str(DATA), stdout=self.stdout)
            for addressee in Unit.objects.filter(email=""):
                addressee.email = f"registrator.{addressee.slug}@example.com"
                addressee.save()
        with transaction.atomic():
            for person in PEOPLE:
                self.create(*person)
        self.stdout.write("\nExempelanvändare, alla med lösenordet " + PASSWORD + ":")
        for username, first_name, last_name, group, unit, reports in PEOPLE:
            what = group or f"{'rapporterar' if reports else 'läser'} för {unit}"
            self.stdout.write(f"  {username:<18} {first_name} {last_name}, {what}")

    def create(self, username: str, first_name: str, last_name: str, group: str, unit: str, reports: bool) -> None:
        user, is_new = User.objects.get_or_create(
            username=username,
            defaults={
                "first_name": first_name,
                "last_name": last_name,
                "email": f"{username}@example.com",
                "is_staff": bool(group),
                "password": lambda: make_password(PASSWORD),  # type: ignore[misc]
            },
        )
        if not is_new:
            return
        if group:
            user.groups.add(Group.objects.get(name=group))
        if unit:
            Membership.objects.create(user=user, unit=Unit.objects.get(slug=unit), may_report=reports)
