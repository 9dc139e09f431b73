"""Import order: organisation, programmes, followup; inside organisation and followup, the rooms of ROOMS."""

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


# The rooms of an app, lowest first: a room imports only from itself and from rooms before it. Modules at the top of the
# app are below all rooms, except ENTRY_POINTS, which wire the rooms together and which no room imports.
ROOMS = {
    "organisation": ("appearance", "signin", "people"),
    "followup": (
        "web",
        "report",
        "writing",
        "answers",
        "history",
        "review",
        "documents",
        "queue",
        "reading",
        "mail",
        "decision",
        "publication",
        "intake",
        "frameworks",
        "api",
    ),
}
ENTRY_POINTS = {
    "organisation": {"admin", "apps", "management", "provider", "urls"},
    "followup": {"admin", "apps", "management", "retention", "templatetags", "urls", "worker"},
}
ALL_MODULES = [path for app in ROOMS for path in modules(app)]


def level(name: str) -> int:
    """Return the position of a dotted module name in the order of its app's rooms."""
    app, _, rest = name.partition(".")
    part = rest.split(".")[0]
    if part in ENTRY_POINTS[app]:
        return len(ROOMS[app]) + 1
    return ROOMS[app].index(part) + 1 if part in ROOMS[app] else 0


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(settings.BASE_DIR).with_suffix("").parts)


@pytest.mark.parametrize("path", ALL_MODULES, ids=dotted)
def test_a_room_imports_only_from_rooms_before_it(path):
    app = dotted(path).split(".")[0]
    own = {name for name in imports(path) if name.startswith(f"{app}.")}
    assert not {name for name in own if level(name) > level(dotted(path))}


@pytest.mark.parametrize(("app", "others"), [("organisation", set()), ("followup", {"models"})])
def test_every_folder_is_a_room(app, others):
    folders = {path.name for path in (settings.BASE_DIR / app).iterdir() if (path / "__init__.py").exists()}
    assert folders == {*ROOMS[app], "management", "migrations", "templatetags", *others}


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [
        ("followup/report/report.py", ("django.http", "django.utils.timezone")),
        ("followup/workflow.py", ("django.http",)),
        ("followup/permissions.py", ("django.http", "followup.workflow")),
    ],
)
def test_rules_know_nothing_of_pages(module, forbidden):
    assert not [name for name in imports(settings.BASE_DIR / module) if name.startswith(forbidden)]


# The builder of the minutes extract reads a decision; everything else in documents renders a value.
RENDERERS = [path for path in modules("followup/documents") if path.stem not in ("__init__", "extract")]


@pytest.mark.parametrize("path", RENDERERS, ids=dotted)
def test_renderers_read_no_database(path):
    # These modules handle strings and plain values only.
    plain = ("organisation.text", "organisation.sentences", "programmes.scales", "programmes.terms")
    rooms = [name for name in imports(path) if not name.startswith(plain)]
    assert not [name for name in rooms if name.startswith(("followup.models", "programmes", "organisation"))]
