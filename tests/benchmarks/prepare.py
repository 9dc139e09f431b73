"""What both benchmarks stand on: the real programme in a database of its own."""

import io
import shutil

import django
from django.conf import settings
from django.core.management import call_command

YEAR = 2020


def load_programme() -> None:
    django.setup()
    call_command("migrate", verbosity=0)
    data = settings.BASE_DIR / "programmes" / "data" / "huddinge-2018-2021.json"
    call_command("import_programme", str(data), stdout=io.StringIO())


def clean_up() -> None:
    shutil.rmtree(settings.FOLDER)
