"""Pages of frameworks: list, edit, copy and remove."""

from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from followup.frameworks.copying import copy_framework
from followup.frameworks.forms import FrameworkForms
from followup.frameworks.usage import uses_of_steps
from followup.permissions import can_edit_programmes
from followup.web.lookups import user_of
from organisation.history import delete_as
from organisation.models import User
from programmes.models import Framework, Programme

FORBIDDEN = "Styrmodeller ändras av granskare."


def framework_list(request: HttpRequest) -> HttpResponse:
    """List the frameworks with the programmes that use them."""
    _require_editor(request)
    programmes = Prefetch("programmes", Programme.objects.visible_to(request.user).with_namesakes())
    context = {"frameworks": Framework.objects.prefetch_related(programmes)}
    return render(request, "followup/frameworks/framework_list.html", context)


@transaction.atomic
def framework_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Edit the words, scales and questions of a framework."""
    user = _require_editor(request)
    framework = _framework_or_404(slug, locked=request.method == "POST")
    forms = FrameworkForms(framework, uses_of_steps(framework), request.POST if request.method == "POST" else None)
    status = HTTPStatus.OK
    if request.method == "POST":
        if forms.are_valid():
            forms.save(by=user)
            messages.success(request, "Styrmodellen är sparad. Beslutade rapporter behåller sina ord.")
            return redirect("followup:framework_edit", slug)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    programmes = Programme.objects.visible_to(user).filter(framework=framework).with_namesakes()
    context = {"framework": framework, "forms": forms, "programmes": programmes}
    return render(request, "followup/frameworks/framework_edit.html", context, status=status)


@require_POST
def framework_copy(request: HttpRequest, slug: str) -> HttpResponse:
    """Start a new framework as a copy."""
    user = _require_editor(request)
    copied = copy_framework(_framework_or_404(slug), by=user)
    messages.success(request, f"”{copied.name}” är skapad. Ge den ett namn och ändra det som ska vara annorlunda.")
    return redirect("followup:framework_edit", copied.slug)


def framework_remove(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for confirmation, then remove a framework that no programme uses."""
    user = _require_editor(request)
    framework = _framework_or_404(slug)
    programmes = framework.programmes.with_namesakes()
    if request.method == "POST" and not programmes:
        delete_as(framework, by=user)
        messages.success(request, f"”{framework.name}” är borttagen.")
        return redirect("followup:framework_list")
    context = {"framework": framework, "programmes": programmes}
    status = HTTPStatus.CONFLICT if request.method == "POST" else HTTPStatus.OK
    return render(request, "followup/frameworks/framework_remove.html", context, status=status)


def _require_editor(request: HttpRequest) -> User:
    user = user_of(request)
    if not can_edit_programmes(user):
        raise PermissionDenied(FORBIDDEN)
    return user


def _framework_or_404(slug: str, *, locked: bool = False) -> Framework:
    frameworks = Framework.objects.select_for_update() if locked else Framework.objects.all()
    framework = frameworks.filter(slug=slug).first()
    if framework is None:
        raise Http404("Det finns ingen styrmodell med den adressen.")
    return framework
