"""Decided reports stay as they were: whatever is changed afterwards, and it shows where somebody changes them."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, models, transaction
from django.db.models.functions import Concat
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from followup.decision.cases import open_case
from followup.decision.recording import record
from followup.documents.formats import FORMATS
from followup.documents.report import pdf
from followup.models import (
    AreaEntry,
    DecidedReport,
    Decision,
    FollowUp,
    GuidelineEntry,
    MeasureEntry,
    ProtocolNote,
    Speaker,
    SubGoalEntry,
)
from followup.models.step_field import StepField
from followup.report.archive import report_of
from followup.report.building import build_report
from followup.report.serialization import from_json, to_json
from organisation.models import User
from organisation.roles import SECRETARY
from programmes.models import Programme
from tests.fixtures import client_of, make_user, own_models, without_rules
from tests.followup.board import SLUG, TODAY, YEAR, laid_out, proposed_year
from tests.followup.decision.test_decision import filled
from tests.pages import html_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(pdf, "render", laid_out)
    return tmp_path


@pytest.fixture
def nina(db) -> User:
    return make_user("nina", role=SECRETARY)


@pytest.fixture
def decided(nina) -> DecidedReport:
    """A year decided on, with a speaker and a note."""
    case = filled(open_case(proposed_year(), by=nina))
    Speaker.objects.create(decision=case, order=1, name="Anna Andersson", party="S")
    ProtocolNote.objects.create(decision=case, order=1, name="Bo Berg", party="M", text="Fler lampor.")
    return record(case, by=nina, today=TODAY)


@pytest.fixture
def chain(decided, nina) -> list[DecidedReport]:
    """Three links."""
    for number in (1, 2):
        case = filled(open_case(proposed_year(f"program-{number}"), by=nina), paragraph=str(40 + number))
        record(case, by=nina, today=TODAY)
    return list(DecidedReport.objects.order_by("number"))


def verify(capsys) -> str:
    """What `verify_reports` says; it must end in an error."""
    with pytest.raises(CommandError) as error:
        call_command("verify_reports")
    assert error.value.returncode == 1
    return capsys.readouterr().out


def everything_changed() -> int:
    """Every text of every row below the decision, changed by somebody whom nothing stops; how many columns."""
    kept = (DecidedReport, Decision, Speaker, ProtocolNote, User)
    changed = 0
    with without_rules():
        for model in own_models():
            for field in model._meta.local_fields if model not in kept else ():
                plain = isinstance(field, models.CharField | models.TextField) and not field.choices
                plain = plain and not isinstance(field, StepField)
                # A reason for no change is refused by a constraint, not by a rule.
                named = field.unique or isinstance(field, models.SlugField) or field.name == "change_reason"
                if plain and not named:
                    changed += bool(model._base_manager.update(**{field.name: "Ändrat"}))
        MeasureEntry.objects.update(progress="stopped")
        SubGoalEntry.objects.update(assessment="not_met", forecast="will_not")
    return changed


def test_whatever_is_changed_afterwards_every_format_stays(decided, nina, settings, tmp_path):
    follow_up = FollowUp.objects.select_related("programme").get()
    client = client_of(nina)

    def all_formats() -> dict[str, str | bytes]:
        drawn = {name: FORMATS[name].render(report_of(follow_up)) for name in ("html", "csv", "docx", "xlsx")}
        for name in ("json", "pdf"):
            call_command("render_report", SLUG, "2022", "--format", name, "--output", str(tmp_path / name))
            drawn[f"{name} file"] = (tmp_path / name).read_bytes()
        drawn["value"] = to_json(report_of(follow_up))
        drawn["pdf page"] = b"".join(client.get(f"{YEAR}rapport.pdf").streaming_content)
        drawn["json page"] = client.get(f"{YEAR}beslut/1/rapport.json").content
        for path in ("rapport/", "omrade/1/", "beslut/1/rapport/"):
            html = client.get(f"{YEAR}{path}").content.decode()
            # The frame around the report names the municipality as it is now, and has a token of its own each time.
            drawn[path] = html[html.index("<h1>") : html.index("</main>")]
        return drawn

    before = all_formats()
    settings.MUNICIPALITY_NAME = "Annan kommun"
    assert everything_changed() > 15
    follow_up.refresh_from_db()
    after = all_formats()
    assert {name: after[name] == before[name] for name in before} == dict.fromkeys(before, True)
    assert before["pdf page"] == before["pdf file"]
    assert before["json page"].decode() == decided.json == before["value"]
    # The dashboard's own numbers come from the stored report as well.
    assert client.get(YEAR).context["report"] == from_json(decided.json)
    assert build_report(follow_up) != report_of(follow_up)


def test_the_draft_is_still_to_be_had(decided, tmp_path):
    target = tmp_path / "draft.html"
    with without_rules():
        SubGoalEntry.objects.update(comment="Ett nytt utkast.")
    call_command("render_report", SLUG, "2022", "--format", "html", "--draft", "--output", str(target))
    assert "Ett nytt utkast." in target.read_text()
    call_command("render_report", SLUG, "2022", "--format", "html", "--output", str(target))
    assert "Ett nytt utkast." not in target.read_text()


def test_serving_the_decided_pdf_costs_at_most_six_queries(decided, nina):
    client = client_of(nina)
    for url in (f"{YEAR}rapport.pdf", f"{YEAR}beslut/1/rapport.pdf"):
        with CaptureQueriesContext(connection) as queries:
            response = client.get(url)
            assert response.streaming
            assert b"".join(response.streaming_content).startswith(b"%PDF-")
        assert len(queries) <= 6


def test_an_imported_year_has_no_pdf_of_its_own(huddinge, official):
    client = client_of(official)
    assert DecidedReport.objects.filter(pdf="").count() == 3
    response = client.get("/program/huddinge-2018-2021/2020/beslut/1/rapport.pdf")
    assert response.url == "/program/huddinge-2018-2021/2020/rapport.pdf"
    # It is drawn from the stored report, by the worker.
    assert client.get(response.url).status_code == 202


def refused(change) -> str:
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        change()
    return str(error.value)


@pytest.mark.parametrize(
    "model",
    [
        DecidedReport,
        Decision,
        Speaker,
        ProtocolNote,
        FollowUp,
        AreaEntry,
        SubGoalEntry,
        MeasureEntry,
        GuidelineEntry,
    ],
)
def test_the_database_refuses_to_change_or_delete_what_was_decided(model, decided):
    rows = model.objects.all()
    row = rows.get()
    name = next(field.name for field in model._meta.fields if isinstance(field, models.TextField | models.CharField))
    value = "decided" if model is FollowUp else getattr(row, name)
    change = {"state": value} if model is FollowUp else {name: value}
    # Even a change that changes nothing.
    assert "ändras" in refused(lambda: rows.update(**change))
    table = connection.ops.quote_name(model._meta.db_table)

    def delete() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table} WHERE id = %s", [row.pk])

    if model is not FollowUp:  # which its entries hold
        assert "ändras" in refused(delete)


@pytest.mark.parametrize(
    "add",
    [
        lambda decision: Speaker.objects.create(decision=decision, order=9, name="Sen", party="S"),
        lambda decision: ProtocolNote.objects.create(decision=decision, order=9, name="Sen", party="S", text="."),
        lambda decision: SubGoalEntry.objects.create(
            follow_up=decision.follow_up,
            sub_goal=decision.follow_up.programme.areas.get().sub_goals.create(number=2, text="Nytt"),
        ),
    ],
    ids=["speaker", "note", "entry"],
)
def test_the_database_refuses_to_add_to_what_was_decided(add, decided):
    assert "ändras inte" in refused(lambda: add(Decision.objects.get()))


def test_a_year_does_not_become_decided_past_the_decision(db):
    year = proposed_year()
    message = refused(lambda: FollowUp.objects.filter(pk=year.pk).update(state="decided"))
    assert message.startswith("Uppföljningen kan inte bli beslutad utan ett infört beslut.")


def test_a_decided_year_is_not_opened_again(decided):
    FollowUp.objects.update(state="under_review")
    message = refused(lambda: FollowUp.objects.update(state="open"))
    assert message.startswith("En uppföljning som har varit beslutad öppnas inte igen.")


def test_the_application_refuses_too(decided):
    with pytest.raises(TypeError):
        decided.save()
    with pytest.raises(TypeError):
        decided.delete()


def test_the_admin_shows_a_decided_year_to_read(decided):
    root = User.objects.create_superuser("root")
    client = client_of(root)
    for model in ("followup", "subgoalentry", "measureentry"):
        row = {"followup": FollowUp, "subgoalentry": SubGoalEntry, "measureentry": MeasureEntry}[model].objects.get()
        url = f"/admin/followup/{model}/{row.pk}/"
        assert 'name="_save"' not in html_of(client.get(f"{url}change/"))
        assert client.post(f"{url}change/", {}).status_code == 403
        assert client.post(f"{url}delete/", {"post": "yes"}).status_code == 403


def test_what_is_as_it_was_verifies(chain, capsys):
    call_command("verify_reports")
    assert capsys.readouterr().out == (
        f"3 beslutade rapporter kontrollerade, inget skiljer.\nKedjans senaste kontrollsumma: {chain[-1].sha256}\n"
    )


LINK = "länkens uppgifter stämmer inte med länkens kontrollsumma"
# Each column of the middle link changed in the database itself, and what is then said of that link.
TAMPERED = {
    "number": (lambda: {"number": 7}, "före den saknas länk"),
    "decision_id": (None, "beslutet har ändrats"),
    "schema": (lambda: {"schema": 9}, "schemaversionen är inte rapportens"),
    "json": (lambda: {"json": Concat("json", models.Value(" "))}, "JSON stämmer inte med sin kontrollsumma"),
    "json_sha256": (lambda: {"json_sha256": "0" * 64}, "JSON stämmer inte med sin kontrollsumma"),
    "pdf": (lambda: {"pdf": "decided/annan.pdf"}, "PDF-filen decided/annan.pdf saknas"),
    "pdf_sha256": (lambda: {"pdf_sha256": "0" * 64}, "PDF-filen stämmer inte med sin kontrollsumma"),
    "minutes": (lambda: {"minutes": "{}"}, LINK),
    "previous_sha256": (lambda: {"previous_sha256": "0" * 64}, "kontrollsumman för föregående länk stämmer inte"),
    "sha256": (lambda: {"sha256": "0" * 64}, LINK),
    "by_id": (lambda: {"by": User.objects.create_user("annan")}, "vem som förde in beslutet, eller när, har ändrats"),
    "at": (lambda: {"at": timezone.now() + timedelta(days=1)}, "vem som förde in beslutet, eller när, har ändrats"),
}


def test_every_column_is_tampered_with():
    assert {field.attname for field in DecidedReport._meta.fields} == {"id", *TAMPERED}


@pytest.mark.parametrize("column", TAMPERED)
def test_tampering_with_a_stored_column_is_named(column, chain, capsys):
    changes, text = TAMPERED[column]
    middle = DecidedReport.objects.filter(pk=chain[1].pk)
    with without_rules():
        if changes is None:  # one decision has one report, so the two of them are swapped
            first, second = (link.decision for link in chain[1:])
            case = Decision.objects.create(follow_up=first.follow_up, number=9)
            middle.update(decision=case)
            DecidedReport.objects.filter(pk=chain[2].pk).update(decision=first)
            middle.update(decision=second)
        else:
            middle.update(**changes())
    found = verify(capsys)
    number = 7 if column == "number" else 2
    lines = [line for line in found.splitlines() if line.startswith(f"Länk {number}: ")]
    assert any(text in line for line in lines), found


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            lambda: Decision.objects.filter(paragraph="31").update(decision_text="Avslås."),
            "beslutet har ändrats: beslut",
        ),
        (
            lambda: Decision.objects.filter(paragraph="31").update(meeting_date=date(2023, 5, 4)),
            "beslutet har ändrats: sammanträdesdatum",
        ),
        (lambda: Speaker.objects.update(party="M"), "beslutet har ändrats: talare"),
        (lambda: ProtocolNote.objects.update(text="Färre."), "beslutet har ändrats: anteckningar till protokollet"),
        (lambda: DecidedReport.objects.filter(number=2).delete(), "före den saknas länk 2"),
        (lambda: DecidedReport.objects.filter(number=3).delete(), "den beslutade rapporten saknas"),
    ],
    ids=["text", "day", "speaker", "note", "link", "last link"],
)
def test_tampering_around_the_report_is_named(change, text, chain, capsys):
    with without_rules():
        change()
    assert text in verify(capsys)


def test_tampering_with_the_stored_file_is_named(decided, media, capsys):
    path = media / decided.pdf.name
    path.write_bytes(path.read_bytes() + b" ")
    assert "Länk 1: Kommunstyrelsen 3 maj 2023 § 31" in verify(capsys)
    path.unlink()
    assert f"PDF-filen {decided.pdf.name} saknas." in verify(capsys)


def test_a_whole_link_made_anew_breaks_the_chain(chain, capsys):
    """Somebody who knows how a link is sealed must forge all that follow, too."""
    from followup.report.archive import seal

    middle = DecidedReport.objects.get(number=2)
    middle.at += timedelta(days=1)
    with without_rules():
        DecidedReport.objects.filter(pk=middle.pk).update(at=middle.at, sha256=seal(middle))
    assert "Länk 3: " in verify(capsys)


def test_a_report_that_cannot_be_read_is_named(decided, capsys):
    with without_rules():
        DecidedReport.objects.update(json="[]")
    assert "rapportens JSON kan inte läsas" in verify(capsys)


DATA = Path(__file__).parent.parent / "data"


@pytest.mark.parametrize("path", sorted(DATA.glob("report-v*.json")), ids=lambda path: path.stem)
def test_a_report_of_every_version_stays_readable(path):
    """One report of each version of the schema is kept for ever; a new version adds one and changes none."""
    stored = json.loads(path.read_text())
    report = from_json(path.read_text())
    assert path.stem == f"report-v{stored['schema']}"
    assert (report.year, report.title) == (2020, "Uppföljning 2020 av Program för trygghet och säkerhet 2018–2021")
    assert [(area.number, len(area.sub_goals)) for area in report.areas] == [(1, 6)]
    goal = report.areas[0].sub_goals[0]
    assert (goal.code, goal.assessment.word, goal.forecast.word) == ("1.1", "Delvis uppfyllt", "Kommer att nås")
    assert [outcome.year for outcome in goal.indicators[0].outcomes] == [2018, 2019, 2020]
    assert FORMATS["html"].render(report)


def test_the_present_version_has_its_report(huddinge):
    report = build_report(FollowUp.objects.select_related("programme").get(year=2020))
    kept = DATA / f"report-v{report.schema}.json"
    assert set(json.loads(kept.read_text())) == set(json.loads(to_json(report)))


def test_a_version_that_is_unknown_is_said():
    with pytest.raises(ValueError, match="schemaversion 99"):
        from_json('{"schema": 99}')


def test_the_real_matter_is_in_the_data(huddinge):
    decision = Decision.objects.get(follow_up__year=2020)
    assert decision.meeting == "Kommunstyrelsen 5 maj 2021 § 24"
    assert (decision.registration_number, decision.statement_date) == ("KS-2021/307.173", date(2021, 2, 17))
    assert [str(speaker) for speaker in decision.speakers.all()] == [
        "Anders Lönroth (MP)",
        "Rasmus Lenefors (S)",
        "Nujin Alacabek (V)",
    ]
    assert [note.person for note in decision.notes.all()] == [str(speaker) for speaker in decision.speakers.all()]
    report = report_of(FollowUp.objects.select_related("programme").get(year=2020))
    assert report.state == "Beslutad: Kommunstyrelsen 5 maj 2021 § 24"
    assert not decision.is_example
    assert Decision.objects.filter(is_example=True).count() == 2
    assert Programme.objects.get().follow_ups.filter(state="decided").count() == 3
