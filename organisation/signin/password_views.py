"""Pages for a forgotten password, and for the links that invitations and forgotten passwords lead to."""

from __future__ import annotations

from http import HTTPStatus

from allauth.core import ratelimit
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import SetPasswordForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from organisation.fields import LineFormField
from organisation.models import PasswordLink, PasswordRequest
from organisation.signin.password_links import INVITATION, LinkRefusedError, choose_password


class ForgottenPasswordForm(forms.Form):
    name = LineFormField(
        label="Användarnamn eller e-postadress",
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )


@login_not_required
@never_cache
def forgotten_password(request: HttpRequest) -> HttpResponse:
    """Take a request for a new password. The answer and its time are the same whether the account exists or not."""
    form = ForgottenPasswordForm(request.POST if request.method == "POST" else None)
    if not form.is_bound or not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        context = {"form": form, "provider": _provider_name()}
        return render(request, "organisation/signin/forgotten_password.html", context, status=status)

    if not ratelimit.consume(request, action="forgotten_password"):
        return ratelimit.respond_429(request)
    name = form.cleaned_data["name"]
    if ratelimit.consume(request, action="forgotten_password_of_account", key=name.casefold()):
        PasswordRequest.objects.create(name=name)
    return render(request, "organisation/signin/forgotten_password_sent.html", {"provider": _provider_name()})


@login_not_required
@never_cache
def password_link(request: HttpRequest, token: str) -> HttpResponse:
    """Let the person with the mailed link choose a password, or go on to the municipality's provider.

    Only a sent form uses the link up, because mail filters open links too.
    """
    link = _link_or_404(token)
    refusal = link.refusal(timezone.now())
    if refusal:
        return _refused(request, refusal)
    if link.with_provider and settings.OIDC_SERVER_URL:
        context = {"link": link, "token": token, "provider": _provider_name()}
        return render(request, "organisation/signin/provider_link.html", context)

    form = SetPasswordForm(link.user, request.POST if request.method == "POST" else None)
    if not form.is_bound or not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        return render(request, "organisation/signin/password_link.html", {"link": link, "form": form}, status=status)
    try:
        choose_password(link, form.cleaned_data["new_password1"], timezone.now())
    except LinkRefusedError as error:
        return _refused(request, str(error))
    logout(request)
    messages.success(request, f"Lösenordet är valt. Logga in med användarnamnet {link.user.username}.")
    return redirect("account_login")


@login_not_required
@require_POST
def provider_link(request: HttpRequest, token: str) -> HttpResponse:
    """Remember the invitation in the session, and redirect to the municipality's provider."""
    link = _link_or_404(token)
    refusal = link.refusal(timezone.now())
    if refusal:
        return _refused(request, refusal)
    if not link.with_provider or not settings.OIDC_SERVER_URL:
        return redirect(link.address)
    logout(request)
    request.session[INVITATION] = link.pk
    return redirect("openid_connect_login", "kommunen")


def _link_or_404(token: str) -> PasswordLink:
    link = PasswordLink.objects.of_token(token)
    if link is None:
        raise Http404("Länken är fel. Kontrollera att hela länken i mejlet kom med.")
    return link


def _refused(request: HttpRequest, refusal: str) -> HttpResponse:
    context = {"refusal": refusal}
    return render(request, "organisation/signin/password_link_refused.html", context, status=HTTPStatus.GONE)


def _provider_name() -> str:
    return settings.OIDC_NAME if settings.OIDC_SERVER_URL else ""
