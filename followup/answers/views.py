"""The official's pages: what my units owe, and the one page where a goal's year is written."""

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from followup.answers.forms import AnswerForms, AttachmentForm, first_missing_field, started_from_last_year
from followup.answers.outcome_forms import with_confirmation
from followup.answers.thread import said, thread_of
from followup.answers.worklist import check_item, neighbours, own_answers, work_of
from followup.models import Answer, Attachment, FollowUp, MeasureEntry, SubGoalEntry
from followup.permissions import can_comment, can_write
from followup.web.fetch import follow_up_or_404, user_of
from followup.workflow import Refused, available, perform_all
from followup.writing.forms import Unsaved
from followup.writing.saving import conflict_page, save, sent_or_kept, text_outlives_session
from organisation.models import Unit, User
from programmes.models import Indicator, SubGoal


def work_list(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    today = timezone.localdate()
    work = work_of(user, today)
    context = {
        "work": work,
        "units": Unit.objects.of(user, today),
        "shows_example": any(task.entry.sub_goal.is_example for year in work for task in year.tasks),
    }
    return render(request, "followup/answers/work_list.html", context)


@text_outlives_session
def entry_edit(request: HttpRequest, slug: str, year: int, area: int, number: int) -> HttpResponse:
    user = user_of(request)
    follow_up = follow_up_or_404(request, slug, year)
    entry = entry_or_404(follow_up, area, number)
    measures = measures_of(entry)
    last_year = last_year_of(entry)
    own = own_answers(user, entry, measures)
    _refuse_unless_own(own, entry)
    # Said of what is stored, so before the form writes the posted answers to the entries.
    checklist = [check_item(answer) for answer in own]
    data, is_kept = sent_or_kept(request)
    starts_from_last = "start" in request.POST
    if data and starts_from_last:
        data = started_from_last_year(data, measures, last_year.goal, last_year.measures)
    if data:
        data = with_confirmation(data)
    today = timezone.localdate()
    forms = AnswerForms(user, entry, measures, last_year.measures, list(indicators_of(entry.sub_goal)), data, today)
    unsaved = forms.unsaved(data or {})
    if not follow_up.takes_answers:
        return _refused(request, follow_up, unsaved)

    status = HTTPStatus.OK
    if request.method == "POST" and not starts_from_last:
        status = HTTPStatus.CONFLICT if unsaved else save(request, forms, user)
        if status == HTTPStatus.OK:
            return _hand_in(request, user, entry) if "submit" in request.POST else redirect(entry)
        if status == HTTPStatus.CONFLICT and not unsaved:
            return conflict_page(request, f"Mål {entry.sub_goal.code}, {year}", forms, user)
    context = {
        "follow_up": follow_up,
        "entry": entry,
        "forms": forms,
        "last_year": last_year,
        "own": own,
        "may_withdraw": any("withdraw" in available(answer, user) for answer in own),
        "thread": said(thread_of(entry, measures)),
        "may_comment": can_comment(user, own),
        "checklist": checklist,
        "is_complete": not any(item.missing for item in checklist),
        "neighbours": neighbours(user, entry, today),
        "has_errors": status == HTTPStatus.UNPROCESSABLE_ENTITY,
        "attachments": attachments_of(entry),
        "may_attach": can_write(user, entry),
        "attachment_form": AttachmentForm(),
        "unsaved": unsaved,
        "is_kept": is_kept,
        "starts_from_last": starts_from_last,
        "may_start": last_year.has_words and forms.lack_words,
        "shows_example": entry.sub_goal.is_example or entry.is_example,
    }
    return render(request, "followup/answers/entry_edit.html", context, status=status)


def _refused(request: HttpRequest, follow_up: FollowUp, unsaved: list[Unsaved]) -> HttpResponse:
    """The reason, and what had been written when the year was moved on, to be copied from the page."""
    if not unsaved:
        raise PermissionDenied(follow_up.why_closed)
    context = {"follow_up": follow_up, "texts": unsaved}
    return render(request, "followup/writing/unsaved_texts.html", context, status=HTTPStatus.CONFLICT)


def _hand_in(request: HttpRequest, user: User, entry: SubGoalEntry) -> HttpResponse:
    """Hand in what is this user's on the page; what is missing keeps all of it."""
    own = [answer for answer in own_answers(user, entry, measures_of(entry)) if answer.is_writable]
    try:
        perform_all(own, "submit", by=user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        first = next(answer for answer in own if answer.missing)
        return redirect(f"{entry.get_absolute_url()}#{first_missing_field(first)}")
    messages.success(request, f"Mål {entry.sub_goal.code} är inlämnat för granskning.")
    return redirect("followup:work_list")


@require_POST
def entry_withdraw(request: HttpRequest, slug: str, year: int, area: int, number: int) -> HttpResponse:
    """Take back what was handed in, to go on writing, until it is approved."""
    user = user_of(request)
    entry = entry_or_404(follow_up_or_404(request, slug, year), area, number)
    measures = measures_of(entry)
    own = own_answers(user, entry, measures)
    _refuse_unless_own(own, entry)
    try:
        perform_all([answer for answer in own if answer.state == Answer.State.SUBMITTED], "withdraw", by=user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(entry)


@require_POST
def work_submit(request: HttpRequest, slug: str, year: int, unit: str) -> HttpResponse:
    """Hand in all answers of one of my units that are complete; what lacks something stays a draft."""
    user = user_of(request)
    follow_up = follow_up_or_404(request, slug, year)
    of_units = [
        of_unit for work in work_of(user, timezone.localdate()) if work.follow_up == follow_up for of_unit in work.units
    ]
    ready = next((of_unit.ready for of_unit in of_units if of_unit.unit.slug == unit), ())
    if not ready:
        raise PermissionDenied("Det finns inget färdigt att lämna in för den enheten.")
    try:
        perform_all(ready, "submit", by=user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{len(ready)} svar är inlämnade för granskning.")
    return redirect("followup:work_list")


def _refuse_unless_own(own: list[Answer], entry: SubGoalEntry) -> None:
    if not own:
        raise PermissionDenied(f"Du rapporterar inte för någon enhet som ansvarar för mål {entry.sub_goal.code}.")


def entry_or_404(follow_up: FollowUp, area: int, number: int) -> SubGoalEntry:
    entry = (
        SubGoalEntry.objects.filter(follow_up=follow_up, sub_goal__area__number=area, sub_goal__number=number)
        .select_related("follow_up__programme", "sub_goal__area")
        .prefetch_related("sub_goal__units")
        .first()
    )
    if entry is None:
        raise Http404(f"Uppföljningen för {follow_up.year} har inget mål {area}.{number}.")
    return entry


def attachments_of(entry: SubGoalEntry) -> QuerySet[Attachment]:
    return entry.attachments.select_related("uploaded_by")


def measures_of(entry: SubGoalEntry) -> list[MeasureEntry]:
    return list(
        MeasureEntry.objects.filter(follow_up=entry.follow_up, measure__sub_goal=entry.sub_goal)
        .select_related("follow_up", "measure__sub_goal__area")
        .prefetch_related("measure__units")
        .order_by("measure__number")
    )


def indicators_of(goal: SubGoal) -> QuerySet[Indicator]:
    indicators = goal.indicators.select_related("sub_goal__area__programme")
    return indicators.prefetch_related("targets", "outcomes").order_by("number")


@dataclass(frozen=True)
class LastYear:
    """Last year's answers, to be read beside this year's fields; never this year's answers."""

    year: int
    goal: SubGoalEntry | None
    measures: dict[int, MeasureEntry]

    def answers_beside(self, entry: SubGoalEntry, measures: Iterable[MeasureEntry]) -> dict[Answer, Answer]:
        """Last year's answer for each of this year's that had one."""
        pairs = [(entry, self.goal), *((measure, self.measures.get(measure.measure_id)) for measure in measures)]
        return {answer: last for answer, last in pairs if last}

    @property
    def has_words(self) -> bool:
        return any([self.goal and self.goal.comment, *(measure.done for measure in self.measures.values())])


def last_year_of(entry: SubGoalEntry) -> LastYear:
    year = entry.follow_up.year - 1
    of_year = {"follow_up__programme": entry.follow_up.programme, "follow_up__year": year}
    measures = MeasureEntry.objects.filter(**of_year, measure__sub_goal=entry.sub_goal)
    return LastYear(
        year,
        SubGoalEntry.objects.filter(**of_year, sub_goal=entry.sub_goal).first(),
        {measure.measure_id: measure for measure in measures},
    )
