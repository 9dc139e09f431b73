"""Files attached to the answer to a goal. Readers of the answer see them, and its writers change them."""

from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from followup.answers.forms import AttachmentForm
from followup.answers.goal_year import attachments_of, entry_or_404
from followup.models import Attachment, SubGoalEntry
from followup.permissions import can_attach, can_remove_attachment, can_write
from followup.web.conditional import NOT_STORED
from followup.web.files import open_stored
from followup.web.lookups import follow_up_or_404, user_of
from followup.workflow import NotAllowedError
from followup.writing.attachments import attach, locked_text, remove
from organisation.models import User


@require_POST
def entry_attach(request: HttpRequest, slug: str, year: int, area: int, number: int) -> HttpResponse:
    """Attach one file and return to the answer page, or show the errors of the file on a separate page."""
    user = user_of(request)
    entry = entry_or_404(follow_up_or_404(request, slug, year), area, number)
    if not can_attach(user, entry):
        raise PermissionDenied(locked_text(entry))
    form = AttachmentForm(request.POST, request.FILES)
    attachment = _attach(entry, form, user) if form.is_valid() else None
    if attachment:
        messages.success(request, f"”{attachment.name}” är bifogad.")
        return redirect(f"{entry.get_absolute_url()}#bilagor")
    context = {
        "entry": entry,
        "form": form,
        "attachments": attachments_of(entry),
        "may_remove_all": can_write(user, entry),
    }
    return render(request, "followup/answers/entry_attach.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _attach(entry: SubGoalEntry, form: AttachmentForm, user: User) -> Attachment | None:
    """Attach the file of the valid form. Return None with an error in the form if the file is refused."""
    try:
        return attach(entry, form.cleaned_data["file"], by=user)
    except ValidationError as error:
        form.add_error("file", error)
        return None
    except NotAllowedError as refusal:
        raise PermissionDenied(str(refusal)) from refusal


def attachment_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for confirmation, then delete the file for good."""
    user = user_of(request)
    attachment = _attachment_or_404(request, pk)
    if not can_remove_attachment(user, attachment):
        raise PermissionDenied(locked_text(attachment.entry))
    if request.method != "POST":
        return render(request, "followup/answers/attachment_remove.html", {"attachment": attachment})
    try:
        remove(attachment, by=user)
    except NotAllowedError as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    messages.success(request, f"”{attachment.name}” är borttagen.")
    return redirect(f"{attachment.entry.get_absolute_url()}#bilagor")


@require_safe
def attachment_download(request: HttpRequest, pk: int) -> FileResponse:
    attachment = _attachment_or_404(request, pk)
    return download(attachment.file, attachment.name, attachment.content_type, f"bilagan ”{attachment.name}”")


def download(file: FieldFile, name: str, content_type: str, belongs_to: str) -> FileResponse:
    """Send an uploaded file as a download. A browser never shows it as a page, so scripts in it cannot run.

    `belongs_to` names the owner of the file in the StoredFileMissingError.
    """
    response = FileResponse(
        open_stored(file, lambda: belongs_to), as_attachment=True, filename=name, content_type=content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = NOT_STORED
    return response


def _attachment_or_404(request: HttpRequest, pk: int) -> Attachment:
    attachment = (
        Attachment.objects.visible_to(request.user)
        .filter(pk=pk)
        .select_related("entry__follow_up__programme__framework", "entry__sub_goal__area")
        .first()
    )
    if attachment is None:
        raise Http404("Bilagan finns inte, eller har tagits bort.")
    return attachment
