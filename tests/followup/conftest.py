import pytest
from django.conf import settings
from django.core.management import call_command

from programmes.models import Programme

HUDDINGE = settings.BASE_DIR / "programmes" / "data" / "huddinge-2018-2021.json"


@pytest.fixture
def huddinge(db) -> Programme:
    """The real programme with its four years, as `script/server` loads it."""
    call_command("import_programme", str(HUDDINGE), verbosity=0)
    return Programme.objects.get()
