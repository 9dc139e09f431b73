"""Reminders: recipients, steps, days, wording, and that each is sent once."""

from datetime import date, datetime, time, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from followup.mail.reminders import remind, step_of
from followup.models import Answer, Event, FollowUp, MeasureEntry, OutgoingMail, Reminder, SubGoalEntry
from followup.workflow import perform, perform_all
from organisation.models import User
from tests.fixtures import client_of, make_user, put_in_state
from tests.followup.smtp import mail_server
from tests.followup.test_concurrency import at_once, loaded  # noqa: F401 (a fixture)
from tests.pages import html_of

pytestmark = pytest.mark.django_db

DUE = date(2022, 1, 15)
OPENED, DUE_14, DUE_3, LATE = date(2021, 12, 1), date(2022, 1, 1), date(2022, 1, 12), date(2022, 1, 16)
PAGE = "/mina-uppfoljningar/e-post/"
GOAL = "/mina-uppfoljningar/huddinge-2018-2021/2021/1.1/"

BODY = """\
Hej Hanna!

ÅTERLÄMNAT AV GRANSKAREN
Program för trygghet och säkerhet 2018–2021: uppföljningen för 2021
Rätta det här och lämna in igen.

- 1.1 Fler invånare ska känna sig trygga på allmänna platser utomhus,
  även under kvällar och helger.
  Kommentar: Skriv hur många vandringar det blev.
  https://uppfoljning.example.se/mina-uppfoljningar/huddinge-2018-2021/2021/1.1/

FÖRSENAT
Program för trygghet och säkerhet 2018–2021: uppföljningen för 2021
Det här skulle ha varit inlämnat senast 15 januari 2022.

- 3.1 Kommunens krisledning ska kunna börja arbeta inom en timme och
  hålla ut under en lång kris.

Allt som du ska fylla i:
https://uppfoljning.example.se/mina-uppfoljningar/

Mejlet är skickat automatiskt och går inte att svara på. Välj hur ofta
du vill få e-post:
https://uppfoljning.example.se/mina-uppfoljningar/e-post/
"""


@pytest.fixture(autouse=True)
def _site(settings):
    settings.SITE_URL = "https://uppfoljning.example.se"


@pytest.fixture
def year(open_year) -> FollowUp:
    """An open year, due on 15 January, with all of the committee's goals approved but 1.1 and its measures."""
    open_year.opens_on, open_year.due_on = OPENED, DUE
    open_year.save()
    open_year.subgoalentry_set.exclude(sub_goal__area__number=1, sub_goal__number=1).update(state="approved")
    open_year.measureentry_set.exclude(measure__sub_goal__area__number=1, measure__sub_goal__number=1).update(
        state="approved"
    )
    open_year.contribution_set.update(state="approved")
    return open_year


@pytest.fixture
def hanna(year, official) -> User:
    """An ordinary official of kommunstyrelsen, since before anything that happens here."""
    official.memberships.update(since=None)
    official.first_name, official.email = "Hanna", "hanna@example.com"
    official.save()
    return official


@pytest.fixture
def entry(year) -> SubGoalEntry:
    return year.subgoalentry_set.get(sub_goal__area__number=1, sub_goal__number=1)


def colleague(username: str, unit: str = "kommunstyrelsen", **membership) -> User:
    user = make_user(username, unit=unit)
    user.email = f"{username}@example.com"
    user.save()
    user.memberships.update(**membership)
    return user


def choose(user: User, choice: str) -> None:
    user.mail_choice = choice
    user.save()


def answers_of(entry: SubGoalEntry) -> list[Answer]:
    measures = entry.follow_up.measureentry_set.filter(measure__sub_goal=entry.sub_goal)
    return [entry, *measures]


def hand_in(entry: SubGoalEntry) -> None:
    for answer in answers_of(entry):
        answer.state = "submitted"
        answer.save()


def happen(answer: Answer, action: str, by: User, comment: str = "", day: date = OPENED) -> None:
    """Return or approve an answer on the given day."""
    state = {"return": "returned", "approve": "approved"}[action]
    Event.objects.create(
        follow_up=answer.follow_up,
        sub_goal_entry=answer if isinstance(answer, SubGoalEntry) else None,
        measure_entry=answer if isinstance(answer, MeasureEntry) else None,
        action=action,
        from_state="submitted",
        to_state=state,
        comment=comment,
        by=by,
        at=datetime.combine(day, time(12), ZoneInfo("Europe/Stockholm")),
    )
    answer.state = state
    answer.save()


def mails_of(today: date) -> list[tuple[str, str]]:
    """Return address and subject of the mails of the run on `today`."""
    return [(mail.address, mail.subject) for mail in remind(today).queued]


@pytest.mark.parametrize(
    ("days_left", "step"),
    [(60, "opened"), (15, "opened"), (14, "due_14"), (4, "due_14"), (3, "due_3"), (0, "due_3"), (-1, "overdue")],
)
def test_a_goal_is_at_one_step_by_the_day(days_left, step):
    assert step_of(FollowUp(due_on=DUE), DUE - timedelta(days=days_left)) == step


def test_each_step_is_told_once(hanna):
    runs = [(day, mails_of(day)) for day in (OPENED, OPENED, DUE_14, DUE_3, DUE_3, DUE, LATE, LATE + timedelta(days=9))]
    assert [(day, mail[0][1]) for day, mail in runs if mail] == [
        (OPENED, "Uppföljning 2021: öppen att fylla i"),
        (DUE_14, "Uppföljning 2021: ska vara klar om två veckor"),
        (DUE_3, "Uppföljning 2021: ska snart vara klar"),
        (LATE, "Uppföljning 2021: försenat"),
    ]
    assert list(Reminder.objects.order_by("pk").values_list("step", flat=True)) == [
        "opened",
        "due_14",
        "due_3",
        "overdue",
    ]


def test_nothing_before_the_year_opens(hanna):
    assert mails_of(OPENED - timedelta(days=1)) == []


@pytest.mark.parametrize("state", ["planned", "proposed", "decided"])
def test_nothing_of_a_year_that_takes_no_answers(hanna, year, state):
    put_in_state(year, state)
    assert mails_of(LATE) == []


def test_what_is_late_is_reminded_of_during_review_too(hanna, year):
    FollowUp.objects.filter(pk=year.pk).update(state="under_review")
    assert mails_of(LATE) == [("hanna@example.com", "Uppföljning 2021: försenat")]


def test_what_is_handed_in_is_not_reminded_of(hanna, entry):
    hand_in(entry)
    assert [mails_of(day) for day in (OPENED, DUE_14, DUE_3, LATE)] == [[], [], [], []]


def test_a_mail_in_full(hanna, entry, reviewer):
    happen(entry, "return", reviewer, "Skriv hur många\nvandringar det blev.", LATE)
    another = SubGoalEntry.objects.get(follow_up=entry.follow_up, sub_goal__area__number=3, sub_goal__number=1)
    another.sub_goal.units.add(hanna.memberships.get().unit)
    SubGoalEntry.objects.filter(pk=another.pk).update(state="draft")
    (mail,) = remind(LATE).queued
    assert (mail.address, mail.recipient, mail.kind) == ("hanna@example.com", hanna, "reminder")
    assert mail.subject == "Uppföljning 2021: återlämnat, försenat"
    assert mail.body == BODY
    assert max(len(line) for line in mail.body.splitlines() if "https://" not in line) <= 72


def test_answers_returned_together_are_one_thing_with_one_comment(hanna, entry, reviewer):
    for answer in answers_of(entry):
        happen(answer, "return", reviewer, "Fyll på.")
    (mail,) = remind(OPENED).queued
    assert mail.body.count("- 1.1 ") == 1
    assert mail.body.count("Kommentar: Fyll på.") == 1
    assert f"https://uppfoljning.example.se{GOAL}" in mail.body


def test_returned_again_is_told_again(hanna, entry, reviewer):
    hand_in(entry)
    happen(entry, "return", reviewer, "Ett", OPENED)
    mails_of(OPENED)
    happen(entry, "return", reviewer, "Två", DUE_14)
    (mail,) = remind(DUE_14).queued
    assert "Kommentar: Två" in mail.body
    assert "Kommentar: Ett" not in mail.body


def test_what_was_handed_in_again_is_no_news(hanna, entry, reviewer):
    happen(entry, "return", reviewer, "Fyll på.")
    hand_in(entry)
    assert mails_of(OPENED) == []


def test_approved_is_told(hanna, entry, reviewer):
    hand_in(entry)
    happen(entry, "approve", reviewer)
    assert mails_of(OPENED) == [("hanna@example.com", "Uppföljning 2021: godkänt")]
    assert mails_of(OPENED + timedelta(days=1)) == []


@pytest.mark.parametrize(("days", "told"), [(0, True), (1, False)])
def test_a_newcomer_is_not_told_of_what_was_approved_before(days, told, hanna, entry, reviewer):
    hand_in(entry)
    happen(entry, "approve", reviewer, day=OPENED)
    hanna.memberships.update(since=OPENED + timedelta(days=days))
    assert bool(mails_of(OPENED + timedelta(days=1))) is told


def test_a_newcomer_mends_what_was_returned_before(hanna, entry, reviewer):
    hand_in(entry)
    happen(entry, "return", reviewer, day=OPENED)
    hanna.memberships.update(since=OPENED + timedelta(days=1))
    [[_, subject]] = mails_of(OPENED + timedelta(days=1))
    assert "återlämnat" in subject


def test_old_news_is_none(hanna, entry, reviewer):
    hand_in(entry)
    happen(entry, "approve", reviewer, day=OPENED)
    assert mails_of(OPENED + timedelta(days=15)) == []


def test_nobody_is_told_of_what_they_did_themselves(hanna, entry):
    hand_in(entry)
    happen(entry, "approve", hanna)
    assert mails_of(OPENED) == []


def test_the_workflow_is_what_is_told_of(hanna, year, entry, reviewer, settings):
    """With the clock as it is: handed in, returned and approved through the one door."""
    today = timezone.localdate()
    year.due_on = today + timedelta(days=60)
    year.save()
    hand_in(entry)
    perform(entry, "return", by=reviewer, comment="Fyll på.")
    entry.state = "submitted"
    assert mails_of(today) == [("hanna@example.com", "Uppföljning 2021: återlämnat, öppen att fylla i")]
    SubGoalEntry.objects.filter(pk=entry.pk).update(state="submitted")
    perform_all(answers_of(entry), "approve", by=reviewer)
    assert mails_of(today) == [("hanna@example.com", "Uppföljning 2021: godkänt")]


def test_all_that_there_is_to_tell_goes_in_one_mail(hanna, year):
    year.subgoalentry_set.update(state="draft")
    (mail,) = remind(DUE_3).queued
    assert Reminder.objects.filter(mail=mail).count() == mail.body.count("\n- ") > 5


def test_inactive_people_readers_and_those_who_left_are_not_told(year):
    for username, membership, is_active in (
        ("inactive", {}, False),
        ("reading", {"may_report": False}, True),
        ("gone", {"valid_to": date(2021, 11, 30)}, True),
        ("elsewhere", {}, True),
    ):
        user = colleague(
            username, "aldreomsorgsnamnden" if username == "elsewhere" else "kommunstyrelsen", **membership
        )
        user.is_active = is_active
        user.save()
    assert mails_of(DUE_3) == []


def test_who_has_no_address_is_reported_and_told_when_they_get_one(hanna):
    hanna.email = ""
    hanna.save()
    reminded = remind(DUE_3)
    assert (reminded.queued, reminded.without_address) == ([], [hanna])
    hanna.email = "ny@example.com"
    hanna.save()
    assert mails_of(DUE_3) == [("ny@example.com", "Uppföljning 2021: ska snart vara klar")]


def test_a_deputy_is_told_from_three_days_before(hanna):
    colleague("deputy", is_deputy=True)
    recipients = {day: [address for address, _ in mails_of(day)] for day in (OPENED, DUE_14, DUE_3, LATE)}
    alone, both = ["hanna@example.com"], ["deputy@example.com", "hanna@example.com"]
    assert recipients == {OPENED: alone, DUE_14: alone, DUE_3: both, LATE: both}


def test_a_deputy_alone_is_told_everything(hanna, entry, reviewer):
    colleague("deputy", is_deputy=True)
    hanna.is_active = False
    hanna.save()
    happen(entry, "return", reviewer, "Fyll på.")
    assert mails_of(OPENED) == [("deputy@example.com", "Uppföljning 2021: återlämnat, öppen att fylla i")]


def test_a_deputy_is_not_told_of_returns_beside_an_ordinary_official(hanna, entry, reviewer):
    colleague("deputy", is_deputy=True)
    happen(entry, "return", reviewer, "Fyll på.")
    assert [address for address, _ in mails_of(OPENED)] == ["hanna@example.com"]


def test_the_necessary_alone(hanna, entry, reviewer):
    choose(hanna, "necessary")
    assert [mails_of(OPENED), mails_of(DUE_14)] == [[], []]
    assert mails_of(DUE_3) == [("hanna@example.com", "Uppföljning 2021: ska snart vara klar")]
    assert mails_of(LATE) == [("hanna@example.com", "Uppföljning 2021: försenat")]
    happen(entry, "return", reviewer, "Fyll på.", LATE)
    assert mails_of(LATE) == [("hanna@example.com", "Uppföljning 2021: återlämnat")]
    happen(entry, "approve", reviewer, day=LATE)
    assert mails_of(LATE) == []


@pytest.mark.parametrize(("choice", "mails_that_day"), [("at_once", 2), ("daily", 1)])
def test_a_daily_mail_comes_once_a_day_with_all(hanna, entry, reviewer, choice, mails_that_day):
    choose(hanna, choice)
    mails_of(OPENED)
    happen(entry, "return", reviewer, "Fyll på.")
    mails_of(OPENED)
    assert OutgoingMail.objects.count() == mails_that_day
    mails_of(OPENED + timedelta(days=1))
    assert list(OutgoingMail.objects.order_by("pk").values_list("subject", flat=True)) == [
        "Uppföljning 2021: öppen att fylla i",
        "Uppföljning 2021: återlämnat",
    ]


def test_the_database_keeps_it_to_once(hanna, entry):
    (mail,) = remind(DUE_3).queued
    with pytest.raises(IntegrityError, match=r"reminder_once_per_step|UNIQUE"), transaction.atomic():
        Reminder.objects.create(user=hanna, entry=entry, step="due_3", mail=mail)
    with pytest.raises(IntegrityError, match="reminder_event"), transaction.atomic():
        Reminder.objects.create(user=hanna, entry=entry, step="returned", mail=mail)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one transaction write at a time")
def test_two_runs_at_once_tell_it_once(loaded):  # noqa: F811
    loaded.follow_ups.filter(year=2021).update(due_on=DUE)
    people = [colleague(f"person{number}") for number in range(6)]
    results = at_once(lambda: remind(DUE_3), lambda: remind(DUE_3))
    assert sum(len(result.queued) for result in results) == len(people)
    assert sorted(OutgoingMail.objects.values_list("address", flat=True)) == [user.email for user in people]


def test_the_command_sends_and_says_so(hanna, settings):
    output = StringIO()
    with mail_server(settings) as server:
        call_command("send_reminders", date=DUE_3, stdout=output)
        call_command("send_reminders", date=DUE_3, stdout=output)
    assert server.addresses == ["hanna@example.com"]
    assert output.getvalue() == "Nya påminnelser: 1.\nSkickade mejl: 1.\nNya påminnelser: 0.\nSkickade mejl: 0.\n"


def test_the_command_reports_bad_addresses_and_missing_ones(hanna, settings):
    bad, missing = colleague("bad"), colleague("missing")
    missing.email = ""
    missing.save()
    with mail_server(settings) as server:
        server.refused = {bad.email: "550 No such user"}
        with pytest.raises(CommandError) as error:
            call_command("send_reminders", date=DUE_3, stdout=StringIO())
    assert server.addresses == ["hanna@example.com"]
    assert str(error.value) == (
        "Har ingen e-postadress och påmindes inte: Missing.\n"
        "Skickade mejl: 1.\n"
        "Uppgivet: Uppföljning 2021: ska snart vara klar till bad@example.com: 550 No such user"
    )


def test_a_dry_run_shows_the_mails_and_leaves_nothing(hanna):
    output = StringIO()
    call_command("send_reminders", "--date=2022-01-12", "--dry-run", stdout=output)
    shown = output.getvalue()
    assert shown.startswith("Till: hanna@example.com\nÄmne: Uppföljning 2021: ska snart vara klar\n\nHej Hanna!")
    assert shown.endswith("1 mejl, inget skickat.\n")
    assert not OutgoingMail.objects.exists()


def test_a_day_that_is_none_is_an_error_in_words(db):
    with pytest.raises(CommandError, match=r"”igår” är inget datum\. Skriv det som 2022-01-12\."):
        call_command("send_reminders", "--date=igår")


def test_each_chooses_on_the_page(hanna):
    client = client_of(hanna)
    html = html_of(client.get(PAGE))
    assert "hanna@example.com" in html
    assert client.post(PAGE, {"mail_choice": "daily"}, follow=True).status_code == 200
    hanna.refresh_from_db()
    assert hanna.mail_choice == "daily"
    assert hanna.history.first().history_user == hanna


def test_a_choice_that_does_not_exist_is_not_saved(hanna):
    html = html_of(client_of(hanna).post(PAGE, {"mail_choice": "never"}))
    assert "Välj ett giltigt alternativ. never finns inte bland tillgängliga alternativ." in html
    hanna.refresh_from_db()
    assert hanna.mail_choice == "at_once"


def test_the_page_says_when_there_is_no_address(official):
    assert "Du har ingen e-postadress här" in html_of(client_of(official).get(PAGE))
