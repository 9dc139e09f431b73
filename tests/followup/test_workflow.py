"""Every transition against every state, from the same tables that the workflow works by."""

import pytest

from followup.models import Answer, AreaEntry, Decision, Event, FollowUp, MeasureEntry, SubGoalEntry
from followup.workflow import (
    ANSWER_TRANSITIONS,
    STEPS_MADE,
    YEAR_TRANSITIONS,
    NotAllowedError,
    RefusedError,
    available,
    bring_in_new,
    open_follow_up,
    perform,
    perform_all,
    step_made,
)
from organisation.roles import REVIEWER
from tests.fixtures import a_decision, make_user, put_in_state

pytestmark = pytest.mark.django_db

# What the workflow is to allow, written out here once more: state and action to the new state.
ANSWER_ALLOWED = {
    ("draft", "submit"): "submitted",
    ("returned", "submit"): "submitted",
    ("submitted", "withdraw"): "draft",
    ("submitted", "return"): "returned",
    ("approved", "return"): "returned",
    ("submitted", "approve"): "approved",
}
YEAR_ALLOWED = {
    ("planned", "open"): "open",
    ("open", "cancel_opening"): "planned",
    ("open", "start_review"): "under_review",
    ("under_review", "reopen"): "open",
    ("under_review", "propose"): "proposed",
    ("proposed", "withdraw_proposal"): "under_review",
    ("proposed", "refer_back"): "under_review",
    ("proposed", "decide"): "decided",
    ("proposed", "reject"): "under_review",
    ("decided", "correct"): "under_review",
    ("under_review", "cancel_correction"): "decided",
    ("proposed", "cancel_correction"): "decided",
}
OFFICIALS = {"submit", "withdraw"}
SECRETARYS = {"refer_back", "decide", "reject", "correct", "cancel_correction"}


@pytest.fixture
def entry(open_year) -> SubGoalEntry:
    """Goal 1.1, with all answers."""
    entry = open_year.subgoalentry_set.get(sub_goal__area__number=1, sub_goal__number=1)
    SubGoalEntry.objects.filter(pk=entry.pk).update(assessment="met", forecast="will", comment="Klart.")
    return SubGoalEntry.objects.select_related("follow_up", "sub_goal__area").get(pk=entry.pk)


@pytest.mark.parametrize("action", ANSWER_TRANSITIONS)
@pytest.mark.parametrize("state", Answer.State.values)
def test_every_step_of_an_answer(state, action, entry, official, reviewer):
    SubGoalEntry.objects.filter(pk=entry.pk).update(state=state)
    user = official if action in OFFICIALS else reviewer
    target = ANSWER_ALLOWED.get((state, action))
    if target is None:
        with pytest.raises(RefusedError):
            perform(entry, action, by=user, comment="Därför")
    else:
        event = perform(entry, action, by=user, comment="Därför")
        assert (event.from_state, event.to_state, event.by, event.comment) == (state, target, user, "Därför")
        assert entry.state == target
    entry.refresh_from_db()
    assert entry.state == (target or state)
    assert Event.objects.filter(sub_goal_entry=entry).count() == (1 if target else 0)


@pytest.mark.parametrize("action", ANSWER_TRANSITIONS)
@pytest.mark.parametrize("state", Answer.State.values)
def test_every_step_of_a_measures_answer(state, action, open_year, official, reviewer):
    measures = open_year.measureentry_set.select_related("follow_up", "measure__sub_goal__area")
    answer = measures.get(measure__sub_goal__area__number=1, measure__sub_goal__number=1, measure__number=1)
    MeasureEntry.objects.filter(pk=answer.pk).update(state=state, progress="done")
    user = official if action in OFFICIALS else reviewer
    target = ANSWER_ALLOWED.get((state, action))
    if target is None:
        with pytest.raises(RefusedError):
            perform(answer, action, by=user, comment="Därför")
    else:
        assert perform(answer, action, by=user, comment="Därför").measure_entry == answer
    answer.refresh_from_db()
    assert answer.state == (target or state)


def test_the_table_knows_every_step_and_state():
    assert {action for _, action in ANSWER_ALLOWED} == set(ANSWER_TRANSITIONS)
    assert {action for _, action in YEAR_ALLOWED} == set(YEAR_TRANSITIONS)
    assert {state for pair in ANSWER_ALLOWED.items() for state in (pair[0][0], pair[1])} == set(Answer.State.values)
    assert {state for pair in YEAR_ALLOWED.items() for state in (pair[0][0], pair[1])} == set(FollowUp.State.values)


def test_every_step_has_words_for_the_history():
    labels = {transition.label for transition in (*ANSWER_TRANSITIONS.values(), *YEAR_TRANSITIONS.values())}
    # A proposal is stored with the name of the body, and has its words from `step_made`.
    assert set(STEPS_MADE) == labels - {"Föreslå till {body}"}
    assert step_made("Föreslå till kommunstyrelsen") == "föreslogs till kommunstyrelsen"


def fill_for_proposal(year: FollowUp) -> None:
    """Write all that the board needs."""
    FollowUp.objects.filter(pk=year.pk).update(forecast="will", assessment="met", summary="Ett bra år.")
    AreaEntry.objects.filter(follow_up=year).update(assessment="met")


def ready(year: FollowUp, state: str, action: str) -> Decision | None:
    """Put the year in a state with nothing in the way of the action; the decision that the action comes with."""
    if action == "cancel_opening":
        for model in (MeasureEntry, SubGoalEntry):
            model.objects.filter(follow_up=year).delete()
        bring_in_new(year, by=None)
    else:
        for model in (SubGoalEntry, MeasureEntry):
            model.objects.filter(follow_up=year).update(state="approved")
    fill_for_proposal(year)
    put_in_state(year, state)
    if YEAR_TRANSITIONS[action].with_decision:
        return year.decisions.first() or a_decision(year)
    return None


@pytest.mark.parametrize("action", YEAR_TRANSITIONS)
@pytest.mark.parametrize("state", FollowUp.State.values)
def test_every_step_of_a_year(state, action, open_year, reviewer, secretary):
    decision = ready(open_year, state, action)
    user = secretary if action in SECRETARYS else reviewer
    target = YEAR_ALLOWED.get((state, action))
    if target is None:
        with pytest.raises(RefusedError):
            perform(open_year, action, by=user, comment="Därför", decision=decision)
    else:
        perform(open_year, action, by=user, comment="Därför", decision=decision)
    open_year.refresh_from_db()
    assert open_year.state == (target or state)


@pytest.mark.parametrize("action", ANSWER_TRANSITIONS)
@pytest.mark.parametrize(
    "role", ["outsider", "reader", "other_official", "official", "reviewer", "secretary", "administrator"]
)
def test_who_may_move_an_answer(role, action, entry, request):
    user = request.getfixturevalue(role)
    state = next(state for state, name in ANSWER_ALLOWED if name == action)
    SubGoalEntry.objects.filter(pk=entry.pk).update(state=state)
    if role == ("official" if action in OFFICIALS else "reviewer"):
        perform(entry, action, by=user, comment="Därför")
    else:
        with pytest.raises(NotAllowedError):
            perform(entry, action, by=user, comment="Därför")


@pytest.mark.parametrize("action", YEAR_TRANSITIONS)
@pytest.mark.parametrize(
    "role", ["outsider", "reader", "other_official", "official", "reviewer", "secretary", "administrator"]
)
def test_who_may_move_a_year(role, action, open_year, request):
    user = request.getfixturevalue(role)
    state = next(state for state, name in YEAR_ALLOWED if name == action)
    decision = ready(open_year, state, action)
    if role == ("secretary" if action in SECRETARYS else "reviewer"):
        perform(open_year, action, by=user, comment="Därför", decision=decision)
    else:
        with pytest.raises(NotAllowedError):
            perform(open_year, action, by=user, comment="Därför", decision=decision)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"assessment": ""}, "Lämna in går inte än: bedömning saknas."),
        ({"forecast": "", "comment": "  "}, "Lämna in går inte än: prognos saknas, kommentar saknas."),
    ],
)
def test_an_answer_with_gaps_is_not_handed_in(change, message, entry, official):
    SubGoalEntry.objects.filter(pk=entry.pk).update(**change)
    with pytest.raises(RefusedError) as refusal:
        perform(entry, "submit", by=official)
    assert str(refusal.value) == message


def test_returning_wants_a_comment(entry, official, reviewer):
    perform(entry, "submit", by=official)
    with pytest.raises(RefusedError, match="Skriv en kommentar"):
        perform(entry, "return", by=reviewer, comment="   ")


def test_what_was_saved_after_it_was_read_is_not_approved(entry, official, reviewer):
    perform(entry, "submit", by=official)
    read = SubGoalEntry.objects.select_related("follow_up").get(pk=entry.pk)
    perform(entry, "withdraw", by=official)
    perform(entry, "submit", by=official)
    with pytest.raises(RefusedError, match="Svaret har ändrats sedan du läste det"):
        perform(read, "approve", by=reviewer)
    entry.refresh_from_db()
    assert entry.state == "submitted"


def test_a_comment_is_as_long_as_a_text_may_be(entry, official, reviewer):
    perform(entry, "submit", by=official)
    with pytest.raises(RefusedError) as refusal:
        perform(entry, "return", by=reviewer, comment="x" * 10_001)
    assert str(refusal.value) == "Kommentaren är 10001 tecken lång. Korta den till högst 10000."


@pytest.fixture
def both(huddinge):
    """A reviewer who also reports for kommunstyrelsen."""
    return make_user("both", unit="kommunstyrelsen", role=REVIEWER)


def test_nobody_approves_their_own_answer(entry, both):
    perform(entry, "submit", by=both)
    with pytest.raises(NotAllowedError):
        perform(entry, "approve", by=both)


def test_unless_the_setting_allows_it(entry, both, settings):
    settings.REVIEW_OWN_ANSWERS = True
    perform(entry, "submit", by=both)
    perform(entry, "approve", by=both)
    assert entry.state == "approved"


@pytest.mark.parametrize("state", ["proposed", "decided", "planned"])
def test_no_answer_moves_in_a_year_that_takes_none(state, entry, official):
    put_in_state(entry.follow_up, state)
    with pytest.raises(RefusedError, match="är inte öppen för ändringar"):
        perform(entry, "submit", by=official)
    assert available(SubGoalEntry.objects.select_related("follow_up").get(pk=entry.pk), official) == {}


def test_a_year_is_proposed_only_when_all_is_approved(open_year, reviewer):
    FollowUp.objects.filter(pk=open_year.pk).update(state="under_review")
    with pytest.raises(RefusedError) as refusal:
        perform(open_year, "propose", by=reviewer)
    assert str(refusal.value) == (
        "Föreslå till kommunstyrelsen går inte än: 88 svar är inte godkända, den samlade prognosen saknas, "
        "sammanfattningen saknas, den samlade bedömningen saknas, bedömningen av område 1 saknas, "
        "bedömningen av område 2 saknas, bedömningen av område 3 saknas, bedömningen av område 4 saknas, "
        "bedömningen av område 5 saknas."
    )


def test_a_municipality_may_propose_without_texts(settings, open_year, reviewer):
    settings.PROPOSAL_NEEDS_TEXTS = False
    for model in (SubGoalEntry, MeasureEntry):
        model.objects.filter(follow_up=open_year).update(state="approved")
    FollowUp.objects.filter(pk=open_year.pk).update(state="under_review", forecast="will")
    perform(open_year, "propose", by=reviewer)
    assert open_year.state == "proposed"


def test_several_are_moved_all_or_none(open_year, entry, official):
    blank = open_year.subgoalentry_set.get(sub_goal__area__number=1, sub_goal__number=3)
    with pytest.raises(RefusedError):
        perform_all([entry, blank], "submit", by=official)
    entry.refresh_from_db()
    assert entry.state == "draft"
    assert not Event.objects.filter(action="submit").exists()


def test_a_move_is_judged_by_what_is_stored(entry, official, reviewer):
    stale = SubGoalEntry.objects.select_related("follow_up").get(pk=entry.pk)
    perform(entry, "submit", by=official)
    with pytest.raises(RefusedError, match="läget är inlämnad"):
        perform(stale, "submit", by=official)


def test_a_move_gives_the_next_version_and_history(entry, official):
    version = entry.version
    perform(entry, "submit", by=official)
    entry.refresh_from_db()
    record = entry.history.first()
    assert entry.version == version + 1
    assert (record.history_user, record.history_change_reason, record.state) == (official, "Lämna in", "submitted")


def test_opening_a_planned_year_creates_its_entries(huddinge, reviewer):
    huddinge.last_year = 2022
    huddinge.save()
    year = FollowUp.objects.create(
        programme=huddinge, year=2022, state="planned", opens_on="2022-11-01", due_on="2023-01-15"
    )
    perform(year, "open", by=reviewer)
    assert SubGoalEntry.objects.filter(follow_up=year).count() == 24


def test_opening_a_new_year_is_recorded(huddinge, reviewer):
    huddinge.last_year = 2022
    huddinge.save()
    year = FollowUp(programme=huddinge, year=2022, opens_on="2022-11-01", due_on="2023-01-15")
    open_follow_up(year, by=reviewer)
    assert [(event.action, event.by) for event in year.events.all()] == [("open", reviewer)]


def test_an_event_is_written_once(entry, official):
    event = perform(entry, "submit", by=official)
    event.comment = "Annat"
    with pytest.raises(TypeError):
        event.save()
    with pytest.raises(TypeError):
        event.delete()


def test_leaving_a_unit_takes_away_writing_and_keeps_history(entry, official):
    perform(entry, "submit", by=official)
    official.memberships.all().delete()
    left = type(official).objects.get(pk=official.pk)
    with pytest.raises(NotAllowedError):
        perform(entry, "withdraw", by=left)
    assert entry.history.first().history_user == left


@pytest.mark.parametrize("action", ["decide", "refer_back", "reject", "correct", "cancel_correction"])
def test_what_the_board_does_is_no_step_of_its_own(action, open_year, secretary, huddinge):
    other = FollowUp.objects.get(year=2020).decisions.get()
    put_in_state(open_year, next(state for state, name in YEAR_ALLOWED if name == action))
    before = open_year.state
    assert available(open_year, secretary) == {}
    for decision in (None, other):
        with pytest.raises(RefusedError, match="går bara på ärendets sida"):
            perform(open_year, action, by=secretary, comment="Därför", decision=decision)
    open_year.refresh_from_db()
    assert open_year.state == before


def test_a_year_that_was_decided_is_corrected_under_review_and_not_opened(open_year, reviewer):
    put_in_state(open_year, "decided")
    put_in_state(open_year, "under_review")
    with pytest.raises(RefusedError, match="har varit beslutad, och rättas under granskningen"):
        perform(open_year, "reopen", by=reviewer)
