"""Base of all benchmarks: the example programme in a database that is dropped afterwards."""

import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import django
from django.conf import settings
from django.core.management import call_command

SLUG = "huddinge-2018-2021"
YEAR = 2020


@contextmanager
def programme() -> Iterator[None]:
    try:
        django.setup()
        call_command("migrate", verbosity=0)
        data = settings.BASE_DIR / "programmes" / "data" / "huddinge-2018-2021.json"
        call_command("import_programme", str(data), without_pdf=True, stdout=io.StringIO())
        yield
    finally:
        shutil.rmtree(settings.FOLDER)
