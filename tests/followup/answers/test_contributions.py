"""Contributions of units that share a goal or measure, and the joint answer of their lead or the reviewer."""

from datetime import date
from importlib import import_module

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from followup.answers.worklist import work_of
from followup.history.subjects import history_of_goal
from followup.models import Answer, Contribution, Event, FollowUp, MeasureEntry, SubGoalEntry
from followup.permissions import can_attach, can_remove_attachment, can_report, can_review_answer, can_write
from followup.workflow import NotAllowedError, RefusedError, bring_in_new, perform
from followup.writing.attachments import attach, remove
from organisation.models import Membership, Unit, User
from organisation.roles import REVIEWER
from programmes.models import SubGoal, set_responsible
from tests.factories import make_area, make_goal, make_measure, make_programme, make_unit, open_year
from tests.fixtures import client_of, make_user
from tests.followup.writing.test_attachments import pdf
from tests.pages import html_of

pytestmark = pytest.mark.django_db
TODAY = date(2022, 12, 1)


class Shared:
    """A goal and its measure that three units share, with an official for each unit and a reviewer."""

    def __init__(self, *, with_lead: bool) -> None:
        self.units = [make_unit(name) for name in ("Kommunstyrelsen", "Socialnämnden", "Äldrenämnden")]
        self.lead = self.units[0] if with_lead else None
        self.goal = make_goal(make_area(make_programme()), units=self.units, lead=self.lead)
        self.measure = make_measure(self.goal, units=self.units[1:], lead=self.units[1] if with_lead else None)
        self.year = open_year(self.goal.area.programme)
        self.officials = [make_user(unit.slug, unit=unit.slug) for unit in self.units]
        self.reviewer = make_user("granskare", role=REVIEWER)

    @property
    def joint(self) -> SubGoalEntry:
        return SubGoalEntry.objects.select_related("follow_up__programme", "sub_goal__area").get(sub_goal=self.goal)

    @property
    def joint_of_measure(self) -> MeasureEntry:
        return MeasureEntry.objects.get(measure=self.measure)

    def contribution(self, number: int) -> Contribution:
        """The contribution to the goal of the unit with this number."""
        return Contribution.objects.with_items().get(sub_goal=self.goal, unit=self.units[number])

    def write(self, number: int, text: str) -> Contribution:
        contribution = self.contribution(number)
        contribution.text = text
        contribution.save()
        return contribution

    @property
    def page(self) -> str:
        return self.joint.get_absolute_url()


@pytest.fixture
def shared() -> Shared:
    return Shared(with_lead=True)


@pytest.fixture
def without_lead() -> Shared:
    return Shared(with_lead=False)


def test_each_contributing_unit_gets_a_contribution_when_the_year_is_opened(shared):
    wanted = {("1.1", "Socialnämnden"), ("1.1", "Äldrenämnden"), ("1.1.1", "Äldrenämnden")}
    assert {(one.item.code, one.unit.name) for one in Contribution.objects.all()} == wanted
    assert bring_in_new(shared.year, by=None) == 0


def test_without_a_lead_all_units_contribute(without_lead):
    assert Contribution.objects.filter(sub_goal=without_lead.goal).count() == 3
    assert Contribution.objects.filter(measure=without_lead.measure).count() == 2


def test_a_unit_alone_answers_as_before(db):
    unit = make_unit()
    goal = make_goal(make_area(make_programme()), units=[unit])
    open_year(goal.area.programme)
    assert Contribution.objects.count() == 0
    assert can_report(make_user("ensam", unit=unit.slug), SubGoalEntry.objects.get())


def test_each_unit_writes_only_its_own_contribution_and_the_lead_the_joint_answer(shared):
    lead, social, elderly = shared.officials
    assert [can_write(user, shared.joint) for user in shared.officials] == [True, False, False]
    assert [can_write(user, shared.joint_of_measure) for user in shared.officials] == [False, True, False]
    assert [can_write(user, shared.contribution(1)) for user in shared.officials] == [False, True, False]
    assert [can_write(user, shared.contribution(2)) for user in shared.officials] == [False, False, True]
    assert not can_write(shared.reviewer, shared.joint)
    for user, answer in ((lead, shared.contribution(1)), (social, shared.joint), (elderly, shared.contribution(1))):
        with pytest.raises(RefusedError, match="Du har inte behörighet"):
            perform(answer, "submit", by=user)


def test_without_a_lead_the_reviewer_writes_and_approves_the_joint_answer(without_lead):
    joint = without_lead.joint
    assert not any(can_write(user, joint) for user in without_lead.officials)
    assert can_write(without_lead.reviewer, joint)
    joint.assessment, joint.forecast, joint.comment = "met", "will", "Tillsammans."
    joint.save()
    perform(joint, "submit", by=without_lead.reviewer)
    perform(joint, "approve", by=without_lead.reviewer)
    assert joint.state == Answer.State.APPROVED


def test_the_reviewer_writes_the_joint_answer_on_the_page_and_comes_back_to_the_review(without_lead):
    without_lead.write(0, "Vi har lyst upp torgen.")
    client = client_of(without_lead.reviewer)
    goal = without_lead.goal
    review = reverse(
        "followup:review_entry", args=[without_lead.year.programme.slug, 2022, goal.area.number, goal.number]
    )
    assert f'<a href="{without_lead.page}">Skriv det gemensamma svaret</a>' in html_of(client.get(review))
    measure = without_lead.joint_of_measure
    data = {
        "goal-version": 1,
        "goal-assessment": "met",
        "goal-forecast": "will",
        "goal-comment": "Torgen är ljusa.",
        f"measure-{measure.pk}-version": 1,
        f"measure-{measure.pk}-progress": "done",
        f"measure-{measure.pk}-done": "",
        f"measure-{measure.pk}-stop_reason": "",
    }
    assert client.get(without_lead.page).status_code == 200
    response = client.post(without_lead.page, data | {"submit": "1"})
    assert (response.status_code, response["Location"]) == (302, review)
    assert (without_lead.joint.state, without_lead.joint_of_measure.state) == ("submitted", "submitted")


@pytest.mark.parametrize("with_lead", [True, False])
def test_the_queries_agree_with_the_permissions(with_lead):
    shared = Shared(with_lead=with_lead)
    for user in (*shared.officials, shared.reviewer):
        for model in (SubGoalEntry, MeasureEntry, Contribution):
            reported = set(model.objects.reported_by(user, TODAY))
            if model is not Contribution and user == shared.reviewer:
                reported |= set(model.objects.written_by_reviewers())
            assert reported == {answer for answer in model.objects.all() if can_report(user, answer)}


def test_a_contributing_unit_attaches_files_and_removes_its_own_alone(shared, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    lead, social, elderly = shared.officials
    own = attach(shared.joint, SimpleUploadedFile("social.pdf", pdf()), by=social)
    assert can_remove_attachment(social, own)
    assert can_remove_attachment(lead, own)
    assert not can_remove_attachment(elderly, own)
    with pytest.raises(NotAllowedError):
        remove(own, by=elderly)
    address = reverse("followup:attachment_remove", args=[own.pk])
    assert [address in html_of(client_of(user).get(shared.page)) for user in shared.officials] == [True, True, False]
    perform(shared.write(1, "Klart."), "submit", by=social)
    assert not can_attach(social, shared.joint)


def test_the_migration_gives_units_of_earlier_databases_their_contributions(without_lead):
    without_lead.write(0, "Skrivet tidigare.")
    Contribution.objects.filter(text="").delete()
    migration = import_module("followup.migrations.0036_contributions_of_open_years")
    migration.create_contributions(apps, None)
    assert Contribution.objects.count() == 5
    assert without_lead.contribution(0).text == "Skrivet tidigare."
    migration.remove_contributions(apps, None)
    assert [one.text for one in Contribution.objects.all()] == ["Skrivet tidigare."]


def test_a_contribution_moves_through_the_workflow(shared):
    contribution = shared.write(1, "Vi har fler fältare.")
    social = shared.officials[1]
    with pytest.raises(RefusedError, match="bidrag saknas"):
        perform(shared.contribution(2), "submit", by=shared.officials[2])
    perform(contribution, "submit", by=social)
    assert can_review_answer(shared.reviewer, contribution)
    perform(contribution, "return", by=shared.reviewer, comment="Hur många?")
    perform(contribution, "submit", by=social)
    perform(contribution, "approve", by=shared.reviewer)
    events = Event.objects.filter(contribution=contribution).values_list("action", flat=True)
    assert list(events) == ["submit", "return", "submit", "approve"]


def test_a_unit_that_is_no_longer_responsible_keeps_its_text_and_hands_nothing_in(shared):
    contribution = shared.write(1, "Vi har fler fältare.")
    set_responsible(shared.goal, [shared.units[2]], shared.lead)
    contribution = shared.contribution(1)
    assert contribution.why_locked == "Socialnämnden lämnar inte längre bidrag till 1.1. Texten finns kvar."
    with pytest.raises(RefusedError, match="Du har inte behörighet"):
        perform(contribution, "submit", by=shared.officials[1])
    html = html_of(client_of(shared.officials[0]).get(shared.page))
    assert "Vi har fler fältare." in html
    assert "Enheten lämnar inte längre bidrag hit." in html


def test_a_new_lead_brings_contributions_to_the_open_year(without_lead):
    set_responsible(without_lead.goal, without_lead.units, without_lead.units[0])
    assert not without_lead.contribution(0).is_expected
    set_responsible(without_lead.goal, [*without_lead.units, make_unit("Kulturnämnden")], without_lead.units[0])
    assert bring_in_new(without_lead.year, by=None) == 1


def test_the_database_keeps_one_contribution_of_a_unit_to_one_goal_or_measure(shared):
    with pytest.raises(IntegrityError), transaction.atomic():
        Contribution.objects.create(follow_up=shared.year, sub_goal=shared.goal, unit=shared.units[1])
    with pytest.raises(IntegrityError), transaction.atomic():
        Contribution.objects.create(
            follow_up=shared.year, sub_goal=shared.goal, measure=shared.measure, unit=shared.units[0]
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Contribution.objects.filter(sub_goal=shared.goal).update(progress="done")


def test_a_contributing_unit_sees_its_form_and_who_is_lead(shared):
    response = client_of(shared.officials[1]).get(shared.page)
    html = html_of(response)
    assert response.context["forms"].goal is None
    assert "Huvudansvarig är Kommunstyrelsen, som skriver det gemensamma svaret." in html
    assert f'name="contribution-{shared.contribution(1).pk}-text"' in html
    assert f'name="contribution-{shared.contribution(2).pk}-text"' not in html


def test_a_contribution_is_saved_and_handed_in_on_the_page(shared):
    contribution = shared.contribution(1)
    prefix, joint = f"contribution-{contribution.pk}", shared.joint_of_measure
    data = {
        f"{prefix}-version": 1,
        f"{prefix}-assessment": "partly",
        f"{prefix}-forecast": "",
        f"{prefix}-text": "Fler fältare.",
        f"measure-{joint.pk}-version": 1,
        f"measure-{joint.pk}-progress": "done",
        "submit": "1",
    }
    client = client_of(shared.officials[1])
    assert client.post(shared.page, data).status_code == 302
    contribution = shared.contribution(1)
    assert (contribution.text, contribution.assessment, contribution.state) == ("Fler fältare.", "partly", "submitted")


def test_nobody_saves_another_units_contribution(shared):
    contribution = shared.contribution(2)
    prefix = f"contribution-{contribution.pk}"
    data = {f"{prefix}-version": 1, f"{prefix}-text": "Inkräktare"}
    client = client_of(shared.officials[1])
    client.post(shared.page, data)
    goal = shared.joint.sub_goal
    address = reverse(
        "followup:contribution_autosave",
        args=[shared.year.programme.slug, 2022, goal.area.number, goal.number, contribution.pk],
    )
    response = client.post(address, data)
    assert response.status_code == 403
    assert shared.contribution(2).text == ""
    assert client_of(shared.officials[2]).post(address, data).status_code == 200
    assert shared.contribution(2).text == "Inkräktare"


def test_the_lead_adds_a_contribution_to_the_joint_text_without_saving_it(shared):
    contribution = shared.write(1, "Fler fältare.")
    data = {"goal-version": 1, "goal-comment": "Vi har haft ett bra år.", "add": contribution.pk}
    response = client_of(shared.officials[0]).post(shared.page, data)
    added = response.context["forms"].goal["comment"].value()
    assert added == "Vi har haft ett bra år.\n\nSocialnämnden: Fler fältare."
    assert "Det är inte sparat" in html_of(response)
    assert shared.joint.comment == ""


def test_the_work_list_counts_the_contributions_of_each_unit(shared):
    [year] = work_of(shared.officials[2], TODAY)
    [work] = year.units
    assert (work.total, work.filled_in) == (2, 0)
    shared.write(2, "Klart.")
    [year] = work_of(shared.officials[2], TODAY)
    assert (year.units[0].filled_in, [answer.text for answer in year.units[0].ready]) == (1, ["Klart."])


def test_the_review_page_shows_and_approves_a_contribution(shared):
    contribution = shared.write(1, "Fler fältare.")
    perform(contribution, "submit", by=shared.officials[1])
    goal = shared.goal
    address = reverse("followup:review_entry", args=[shared.year.programme.slug, 2022, goal.area.number, goal.number])
    client = client_of(shared.reviewer)
    html = html_of(client.get(address))
    assert "Bidrag till mål 1.1 från Socialnämnden" in html
    assert "Fler fältare." in html
    seen = client.get(address).context["seen"]
    client.post(address, {"action": "approve 1.1-socialnamnden", "seen": seen})
    assert shared.contribution(1).state == Answer.State.APPROVED
    assert shared.joint.state == Answer.State.DRAFT


def test_the_history_shows_the_contributions(shared):
    contribution = shared.write(1, "Fler fältare.")
    contribution.text = "Färre fältare."
    contribution.save()
    goal = shared.goal
    address = reverse("followup:entry_history", args=[shared.year.programme.slug, 2022, goal.area.number, goal.number])
    assert "Socialnämnden, bidrag till 1.1" in html_of(client_of(shared.reviewer).get(address))


def test_the_history_of_a_goal_names_a_new_lead(shared):
    set_responsible(shared.goal, shared.units, shared.units[1])
    goal = shared.goal
    address = reverse("followup:sub_goal_history", args=[shared.year.programme.slug, goal.area.number, goal.number])
    html = html_of(client_of(shared.reviewer).get(address))
    assert "Huvudansvarig" in html
    newest = history_of_goal(goal, FollowUp.objects.all())[0]
    assert [(change.label, change.old, change.new) for change in newest.changes] == [
        ("huvudansvarig", "Kommunstyrelsen", "Socialnämnden")
    ]


ACTIONS = st.lists(
    st.tuples(
        st.integers(0, 3), st.integers(0, 4), st.sampled_from(["write", "submit", "withdraw", "return", "approve"])
    ),
    max_size=25,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=ACTIONS, with_lead=st.booleans())
def test_random_actions_of_several_units_lose_no_text_and_keep_each_to_its_own(db, actions, with_lead):
    with transaction.atomic():
        shared = Shared(with_lead=with_lead)
        people: list[User] = [*shared.officials, shared.reviewer]
        written: dict[Answer, str] = {}
        for step, (person, target, action) in enumerate(actions):
            answers: list[Answer] = [shared.joint, shared.joint_of_measure, *Contribution.objects.order_by("pk")]
            answer = answers[target % len(answers)]
            if action == "write":
                if can_write(people[person], answer):
                    _write(answer, f"Text {step}")
                    written[answer] = f"Text {step}"
                continue
            before = answer.state
            try:
                perform(answer, action, by=people[person], comment="Varför")
            except RefusedError:
                answer.refresh_from_db()
                assert answer.state == before
        for answer, text in written.items():
            answer.refresh_from_db()
            assert text in answer.texts
        for event in Event.objects.filter(action="submit"):
            assert event.answer is not None
            assert can_report(event.by, event.answer)
        transaction.set_rollback(True)


def _write(answer: Answer, text: str) -> None:
    """Fill in all that handing in needs, with `text` as the running text."""
    if isinstance(answer, SubGoalEntry):
        answer.assessment, answer.forecast, answer.comment = "met", "will", text
    elif isinstance(answer, MeasureEntry):
        answer.progress, answer.done = "done", text
    elif isinstance(answer, Contribution):
        answer.text = text
    answer.save()


def test_members_of_two_units_write_for_both(shared):
    Membership.objects.create(user=shared.officials[1], unit=shared.units[2])
    assert can_write(User.objects.get(pk=shared.officials[1].pk), shared.contribution(2))


def test_the_example_is_workable(huddinge):
    year = FollowUp.objects.get(year=2021)
    assert Contribution.objects.filter(follow_up=year).count() == Contribution.objects.count() == 91
    assert SubGoal.objects.filter(responsibilities__role="lead").count() == 19
    assert Unit.objects.filter(contributions__isnull=False).distinct().count() == 13
