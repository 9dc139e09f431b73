"""manage.py create_demo: create the example programme and example users, for development only."""

from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from organisation.models import Membership, Unit, User
from organisation.roles import ADMINISTRATOR, REVIEWER, SECRETARY, Role
from programmes.models import Programme

DATA = settings.BASE_DIR / "programmes" / "data" / "huddinge-2018-2021.json"
SLUG = "huddinge-2018-2021"
PASSWORD = "trygg-och-saker-2021"


class Person(NamedTuple):
    username: str
    first_name: str
    last_name: str
    role: Role | None = None
    unit: str = ""
    may_report: bool = False

    @property
    def task(self) -> str:
        """The role, or the unit and whether the user reports for it, in Swedish."""
        if self.role:
            return self.role.name
        return f"{'rapporterar' if self.may_report else 'läser'} för {self.unit}"


PEOPLE = [
    Person("handlaggare", "Hanna", "Handläggare", unit="kommunstyrelsen", may_report=True),
    Person("socialhandlaggare", "Sara", "Socialhandläggare", unit="socialnamnden", may_report=True),
    Person("lasare", "Lars", "Läsare", unit="huge-fastigheter"),
    Person("granskare", "Greta", "Granskare", role=REVIEWER),
    Person("sekreterare", "Nina", "Nämndsekreterare", role=SECRETARY),
    Person("administrator", "Anders", "Administratör", role=ADMINISTRATOR),
]


class Command(BaseCommand):
    help = "Läser in exempelprogrammet och skapar exempelanvändare. Bara när DEBUG är på."

    def handle(self, *args: Any, **options: Any) -> None:
        """Import the example programme if it is missing, create the example users, and print their names."""
        if not settings.DEBUG:
            raise CommandError("Exempelanvändare skapas bara när DEBUG är på: deras lösenord är kända.")
        # Import once, so that a restart does not undo changes made since.
        if not Programme.objects.filter(slug=SLUG).exists():
            self.import_programme()
        with transaction.atomic():
            for person in PEOPLE:
                self.create(person)
        self.print_users()

    def import_programme(self) -> None:
        """Import the example programme, and give its units e-mail addresses so that reminders can be tried."""
        call_command("import_programme", str(DATA), stdout=self.stdout)
        for unit in Unit.objects.filter(email=""):
            unit.email = f"registrator.{unit.slug}@example.com"
            unit.save()

    def print_users(self) -> None:
        self.stdout.write("\nExempelanvändare, alla med lösenordet " + PASSWORD + ":")
        for person in PEOPLE:
            self.stdout.write(f"  {person.username:<18} {person.first_name} {person.last_name}, {person.task}")

    def create(self, person: Person) -> None:
        """Create the user with their role or their membership of a unit. An existing user is left as it is."""
        user, is_new = User.objects.get_or_create(
            username=person.username,
            defaults={
                "first_name": person.first_name,
                "last_name": person.last_name,
                "email": f"{person.username}@example.com",
                "is_staff": person.role is not None,
                "password": lambda: make_password(PASSWORD),  # type: ignore[misc]
            },
        )
        if not is_new:
            return
        if person.role:
            user.groups.add(Group.objects.get(name=person.role.name))
        if person.unit:
            Membership.objects.create(user=user, unit=Unit.objects.get(slug=person.unit), may_report=person.may_report)
