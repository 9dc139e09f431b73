"""A programme in from a workbook, step by step, and out as one."""

from collections import Counter
from collections.abc import Callable
from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from followup.attachments import safe_name
from followup.forms.workbooks import FactsForm, MeaningsForm, WorkbookForm
from followup.models import Workbook
from followup.permissions import can_edit_programmes, can_remove_from_programmes
from followup.previewing import Differs, Preview, confirm, preview_of
from followup.sheets import ALL_SHEETS
from followup.views.fetch import programme_or_404, user_of
from organisation.models import User
from programmes.exporting import Fields, export_programme, to_json
from programmes.importing import in_full
from programmes.sheets.writing import programme_workbook, template

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILES: dict[str, tuple[Callable[[Fields], bytes], str]] = {
    "xlsx": (programme_workbook, XLSX),
    "json": (lambda fields: to_json(fields).encode(), "application/json"),
}
# So many of a kind are shown; nobody reads ten thousand lines, and the numbers say how many there are.
SHOWN = 100


def _editor(request: HttpRequest) -> User:
    user = user_of(request)
    if not can_edit_programmes(user):
        raise PermissionDenied("Program läses in och hämtas av granskare.")
    return user


def workbook_upload(request: HttpRequest) -> HttpResponse:
    user = _editor(request)
    form = WorkbookForm(request.POST, request.FILES) if request.method == "POST" else WorkbookForm()
    if form.is_valid():
        file = form.cleaned_data["file"]
        Workbook.objects.forgotten(timezone.now()).delete()
        name = safe_name(file.name)[:200]
        workbook = Workbook.objects.create(
            name=name, content=file.read(), by=user, facts={"title": name.rpartition(".")[0], "state": "draft"}
        )
        return redirect("followup:workbook_preview", workbook.pk)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    waiting = Workbook.objects.handed_over_by(user).defer("content")
    return render(request, "followup/workbook_upload.html", {"form": form, "waiting": waiting}, status=status)


@require_safe
def workbook_template(request: HttpRequest) -> HttpResponse:
    _editor(request)
    return _download(template(ALL_SHEETS), "program-mall.xlsx", XLSX)


def workbook_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What the workbook would do, or what is wrong with it; and what its owner says of it."""
    user = _editor(request)
    workbook = _workbook_or_404(user, pk)
    preview = preview_of(workbook, by=user)
    sent = request.POST if request.method == "POST" else None
    facts = FactsForm(sent, initial=workbook.facts)
    meanings = MeaningsForm(preview.tables, sent)
    if request.method == "POST" and facts.is_valid() and meanings.is_valid():
        workbook.facts = facts.cleaned_data
        workbook.sheets = {**workbook.sheets, **meanings.sheets}
        workbook.columns = _together(workbook.columns, meanings.columns)
        workbook.save(update_fields=["facts", "sheets", "columns"])
        return redirect("followup:workbook_preview", pk)
    return _show(request, workbook, preview, facts, meanings)


@require_POST
def workbook_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    user = _editor(request)
    workbook = _workbook_or_404(user, pk)
    removes = "remove" in request.POST
    if removes and not can_remove_from_programmes(user):
        raise PermissionDenied("Du har inte behörighet att ta bort något ur program.")
    try:
        done = confirm(workbook, request.POST.get("digest", ""), by=user, removes=removes)
    except Workbook.DoesNotExist:
        raise Http404("Filen är redan inläst, eller har tagits bort.") from None
    except Differs as difference:
        messages.error(request, f"Inget lästes in. {difference} Så här blir det nu.")
        facts, meanings = FactsForm(initial=workbook.facts), MeaningsForm(difference.preview.tables)
        return _show(request, workbook, difference.preview, facts, meanings, HTTPStatus.CONFLICT)
    programme = done.programme
    assert programme is not None  # noqa: S101 there are no problems
    messages.success(request, f"{programme} är inläst från ”{workbook.name}”.")
    return redirect(programme)


@require_POST
def workbook_discard(request: HttpRequest, pk: int) -> HttpResponse:
    workbook = _workbook_or_404(_editor(request), pk)
    workbook.delete()
    messages.success(request, f"”{workbook.name}” är borttagen. Inget lästes in.")
    return redirect("followup:workbook_upload")


@require_safe
def programme_file(request: HttpRequest, slug: str, suffix: str) -> HttpResponse:
    """The programme as a file that can be read in again."""
    programme = programme_or_404(request, slug)
    _editor(request)
    if suffix not in FILES:
        raise Http404("Programmet finns som .xlsx och .json.")
    write, content_type = FILES[suffix]
    return _download(write(export_programme(programme)), f"{programme.slug}.{suffix}", content_type)


def _workbook_or_404(user: User, pk: int) -> Workbook:
    workbook = Workbook.objects.handed_over_by(user).filter(pk=pk).first()
    if workbook is None:
        raise Http404("Filen är redan inläst, eller har tagits bort.")
    return workbook


def _show(
    request: HttpRequest,
    workbook: Workbook,
    preview: Preview,
    facts: FactsForm,
    meanings: MeaningsForm,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    log, surplus = preview.log, preview.surplus
    missing = Counter(str(row._meta.verbose_name_plural) for row in log.missing)
    kinds = dict.fromkeys([*log.created, *log.changed, *log.unchanged, *missing])
    context = {
        "workbook": workbook,
        "preview": preview,
        "problems": preview.problems[: 5 * SHOWN],
        "facts": facts,
        "asks_facts": not preview.tables.has("programme"),
        "meanings": meanings,
        "is_puzzled": bool(preview.problems) and not all(table.is_understood for table in preview.tables.tables),
        "notes": preview.tables.notes[:SHOWN],
        "counts": [(kind, log.created[kind], log.changed[kind], log.unchanged[kind], missing[kind]) for kind in kinds],
        "changed": [change for change in log.changes if not change.is_new][:SHOWN],
        "created": [change for change in log.changes if change.is_new][:SHOWN],
        # All of it: nobody is to confirm the removal of something that they were not shown.
        "removable": [in_full(row) for row in surplus.removable],
        "bound": [(in_full(row), reason) for row, reason in surplus.bound],
        "can_remove": can_remove_from_programmes(user_of(request)),
        "shown": SHOWN,
    }
    invalid = facts.errors or meanings.errors
    return render(
        request,
        "followup/workbook_preview.html",
        context,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if invalid else status,
    )


def _together(before: dict[str, dict[str, str]], said: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    return {title: {**before.get(title, {}), **said.get(title, {})} for title in {*before, *said}}


def _download(content: bytes, name: str, content_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
