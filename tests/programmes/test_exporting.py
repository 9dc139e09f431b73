"""An exported programme is imported again without a change: the real one, and any other."""

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from organisation.text import clean
from programmes.exporting import export_programme, to_json
from programmes.importing import ImportLog, import_programme
from programmes.models import Programme, SubGoal
from programmes.source import Node, SourceError
from tests.fixtures import HUDDINGE
from tests.followup.reading.test_dashboards import grow

WORDS = (
    st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=40)
    .map(clean)
    .filter(bool)
)
FIRST, LAST = 2022, 2025
YEARS = st.integers(FIRST, LAST)
FIGURES = st.decimals(-10_000, 10_000, places=3).map(float)


def numbered(items: st.SearchStrategy[dict[str, Any]], most: int) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Generate up to `most` items with distinct numbers, in their order."""
    numbers = st.lists(st.integers(1, 99), unique=True, max_size=most).map(sorted)
    return numbers.flatmap(lambda chosen: st.tuples(*[with_number(items, number) for number in chosen]).map(list))


def with_number(items: st.SearchStrategy[dict[str, Any]], number: int) -> st.SearchStrategy[dict[str, Any]]:
    return items.map(lambda item: {"number": number, **item})


def some(slugs: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(slugs), unique=True).map(sorted)


UNITS = ["a-namnd", "b-bolag", "c-forbund"]


def with_lead(item: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Make one of the item's units its lead, or none."""
    return st.sampled_from(["", *item["units"]]).map(lambda lead: {**item, "lead": lead})


PERSPECTIVES = ["barn", "klimat"]
CHANGES = st.just({"change": "", "change_year": None, "change_reason": ""}) | st.fixed_dictionaries(
    {"change": st.sampled_from(["added", "changed"]), "change_year": YEARS, "change_reason": WORDS}
)
MEASURES = st.tuples(
    st.fixed_dictionaries(
        {
            "text": WORDS,
            "units": some(UNITS),
            "perspectives": some(PERSPECTIVES),
            "problem": WORDS | st.just(""),
            "problem_source": WORDS | st.just(""),
            "example": st.booleans(),
        }
    ).flatmap(with_lead),
    st.tuples(YEARS, YEARS).map(sorted),
    CHANGES,
).map(lambda parts: {**parts[0], "first_year": parts[1][0], "last_year": parts[1][1], **parts[2]})
BASELINES = st.just({"baseline": None, "baseline_year": None}) | st.fixed_dictionaries(
    {"baseline": FIGURES, "baseline_year": st.integers(2015, LAST)}
)


def by_year(facts: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Generate some years with the `facts` of each, in their order."""
    return st.dictionaries(YEARS, st.fixed_dictionaries(facts)).map(
        lambda values: [{"year": year, **value} for year, value in sorted(values.items())]
    )


KPI = st.sampled_from(["", "N00945"])
TARGETS = by_year({"value": FIGURES})
OUTCOMES = by_year(
    {
        "value": FIGURES,
        "women": FIGURES | st.none(),
        "men": FIGURES | st.none(),
        "assessment": st.sampled_from(["", "reached", "on_the_way", "not_reached", "cannot_assess"]),
        "kpi": KPI,
        "dated": st.dates().map(str),
        "example": st.booleans(),
    }
)
INDICATORS = st.tuples(
    st.fixed_dictionaries(
        {
            "name": WORDS,
            "unit": WORDS,
            "direction": st.sampled_from(["up", "down"]),
            "target": FIGURES | st.none(),
            "source": WORDS | st.just(""),
            "kpi": KPI,
            "example": st.booleans(),
            "targets": TARGETS,
            "outcomes": OUTCOMES,
        }
    ),
    BASELINES,
).map(lambda parts: {**parts[0], **parts[1]})
GOALS = st.fixed_dictionaries(
    {
        "text": WORDS,
        "short_name": st.sampled_from(["", "Trygga torg", "x" * 35]),
        "predecessor": st.sampled_from(["", "tidigare 1.1", "tidigare 1.2"]),
        "example": st.booleans(),
        "units": some(UNITS),
        "measures": numbered(MEASURES, 3),
        "indicators": numbered(INDICATORS, 2),
    }
).flatmap(with_lead)
AREAS = st.fixed_dictionaries(
    {
        "name": WORDS,
        "overarching_sub_goal": WORDS | st.just(""),
        "example": st.booleans(),
        "sub_goals": numbered(GOALS, 3),
    }
)
GUIDELINES = st.fixed_dictionaries(
    {"title": WORDS, "description": WORDS | st.just(""), "units": some(UNITS), "example": st.booleans()}
).flatmap(with_lead)
PROGRAMMES = st.fixed_dictionaries(
    {
        "format": st.just("huddinge-safety-programme"),
        "version": st.just(1),
        "units": st.just([{"slug": slug, "name": slug.title(), "kind": "committee"} for slug in UNITS]),
        "perspectives": st.just([{"slug": slug, "name": slug, "description": ""} for slug in PERSPECTIVES]),
        "programme": st.fixed_dictionaries(
            {
                "slug": st.just("nytt-program"),
                "title": WORDS,
                "first_year": st.just(FIRST),
                "last_year": st.just(LAST),
                "overarching_goal": WORDS,
                "state": st.sampled_from(["draft", "active", "closed"]),
                "adopted_by": WORDS | st.just(""),
                "adopted_on": st.dates().map(str) | st.none(),
                "adopted_paragraph": st.just("§ 24"),
                "registration_number": st.just("KS-2021/307.173"),
            }
        ),
        "areas": numbered(AREAS, 3),
        "guidelines": numbered(GUIDELINES, 2),
        "follow_ups": st.just([]),
    }
)


def read(fields: dict[str, Any]) -> ImportLog:
    log = ImportLog()
    import_programme(Node(fields, "$"), log)
    return log


def written(programme: Programme) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(to_json(export_programme(programme)))
    return fields


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(source=PROGRAMMES)
def test_any_programme_is_read_back_identical(earlier, source):
    with transaction.atomic():
        read(source)
        exported = written(Programme.objects.get(slug="nytt-program"))
        for key in ("programme", "areas", "guidelines"):
            assert exported[key] == source[key]
        assert read(exported).nothing_changed
        transaction.set_rollback(True)


def test_the_real_programme_is_written_as_it_was_read(huddinge):
    source, exported = json.loads(HUDDINGE.read_text()), written(huddinge)
    assert exported["programme"] == source["programme"]
    assert exported["guidelines"] == source["guidelines"]
    assert [area["name"] for area in exported["areas"]] == [area["name"] for area in source["areas"]]
    assert read(exported).nothing_changed


def test_it_is_read_into_an_empty_database(huddinge, tmp_path, capsys):
    file = tmp_path / "programme.json"
    call_command("export_programme", "huddinge-2018-2021", format="json", output=file)
    assert capsys.readouterr().out == f"Program för trygghet och säkerhet 2018–2021 skrevs till {file}.\n"
    exported = json.loads(file.read_text())
    exported["programme"]["slug"] = "en-kopia"
    file.write_text(json.dumps(exported))
    call_command("import_programme", str(file))
    copy = written(Programme.objects.get(slug="en-kopia"))
    assert {**copy, "programme": None} == {**exported, "programme": None}


def test_the_number_of_queries_does_not_grow(huddinge, django_assert_num_queries):
    with django_assert_num_queries(11):
        export_programme(huddinge)
    grow(huddinge.follow_ups.get(year=2021))
    with django_assert_num_queries(11):
        export_programme(huddinge)


@pytest.mark.django_db
def test_an_unknown_programme_and_an_unwritable_file_are_told(huddinge, tmp_path):
    with pytest.raises(CommandError, match="Det finns inget program med kortnamnet ”okant”"):
        call_command("export_programme", "okant", output=tmp_path / "f.json")
    with pytest.raises(CommandError, match="kunde inte skrivas: No such file or directory"):
        call_command("export_programme", "huddinge-2018-2021", output=tmp_path / "finns-inte" / "f.json")


@pytest.mark.django_db
def test_a_figure_that_is_text_is_told_with_its_place():
    source = json.loads(HUDDINGE.read_text())
    source["areas"][0]["sub_goals"][0]["indicators"][0]["target"] = "sjuttio"
    with pytest.raises(
        SourceError, match=r"\$\.areas\[0\]\.sub_goals\[0\]\.indicators\[0\]\.target: här ska det stå ett tal\."
    ):
        read(source)


def test_a_predecessor_is_joined_left_alone_and_cut(earlier):
    source = json.loads(HUDDINGE.read_text())
    goal = source["areas"][0]["sub_goals"][0]

    def predecessor(**said: str) -> SubGoal | None:
        goal.pop("predecessor", None)
        goal.update(said)
        read(source)
        return SubGoal.objects.get(area__programme__slug="huddinge-2018-2021", area__number=1, number=1).predecessor

    second = SubGoal.objects.get(area__programme=earlier, number=2)
    assert predecessor(predecessor="tidigare\xa0 1.2") == second
    assert predecessor() == second  # a file that says nothing of it
    assert predecessor(predecessor="") is None
    with pytest.raises(SourceError) as error:
        predecessor(predecessor="huddinge-2018-2021 1.2")
    assert str(error.value) == (
        "$.areas[0].sub_goals[0].predecessor: målet ”huddinge-2018-2021 1.2” finns inte i något annat program. Skriv "
        "programmets kortnamn och målets nummer, till exempel trygghet-2018 1.2. Saknas programmet, läs in det först."
    )
