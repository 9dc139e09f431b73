"""Pages that change a person's account: name and address, roles, leaving and opening again."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from organisation.history import format_value, save_as
from organisation.models import AccountChange, User
from organisation.people.access import administrator_of, changeable_person_or_404
from organisation.people.duties import duties_left_by
from organisation.people.forms import LeaveForm, PersonForm, RolesForm
from organisation.people.leaving import leave, reopen
from organisation.people.rules import reason_to_keep_open
from organisation.roles import ROLES


@reauthentication_required(allow_get=True)
def person_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change name and address. The address receives links for passwords, so a new proof of identity comes first."""
    user = changeable_person_or_404(request, pk)
    earlier_address = user.email
    form = PersonForm(request.POST if request.method == "POST" else None, instance=user)
    if not form.is_bound or not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        return render(request, "organisation/people/person_edit.html", {"person": user, "form": form}, status=status)
    _save_person(user, administrator_of(request), earlier_address)
    messages.success(request, "Uppgifterna är sparade.")
    return redirect("organisation:person_detail", user.pk)


@transaction.atomic
def _save_person(user: User, by: User, earlier_address: str) -> None:
    save_as(user, by=by)
    if user.email != earlier_address:
        AccountChange.objects.record(user, "Kontots e-postadress ändrades", by=by)


@reauthentication_required(allow_get=True)
def person_roles(request: HttpRequest, pk: int) -> HttpResponse:
    user, by = changeable_person_or_404(request, pk), administrator_of(request)
    form = RolesForm(request.POST if request.method == "POST" else None, user=user, by=by)
    if not form.is_bound or not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        context = {"person": user, "form": form, "roles": ROLES}
        return render(request, "organisation/people/person_roles.html", context, status=status)
    _give_roles(user, by, form)
    messages.success(request, f"Rollerna är sparade. {user} och alla administratörer får ett mejl om ändringen.")
    return redirect("organisation:person_detail", user.pk)


@transaction.atomic
def _give_roles(user: User, by: User, form: RolesForm) -> None:
    """Store the roles of the form, keep groups that are no roles, and record the change."""
    before = list(user.groups.values_list("name", flat=True))
    other_groups = user.groups.exclude(pk__in=form.fields["roles"].queryset)  # type: ignore[attr-defined]
    reason = form.cleaned_data["history_reason"]
    user._change_reason = reason  # type: ignore[attr-defined]  # simple_history reads it when the groups change
    user.groups.set([*form.cleaned_data["roles"], *other_groups])
    user.is_staff = user.is_superuser or user.groups.exists()
    save_as(user, by=by, reason=reason, update_fields=["is_staff"])
    AccountChange.objects.record_roles(user, before)


@reauthentication_required(allow_get=True)
def person_leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what is left without an owner, and let the person leave on a day."""
    user, by, today = changeable_person_or_404(request, pk), administrator_of(request), timezone.localdate()
    refusal = reason_to_keep_open(user, by)
    form = LeaveForm(request.POST if request.method == "POST" else None, initial={"last_day": user.last_day or today})
    if refusal or not form.is_bound or not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        context = {"person": user, "form": form, "refusal": refusal, "duties": duties_left_by(user, today)}
        return render(request, "organisation/people/person_leave.html", context, status=status)
    last_day = form.cleaned_data["last_day"]
    leave(user, last_day, by=by, reason=form.cleaned_data["history_reason"], today=today)
    messages.success(request, _words_of_leaving(user, last_day, today))
    return redirect("organisation:person_detail", user.pk)


def _words_of_leaving(user: User, last_day: date, today: date) -> str:
    if last_day <= today:
        return f"Kontot för {user} är stängt."
    day = format_value(user._meta.get_field("last_day"), last_day)
    return f"{user} slutar den {day}. Kontot stängs när dagen har gått."


@require_POST
def person_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a closed account, or cancel a last day that is to come."""
    user = changeable_person_or_404(request, pk)
    reopen(user, by=administrator_of(request))
    messages.success(request, f"Kontot för {user} är öppet. Lägg till enhet och roll på nytt om de behövs.")
    return redirect("organisation:person_detail", user.pk)
