"""The search for the texts that make the rendering of a document fail."""

from dataclasses import replace

import pytest

from followup.documents.failing_texts import failing_texts, text_places, with_only
from followup.documents.minutes.extract import MinutesExtract, Note
from followup.report.building import build_report
from followup.report.report import Report
from followup.report.serialization import to_json
from followup.report.unit_year import UnitYear, part_of_unit
from tests.factories import answer_all, make_area, make_goal, make_measure, make_programme, make_unit, open_year

BAD = "☠"


@pytest.fixture
def follow_up(db):
    programme = make_programme()
    unit = make_unit()
    for _ in range(2):
        area = make_area(programme)
        for _ in range(2):
            goal = make_goal(area, units=[unit])
            make_measure(goal)
            make_measure(goal)
    programme.guidelines.create(number=1, title="Klotter", description="Tas bort.")
    year = open_year(programme)
    answer_all(year)
    return year


@pytest.fixture
def report(follow_up) -> Report:
    return build_report(follow_up)


def fails_on_bad_text(document) -> bool:
    return BAD in to_json(document)


def names(document) -> list[str]:
    return [place.name for place in failing_texts(document, fails_on_bad_text)]


def with_goal(report: Report, **changes: object) -> Report:
    """Change the second goal of the second area, 2.2."""
    area = report.areas[1]
    goals = (area.sub_goals[0], replace(area.sub_goals[1], **changes))
    return replace(report, areas=(report.areas[0], replace(area, sub_goals=goals)))


def test_a_comment_is_named_with_its_goal(report):
    [place] = failing_texts(with_goal(report, comment=f"Torget {BAD}"), fails_on_bad_text)
    assert (place.name, place.goal, place.anchor) == ("Mål 2.2, kommentaren", "2.2", "mal-2.2")


def test_a_text_of_a_measure_is_named_with_its_measure_and_links_to_its_goal(report):
    measures = report.areas[1].sub_goals[1].measures
    broken = with_goal(report, measures=(measures[0], replace(measures[1], done=BAD)))
    [place] = failing_texts(broken, fails_on_bad_text)
    assert (place.name, place.goal) == ("Åtgärd 2.2.2, det som har gjorts", "2.2")


def test_every_failing_text_is_named(report):
    area = replace(report.areas[0], summary=BAD)
    guideline = replace(report.guidelines[0], comment=BAD)
    broken = replace(report, areas=(area, report.areas[1]), guidelines=(guideline,), looking_ahead=BAD)
    assert names(broken) == [
        "Hela året, framåtblicken",
        "Ansvarsområde 1, sammanfattningen",
        "Riktlinje 1, kommentaren",
    ]


def test_a_unit_is_named_among_the_responsible_ones(report):
    assert names(with_goal(report, units=("Kommunstyrelsen", BAD))) == ["Mål 2.2, de ansvariga enheterna"]


def test_no_text_is_named_when_the_document_fails_without_any(report):
    assert list(failing_texts(report, lambda document: True)) == []


def test_no_text_is_named_when_none_fails_alone(report):
    whole = len(list(text_places(report)))
    assert list(failing_texts(report, lambda document: len(list(text_places(document))) == whole)) == []


def test_an_exception_ends_the_search_after_the_texts_found_so_far(report):
    broken = with_goal(replace(report, summary=BAD), comment=BAD)
    found: list[str] = []

    def fails_until_one_is_found(document) -> bool:
        if found:
            raise TimeoutError
        return fails_on_bad_text(document)

    search = failing_texts(broken, fails_until_one_is_found)
    found.append(next(search).name)
    assert found == ["Hela året, sammanfattningen"]
    with pytest.raises(TimeoutError):
        next(search)


def test_a_units_year_and_an_extract_are_searched_too(follow_up, report):
    year: UnitYear = part_of_unit("Kommunstyrelsen", follow_up, with_goal(report, comment=BAD))
    assert names(year) == ["Mål 2.2, kommentaren"]
    note = Note("Reservation", "Reservationer", "reserverar sig", "Bo Berg (M)", BAD)
    extract = MinutesExtract("K", "KS", None, "24", "", 2022, "T", "B", "S", (), BAD, "", (note,), "")
    assert names(extract) == ["Protokollsutdraget, överläggningen", "Reservation av Bo Berg (M), texten"]


def test_parts_without_a_kept_text_are_left_out(report):
    [place] = [place for place in text_places(report) if place.name == "Mål 1.2, kommentaren"]
    kept = with_only(report, [place])
    assert [(goal.code, goal.comment, goal.text) for goal in kept.sub_goals] == [("1.2", "Torgen är ljusa.", "")]
    assert (kept.measures, kept.guidelines, kept.programme) == ((), (), "")
    assert kept.scales == report.scales
    assert with_only(report, list(text_places(report))) == report
