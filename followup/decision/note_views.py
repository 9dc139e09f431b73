"""Notes for the minutes, written by the secretary until the decision is recorded."""

from collections.abc import Callable
from pathlib import PurePath

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from followup.answers.attachment_views import download
from followup.decision.forms import ProtocolNoteForm
from followup.decision.notes import NoteChangedError, move_note, remove_note, save_note
from followup.models import Decision, ProtocolNote
from followup.permissions import can_decide
from followup.web.lookups import decision_or_404, user_of
from followup.workflow import RefusedError
from followup.writing.attachments import FILE_TYPES
from organisation.appearance.printing import form_warnings


def note_list(request: HttpRequest, slug: str, year: int, number: int) -> HttpResponse:
    """List the notes in their order, above a form for a new one."""
    decision = _decision_to_edit(request, slug, year, number)
    return _edit(request, ProtocolNote(decision=decision), "followup/decision/note_list.html")


def note_edit(request: HttpRequest, slug: str, year: int, number: int, pk: int) -> HttpResponse:
    note = _note_or_404(_decision_to_edit(request, slug, year, number), pk)
    return _edit(request, note, "followup/decision/note_edit.html")


def _edit(request: HttpRequest, note: ProtocolNote, template: str) -> HttpResponse:
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = ProtocolNoteForm(*sent, instance=note)
    if form.is_valid() and _save(request, form):
        return _back(note.decision)
    decision = note.decision
    context = {"decision": decision, "form": form, "notes": decision.notes.all(), "note": note}
    return render(request, template, context, status=422 if form.errors else 200)


def _save(request: HttpRequest, form: ProtocolNoteForm) -> bool:
    """Save the note. Return False when the form must be shown again, because another user has changed the note."""
    fetched = form.cleaned_data["version"]
    try:
        _attempt(
            request,
            lambda: save_note(form.instance, fetched=fetched, by=user_of(request)),
            f"Sparat: {form.instance}.",
        )
    except NoteChangedError as changed:
        form.compare_with(changed.stored)
        return False
    for warning in form_warnings(form, "Anteckning"):
        messages.warning(request, warning)
    return True


@require_POST
def note_move(request: HttpRequest, slug: str, year: int, number: int, pk: int) -> HttpResponse:
    note = _note_or_404(_decision_to_edit(request, slug, year, number), pk)
    earlier = request.POST.get("direction") == "earlier"
    _attempt(request, lambda: move_note(note, earlier=earlier, by=user_of(request)), f"Flyttad: {note}.")
    return _back(note.decision)


@require_POST
def note_remove(request: HttpRequest, slug: str, year: int, number: int, pk: int) -> HttpResponse:
    note = _note_or_404(_decision_to_edit(request, slug, year, number), pk)
    _attempt(request, lambda: remove_note(note, by=user_of(request)), f"Borttagen: {note}.")
    return _back(note.decision)


@require_safe
def note_attachment(request: HttpRequest, slug: str, year: int, number: int, pk: int) -> FileResponse:
    """Return the file of a note to readers of the decision."""
    note = _note_or_404(decision_or_404(request, slug, year, number), pk)
    if not note.attachment:
        raise Http404("Anteckningen har ingen bifogad fil.")
    file_type = FILE_TYPES[PurePath(note.file_name).suffix.lower()]
    return download(note.attachment, note.file_name, file_type.content_type, f"anteckningen ”{note}”")


def _decision_to_edit(request: HttpRequest, slug: str, year: int, number: int) -> Decision:
    decision = decision_or_404(request, slug, year, number)
    if not can_decide(user_of(request), decision.follow_up):
        raise PermissionDenied("Anteckningar till protokollet skrivs av nämndsekreteraren.")
    if decision.is_recorded:
        raise PermissionDenied("Beslutet är infört, så anteckningarna kan inte ändras. Rätta med ett nytt beslut.")
    return decision


def _note_or_404(decision: Decision, pk: int) -> ProtocolNote:
    note = decision.notes.filter(pk=pk).first()
    if note is None:
        raise Http404("Anteckningen finns inte.")
    note.decision = decision
    return note


def _attempt(request: HttpRequest, change: Callable[[], None], done: str) -> None:
    """Perform a change, and tell the user that it is done or why it was refused."""
    try:
        change()
    except RefusedError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)


def _back(decision: Decision) -> HttpResponse:
    year = decision.follow_up
    return redirect("followup:note_list", year.programme.slug, year.year, decision.number)
