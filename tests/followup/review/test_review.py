"""Handing in, review and return, page by page."""

import pytest

from followup.models import AreaEntry, Event, FollowUp, MeasureEntry, SubGoalEntry
from organisation.models import Unit, User
from organisation.roles import REVIEWER
from programmes.models import SubGoal
from tests.fixtures import client_of, make_user, put_in_state
from tests.pages import html_of

pytestmark = pytest.mark.django_db

SLUG = "huddinge-2018-2021"
ENTRY = f"/mina-uppfoljningar/{SLUG}/2021/1.1/"
REVIEW = f"/granskning/{SLUG}/2021/1.1/"
LIST = f"/granskning/{SLUG}/2021/"


@pytest.fixture
def entry(open_year) -> SubGoalEntry:
    return open_year.subgoalentry_set.get(sub_goal__area__number=1, sub_goal__number=1)


@pytest.fixture
def measure(open_year) -> MeasureEntry:
    return open_year.measureentry_set.get(
        measure__sub_goal__area__number=1, measure__sub_goal__number=1, measure__number=1
    )


@pytest.fixture
def answers(entry, measure) -> dict[str, object]:
    prefix = f"measure-{measure.pk}"
    return {
        "goal-version": 1,
        "goal-assessment": "met",
        "goal-forecast": "will",
        "goal-comment": "Fler känner sig trygga.",
        f"{prefix}-version": 1,
        f"{prefix}-progress": "done",
        f"{prefix}-done": "",
        f"{prefix}-stop_reason": "",
        "submit": "1",
    }


def messages_of(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def seen_on(client) -> int:
    """What the review page says of which texts it shows."""
    return client.get(REVIEW).context["seen"]


def test_save_and_hand_in(official, entry, measure, answers):
    response = client_of(official).post(ENTRY, answers, follow=True)
    entry.refresh_from_db()
    measure.refresh_from_db()
    assert messages_of(response)[1] == "Mål 1.1 är inlämnat för granskning."
    assert (entry.state, measure.state) == ("submitted", "submitted")


def test_an_incomplete_hand_in_saves_and_asks_for_each_missing_field(official, entry, answers):
    client = client_of(official)
    response = client.post(ENTRY, answers | {"goal-forecast": "", "goal-comment": " "})
    assert response.url == f"{ENTRY}?saknas=1"
    page = client.get(response.url)
    html = html_of(page)
    assert "<title>Fel: Mål 1.1, uppföljning 2021" in html
    assert [item.missing for item in page.context["checklist"] if item.missing] == [("prognos", "kommentar")]
    assert page.context["forms"].errors == [
        ("id_goal-forecast_0", "Mål 1.1: Välj en prognos för perioden."),
        ("id_goal-comment", "Mål 1.1: Skriv en kommentar."),
    ]
    assert 'role="alert" tabindex="-1" autofocus aria-labelledby="fel"' in html
    assert "Svaret är sparat, men kan inte lämnas in än" in html
    assert '<a href="#id_goal-forecast_0">' in html
    assert '<fieldset aria-describedby="id_goal-forecast_error">' in html
    assert 'aria-describedby="id_goal-comment_helptext id_goal-comment_error"' in html
    assert 'id="id_goal-comment_error"><p>Skriv en kommentar.</p>' in html.replace("\n", "")
    entry.refresh_from_db()
    assert (entry.state, entry.assessment, entry.forecast) == ("draft", "met", "")


def test_the_page_that_asked_for_missing_fields_has_no_errors_once_they_are_filled_in(official, entry, answers):
    client = client_of(official)
    client.post(ENTRY, {name: value for name, value in answers.items() if name != "submit"})
    html = html_of(client.get(f"{ENTRY}?saknas=1"))
    assert "<title>Mål 1.1, uppföljning 2021" in html
    assert 'id="fel"' not in html


def test_a_save_with_a_fault_has_the_summary_in_focus(official, entry, answers):
    response = client_of(official).post(ENTRY, answers | {"goal-comment": "å" * 10_001})
    html = html_of(response)
    assert response.status_code == 422
    assert "<title>Fel: Mål 1.1, uppföljning 2021" in html
    assert "Inget har sparats. Rätta det här och spara igen" in html
    assert 'autofocus aria-labelledby="fel"' in html


def test_what_is_handed_in_cannot_be_written_and_can_be_taken_back(official, entry, answers):
    client = client_of(official)
    client.post(ENTRY, answers)
    html = html_of(client.get(ENTRY))
    assert "Inlämnad: texten kan inte ändras nu." in html
    refused = client.post(ENTRY, answers | {"goal-comment": "En ändring i en annan flik", "goal-version": 3})
    assert refused.status_code == 409
    assert "En ändring i en annan flik" in html_of(refused)
    entry.refresh_from_db()
    assert entry.comment == "Fler känner sig trygga."
    client.post(f"{ENTRY}ta-tillbaka/")
    entry.refresh_from_db()
    assert entry.state == "draft"


def test_a_whole_unit_hands_in_what_is_complete(official, open_year):
    client = client_of(official)
    response = client.post(f"/mina-uppfoljningar/{SLUG}/2021/lamna-in/kommunstyrelsen/", follow=True)
    handed_in = SubGoalEntry.objects.filter(follow_up=open_year, state="submitted")
    assert handed_in.count() == 3
    assert all(not entry.missing for entry in handed_in)
    number = handed_in.count() + MeasureEntry.objects.filter(follow_up=open_year, state="submitted").count()
    assert messages_of(response) == [f"{number} svar är inlämnade för granskning."]
    assert client.post(f"/mina-uppfoljningar/{SLUG}/2021/lamna-in/kommunstyrelsen/").status_code == 403


def test_return_with_a_comment_and_approve(official, reviewer, entry, answers):
    client_of(official).post(ENTRY, answers)
    granskare = client_of(reviewer)
    response = granskare.post(REVIEW, {"action": "return", "comment": ""})
    assert response.status_code == 409
    assert "Skriv en kommentar som förklarar varför." in html_of(response)
    granskare.post(REVIEW, {"action": "return", "comment": "Hur många fler?"})
    entry.refresh_from_db()
    assert entry.state == "returned"
    official_client = client_of(official)
    work_list = html_of(official_client.get("/mina-uppfoljningar/"))
    assert '<strong class="late">Återlämnad</strong>' in work_list
    assert work_list.count("Hur många fler?") == 1
    html = html_of(official_client.get(ENTRY))
    assert "Hur många fler?" in html
    versions = {
        f"{form.prefix}-version": form.instance.version for form in official_client.get(ENTRY).context["forms"].all
    }
    official_client.post(ENTRY, answers | versions | {"goal-comment": "Tolv procent fler."})
    response = granskare.post(REVIEW, {"action": "approve", "seen": seen_on(granskare)}, follow=True)
    assert messages_of(response)[-1] == "2 svar är godkända."
    entry.refresh_from_db()
    assert (entry.state, entry.comment) == ("approved", "Tolv procent fler.")
    assert [event.action for event in Event.objects.filter(sub_goal_entry=entry)] == [
        "submit",
        "return",
        "submit",
        "approve",
    ]


def test_a_form_fetched_before_review_does_not_overwrite(official, reviewer, entry, answers):
    client = client_of(official)
    stale = answers | {"goal-comment": "Skriven i en gammal flik"}
    client.post(ENTRY, answers)
    client_of(reviewer).post(REVIEW, {"action": "return", "comment": "Mer"})
    response = client.post(ENTRY, stale)
    entry.refresh_from_db()
    assert response.status_code == 409
    assert "Skriven i en gammal flik" in html_of(response)
    assert entry.comment == "Fler känner sig trygga."


@pytest.mark.parametrize("url", ["/granskning/", LIST, REVIEW])
@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("outsider", 403),
        ("reader", 403),
        ("official", 403),
        ("secretary", 200),
        ("administrator", 403),
        ("reviewer", 200),
    ],
)
def test_who_sees_the_review(url, role, status, request, open_year):
    assert client_of(request.getfixturevalue(role)).get(url).status_code == status


@pytest.mark.parametrize("role", ["outsider", "reader", "official", "administrator"])
def test_who_may_not_move_the_year(role, request, open_year):
    client = client_of(request.getfixturevalue(role))
    assert client.post(f"{LIST}lage/", {"action": "start_review"}).status_code == 403
    open_year.refresh_from_db()
    assert open_year.state == "open"


def test_the_years_steps(reviewer, open_year):
    client = client_of(reviewer)
    assert messages_of(client.post(f"{LIST}lage/", {"action": "start_review"}, follow=True)) == [
        "Uppföljningen för 2021: under granskning."
    ]
    asked = client.post(f"{LIST}lage/", {"action": "propose", "comment": "Äntligen."})
    assert "88 svar är inte godkända" in html_of(asked)
    assert "Äntligen." in html_of(asked)
    refused = messages_of(client.post(f"{LIST}foresla/"))
    assert refused[0].startswith("Föreslå till kommunstyrelsen går inte än: 88 svar är inte godkända")
    assert client.post(f"{LIST}lage/", {"action": "hitta-på"}).status_code == 403


def test_a_proposed_year_takes_no_more_answers(official, open_year, answers):
    FollowUp.objects.filter(pk=open_year.pk).update(state="proposed")
    response = client_of(official).post(ENTRY, answers)
    html = html_of(response)
    assert response.status_code == 409
    assert "Läget är: Föreslagen till kommunstyrelsen." in html
    assert "Fler känner sig trygga." in html
    assert client_of(official).get(ENTRY).status_code == 403


def codes(response) -> list[str]:
    return [goal.entry.sub_goal.code for goal, _ in response.context["rows"]]


def test_filters_and_search(reviewer, open_year, measure):
    client = client_of(reviewer)
    MeasureEntry.objects.filter(pk=measure.pk).update(done="Tolv lyktstolpar i Trångsund")
    SubGoalEntry.objects.filter(follow_up=open_year, sub_goal__number=2).update(state="approved")
    assert len(codes(client.get(LIST))) == 24
    assert codes(client.get(LIST, {"q": "1.1"})) == ["1.1"]
    assert codes(client.get(LIST, {"q": "2.1.2"})) == ["2.1"]
    assert codes(client.get(LIST, {"q": "LYKTSTOLPAR"})) == ["1.1"]
    assert codes(client.get(LIST, {"q": "en vokabel som ingen har skrivit"})) == []
    chosen = client.get(LIST, {"unit": "socialnamnden"}).context["rows"]
    assert 0 < len(chosen) < 24
    assert all("socialnamnden" in {unit.slug for unit in goal.units} for goal, _ in chosen)
    assert codes(client.get(LIST, {"area": "2"}))[0] == "2.1"
    assert {code[0] for code in codes(client.get(LIST, {"area": "2"}))} == {"2"}
    assert codes(client.get(LIST, {"state": "approved", "area": "3"})) == ["3.2"]
    assert "1.1" in codes(client.get(LIST, {"state": "incomplete"}))


@pytest.mark.parametrize("nonsense", ["unit", "area", "state"])
def test_nonsense_in_the_address_is_no_choice(nonsense, reviewer, open_year):
    response = client_of(reviewer).get(LIST, {nonsense: "<b>finns inte\x00</b>"})
    assert response.status_code == 200
    assert len(codes(response)) == 24
    assert not response.context["is_filtered"]


def deliveries(response, name: str) -> dict[str, tuple[int, ...]]:
    table = next(deliveries for _, key, deliveries in response.context["tables"] if key == name)
    return {row.key: (row.total, row.delivered, row.approved, row.returned, row.overdue) for row in table}


def test_who_has_delivered(reviewer, open_year, entry, measure):
    MeasureEntry.objects.filter(follow_up=open_year).update(state="draft")
    SubGoalEntry.objects.filter(pk=entry.pk).update(state="approved")
    MeasureEntry.objects.filter(pk=measure.pk).update(state="submitted")
    client = client_of(reviewer)
    FollowUp.objects.filter(pk=open_year.pk).update(due_on="2099-01-01")
    early = client.get(LIST)
    total = deliveries(early, "unit")["kommunstyrelsen"][0]
    assert total > 2
    assert deliveries(early, "unit")["kommunstyrelsen"] == (total, 2, 1, 0, 0)
    assert deliveries(early, "unit")["aldreomsorgsnamnden"][1:] == (0, 0, 0, 0)
    of_area = deliveries(early, "area")["1"]
    assert of_area[1:] == (2, 1, 0, 0)
    assert sum(row[0] for row in deliveries(early, "area").values()) == 88 + 91  # answers and contributions
    FollowUp.objects.filter(pk=open_year.pk).update(due_on="2022-01-31")
    late = client.get(LIST)
    assert deliveries(late, "unit")["kommunstyrelsen"] == (total, 2, 1, 0, total - 2)


def test_what_nobody_answers_for_is_counted(reviewer, open_year, entry):
    entry.sub_goal.units.clear()
    rows = client_of(reviewer).get(LIST).context["tables"][0][2]
    assert (rows[-1].name, rows[-1].total) == ("Ingen enhet, eller ingen huvudansvarig", 1 + 4)


def hand_in(open_year, *codes: str) -> None:
    """Goals with their measures stand as handed in."""
    for code in codes:
        area, number = code.split(".")
        of_goal = {"sub_goal__area__number": area, "sub_goal__number": number}
        SubGoalEntry.objects.filter(follow_up=open_year, **of_goal).update(state="submitted")
        MeasureEntry.objects.filter(
            follow_up=open_year, **{f"measure__{name}": value for name, value in of_goal.items()}
        ).update(state="submitted")


def ticks(client, *codes: str) -> list[str]:
    return [
        f"{goal.entry.pk}-{goal.total_version}"
        for goal, _ in client.get(LIST).context["rows"]
        if goal.entry.sub_goal.code in codes
    ]


def test_several_are_approved_at_once_and_the_choice_is_kept(reviewer, open_year):
    hand_in(open_year, "1.1", "1.2", "2.1")
    client = client_of(reviewer)
    url = f"{LIST}godkann/?state=submitted&q=trygg"
    response = client.post(url, {"goal": ticks(client, "1.1", "1.2")})
    assert response.url == f"{LIST}?state=submitted&q=trygg"
    approved = SubGoalEntry.objects.filter(follow_up=open_year, state="approved").order_by("sub_goal__number")
    assert [entry.sub_goal.code for entry in approved] == ["1.1", "1.2"]
    number = 2 + MeasureEntry.objects.filter(follow_up=open_year, state="approved").count()
    assert Event.objects.filter(action="approve", by=reviewer).count() == number
    assert messages_of(client.get(LIST)) == [f"{number} svar på 2 mål är godkända."]


@pytest.mark.parametrize(
    ("send", "message"),
    [
        (lambda ticks: [], "Inget godkändes. Markera minst ett mål som är inlämnat."),
        (lambda ticks: [ticks[0], "nonsens"], "Inget godkändes. Ett av målen har ändrats sedan du öppnade sidan."),
        (lambda ticks: [ticks[0], "999999-1"], "Inget godkändes. Ett av målen har ändrats sedan du öppnade sidan."),
        (lambda ticks: ticks, "Inget godkändes. Mål 1.2 har inget inlämnat svar som du får godkänna."),
    ],
)
def test_all_or_nothing(send, message, reviewer, open_year):
    hand_in(open_year, "1.1")
    client = client_of(reviewer)
    response = client.post(f"{LIST}godkann/", {"goal": send(ticks(client, "1.1", "1.2"))}, follow=True)
    assert messages_of(response)[0].startswith(message)
    assert not SubGoalEntry.objects.filter(follow_up=open_year, state="approved").exists()
    assert not MeasureEntry.objects.filter(follow_up=open_year, state="approved").exists()


def test_what_was_changed_after_it_was_read_is_not_approved(reviewer, official, open_year, entry):
    hand_in(open_year, "1.1")
    client = client_of(reviewer)
    ticked, seen = ticks(client, "1.1"), seen_on(client)
    client_of(official).post(f"{ENTRY}ta-tillbaka/")
    hand_in(open_year, "1.1")
    response = client.post(f"{LIST}godkann/", {"goal": ticked}, follow=True)
    assert messages_of(response) == ["Inget godkändes. Ett av målen har ändrats sedan du öppnade sidan. Läs det igen."]
    response = client.post(REVIEW, {"action": "approve", "seen": seen, "comment": "Bra skrivet"})
    assert response.status_code == 409
    html = html_of(response)
    assert "Svaren har ändrats sedan du öppnade sidan. Läs dem igen." in html
    assert "Bra skrivet" in html
    entry.refresh_from_db()
    assert entry.state == "submitted"


def test_one_answer_of_a_goal(reviewer, open_year, entry, measure):
    hand_in(open_year, "1.1")
    client = client_of(reviewer)
    response = client.post(REVIEW, {"action": "return 1.1.1", "comment": "Hur många?"}, follow=True)
    assert messages_of(response) == ["1 svar är återlämnat."]
    client.post(REVIEW, {"action": "approve 1.1", "seen": seen_on(client)})
    entry.refresh_from_db()
    measure.refresh_from_db()
    assert (entry.state, measure.state) == ("approved", "returned")
    assert client.post(REVIEW, {"action": "approve 9.9", "seen": seen_on(client)}).status_code == 403
    assert client.post(REVIEW, {"action": "radera"}).status_code == 403


@pytest.fixture
def both(huddinge) -> User:
    """A reviewer who also reports for kommunstyrelsen, which answers for goal 1.1 and its first measure."""
    return make_user("both", unit="kommunstyrelsen", role=REVIEWER)


@pytest.mark.parametrize("allowed", [False, True])
def test_ones_own_answer_is_approved_only_where_the_setting_allows_it(allowed, both, open_year, entry, settings):
    settings.REVIEW_OWN_ANSWERS = allowed
    hand_in(open_year, "1.1")
    client = client_of(both)
    response = client.post(REVIEW, {"action": "approve 1.1", "seen": seen_on(client)})
    entry.refresh_from_db()
    assert (response.status_code, entry.state) == ((302, "approved") if allowed else (403, "submitted"))
    if not allowed:
        assert "Du granskar inte svar som du själv rapporterar för." in html_of(response)
        assert "Du rapporterar själv för minst ett av svaren." in html_of(client.get(REVIEW))


def test_what_changed_since_last_year_and_since_it_was_handed_in(reviewer, official, open_year, entry, answers):
    client = client_of(official)
    client.post(ENTRY, answers)
    granskare = client_of(reviewer)
    first = granskare.get(REVIEW).context["answers"][0][0]
    assert first.submitted_at is None
    last = SubGoalEntry.objects.get(follow_up__year=2020, sub_goal=entry.sub_goal)
    assert first.last == last
    assert [change.label for change in first.since_last if change.label == "kommentar"] == ["kommentar"]
    granskare.post(REVIEW, {"action": "return", "comment": "Hur många fler?"})
    forms = client.get(ENTRY).context["forms"].all
    versions = {f"{form.prefix}-version": form.instance.version for form in forms}
    changed = {"goal-comment": "Många fler känner sig trygga.", "goal-assessment": "partly"}
    client.post(ENTRY, answers | versions | changed)
    compared, *_ = granskare.get(REVIEW).context["answers"][0]
    submitted = Event.objects.filter(sub_goal_entry=entry, action="submit").earliest("at")
    assert 0 <= (compared.submitted_at - submitted.at).total_seconds() < 60
    assert [(change.label, change.old, change.new) for change in compared.since_submitted] == [
        ("bedömning av året", "Uppfyllt", "Delvis uppfyllt"),
        ("kommentar", "Fler känner sig trygga.", "Många fler känner sig trygga."),
    ]
    html = html_of(granskare.get(REVIEW))
    assert '<ins><span class="visually-hidden">tillagt: </span>Många fler' in html
    assert "från <q>Uppfyllt</q> till <q>Delvis uppfyllt</q>" in html


def test_a_text_being_rewritten_is_compared_with_what_was_handed_in(reviewer, official, open_year, answers):
    client = client_of(official)
    client.post(ENTRY, answers)
    client.post(f"{ENTRY}ta-tillbaka/")
    forms = client.get(ENTRY).context["forms"].all
    versions = {f"{form.prefix}-version": form.instance.version for form in forms}
    draft = {name: value for name, value in answers.items() if name != "submit"} | versions
    client.post(ENTRY, draft | {"goal-comment": "Fler är trygga."})
    compared, *_ = client_of(reviewer).get(REVIEW).context["answers"][0]
    assert [change.label for change in compared.since_submitted] == ["kommentar"]


def test_the_pages_take_a_fixed_number_of_queries(reviewer, open_year, django_assert_max_num_queries):
    client = client_of(reviewer)
    first_five = {"sub_goal__area__number": 1, "sub_goal__number__lte": 5}
    SubGoalEntry.objects.filter(follow_up=open_year).exclude(**first_five).delete()
    MeasureEntry.objects.filter(follow_up=open_year).exclude(measure__sub_goal__area__number=1).delete()
    with django_assert_max_num_queries(15) as few:
        assert len(client.get(LIST).context["rows"]) == 5
    area = open_year.programme.areas.get(number=1)
    unit = Unit.objects.get(slug="socialnamnden")
    goals = SubGoal.objects.bulk_create(
        SubGoal(area=area, number=number, text=f"Mål {number}") for number in range(100, 595)
    )
    SubGoal.units.through.objects.bulk_create(SubGoal.units.through(item=goal, unit=unit) for goal in goals)
    SubGoalEntry.objects.bulk_create(
        SubGoalEntry(follow_up=open_year, sub_goal=goal, state="submitted") for goal in goals
    )
    with django_assert_max_num_queries(15) as many:
        assert len(client.get(LIST).context["rows"]) == 500
    assert len(few) == len(many)


PROPOSE = f"{LIST}foresla/"


@pytest.fixture
def reviewed(open_year) -> FollowUp:
    """The year under review with all answers approved, and no texts."""
    for model in (SubGoalEntry, MeasureEntry):
        model.objects.filter(follow_up=open_year).update(state="approved")
    FollowUp.objects.filter(pk=open_year.pk).update(state="under_review")
    return open_year


def write_texts(year: FollowUp) -> None:
    FollowUp.objects.filter(pk=year.pk).update(forecast="will", assessment="met", summary="Ett bra år.")
    AreaEntry.objects.filter(follow_up=year).update(assessment="met")


def test_proposing_shows_what_is_missing_with_a_link_to_each(reviewer, reviewed):
    AreaEntry.objects.filter(follow_up=reviewed, area__number__gt=1).update(assessment="met")
    page = client_of(reviewer).get(PROPOSE)
    assert page.context["blocking"] == [
        ("den samlade prognosen saknas", f"{LIST}texter/"),
        ("sammanfattningen saknas", f"{LIST}texter/"),
        ("den samlade bedömningen saknas", f"{LIST}texter/"),
        ("bedömningen av område 1 saknas", f"{LIST}omrade/1/"),
    ]
    assert ("texten om område 1 saknas", f"{LIST}omrade/1/") in page.context["empty"]
    assert ("texten om riktlinje 1 saknas", f"{LIST}riktlinje/1/") in page.context["empty"]
    html = html_of(page)
    assert f'<a href="{LIST}omrade/1/">Bedömningen av område 1 saknas</a>' in html
    assert 'type="submit">Föreslå till kommunstyrelsen' not in html


def test_proposing_asks_first_and_the_proposal_can_be_taken_back(reviewer, reviewed):
    write_texts(reviewed)
    client = client_of(reviewer)
    html = html_of(client.post(f"{LIST}lage/", {"action": "propose", "comment": "Äntligen."}))
    assert ">Äntligen.</textarea>" in html
    assert "Det går att föreslå uppföljningen ändå." in html
    reviewed.refresh_from_db()
    assert reviewed.state == "under_review"
    messages = messages_of(client.post(PROPOSE, {"comment": "Äntligen."}, follow=True))
    assert messages == ["Uppföljningen för 2021 är föreslagen till kommunstyrelsen."]
    reviewed.refresh_from_db()
    assert (reviewed.state, reviewed.events.last().comment) == ("proposed", "Äntligen.")
    assert "Ta tillbaka förslaget" in html_of(client.get(LIST))
    [refusal] = messages_of(client.post(f"{LIST}lage/", {"action": "withdraw_proposal"}, follow=True))
    assert refusal == "Skriv en kommentar som förklarar varför."
    client.post(f"{LIST}lage/", {"action": "withdraw_proposal", "comment": "Fel prognos."})
    reviewed.refresh_from_db()
    event = reviewed.events.last()
    assert (reviewed.state, event.action, event.comment) == ("under_review", "withdraw_proposal", "Fel prognos.")


@pytest.mark.parametrize(
    ("written", "blocks"),
    [({}, True), ({"assessment": "met"}, False), ({"assessment_comment": "Målen nås till stor del."}, False)],
)
def test_the_overall_assessment_is_a_step_or_a_text(written, blocks, reviewer, reviewed):
    write_texts(reviewed)
    FollowUp.objects.filter(pk=reviewed.pk).update(**{"assessment": ""} | written)
    page = client_of(reviewer).get(PROPOSE)
    assert page.context["blocking"] == ([("den samlade bedömningen saknas", f"{LIST}texter/")] if blocks else [])


def test_texts_are_not_asked_for_where_the_municipality_does_not_want_it(settings, reviewer, reviewed):
    settings.PROPOSAL_NEEDS_TEXTS = False
    FollowUp.objects.filter(pk=reviewed.pk).update(forecast="will")
    page = client_of(reviewer).get(PROPOSE)
    assert page.context["blocking"] == []
    assert ("sammanfattningen saknas", f"{LIST}texter/") in page.context["empty"]
    assert client_of(reviewer).post(PROPOSE).status_code == 302


def test_a_decided_year_has_no_proposal_to_take_back(reviewer, open_year):
    put_in_state(open_year, "decided")
    client = client_of(reviewer)
    assert "Ta tillbaka förslaget" not in html_of(client.get(LIST))
    [message] = messages_of(client.post(f"{LIST}lage/", {"action": "withdraw_proposal"}, follow=True))
    assert message == "Ta tillbaka förslaget går inte: läget är beslutad."


def test_the_list_counts_answers_in_words_that_agree(reviewer, open_year):
    MeasureEntry.objects.filter(follow_up=open_year).exclude(measure__number=1).update(state="approved")
    hand_in(open_year, "1.1")
    page = html_of(client_of(reviewer).get("/granskning/huddinge-2018-2021/2021/"))
    row = page.split('<span class="code">1.1</span>')[1].split("</li>")[0]
    assert '<span class="goal-missing">4 utkast, 4 inlämnade · <strong>8 ej ifyllda</strong></span>' in row
    row = page.split('<span class="code">1.2</span>')[1].split("</li>")[0]
    assert '<span class="goal-missing">6 utkast, 2 godkända · <strong>4 ej ifyllda</strong></span>' in row
