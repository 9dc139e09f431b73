"""The import order of DESIGN: organisation, programmes, followup; and within followup, views and renderers on top."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

APPS = ("organisation", "programmes", "followup")


def imports(path: Path) -> set[str]:
    """The modules that a file imports, with dots."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def modules(app: str) -> list[Path]:
    return sorted((settings.BASE_DIR / app).rglob("*.py"))


@pytest.mark.parametrize("app", APPS)
def test_an_app_imports_only_from_those_below(app):
    above = {*APPS[APPS.index(app) + 1 :], "huddinge_safety", "tests"}
    assert len(modules(app)) > 3
    wrong = {
        str(path): names for path in modules(app) if (names := {n for n in imports(path) if n.split(".")[0] in above})
    }
    assert wrong == {}


@pytest.mark.parametrize("path", modules("followup/models"), ids=lambda path: path.stem)
def test_models_stand_on_nothing_but_scales(path):
    own = {name for name in imports(path) if name.startswith("followup.")}
    assert not {name for name in own if not name.startswith(("followup.models", "followup.scales"))}


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [
        ("followup/report.py", ("django.http", "django.utils.timezone", "followup.renderers", "followup.views")),
        ("followup/workflow.py", ("django.http", "followup.renderers", "followup.views")),
        ("followup/permissions.py", ("django.http", "followup.workflow", "followup.views")),
    ],
)
def test_rules_know_nothing_of_pages(module, forbidden):
    assert not [name for name in imports(settings.BASE_DIR / module) if name.startswith(forbidden)]


@pytest.mark.parametrize(
    "path", sorted((settings.BASE_DIR / "followup" / "renderers").glob("[a-z]*.py")), ids=lambda p: p.stem
)
def test_renderers_read_no_database(path):
    assert not [name for name in imports(path) if name.startswith(("followup.models", "programmes", "organisation"))]
