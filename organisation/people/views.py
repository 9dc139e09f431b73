"""Pages of people, their memberships, and the contact of a unit."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from organisation.history import delete_as, save_as
from organisation.models import Membership, Unit, User
from organisation.people.access import (
    administrator_of,
    changeable_person_or_404,
    membership_or_404,
    person_or_404,
    user_of,
)
from organisation.people.forms import ContactForm, MembershipForm, PeopleFilterForm
from organisation.people.inviting import can_be_invited_again
from organisation.people.lists import attention_on, people
from organisation.people.rules import can_change_account, reason_to_keep_open
from organisation.roles import roles_of

PEOPLE_PER_PAGE = 50


def people_list(request: HttpRequest) -> HttpResponse:
    """List the people by the chosen filters, after all that needs an administrator's decision."""
    administrator_of(request)
    today = timezone.localdate()
    form = PeopleFilterForm(request.GET)
    found = people(form.selection, today)
    page = Paginator(found, PEOPLE_PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "attention": attention_on(today), "state": form.selection.state}
    return render(request, "organisation/people/people_list.html", context)


def person_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a person with roles, units and invitation, and the changes that the administrator may make."""
    user = person_or_404(request, pk)
    by = administrator_of(request)
    memberships = user.memberships.select_related("unit")
    current = Membership.objects.current(timezone.localdate())
    context = {
        "person": user,
        "roles": roles_of(user.groups.values_list("name", flat=True)),
        "memberships": memberships.filter(pk__in=current),
        "former_memberships": memberships.exclude(pk__in=current),
        "invitation": user.password_links.filter(purpose="invitation").first(),
        "may_change": can_change_account(by, user),
        "may_invite_again": can_be_invited_again(user),
        "may_close": not reason_to_keep_open(user, by),
    }
    return render(request, "organisation/people/person_detail.html", context)


def membership_add(request: HttpRequest, pk: int) -> HttpResponse:
    user = changeable_person_or_404(request, pk)
    return _membership_form(request, Membership(user=user))


def membership_edit(request: HttpRequest, pk: int, membership: int) -> HttpResponse:
    return _membership_form(request, membership_or_404(changeable_person_or_404(request, pk), membership))


def _membership_form(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Show the form of a new or stored membership; save it and return to the person."""
    form = MembershipForm(request.POST if request.method == "POST" else None, instance=membership)
    if not form.is_bound or not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        context = {"person": membership.user, "membership": membership, "form": form}
        return render(request, "organisation/people/membership_edit.html", context, status=status)
    save_as(membership, by=administrator_of(request), reason=form.cleaned_data["history_reason"])
    messages.success(request, f"{membership.unit} är sparad.")
    return redirect("organisation:person_detail", membership.user_id)


@require_POST
def membership_remove(request: HttpRequest, pk: int, membership: int) -> HttpResponse:
    """Delete a membership made by mistake. One that may have been used gets a last day instead."""
    row = membership_or_404(changeable_person_or_404(request, pk), membership)
    if not row.is_unused:
        raise PermissionDenied(
            f"{row.user} har loggat in. Ange en sista dag i stället, så syns det vem som rapporterat."
        )
    delete_as(row, by=administrator_of(request))
    messages.success(request, f"{row.user} hör inte längre till {row.unit}.")
    return redirect("organisation:person_detail", row.user_id)


def unit_contact(request: HttpRequest, slug: str) -> HttpResponse:
    """Change a unit's contact: for administrators, and for those who report for the unit."""
    unit = Unit.objects.filter(slug=slug).first()
    if unit is None:
        raise Http404("Det finns ingen enhet med den adressen.")
    by = user_of(request)
    may_change_units = by.has_perm("organisation.change_unit")
    if not (may_change_units or by.reports_for([unit])):
        raise PermissionDenied(f"Du rapporterar inte för {unit}.")
    candidates = User.objects.filter(is_active=True)
    if not may_change_units:
        candidates = candidates.filter(memberships__unit=unit).distinct()
    form = ContactForm(request.POST if request.method == "POST" else None, instance=unit, candidates=candidates)
    if not form.is_bound or not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        return render(request, "organisation/people/unit_contact.html", {"unit": unit, "form": form}, status=status)
    save_as(unit, by=by, reason="Kontakt")
    messages.success(request, "Kontakten är sparad.")
    return redirect("followup:unit_detail", unit.slug)
