"""Two real transactions at once, which only PostgreSQL runs side by side."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.utils import timezone

from followup.answers.forms import SubGoalEntryForm
from followup.decision.distribution import send_out
from followup.intake.preview import ReadFile, confirm_import, preview_of
from followup.models import Distribution, FollowUp, OutgoingMail, SubGoalEntry, Workbook
from followup.workflow import StaleEntryError, open_follow_up, perform
from followup.writing.texts import save_texts
from organisation.models import Unit, User
from organisation.roles import REVIEWER, SECRETARY
from programmes.importing import ProgrammeImporter
from programmes.kolada import FetchLog, update_outcomes
from programmes.models import Indicator, IndicatorValue, KeyFigure, Programme
from programmes.sheets.mapping import MappedWorkbook
from programmes.source import read_json
from tests.fixtures import HUDDINGE, client_of, make_user
from tests.followup.reading.test_register import make_decided_years

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one transaction write at a time"),
]


def at_once(*works: Callable[[], object]) -> list[object]:
    """Run `works` in a thread and connection each, begun together; their results, or the exceptions they raised."""
    start = Barrier(len(works))

    def run(work: Callable[[], object]) -> object:
        start.wait()
        try:
            return work()
        except (StaleEntryError, ValidationError) as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


@pytest.fixture
def loaded(transactional_db) -> Programme:
    call_command("import_programme", str(HUDDINGE), without_pdf=True, verbosity=0)
    return Programme.objects.get()


def test_one_of_two_saves_wins_and_the_other_is_told(loaded):
    entry = SubGoalEntry.objects.get(follow_up__year=2021, sub_goal__area__number=1, sub_goal__number=1)
    writers = [User.objects.create_user(name) for name in ("first", "second")]

    def save(user: User) -> int:
        form = SubGoalEntryForm(
            {"version": 1, "assessment": "met", "forecast": "will", "comment": user.username},
            instance=SubGoalEntry.objects.get(pk=entry.pk),
        )
        assert form.is_valid()
        return save_texts([form], by=user)

    results = at_once(*(lambda user=user: save(user) for user in writers))
    entry.refresh_from_db()
    assert sorted(type(result).__name__ for result in results) == ["StaleEntryError", "int"]
    assert (entry.version, entry.comment) == (2, writers[results.index(1)].username)
    assert entry.history.filter(comment__in=["first", "second"]).count() == 1


AUTOSAVE = "/mina-uppfoljningar/huddinge-2018-2021/2021/1.1/autospara/"


def typed(comment: str) -> dict[str, object]:
    return {"goal-version": 1, "goal-assessment": "met", "goal-forecast": "will", "goal-comment": comment}


def test_one_of_two_autosaves_wins_and_the_other_is_told(loaded):
    entry = SubGoalEntry.objects.get(follow_up__year=2021, sub_goal__area__number=1, sub_goal__number=1)
    clients = {name: client_of(make_user(name, unit="kommunstyrelsen")) for name in ("first", "second")}
    statuses = at_once(
        *(lambda name=name: clients[name].post(AUTOSAVE, typed(name)).status_code for name in ("first", "second"))
    )
    entry.refresh_from_db()
    assert sorted(statuses) == [200, 409]
    assert (entry.version, entry.comment) == (2, ("first", "second")[statuses.index(200)])


def test_autosave_and_handing_in_take_turns(loaded):
    entry = SubGoalEntry.objects.get(follow_up__year=2021, sub_goal__area__number=1, sub_goal__number=1)
    official = make_user("official", unit="kommunstyrelsen")
    client = client_of(official)
    client.post(AUTOSAVE, typed("Klart."))
    status, event = at_once(
        lambda: client.post(AUTOSAVE, typed("Klart. Mer.") | {"goal-version": 2}).status_code,
        lambda: perform(SubGoalEntry.objects.get(pk=entry.pk), "submit", by=official),
    )
    entry.refresh_from_db()
    assert event.to_state == entry.state == "submitted"
    assert (status, entry.comment) in [(200, "Klart. Mer."), (409, "Klart.")]


GOAL = "/mina-uppfoljningar/huddinge-2018-2021/2021/1.1/"


@pytest.fixture
def indicator(loaded) -> Indicator:
    return Indicator.objects.get(sub_goal__area__number=1, sub_goal__number=1, number=1)


def outcome_typed(indicator: Indicator, value: int, version: int) -> dict[str, object]:
    prefix = f"outcome-{indicator.pk}"
    return {f"{prefix}-version": version, f"{prefix}-value": value}


@pytest.mark.parametrize(
    ("address", "saved", "version"),
    [(GOAL, 302, 0), (f"{GOAL}indikator/1/autospara/", 200, 1)],
    ids=["page", "autosave"],
)
def test_one_of_two_who_save_an_outcome_wins_and_the_other_is_told(address, saved, version, indicator):
    """Also the first outcome of a year, which has no row yet that could be locked."""
    if version:
        IndicatorValue.objects.create(indicator=indicator, year=2021, value=50)
    clients = [client_of(make_user(name, unit="kommunstyrelsen")) for name in ("first", "second")]
    responses = at_once(
        *(
            lambda client=client, value=value: client.post(address, outcome_typed(indicator, value, version))
            for client, value in zip(clients, (66, 67), strict=True)
        )
    )
    assert sorted(response.status_code for response in responses) == [saved, 409]
    won = [response.status_code for response in responses].index(saved)
    outcome = IndicatorValue.objects.get(indicator=indicator, year=2021)
    assert (outcome.value, outcome.version) == (66 + won, version + 1)
    assert list(outcome.history.filter(value__gte=66).values_list("history_user__username", flat=True)) == [
        ("first", "second")[won]
    ]


def test_a_figure_from_kolada_and_one_that_is_written_take_turns(indicator):
    indicator.kpi = "N07403"
    indicator.save()
    key_figure = KeyFigure.objects.create(kpi="N07403", title="Trygghet", fetched_at=timezone.now())
    key_figure.values.create(municipality="0126", year=2021, value=68, fetched_at=timezone.now())
    client, log = client_of(make_user("first", unit="kommunstyrelsen")), FetchLog()

    def fetch() -> None:
        with transaction.atomic():
            update_outcomes(key_figure, log, by=None)

    autosave = f"{GOAL}indikator/1/autospara/"
    response, _ = at_once(lambda: client.post(autosave, outcome_typed(indicator, 66, 0)), fetch)
    outcome = IndicatorValue.objects.get(indicator=indicator, year=2021)
    told = f"{indicator} 2021: den egna uppgiften står kvar." in log.kept
    assert (response.status_code, outcome.value, told) in [(200, 66, True), (409, 68, False)]


@pytest.fixture
def file(tmp_path) -> Path:
    """The programme's file, with an outcome of 2021 for the first indicator."""
    source = json.loads(HUDDINGE.read_text())
    outcomes = source["areas"][0]["sub_goals"][0]["indicators"][0]["outcomes"]
    outcomes.append({"year": 2021, "value": 70, "example": False})
    (tmp_path / "program.json").write_text(json.dumps(source))
    return tmp_path / "program.json"


def by_command(file: Path) -> Callable[[], object]:
    return lambda: call_command("import_programme", str(file), without_pdf=True, verbosity=0)


def by_confirming(file: Path) -> Callable[[], object]:
    reviewer = make_user("granskare", role=REVIEWER)
    held = Workbook.objects.create(name="plan.xlsx", content=b"", by=reviewer)
    found = ReadFile(MappedWorkbook([]), read_json(file))
    digest = preview_of(found, by=reviewer).digest
    return lambda: confirm_import(held, found, digest, by=reviewer)


@pytest.mark.parametrize("way", [by_command, by_confirming])
def test_an_outcome_that_an_import_has_read_is_not_written_until_it_is_in(way, file, indicator, monkeypatch):
    IndicatorValue.objects.create(indicator=indicator, year=2021, value=50)
    client, posts = client_of(make_user("first", unit="kommunstyrelsen")), []

    def post() -> int:
        status = client.post(f"{GOAL}indikator/1/autospara/", outcome_typed(indicator, 66, 1)).status_code
        connections.close_all()
        return status

    def write(*args: object) -> None:
        """All is read: an official saves, and has a second for it before the import goes on."""
        posts.append(pool.submit(post))
        wait(posts, timeout=1)
        original(*args)

    bring_in, original = way(file), ProgrammeImporter.save
    monkeypatch.setattr(ProgrammeImporter, "save", write)
    with ThreadPoolExecutor(1) as pool:
        bring_in()
    outcome = IndicatorValue.objects.get(indicator=indicator, year=2021)
    assert [post.result() for post in posts] == [409]
    assert (outcome.value, outcome.version) == (70, 2)


def test_a_year_is_opened_once(loaded):
    loaded.last_year = 2022
    loaded.save()

    def open_year() -> FollowUp:
        year = FollowUp(programme=loaded, year=2022, opens_on="2022-11-01", due_on="2023-01-15")
        return open_follow_up(year, by=None)

    results = at_once(open_year, open_year)
    assert sorted(type(result).__name__ for result in results) == ["FollowUp", "ValidationError"]
    assert SubGoalEntry.objects.filter(follow_up__year=2022).count() == 24


def test_two_who_send_a_decision_out_at_once_send_it_once(loaded):
    (decision,) = make_decided_years(1)
    Unit.objects.update(email="registrator@example.com")
    secretaries = [make_user(name, role=SECRETARY) for name in ("first", "second")]
    units = list(Unit.objects.all())
    now = timezone.now()
    sent = at_once(*(lambda user=user: send_out(decision, units, by=user, now=now) for user in secretaries))
    assert sorted(sent) == [0, len(units)]
    assert Distribution.objects.count() == OutgoingMail.objects.count() == len(units)
