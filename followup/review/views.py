"""The reviewer's pages: who has delivered, one goal with its answers to approve or return, the year's own steps."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.views.decorators.http import require_POST

from followup.answers.goal_year import GoalYear, attachments_of, goal_year_or_404
from followup.answers.outcome_forms import outcomes_of_year
from followup.answers.thread import remarks_of, thread_of
from followup.models import Answer, Contribution, FollowUp, SubGoalEntry
from followup.permissions import (
    answering_units,
    can_comment,
    can_edit_programmes,
    can_follow_review,
    can_review,
    can_review_answer,
    can_write,
    can_write_texts,
    is_written_by_reviewers,
)
from followup.proposal import Gap, gaps
from followup.review.comparison import compare
from followup.review.consistency import contradictions, names_of_year
from followup.review.contacts import responsible_people
from followup.review.deliveries import (
    STATE_OF_ANSWERS,
    STATES,
    GoalFilter,
    GoalToReview,
    by_area,
    by_unit,
    goals_to_review,
    is_late,
    total_version,
)
from followup.review.forms import CommentForm
from followup.web.failed_pdfs import failed_pdfs
from followup.web.lookups import follow_up_or_404, user_of
from followup.workflow import (
    YEAR_TRANSITIONS,
    RefusedError,
    available,
    may_cancel_opening,
    perform,
    perform_all,
)
from organisation.models import Unit, User
from organisation.order import swedish_sorted
from organisation.sentences import counted
from programmes.models import Measure, Programme, SubGoal
from programmes.terms import Term

PER_PAGE = 50
# Words for answers after the reviewer's actions, singular and plural.
RESULTS = {"approve": ("godkänt", "godkända"), "return": ("återlämnat", "återlämnade")}


def _reviewer(request: HttpRequest) -> User:
    user = user_of(request)
    if not can_follow_review(user):
        raise PermissionDenied("Sidan är för granskare.")
    return user


def _approver(request: HttpRequest) -> User:
    user = user_of(request)
    if not can_review(user):
        raise PermissionDenied("Bara granskare godkänner och återlämnar.")
    return user


def review_home(request: HttpRequest) -> HttpResponse:
    """List the years, open ones first, and the draft programmes that the user may work with."""
    user = _reviewer(request)
    years = FollowUp.objects.visible_to(user).current_first().with_distinct_programmes()
    page = Paginator(years, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "drafts": Programme.objects.visible_to(user).drafts().with_namesakes(),
        "may_edit_programmes": can_edit_programmes(user),
    }
    return render(request, "followup/review/review_home.html", context)


class GoalRow(NamedTuple):
    """A row of the review list: a goal, and those of its answers that the user may approve now."""

    goal: GoalToReview
    to_approve: list[Answer]


def review_list(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """List the goals of the year by filter, with the counts of units and areas and the next steps of the year."""
    user = _reviewer(request)
    follow_up = follow_up_or_404(request, slug, year)
    goals = goals_to_review(follow_up)
    answers = [answer for goal in goals for answer in goal.answers]
    goal_filter = GoalFilter.from_address(request.GET, goals)
    late = is_late(follow_up, timezone.localdate())
    rows = [GoalRow(goal, _to_approve(user, goal)) for goal in goals if goal.matches(goal_filter)]
    context = {
        "follow_up": follow_up,
        "rows": rows,
        "may_approve": any(row.to_approve for row in rows),
        "tables": [
            ("Enhet", "unit", by_unit(goals, late)),
            (capfirst(follow_up.terms.area.short.singular), "area", by_area(goals, late)),
        ],
        "units": swedish_sorted({unit for goal in goals for unit in goal.units}),
        "areas": {str(goal.area.number): goal.area for goal in goals},
        "states": STATES,
        "filter": goal_filter,
        "is_filtered": goal_filter != GoalFilter(),
        "counts": [
            (plural.capitalize(), sum(answer.state == state for answer in answers))
            for state, (_, plural) in STATE_OF_ANSWERS.items()
        ],
        "warnings": contradictions(
            follow_up.scales, follow_up, [goal.entry for goal in goals], names_of_year(follow_up.terms)
        ),
        "may_write_texts": can_write_texts(user, follow_up),
        "area_entries": follow_up.areaentry_set.select_related("area"),
        "guideline_entries": follow_up.guidelineentry_set.select_related("guideline"),
        "steps": _steps_of_year(follow_up, user, goals),
        "failed_pdfs": failed_pdfs(follow_up),
        "events": remarks_of(follow_up.events.of_years().select_related("by")),
        "shows_example": any(goal.entry.sub_goal.is_example for goal in goals),
    }
    return render(request, "followup/review/review_list.html", context)


def _steps_of_year(follow_up: FollowUp, user: User, goals: list[GoalToReview]) -> dict[str, str]:
    """Return the labels of the steps to offer, by name. Taking back the opening is offered until somebody writes."""
    steps = available(follow_up, user)
    is_answered = any(not answer.is_untouched for goal in goals for answer in goal.answers)
    if "cancel_opening" in steps and (is_answered or not may_cancel_opening(follow_up)):
        del steps["cancel_opening"]
    return {name: step.label_for(follow_up) for name, step in steps.items()}


def _to_approve(user: User, goal: GoalToReview) -> list[Answer]:
    """Return the answers to the goal that the user may approve now."""
    return [answer for answer in goal.answers if "approve" in available(answer, user)]


@require_POST
def review_approve(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """Approve the handed-in answers of the ticked goals, as the page showed them. All of them or none."""
    user = _approver(request)
    follow_up = follow_up_or_404(request, slug, year)
    try:
        messages.success(request, _approve_ticked(user, follow_up, request.POST.getlist("goal")))
    except RefusedError as refusal:
        messages.error(request, f"Inget godkändes. {refusal}")
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    return redirect(f"{reverse('followup:review_list', args=[slug, year])}{query}")


def _approve_ticked(user: User, follow_up: FollowUp, ticked: Sequence[str]) -> str:
    """Approve the handed-in answers of the ticked goals, and return the result in words. Raise RefusedError.

    A box's value is the goal's id and the version of its answers, so a goal that has changed since is not found.
    """
    term = follow_up.terms.goal
    goals = {f"{goal.entry.pk}-{goal.total_version}": goal for goal in goals_to_review(follow_up)}
    answers: list[Answer] = []
    for tick in ticked:
        answers += _answers_to_approve(user, goals.get(tick), term)
    if not answers:
        raise RefusedError(f"Markera minst {term.indefinite} som är {term.agree('inlämnad', 'inlämnat')}.")
    perform_all(answers, "approve", by=user)
    approved = "godkänt" if len(answers) == 1 else "godkända"
    return f"{len(answers)} svar på {term.counted(len(set(ticked)))} är {approved}."


def _answers_to_approve(user: User, goal: GoalToReview | None, term: Term) -> list[Answer]:
    """Return the answers of a ticked goal that `user` may approve. `term` is the programme's word for a goal.

    Raise RefusedError when there is none, or when the goal has changed and is None.
    """
    if goal is None:
        one, it = term.agree("En", "Ett"), term.agree("den", "det")
        raise RefusedError(f"{one} av {term.definite_plural} har ändrats sedan du öppnade sidan. Läs {it} igen.")
    answers = _to_approve(user, goal)
    if not answers:
        raise RefusedError(f"{capfirst(goal.entry.name)} har inget inlämnat svar som du får godkänna.")
    return answers


@require_POST
def review_year(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """Make one step of the year's workflow. Opening and proposing are confirmed on pages of their own."""
    user = _reviewer(request)
    follow_up = follow_up_or_404(request, slug, year)
    action = request.POST.get("action", "")
    if action not in YEAR_TRANSITIONS:
        raise PermissionDenied("Det steget finns inte.")
    if action == "open":
        return _ask_to_open(request, _approver(request), follow_up)
    if action == "propose":
        return _ask_to_propose(request, _approver(request), follow_up)
    try:
        perform(follow_up, action, by=user, comment=request.POST.get("comment", ""))
        messages.success(request, f"Uppföljningen för {year}: {follow_up.state_in_text}.")
    except RefusedError as refusal:
        messages.error(request, str(refusal))
    return redirect("followup:review_list", slug, year)


def review_open(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """Show what opening the year leads to, and open it when the reviewer confirms."""
    return _confirmed_step(request, slug, year, "open", _ask_to_open, "Uppföljningen för {follow_up.year} är öppen.")


def _confirmed_step(
    request: HttpRequest,
    slug: str,
    year: int,
    action: str,
    ask: Callable[[HttpRequest, User, FollowUp], HttpResponse],
    success: str,
) -> HttpResponse:
    """Show the page of `ask`, and make the step `action` of the year when the reviewer confirms it there."""
    user = _approver(request)
    follow_up = follow_up_or_404(request, slug, year)
    if request.method != "POST":
        return ask(request, user, follow_up)
    try:
        perform(follow_up, action, by=user, comment=request.POST.get("comment", ""))
    except RefusedError as refusal:
        messages.error(request, str(refusal))
        return ask(request, user, follow_up)
    messages.success(request, success.format(follow_up=follow_up))
    return redirect("followup:review_list", slug, year)


def _ask_to_open(request: HttpRequest, user: User, follow_up: FollowUp) -> HttpResponse:
    """Ask the reviewer to confirm the opening of the year, after showing the goals, measures and units in it."""
    slug, year = follow_up.programme.slug, follow_up.year
    if "open" not in available(follow_up, user):
        messages.error(request, f"Uppföljningen kan inte öppnas: läget är {follow_up.state_in_text}.")
        return redirect("followup:review_list", slug, year)
    terms = follow_up.terms
    goals = SubGoal.objects.filter(area__programme=follow_up.programme)
    measures = Measure.objects.filter(sub_goal__area__programme=follow_up.programme).running_in(year)
    context = {
        "follow_up": follow_up,
        "obstacles": YEAR_TRANSITIONS["open"].obstacles(follow_up),
        "contents": f"{terms.goal.counted(goals.count())} och {terms.measure.counted(measures.count())}",
        "units": Unit.objects.filter(Q(sub_goals__in=goals) | Q(measures__in=measures)).distinct(),
        "without_unit": goals.filter(units=None),
        "comment": request.POST.get("comment", ""),
    }
    return render(request, "followup/review/review_open.html", context)


def review_propose(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """Show what is empty in the report, and propose the year to the board when the reviewer confirms."""
    success = "Uppföljningen för {follow_up.year} är föreslagen till {follow_up.body.in_text}."
    return _confirmed_step(request, slug, year, "propose", _ask_to_propose, success)


class GapLink(NamedTuple):
    """A part that the report lacks, in words, and the address of the page to write it on."""

    text: str
    address: str


def _ask_to_propose(request: HttpRequest, user: User, follow_up: FollowUp) -> HttpResponse:
    """Ask the reviewer to confirm that the report is proposed to the board, after listing its empty parts."""
    slug, year = follow_up.programme.slug, follow_up.year
    if "propose" not in available(follow_up, user):
        messages.error(request, f"Uppföljningen kan inte föreslås: läget är {follow_up.state_in_text}.")
        return redirect("followup:review_list", slug, year)
    found = gaps(follow_up)
    context = {
        "follow_up": follow_up,
        "step_label": YEAR_TRANSITIONS["propose"].label_for(follow_up),
        "blocking": [GapLink(gap.text, _address_of(gap, slug, year)) for gap in found if gap.blocks],
        "empty": [GapLink(gap.text, _address_of(gap, slug, year)) for gap in found if not gap.blocks],
        "warnings": contradictions(
            follow_up.scales,
            follow_up,
            SubGoalEntry.objects.filter(follow_up=follow_up),
            names_of_year(follow_up.terms),
        ),
        "comment": request.POST.get("comment", ""),
    }
    return render(request, "followup/review/review_propose.html", context)


def _address_of(gap: Gap, slug: str, year: int) -> str:
    """Return the address of the page where the gap is filled."""
    return reverse(f"followup:{gap.page.value}", args=[slug, year, *([gap.number] if gap.number else [])])


def review_entry(request: HttpRequest, slug: str, year: int, area: int, number: int) -> HttpResponse:
    """Show the answers to one goal, and approve or return them. A refused step shows the page again with the reason."""
    user = _reviewer(request)
    goal_year = goal_year_or_404(request, slug, year, area, number)
    if request.method != "POST":
        return render(request, "followup/review/review_entry.html", _entry_context(user, goal_year))
    _approver(request)
    try:
        done = _review(request, user, goal_year.answers)
    except RefusedError as refusal:
        comment = request.POST.get("comment", "")
        context = _entry_context(user, goal_year, refusal=str(refusal), comment=comment)
        return render(request, "followup/review/review_entry.html", context, status=HTTPStatus.CONFLICT)
    messages.success(request, done)
    return redirect(request.path)


def _entry_context(user: User, goal_year: GoalYear, *, refusal: str = "", comment: str = "") -> dict[str, Any]:
    """Return the context of the page of one goal: its answers with their changes, comments and possible steps.

    `refusal` is the reason why a step was refused, and `comment` the text that was posted with it.
    """
    entry, answers = goal_year.entry, goal_year.answers
    last_year = goal_year.last_year
    thread = thread_of(entry, goal_year.measures)
    compared_answers = compare(answers, last_year.by_answer(answers), thread)
    steps = {answer: available(answer, user) for answer in answers}
    indicators = goal_year.indicators
    return {
        "follow_up": entry.follow_up,
        "entry": entry,
        "answers": [(one, steps[one.answer], review_code(one.answer)) for one in compared_answers],
        "last_year": last_year,
        "outcomes": outcomes_of_year(indicators, entry, None, may_write=False, today=timezone.localdate()),
        "seen": total_version(answers),
        "refusal": refusal,
        "comment": comment,
        "attachments": attachments_of(entry),
        "thread": remarks_of(thread),
        "comment_form": CommentForm(),
        "may_comment": can_comment(user, answers),
        "from_review": True,
        "responsible_people": responsible_people(user, entry.sub_goal),
        "is_own": can_review(user) and any(user.reports_for(answering_units(answer)) for answer in answers),
        "may_approve": any("approve" in steps[answer] for answer in answers),
        "may_return": any("return" in steps[answer] for answer in answers),
        "may_write_joint_answer": any(is_written_by_reviewers(one) and can_write(user, one) for one in answers),
        "shows_example": entry.sub_goal.is_example or entry.is_example,
    }


def review_code(answer: Answer) -> str:
    """Return the name of one answer on the review page of a goal: its number, and the unit of a contribution."""
    if isinstance(answer, Contribution):
        return f"{answer.item.code}-{answer.unit.slug}"
    return answer.item.code


def _review(request: HttpRequest, user: User, answers: list[Answer]) -> str:
    """Approve or return one answer of the goal, or all for which that is possible now. Return the result in words.

    The button's value is the action, followed by the code of an answer if it is for that one alone ("approve 1.2.3").
    """
    action, _, code = request.POST.get("action", "").partition(" ")
    if action not in RESULTS:
        raise PermissionDenied("Det steget finns inte.")
    chosen = [answer for answer in answers if code in ("", review_code(answer))]
    if not chosen:
        raise PermissionDenied("Det svaret finns inte.")
    if not any(can_review_answer(user, answer) for answer in chosen):
        raise PermissionDenied("Du granskar inte svar som du själv rapporterar för.")
    if action == "approve" and request.POST.get("seen") != str(total_version(answers)):
        raise RefusedError("Svaren har ändrats sedan du öppnade sidan. Läs dem igen.")
    possible = [answer for answer in chosen if action in available(answer, user)]
    if not possible:
        raise RefusedError("Det finns inget svar som det går att göra så med nu.")
    perform_all(possible, action, by=user, comment=request.POST.get("comment", ""))
    singular, plural = RESULTS[action]
    return f"{counted(len(possible), f'svar är {singular}', f'svar är {plural}')}."
