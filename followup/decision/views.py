"""Pages of cases and decisions: the secretary prepares and records them, and others read them."""

from collections.abc import Callable
from datetime import date
from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from followup.decision.cases import open_case, save_case
from followup.decision.corrections import cancel_correction, start_correction
from followup.decision.forms import CancelCorrectionForm, CorrectionForm, DecisionForm
from followup.decision.recording import record, record_without_pdf, require_proposed
from followup.documents.minutes.extract import speakers_sentence
from followup.models import Attachment, Decision, FollowUp
from followup.permissions import can_decide, can_follow_review
from followup.queue.pdf_jobs import request_pdf
from followup.queue.requester import requester_of
from followup.queue.wait_for_pdf import NoPdfError
from followup.queue.waiting_page import RequestedPdf, pdf_or_waiting_page
from followup.report.archive import redrawn
from followup.report.report import Report
from followup.report.serialization import from_json
from followup.web.failed_pdfs import failing_texts_of
from followup.web.files import StoredFileMissingError, stored_pdf_response
from followup.web.lookups import decision_or_404, follow_up_or_404, user_of
from followup.workflow import RefusedError, StaleEntryError
from followup.writing.forms import PageForms
from followup.writing.saving import conflict_page, posted_or_kept, text_outlives_session
from organisation.models import User
from organisation.order import in_swedish_order
from organisation.sentences import counted

PER_PAGE = 50


def case_list(request: HttpRequest) -> HttpResponse:
    """List the years with their cases and decisions, latest year first."""
    user = user_of(request)
    if not can_follow_review(user):
        raise PermissionDenied("Sidan är för nämndsekreterare och granskare.")
    years = (
        FollowUp.objects.visible_to(user)
        .exclude(state=FollowUp.State.PLANNED)
        .with_distinct_programmes()
        .prefetch_related("decisions")
        .order_by("-year", in_swedish_order("programme__title"), "pk")
    )
    page = Paginator(years, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "years": [(year, [decision for decision in year.decisions.all() if decision.is_recorded]) for year in page],
        "cases": {year.pk for year in page for decision in year.decisions.all() if not decision.is_recorded},
        "may_decide": user.has_perm("followup.decide_followup"),
    }
    return render(request, "followup/decision/case_list.html", context)


def _secretarys_year(request: HttpRequest, slug: str, year: int) -> tuple[User, FollowUp]:
    user = user_of(request)
    follow_up = follow_up_or_404(request, slug, year)
    if not can_decide(user, follow_up):
        raise PermissionDenied("Ärendet förs av nämndsekreteraren.")
    return user, follow_up


@require_POST
def case_open(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    user, follow_up = _secretarys_year(request, slug, year)
    try:
        open_case(follow_up, by=user)
    except RefusedError as refusal:
        messages.error(request, str(refusal))
        return redirect("followup:case_list")
    return redirect("followup:case_edit", slug, year)


@text_outlives_session
def case_edit(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """Edit the case, saved as often as needed. The button for recording leads to `case_record`."""
    user, follow_up = _secretarys_year(request, slug, year)
    case = _case_or_404(follow_up)
    data, is_kept = posted_or_kept(request)
    form = DecisionForm(data, instance=case)
    can_be_saved = form.is_valid() and ("record" not in request.POST or form.may_be_recorded(timezone.localdate()))
    if request.method == "POST" and can_be_saved:
        return _save(request, user, form)
    context = {
        "follow_up": follow_up,
        "case": case,
        "form": form,
        "errors": PageForms([form]).errors if form.is_bound and not is_kept else [],
        "is_kept": is_kept,
        "is_proposed": follow_up.state == FollowUp.State.PROPOSED,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if request.method == "POST" else HTTPStatus.OK
    return render(request, "followup/decision/case_edit.html", context, status=status)


def _case_or_404(follow_up: FollowUp) -> Decision:
    case = follow_up.decisions.filter(recorded_at=None).select_related("replaces").first()
    if case is None:
        raise Http404(f"Det finns inget öppet ärende om uppföljningen för {follow_up.year}.")
    case.follow_up = follow_up
    return case


def _save(request: HttpRequest, user: User, form: DecisionForm) -> HttpResponse:
    """Save the valid form of a case, and continue to recording if asked to. Show a conflict with another user."""
    case = form.instance
    recording = "record" in request.POST
    try:
        save_case(form, by=user)
    except StaleEntryError:
        if Decision.objects.get(pk=case.pk).is_recorded:
            messages.error(request, "Beslutet är redan infört. Det du skrev sparades inte.")
            return redirect(case)
        return conflict_page(request, f"Ärendet om uppföljningen {case.follow_up.year}", PageForms([form]), user)
    for warning in form.print_warnings:
        messages.warning(request, warning)
    if not recording:
        messages.success(request, f"Sparat {timezone.localtime():%H.%M}.")
    page = "case_record" if recording else "case_edit"
    return redirect(f"followup:{page}", case.follow_up.programme.slug, case.follow_up.year)


def case_record(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """Show what recording the decision freezes and makes public, and record it when the secretary confirms."""
    user, follow_up = _secretarys_year(request, slug, year)
    today = timezone.localdate()
    case = _case_or_404(follow_up)
    try:
        require_proposed(case)
    except RefusedError as refusal:
        messages.error(request, f"{refusal} Det du skrev är sparat.")
        return redirect("followup:case_edit", slug, year)
    if case.obstacles(today):
        messages.error(request, "Ärendet är inte ifyllt. Fyll i det, och välj sedan att föra in beslutet.")
        return redirect("followup:case_edit", slug, year)
    if request.method == "POST":
        return _confirm_record(request, user, case, today)
    return _confirmation_page(request, case)


def _confirm_record(request: HttpRequest, user: User, case: Decision, today: date) -> HttpResponse:
    """Record the decision as confirmed; without a PDF of the report only when the secretary has chosen so."""
    if request.POST.get("version") != str(case.version):
        messages.error(request, "Ärendet har ändrats sedan du läste sidan. Läs det igen innan du för in beslutet.")
        return redirect("followup:case_record", case.follow_up.programme.slug, case.follow_up.year)
    record_case = record_without_pdf if "without_pdf" in request.POST else record
    try:
        link = record_case(case, by=user, today=today)
    except NoPdfError as missing:
        return _confirmation_page(request, case, missing)
    except (RefusedError, ValidationError) as refusal:
        texts = refusal.messages if isinstance(refusal, ValidationError) else [str(refusal)]
        messages.error(request, f"{' '.join(texts)} Det du skrev är sparat.")
        return redirect("followup:case_edit", case.follow_up.programme.slug, case.follow_up.year)
    without_pdf = "" if link.pdf else " utan PDF-fil"
    messages.success(request, f"Beslutet är infört{without_pdf}: {case.meeting}.")
    return redirect(case)


def _confirmation_page(request: HttpRequest, case: Decision, missing: NoPdfError | None = None) -> HttpResponse:
    """Show the effect of recording; after a PDF that could not be made also why, and how to go on without it."""
    follow_up = case.follow_up
    is_approval = case.outcome == Decision.Outcome.APPROVED
    context = {
        "follow_up": follow_up,
        "case": case,
        "latest_save": case.history.select_related("history_user").first(),
        "speakers": case.speakers.all(),
        "notes": case.notes.all(),
        "is_approval": is_approval,
        "will_be_public": is_approval and settings.PUBLIC_REPORTS,
        "withheld": follow_up.withholdings.all(),
        "contents": _contents(follow_up),
        "missing_pdf": missing,
        "failing_texts": failing_texts_of(missing.texts, follow_up) if missing else (),
    }
    status = HTTPStatus.SERVICE_UNAVAILABLE if missing else HTTPStatus.OK
    return render(request, "followup/decision/case_record.html", context, status=status)


def _contents(follow_up: FollowUp) -> str:
    """Return how much the report holds: "24 mål, 71 åtgärder, 3 bilagor"."""
    terms = follow_up.terms
    attachments = Attachment.objects.filter(entry__follow_up=follow_up).count()
    counts = (
        terms.goal.counted(follow_up.subgoalentry_set.count()),
        terms.measure.counted(follow_up.measureentry_set.count()),
        counted(attachments, "bilaga", "bilagor"),
    )
    return ", ".join(counts)


def case_correct(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """Open a decided year again, because there is a mistake in it."""
    user, follow_up = _secretarys_year(request, slug, year)
    form = CorrectionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return _start_correction(request, user, follow_up, form.cleaned_data["reason"])
    context = {"follow_up": follow_up, "form": form, "decision": follow_up.decisions.approving().first()}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "followup/decision/case_correct.html", context, status=status)


def _start_correction(request: HttpRequest, user: User, follow_up: FollowUp, reason: str) -> HttpResponse:
    """Start a correction and show its case, with messages about the decision in force and its copied notes."""
    try:
        case = start_correction(follow_up, reason, by=user)
    except RefusedError as refusal:
        messages.error(request, str(refusal))
        return redirect("followup:case_list")
    messages.success(request, "Rättelsen är påbörjad. Det tidigare beslutet gäller tills det nya är infört.")
    number_of_notes = case.notes.count()
    if number_of_notes:
        carried_over = "En anteckning" if number_of_notes == 1 else f"{number_of_notes} anteckningar"
        messages.info(request, f"{carried_over} till protokollet följde med från det tidigare beslutet.")
    return redirect("followup:case_edit", follow_up.programme.slug, follow_up.year)


def case_cancel_correction(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """Cancel a correction after asking for a reason, since its texts give way to the earlier ones."""
    user, follow_up = _secretarys_year(request, slug, year)
    form = CancelCorrectionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            decision = cancel_correction(follow_up, form.cleaned_data["reason"], by=user)
        except RefusedError as refusal:
            messages.error(request, str(refusal))
            return redirect("followup:case_list")
        messages.success(request, f"Rättelsen är avbruten. Beslutet gäller som förut: {decision.meeting}.")
        return redirect(decision)
    context = {
        "follow_up": follow_up,
        "form": form,
        "decision": follow_up.decisions.approving().first(),
        "is_under_way": follow_up.state != FollowUp.State.DECIDED,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "followup/decision/case_cancel_correction.html", context, status=status)


def _recorded_or_404(request: HttpRequest, slug: str, year: int, number: int) -> Decision:
    """Return a recorded decision with its report, whose large fields are left in the database."""
    with_report = Decision.objects.recorded().select_related("report", "replaces", "recorded_by")
    return decision_or_404(request, slug, year, number, with_report.defer("report__json", "report__minutes"))


def decision_detail(request: HttpRequest, slug: str, year: int, number: int) -> HttpResponse:
    """Show a recorded decision with its notes, documents and dispatch."""
    decision = _recorded_or_404(request, slug, year, number)
    context = {
        "decision": decision,
        "follow_up": decision.follow_up,
        "replaced_by": decision.replaced_by,
        "speakers": speakers_sentence([str(speaker) for speaker in decision.speakers.all()]),
        "notes": decision.notes.all(),
        # A report that was recorded here without a PDF; one from before the application was read from a file.
        "is_without_pdf": not decision.report.pdf and decision.recorded_by is not None,
        "is_pdf_missing": bool(decision.report.pdf) and not decision.report.has_stored_pdf,
        "others": decision.follow_up.decisions.recorded().exclude(pk=decision.pk).order_by("number"),
        "may_correct": can_decide(user_of(request), decision.follow_up)
        and decision.follow_up.state == FollowUp.State.DECIDED,
        "may_follow_sending": can_follow_review(user_of(request)),
        "shows_example": decision.is_example,
    }
    return render(request, "followup/decision/decision_detail.html", context)


def decided_report(request: HttpRequest, slug: str, year: int, number: int) -> HttpResponse:
    """Show the report as the board decided on it, also when a later decision has replaced it."""
    decision = _recorded_or_404(request, slug, year, number)
    report = from_json(decision.report.json)
    context = {
        "decision": decision,
        "follow_up": decision.follow_up,
        "replaced_by": decision.replaced_by,
        "report": report,
        "shows_example": report.shows_example,
    }
    return render(request, "followup/decision/decided_report.html", context)


def decided_report_pdf(request: HttpRequest, slug: str, year: int, number: int) -> HttpResponseBase:
    """Return the stored PDF of a decided report, or make it when the decision was recorded without one."""
    decision = _recorded_or_404(request, slug, year, number)
    if decision.report.pdf:
        try:
            return stored_pdf_response(decision.report, f"uppfoljning-{slug}-{year}-beslut-{number}.pdf")
        except StoredFileMissingError as missing:
            context = {"decision": decision, "follow_up": decision.follow_up, "text": str(missing)}
            status = HTTPStatus.NOT_FOUND
            return render(request, "followup/decision/decided_pdf_missing.html", context, status=status)
    if decision.follow_up.decisions.approving().first() == decision:
        return redirect("followup:report_file", slug, year, "pdf")
    return _frozen_pdf(
        request,
        decision,
        from_json,
        title=f"Rapporten till {decision.meeting}",
        file_name=f"uppfoljning-{slug}-{year}-beslut-{number}.pdf",
    )


def decided_report_redrawn(request: HttpRequest, slug: str, year: int, number: int) -> HttpResponseBase:
    """Make the PDF of a decided report again, marked as not the stored file."""
    decision = _recorded_or_404(request, slug, year, number)
    if not decision.report.pdf or decision.report.has_stored_pdf:
        return redirect("followup:decided_report_pdf", slug, year, number)
    return _frozen_pdf(
        request,
        decision,
        lambda json: redrawn(from_json(json)),
        title=f"Rapporten till {decision.meeting}, ritad på nytt",
        file_name=f"uppfoljning-{slug}-{year}-beslut-{number}-ritad-pa-nytt.pdf",
    )


def _frozen_pdf(
    request: HttpRequest, decision: Decision, read: Callable[[str], Report], *, title: str, file_name: str
) -> HttpResponseBase:
    """Return the PDF of a decision's frozen report, or the page that waits for it.

    `read` turns the stored JSON into the report to print.
    """
    rendering = request_pdf(
        decision.follow_up,
        lambda: read(decision.report.json),
        timezone.now(),
        requester_of(request, decision.follow_up),
        choices=f"{file_name} {decision.report.sha256}",
    )
    year = decision.follow_up
    page = reverse("followup:decided_report", args=[year.programme.slug, year.year, decision.number])
    return pdf_or_waiting_page(request, rendering, RequestedPdf(title, file_name, page_address=page))


def decided_report_json(request: HttpRequest, slug: str, year: int, number: int) -> HttpResponse:
    decision = _recorded_or_404(request, slug, year, number)
    return HttpResponse(decision.report.json, content_type="application/json")
