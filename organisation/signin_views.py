"""Signing in and out: what there is beyond allauth's own views."""

from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.views import LoginView
from allauth.mfa.adapter import get_adapter as get_second_step_adapter
from allauth.mfa.base.views import IndexView
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView, OAuth2View
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from organisation.adapters import must_have_second_step, took_second_step
from organisation.provider import SIGN_OUT, ProviderAdapter


class SignIn(LoginView):
    """The login page: by the municipality's provider where there is one, by password, or by a passkey."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        provider = settings.OIDC_NAME if settings.OIDC_SERVER_URL else ""
        return super().get_context_data(provider=provider, **kwargs)


@login_not_required
def provider_login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Off to the provider."""
    return _talk(OAuth2LoginView, request, provider_id)


@login_not_required
def provider_callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Back from the provider, with its word for who it is."""
    return _talk(OAuth2CallbackView, request, provider_id)


def _talk(step: type[OAuth2View], request: HttpRequest, provider_id: str) -> HttpResponse:
    try:
        response: HttpResponse = step.adapter_view(ProviderAdapter(request, provider_id))(request)
    except SocialApp.DoesNotExist as error:
        raise Http404("Det finns ingen sådan inloggning.") from error
    return response


@login_not_required  # somebody half-way, between password and second step, may turn back
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Log out here, and where the person logged in by a provider that can be logged out of, there too."""
    provider = request.session.get(SIGN_OUT)
    get_adapter(request).logout(request)
    login_page = reverse("account_login")
    if not provider:
        return _leave(login_page)
    back = {
        "id_token_hint": provider["id_token"],
        "post_logout_redirect_uri": request.build_absolute_uri(login_page),
        "client_id": settings.OIDC_CLIENT_ID,
    }
    return _leave(f"{provider['url']}{'&' if '?' in provider['url'] else '?'}{urlencode(back)}")


def _leave(url: str) -> HttpResponse:
    response = redirect(url)
    # The pages that were read are not to be read by the next person at the same computer.
    response["Clear-Site-Data"] = '"cache"'
    return response


class SecondSteps(IndexView):
    """One's password, apps, keys and codes."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        lacks_second_step = must_have_second_step(user) and not took_second_step(self.request, user)
        return super().get_context_data(lacks_second_step=lacks_second_step, **kwargs)


class ActivateApp(ActivateTOTPView):
    """Adding an app shows that one has it, which is the second step of this session."""

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        record_authentication(self.request, self.request.user, "mfa", type="totp")
        return response


class AddKey(AddWebAuthnView):
    """Adding a key, likewise."""

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        record_authentication(self.request, self.request.user, "mfa", type="webauthn")
        return response


class RemoveKey(RemoveWebAuthnView):
    """Not the last one of somebody who must have a second step."""

    def form_valid(self, form: Any) -> HttpResponse:
        if not get_second_step_adapter().can_delete_authenticator(self.get_object()):
            raise PermissionDenied("Din roll kräver tvåstegsinloggning. Lägg till en annan app eller nyckel först.")
        return super().form_valid(form)
