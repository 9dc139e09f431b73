"""Pages for importing a programme from a workbook, step by step, and for downloading one."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from followup.intake.forms import FactsForm, MappingForm, WorkbookForm
from followup.intake.jobs import call_worker, is_slow, request_import, request_preview, wait_for
from followup.intake.preview import MAX_LISTED, Preview, PreviewOutdatedError, from_json
from followup.intake.workbook import ALL_SHEETS
from followup.models import Workbook
from followup.permissions import can_edit_programmes, can_remove_from_programmes
from followup.queue.jobs import requeue
from followup.queue.waiting_page import reloading_page
from followup.web.conditional import NOT_STORED
from followup.web.lookups import programme_or_404, user_of
from followup.writing.attachments import safe_name
from organisation.models import User
from programmes.exporting import export_programme, to_json
from programmes.models import Programme
from programmes.sheets.writing import programme_workbook, template

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILES: dict[str, tuple[Callable[[Programme], bytes], str]] = {
    "xlsx": (lambda programme: programme_workbook(export_programme(programme), programme.terms), XLSX),
    "json": (lambda programme: to_json(export_programme(programme)).encode(), "application/json"),
}
GONE = "Filen är redan inläst, eller har tagits bort."


def _editor_or_403(request: HttpRequest) -> User:
    user = user_of(request)
    if not can_edit_programmes(user):
        raise PermissionDenied("Program läses in och hämtas av granskare.")
    return user


def workbook_upload(request: HttpRequest) -> HttpResponse:
    """Take an uploaded workbook, start its preview and show that; list the user's uploads that are not finished."""
    user = _editor_or_403(request)
    form = WorkbookForm(request.POST, request.FILES) if request.method == "POST" else WorkbookForm()
    if form.is_valid():
        Workbook.objects.forgotten(timezone.now()).delete()
        name = safe_name(form.name)[:200]
        workbook = Workbook.objects.create(
            name=name,
            content=form.content,
            by=user,
            facts={"state": "draft"},
        )
        _start_preview(workbook)
        return redirect("followup:workbook_preview", workbook.pk)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    waiting = Workbook.objects.handed_over_by(user).unfinished().light().defer("preview")
    return render(request, "followup/intake/workbook_upload.html", {"form": form, "waiting": waiting}, status=status)


@require_safe
def workbook_template(request: HttpRequest) -> HttpResponse:
    _editor_or_403(request)
    return _download(template(ALL_SHEETS), "program-mall.xlsx", XLSX)


def workbook_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the effect of the import or its faults, with the owner's choices; while the file is read, the progress.

    Posting saves the choices and reads again, or retries after a failure.
    """
    user = _editor_or_403(request)
    workbook = _workbook_or_404(user, pk)
    if workbook.is_done and workbook.programme:
        return _imported(request, workbook, workbook.programme)
    if request.method == "POST" and not workbook.is_ready:
        requeue(workbook, timezone.now())
        return redirect("followup:workbook_preview", pk)
    if workbook.is_ready and not workbook.preview:  # handed over before all files were read by the worker
        _start_preview(workbook)
    if not (workbook.is_ready and workbook.preview):
        return _waiting_page(request, workbook)
    preview = from_json(workbook.preview)
    sent = request.POST if request.method == "POST" else None
    facts = FactsForm(sent, initial=_facts_to_show(workbook, preview))
    meanings = MappingForm(preview.tables, sent)
    if request.method == "POST" and facts.is_valid() and meanings.is_valid():
        workbook.facts = facts.cleaned_data
        workbook.sheets = {**workbook.sheets, **meanings.sheets}
        workbook.columns = _merged_choices(workbook.columns, meanings.columns)
        workbook.save(update_fields=["facts", "sheets", "columns"])
        _start_preview(workbook)
        return redirect("followup:workbook_preview", pk)
    return _show(request, workbook, preview, facts, meanings)


def _start_preview(workbook: Workbook) -> None:
    """Let the worker read the file, and wait a moment for the result."""
    request_preview(workbook, timezone.now())
    _wait_for(workbook)


def _wait_for(workbook: Workbook) -> None:
    try:
        wait_for(workbook)
    except Workbook.DoesNotExist:
        raise Http404(GONE) from None


@require_POST
def workbook_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Import the workbook as previewed. The worker does it; the page waits a moment for it."""
    user = _editor_or_403(request)
    workbook = _workbook_or_404(user, pk)
    removes = "remove" in request.POST
    if removes and not can_remove_from_programmes(user):
        raise PermissionDenied("Du har inte behörighet att ta bort något ur program.")
    if workbook.is_done:
        raise Http404(GONE)
    if not workbook.is_ready or not workbook.preview:
        return redirect("followup:workbook_preview", pk)
    digest = request.POST.get("digest", "")
    preview = from_json(workbook.preview)
    if preview.problems or preview.digest != digest:
        messages.error(request, f"Inget lästes in. {PreviewOutdatedError(preview)} Så här blir det nu.")
        return _show_stored(request, workbook, preview, HTTPStatus.CONFLICT)
    if preview.rewordings and "same_items" not in request.POST:
        messages.error(request, "Inget lästes in. Kryssa i att det är samma mål och åtgärder som får ny lydelse.")
        return _show_stored(request, workbook, preview, HTTPStatus.UNPROCESSABLE_ENTITY)
    request_import(workbook, digest, timezone.now(), removes=removes)
    _wait_for(workbook)
    if workbook.is_done and workbook.programme:
        return _imported(request, workbook, workbook.programme)
    if workbook.is_ready and workbook.problem and workbook.preview:
        return _show_stored(request, workbook, from_json(workbook.preview), HTTPStatus.CONFLICT)
    return redirect("followup:workbook_preview", pk)


def _show_stored(request: HttpRequest, workbook: Workbook, preview: Preview, status: HTTPStatus) -> HttpResponse:
    """Show the preview with the stored choices, since the import was refused."""
    facts, meanings = FactsForm(initial=_facts_to_show(workbook, preview)), MappingForm(preview.tables)
    return _show(request, workbook, preview, facts, meanings, status)


def _facts_to_show(workbook: Workbook, preview: Preview) -> dict[str, Any]:
    """Return the owner's facts, and those that the file proposes for the empty ones."""
    given = {name: value for name, value in workbook.facts.items() if value not in (None, "")}
    return {**preview.proposed, **given}


@require_POST
def workbook_discard(request: HttpRequest, pk: int) -> HttpResponse:
    workbook = _workbook_or_404(_editor_or_403(request), pk)
    if not Workbook.objects.can_be_given_up().filter(pk=pk).delete()[0]:
        messages.error(request, "Filen är bekräftad och läses redan in.")
        return redirect("followup:workbook_preview", pk)
    messages.success(request, f"”{workbook.name}” är borttagen. Inget lästes in.")
    return redirect("followup:workbook_upload")


@require_safe
def programme_file(request: HttpRequest, slug: str, suffix: str) -> HttpResponse:
    """Download the programme as a file that can be imported again."""
    programme = programme_or_404(request, slug)
    _editor_or_403(request)
    if suffix not in FILES:
        raise Http404("Programmet finns som .xlsx och .json.")
    write, content_type = FILES[suffix]
    return _download(write(programme), f"{programme.slug}.{suffix}", content_type)


def _workbook_or_404(user: User, pk: int) -> Workbook:
    workbook = (
        Workbook.objects.handed_over_by(user).light().select_related("programme__framework").filter(pk=pk).first()
    )
    if workbook is None:
        raise Http404(GONE)
    return workbook


def _imported(request: HttpRequest, workbook: Workbook, programme: Programme) -> HttpResponse:
    messages.success(request, f"{programme} är inläst från ”{workbook.name}”.")
    return redirect(programme)


def _waiting_page(request: HttpRequest, workbook: Workbook) -> HttpResponse:
    """Render the page that waits while a worker reads the file, or the reason why it could not be read."""
    now = timezone.now()
    context = {"workbook": workbook, "address": request.path, "is_slow": is_slow(workbook, now)}
    if workbook.is_failed:
        status = HTTPStatus.SERVICE_UNAVAILABLE
        return render(request, "followup/intake/workbook_reading.html", context, status=status)
    call_worker(now)
    return reloading_page(request, "followup/intake/workbook_reading.html", context, HTTPStatus.OK)


def _show(
    request: HttpRequest,
    workbook: Workbook,
    preview: Preview,
    facts: FactsForm,
    meanings: MappingForm,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    """Show the preview of a workbook, with the forms for its facts and for the meanings of its sheets and columns."""
    context = {
        "workbook": workbook,
        "preview": preview,
        "facts": facts,
        "meanings": meanings,
        "can_remove": can_remove_from_programmes(user_of(request)),
        "shown": MAX_LISTED,
    }
    invalid = facts.errors or meanings.errors
    return render(
        request,
        "followup/intake/workbook_preview.html",
        context,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if invalid else status,
    )


def _merged_choices(before: dict[str, dict[str, str]], new: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """Return the choices of columns by sheet, the new ones instead of earlier ones for the same column."""
    return {title: {**before.get(title, {}), **new.get(title, {})} for title in {*before, *new}}


def _download(content: bytes, name: str, content_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = NOT_STORED
    return response
