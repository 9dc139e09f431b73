"""Every way of tampering with what was decided is named: where it is, and what differs."""

import base64
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.db.models import F

from followup.decision.cases import open_case
from followup.decision.corrections import cancel_correction, start_correction
from followup.decision.recording import record
from followup.documents.report import pdf
from followup.models import (
    AreaEntry,
    DecidedReport,
    Decision,
    Event,
    FollowUp,
    GuidelineEntry,
    MeasureEntry,
    ReportSignature,
    SubGoalEntry,
)
from followup.report.archive import seal, sha256_hex
from followup.report.signing import public_key
from organisation.models import User
from organisation.roles import SECRETARY
from programmes.models import Guideline, Measure, ResponsibilityArea, SubGoal
from tests.fixtures import make_user, without_rules
from tests.followup.board import TODAY, laid_out, proposed_year
from tests.followup.decision.test_decision import filled

pytestmark = pytest.mark.django_db
OTHER_KEY = bytes(range(32))


@pytest.fixture(autouse=True)
def media(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.ARCHIVE_ANCHOR_FILE = str(tmp_path / "anchor.txt")
    monkeypatch.setattr(pdf, "render", laid_out)
    return tmp_path / "media"


@pytest.fixture
def anchor(settings) -> Path:
    return Path(settings.ARCHIVE_ANCHOR_FILE)


@pytest.fixture
def nina(db) -> User:
    return make_user("nina", role=SECRETARY)


@pytest.fixture
def chain(nina, django_capture_on_commit_callbacks) -> list[DecidedReport]:
    """Three decided reports of three programmes, each noted in the anchor file as it was decided."""
    for number in (1, 2, 3):
        case = filled(open_case(proposed_year(f"program-{number}"), by=nina), paragraph=str(40 + number))
        with django_capture_on_commit_callbacks(execute=True):
            record(case, by=nina, today=TODAY)
    return list(DecidedReport.objects.order_by("number"))


def problems(capsys, *options: str) -> list[str]:
    """Return the lines of `verify_reports`, which must end in an error."""
    capsys.readouterr()
    with pytest.raises(CommandError):
        call_command("verify_reports", *options)
    return capsys.readouterr().out.splitlines()


def verified(capsys, *options: str) -> list[str]:
    capsys.readouterr()
    call_command("verify_reports", *options)
    return capsys.readouterr().out.splitlines()


def recompute_chain() -> None:
    """Seal every link again, as somebody can who knows how, but not the key."""
    previous = ""
    for link in DecidedReport.objects.order_by("number"):
        link.previous_sha256 = previous
        previous = seal(link)
        DecidedReport.objects.filter(pk=link.pk).update(previous_sha256=link.previous_sha256, sha256=previous)


def remove_decision(link: DecidedReport) -> None:
    """Take away a decision with its report, and all that shows that there was one."""
    follow_up = link.decision.follow_up
    DecidedReport.objects.filter(pk=link.pk).delete()
    link.decision.notes.all().delete()
    Decision.objects.filter(pk=link.decision_id).delete()
    FollowUp.objects.filter(pk=follow_up.pk).update(state="proposed")


def test_each_decision_is_signed_and_noted(chain, anchor, capsys):
    signatures = [link.signature for link in chain]
    assert len({signature.signature for signature in signatures}) == 3
    assert [line.split()[:2] for line in anchor.read_text().splitlines()] == [
        [str(link.number), link.sha256] for link in chain
    ]
    assert verified(capsys) == [
        "3 beslutade rapporter kontrollerade, inget skiljer.",
        f"Kedjans senaste kontrollsumma: {chain[-1].sha256}",
    ]
    assert verified(capsys, "--verbosity=2")[-1] == f"Öppen nyckel: {public_key()}"


def test_a_deleted_newest_link_is_named(chain, capsys):
    """Its decision is gone as well, so that the database alone shows nothing."""
    newest = chain[-1]
    with without_rules():
        remove_decision(newest)
    [line] = problems(capsys)
    assert line.startswith("Länk 3: ankarfilen har den sedan ")
    assert line.endswith(", men databasen saknar den.")


def test_a_deleted_middle_link_is_named(chain, capsys):
    with without_rules():
        remove_decision(chain[1])
    found = problems(capsys)
    assert [line for line in found if "före den saknas länk 2." in line]
    assert [line for line in found if line.startswith("Länk 2: ankarfilen har den sedan ")]


def forge_report(link: DecidedReport) -> None:
    """Change the report and the row that it tells of, and hide it by sealing the chain again."""
    json = link.json.replace("Torgen är ljusa.", "Torgen är mörka.")
    assert json != link.json
    DecidedReport.objects.filter(pk=link.pk).update(json=json, json_sha256=sha256_hex(json.encode()))
    SubGoalEntry.objects.filter(follow_up=link.decision.follow_up).update(comment="Torgen är mörka.")
    recompute_chain()


def test_a_recomputed_chain_is_named_from_the_first_forged_link_on(chain, anchor, capsys):
    with without_rules():
        forge_report(chain[1])
    found = problems(capsys)
    signed = [line for line in found if line.endswith(": signaturen gäller inte länkens kontrollsumma.")]
    assert [line.split(":")[0] for line in signed] == ["Länk 2", "Länk 3"]
    anchored = [line for line in found if ": ankarfilen har sedan " in line]
    assert [line.split(":")[0] for line in anchored] == ["Länk 2", "Länk 3"]
    assert len(found) == 4
    # Without the anchor file the signatures are enough, and without signatures a copy of the anchor file.
    copy = anchor.rename(anchor.with_name("copy.txt"))
    assert problems(capsys) == signed
    with without_rules():
        ReportSignature.objects.all().delete()
    assert set(anchored) < set(problems(capsys, "--expect", str(copy)))


def test_signatures_that_are_removed_are_missed(chain, capsys):
    with without_rules():
        ReportSignature.objects.filter(report=chain[2]).delete()
    [line] = problems(capsys)
    assert line.startswith("Länk 3: ")
    assert "ej signerad" in line


def test_a_signature_by_another_key_is_named(chain, settings, capsys):
    link = chain[2]
    key = Ed25519PrivateKey.from_private_bytes(OTHER_KEY)
    with without_rules():
        ReportSignature.objects.filter(report=link).update(signature=base64.b64encode(key.sign(b"x")).decode())
    [line] = problems(capsys)
    assert line.endswith(": signaturen gäller inte länkens kontrollsumma.")
    with without_rules():
        ReportSignature.objects.filter(report=link).update(key_id="0" * 16)
    [line] = problems(capsys)
    assert line.endswith(": signaturen är gjord med en okänd nyckel (0000000000000000).")


def test_a_new_key_verifies_with_the_public_half_of_the_earlier_one(chain, settings, capsys):
    earlier = public_key()
    settings.ARCHIVE_SIGNING_KEY = OTHER_KEY
    assert len([line for line in problems(capsys) if "okänd nyckel" in line]) == 3
    settings.ARCHIVE_PUBLIC_KEYS = [base64.b64decode(earlier)]
    assert "3 beslutade rapporter kontrollerade, inget skiljer." in verified(capsys)
    # A machine without the secret verifies with public keys alone.
    settings.ARCHIVE_SIGNING_KEY = b""
    assert "3 beslutade rapporter kontrollerade, inget skiljer." in verified(capsys)


LIVE = {
    "goal comment": (
        lambda: SubGoalEntry.objects.filter(follow_up__programme__slug="program-2").update(comment="Annat."),
        "mål 1.1, kommentar är inte som i den beslutade rapporten.",
    ),
    "goal assessment": (
        lambda: SubGoalEntry.objects.filter(follow_up__programme__slug="program-2").update(assessment="not_met"),
        "mål 1.1, bedömning av året är inte som i den beslutade rapporten.",
    ),
    "goal forecast": (
        lambda: SubGoalEntry.objects.filter(follow_up__programme__slug="program-2").update(forecast="will_not"),
        "mål 1.1, prognos för perioden är inte som i den beslutade rapporten.",
    ),
    "measure text": (
        lambda: MeasureEntry.objects.filter(follow_up__programme__slug="program-2").update(done="Annat."),
        "åtgärd 1.1.1, vad som har gjorts är inte som i den beslutade rapporten.",
    ),
    "measure progress": (
        lambda: MeasureEntry.objects.filter(follow_up__programme__slug="program-2").update(progress="ongoing"),
        "åtgärd 1.1.1, genomförande är inte som i den beslutade rapporten.",
    ),
    "area": (
        lambda: AreaEntry.objects.filter(follow_up__programme__slug="program-2").update(summary="Annat."),
        "ansvarsområde 1, sammanfattning är inte som i den beslutade rapporten.",
    ),
    "guideline": (
        lambda: GuidelineEntry.objects.filter(follow_up__programme__slug="program-2").update(comment="Annat."),
        "riktlinje 1, kommentar är inte som i den beslutade rapporten.",
    ),
    "year": (
        lambda: FollowUp.objects.filter(programme__slug="program-2").update(looking_ahead="Annat."),
        "framåtblick är inte som i den beslutade rapporten.",
    ),
    "deleted answer": (
        lambda: MeasureEntry.objects.filter(follow_up__programme__slug="program-2").delete(),
        "åtgärd 1.1.1 saknas bland årets svar.",
    ),
}


@pytest.mark.parametrize("name", LIVE)
def test_a_changed_row_of_a_decided_year_is_named(name, chain, capsys):
    change, text = LIVE[name]
    with without_rules():
        change()
    assert problems(capsys) == [f"{chain[1].decision.follow_up}: {text}"]


def test_an_added_answer_is_named(chain, capsys):
    follow_up = chain[0].decision.follow_up
    goal = follow_up.programme.areas.get().sub_goals.create(number=2, text="Nytt")
    with without_rules():
        SubGoalEntry.objects.create(follow_up=follow_up, sub_goal=goal)
    assert problems(capsys) == [f"{follow_up}: mål 1.2 finns inte i den beslutade rapporten."]


def renumber(item, number: int) -> None:
    item.number = number
    item.save()


def test_numbers_and_words_of_the_programme_may_change_afterwards(chain, capsys):
    """Each row is compared with what the report said of it, by the number that it had then."""
    follow_up = chain[0].decision.follow_up
    area = follow_up.programme.areas.get()
    renumber(area, 3)
    goal = area.sub_goals.get()
    renumber(goal, 4)
    renumber(goal.measures.get(), 5)
    renumber(follow_up.programme.guidelines.get(), 6)
    # Another goal has its former number, and other words.
    elsewhere = follow_up.programme.areas.create(number=1, name="Trygga platser")
    elsewhere.sub_goals.create(number=1, text="Torgen är trygga.")
    for model, name in ((ResponsibilityArea, "name"), (SubGoal, "text"), (Measure, "text"), (Guideline, "title")):
        model.objects.update(**{name: "Annan lydelse"})
    assert "3 beslutade rapporter kontrollerade, inget skiljer." in verified(capsys)
    with without_rules():
        SubGoalEntry.objects.filter(follow_up=follow_up).update(comment="Annat.")
    assert problems(capsys) == [f"{follow_up}: mål 3.4, kommentar är inte som i den beslutade rapporten."]


def test_a_changed_state_is_named(chain, capsys):
    follow_up = chain[1].decision.follow_up
    FollowUp.objects.filter(pk=follow_up.pk).update(state="under_review")
    follow_up.refresh_from_db()
    assert problems(capsys) == [
        f"{follow_up}: läget är Under granskning, fast det finns ett gällande beslut och ingen rättelse."
    ]


def test_a_correction_is_no_problem_and_a_cancelled_one_none_either(chain, nina, capsys):
    follow_up = FollowUp.objects.select_related("programme").get(pk=chain[1].decision.follow_up_id)
    start_correction(follow_up, "Fel siffra.", by=nina)
    SubGoalEntry.objects.filter(follow_up=follow_up).update(comment="Rättat.", version=F("version") + 1)
    assert verified(capsys)
    SubGoalEntry.objects.filter(follow_up=follow_up).update(comment="Torgen är ljusa.")
    cancel_correction(follow_up, "Siffran var rätt.", by=nina)
    assert verified(capsys)
    FollowUp.objects.filter(pk=follow_up.pk).update(state="under_review")
    assert "ingen rättelse" in problems(capsys)[0]
    assert Event.objects.filter(action="correct").exists()


def test_a_changed_pdf_file_is_named_and_a_deleted_one(chain, media, capsys):
    path = media / chain[1].pdf.name
    content = path.read_bytes()
    path.write_bytes(content[:-1] + b"x")
    # Three equal reports share their file.
    decisions = [link.decision for link in chain if link.pdf.name == chain[1].pdf.name]
    assert problems(capsys) == [
        f"Länk {link.number}: {link.decision}: PDF-filen stämmer inte med sin kontrollsumma."
        for link in chain
        if link.decision in decisions
    ]
    path.unlink()
    assert f"Länk 2: {chain[1].decision}: PDF-filen {chain[1].pdf.name} saknas." in problems(capsys)


SWAPPED = ("schema", "json", "json_sha256", "pdf", "pdf_sha256")


def test_two_swapped_reports_are_named(chain, capsys):
    first, second = chain[0], chain[2]
    SubGoalEntry.objects.filter()
    with without_rules():
        for link, other in ((first, second), (second, first)):
            changes = {name: getattr(other, name) for name in SWAPPED}
            changes["json"] = changes["json"].replace("Torgen är ljusa.", f"Torgen är ljusa {other.number}.")
            changes["json_sha256"] = sha256_hex(changes["json"].encode())
            DecidedReport.objects.filter(pk=link.pk).update(**changes)
        found = problems(capsys)
        for number in (1, 3):
            assert [line for line in found if line.startswith(f"Länk {number}: ") and "länkens uppgifter" in line]
        recompute_chain()
    found = problems(capsys)
    for number in (1, 3):
        assert [line for line in found if line.startswith(f"Länk {number}: ") and "signaturen gäller inte" in line]
    for link in (first, second):
        text = f"{link.decision.follow_up}: mål 1.1, kommentar är inte som i den beslutade rapporten."
        assert text in found


def test_a_report_of_another_year_is_named(huddinge, capsys):
    first, second = DecidedReport.objects.order_by("number")[:2]
    with without_rules():
        for link, other in ((first, second), (second, first)):
            DecidedReport.objects.filter(pk=link.pk).update(json=other.json, json_sha256=other.json_sha256)
        recompute_chain()
    found = problems(capsys)
    assert [line for line in found if "rapporten är om 2019, men beslutet är om 2018" in line]
    assert [line for line in found if "rapporten är om 2018, men beslutet är om 2019" in line]


def test_an_edited_anchor_is_told_from_an_edited_database(chain, anchor, capsys):
    lines = anchor.read_text().splitlines()
    wrong = "0" * 64
    anchor.write_text("\n".join([lines[0], lines[1].replace(chain[1].sha256, wrong), lines[2], ""]))
    [line] = problems(capsys)
    assert line.startswith("Länk 2: ankarfilens rad från ")
    assert line.endswith(f" är ändrad: signaturen gäller inte kontrollsumman {wrong}.")
    anchor.write_text("\n".join([lines[0], lines[2], ""]))
    assert problems(capsys) == ["Länk 2: raden saknas i ankarfilen, som har senare länkar."]
    anchor.write_text("hej\n")
    assert problems(capsys) == [
        f"{anchor}, rad 1: raden kan inte läsas. Den ska ha nummer, kontrollsumma, dag, signatur."
    ]


def test_an_anchor_copied_elsewhere_shows_what_was_taken_from_both(chain, anchor, capsys):
    copy = anchor.with_name("elsewhere.txt")
    copy.write_text(anchor.read_text())
    with without_rules():
        remove_decision(chain[2])
    anchor.write_text("".join(anchor.read_text().splitlines(keepends=True)[:2]))
    assert verified(capsys)
    [line] = problems(capsys, "--expect", str(copy))
    assert line.startswith("Länk 3: ankarfilen har den sedan ")


def test_a_decision_after_a_deleted_link_hides_nothing(chain, anchor, nina, capsys, django_capture_on_commit_callbacks):
    with without_rules():
        remove_decision(chain[2])
    case = filled(open_case(proposed_year("program-4"), by=nina), paragraph="44")
    with django_capture_on_commit_callbacks(execute=True):
        record(case, by=nina, today=TODAY)
    assert [line.split()[0] for line in anchor.read_text().splitlines()] == ["1", "2", "3", "3"]
    [line] = problems(capsys)
    assert line.startswith("Länk 3: ankarfilen har sedan ")


def test_the_nightly_run_notes_what_the_anchor_lacks(chain, anchor, capsys):
    anchor.unlink()
    assert verified(capsys, "--write-anchor")[0] == f"3 nya rader i ankarfilen {anchor}."
    assert verified(capsys, "--write-anchor")[0] == f"0 nya rader i ankarfilen {anchor}."
    assert len(anchor.read_text().splitlines()) == 3


def test_an_anchor_that_cannot_be_written_does_not_stop_a_decision(
    nina, settings, tmp_path, capsys, django_capture_on_commit_callbacks, caplog
):
    (tmp_path / "file").touch()
    settings.ARCHIVE_ANCHOR_FILE = str(tmp_path / "file" / "anchor.txt")
    case = filled(open_case(proposed_year(), by=nina))
    with django_capture_on_commit_callbacks(execute=True):
        record(case, by=nina, today=TODAY)
    assert DecidedReport.objects.count() == 1
    assert "The anchor file could not be written" in caplog.text
    with pytest.raises(CommandError, match="kunde inte skrivas"):
        call_command("verify_reports", "--write-anchor")
    with pytest.raises(CommandError, match="kan inte läsas"):
        call_command("verify_reports", "--expect", str(tmp_path / "absent.txt"))


def test_an_installation_without_a_key_starts_unsigned_and_is_signed_later(nina, settings, anchor, capsys):
    """As after an upgrade from release 0.2."""
    key, settings.ARCHIVE_SIGNING_KEY = settings.ARCHIVE_SIGNING_KEY, b""
    record(filled(open_case(proposed_year(), by=nina)), by=nina, today=TODAY)
    assert not ReportSignature.objects.exists()
    assert verified(capsys)[0] == "1 av 1 är ej signerad: ARCHIVE_SIGNING_KEY är inte satt."
    with pytest.raises(CommandError, match="openssl rand -base64 32"):
        call_command("sign_reports")
    settings.ARCHIVE_SIGNING_KEY = key
    [line] = problems(capsys)
    assert line.endswith("ej signerad. Kontrollera resten av listan och kör sedan manage.py sign_reports.")
    call_command("sign_reports")
    assert capsys.readouterr().out.splitlines() == [
        "1 beslutad rapport signerades.",
        f"Öppen nyckel, att spara utanför systemet: {public_key()}",
    ]
    assert anchor.read_text().startswith("1 ")
    assert "1 beslutad rapport kontrollerad, inget skiljer." in verified(capsys)


def test_what_has_been_tampered_with_is_not_signed(chain, capsys):
    with without_rules():
        forge_report(chain[1])
        ReportSignature.objects.all().delete()
    with pytest.raises(CommandError, match="Inget signerades") as error:
        call_command("sign_reports")
    assert "Länk 2: ankarfilen har sedan " in str(error.value)
    assert not ReportSignature.objects.exists()


def test_a_signature_is_written_once(chain):
    for change in (lambda rows: rows.update(signature="x"), lambda rows: rows._raw_delete("default")):
        with pytest.raises(IntegrityError, match="En signatur ändras eller tas aldrig bort"), transaction.atomic():
            change(ReportSignature.objects.filter(report=chain[0]))


def test_a_link_dated_otherwise_and_sealed_again_is_named(chain, capsys):
    with without_rules():
        DecidedReport.objects.filter(pk=chain[2].pk).update(at=chain[2].at + timedelta(days=1))
        recompute_chain()
    assert [line for line in problems(capsys) if line.startswith("Länk 3: ") and "vem som förde in" in line]
