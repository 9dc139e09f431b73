"""Pages that invite people: one by a form, several by pasted addresses, and one again."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from organisation.models import User
from organisation.people.access import administrator_of, changeable_person_or_404
from organisation.people.addresses import PastedAddress
from organisation.people.forms import BulkInvitationForm, InvitationForm
from organisation.people.inviting import Terms, account_of_address, can_be_invited_again, invite, invite_again
from organisation.sentences import counted


@dataclass(frozen=True)
class Row:
    """A line of the preview: the pasted address, and the person who has it already, if any."""

    address: PastedAddress
    existing: User | None

    @property
    def is_new(self) -> bool:
        return not self.address.problem and self.existing is None


def gives_role(request: HttpRequest) -> bool:
    """Return whether the sent form gives a role, which needs a new proof of identity."""
    return bool(request.POST.get("role"))


@reauthentication_required(allow_get=True, enabled=gives_role)
def person_invite(request: HttpRequest) -> HttpResponse:
    """Invite one person. The address of the page may choose the unit."""
    by = administrator_of(request)
    initial = {"unit": request.GET.get("enhet", "")}
    form = InvitationForm(request.POST if request.method == "POST" else None, initial=initial)
    if not form.is_bound or not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        return render(request, "organisation/people/person_invite.html", {"form": form}, status=status)
    given = form.cleaned_data
    user = invite(given["first_name"], given["last_name"], given["email"], form.terms, by=by, now=timezone.now())
    messages.success(request, f"{user} är inbjuden. Mejlet skickas inom några minuter till {user.email}.")
    return redirect("organisation:person_detail", user.pk)


@reauthentication_required(allow_get=True, enabled=gives_role)
def people_invite(request: HttpRequest) -> HttpResponse:
    """Show how the pasted addresses are read; the button of the preview then invites the new ones."""
    by = administrator_of(request)
    form = BulkInvitationForm(request.POST if request.method == "POST" else None)
    if not form.is_bound or not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        return render(request, "organisation/people/people_invite.html", {"form": form}, status=status)

    rows = [_row(address) for address in form.cleaned_data["addresses"]]
    new_rows = [row for row in rows if row.is_new]
    if "confirm" not in request.POST:
        context = {"form": form, "rows": rows, "new_count": len(new_rows)}
        return render(request, "organisation/people/people_invite.html", context)
    _invite_all([row.address for row in new_rows], form.terms, by)
    invited = counted(len(new_rows), "person är inbjuden", "personer är inbjudna")
    messages.success(request, f"{invited}. Mejlen skickas inom några minuter.")
    return redirect("organisation:people_list")


def _row(address: PastedAddress) -> Row:
    return Row(address, None if address.problem else account_of_address(address.email))


@transaction.atomic
def _invite_all(addresses: list[PastedAddress], terms: Terms, by: User) -> None:
    for address in addresses:
        invite(address.first_name, address.last_name, address.email, terms, by=by, now=timezone.now())


@require_POST
def person_invite_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Mail a new link to a person who has never signed in."""
    user = changeable_person_or_404(request, pk)
    if can_be_invited_again(user):
        invite_again(user, by=administrator_of(request), now=timezone.now())
        messages.success(request, f"En ny inbjudan skickas inom några minuter till {user.email}.")
    else:
        messages.error(
            request, f"{user} kan inte bjudas in igen: personen har loggat in, saknar adress eller är stängd."
        )
    return redirect("organisation:person_detail", user.pk)
