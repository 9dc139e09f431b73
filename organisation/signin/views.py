"""Signing in and out, where it differs from allauth's own views."""

from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.views import LoginView
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
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

from organisation.roles import roles_of
from organisation.signin.provider import PROVIDER_LOGOUT, ProviderAdapter
from organisation.signin.second_factor import needs_second_factor, used_second_factor


class SignInView(LoginView):
    """Login page: at the municipality's provider if there is one, by password, or by a passkey."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        provider = settings.OIDC_NAME if settings.OIDC_SERVER_URL else ""
        return super().get_context_data(provider=provider, **kwargs)


@login_not_required
def provider_login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Redirect to the provider."""
    return _run_oauth_view(OAuth2LoginView, request, provider_id)


@login_not_required
def provider_callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Sign in the person whom the provider has identified."""
    return _run_oauth_view(OAuth2CallbackView, request, provider_id)


def _run_oauth_view(view_class: type[OAuth2View], request: HttpRequest, provider_id: str) -> HttpResponse:
    view = view_class.adapter_view(ProviderAdapter(request, provider_id))
    try:
        response: HttpResponse = view(request)
    except SocialApp.DoesNotExist as error:
        raise Http404("Det finns ingen sådan inloggning.") from error
    return response


@login_not_required  # also between the password and the second factor
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Log out here, and at the provider too if the person signed in there and it supports that."""
    # Read before the logout, which empties the session.
    provider = request.session.get(PROVIDER_LOGOUT)
    get_adapter(request).logout(request)
    login_page = reverse("account_login")
    if not provider:
        return _redirect_and_clear_cache(login_page)

    parameters = {
        "id_token_hint": provider["id_token"],
        "post_logout_redirect_uri": request.build_absolute_uri(login_page),
        "client_id": settings.OIDC_CLIENT_ID,
    }
    separator = "&" if "?" in provider["url"] else "?"
    return _redirect_and_clear_cache(f"{provider['url']}{separator}{urlencode(parameters)}")


def _redirect_and_clear_cache(url: str) -> HttpResponse:
    """Redirect, and hide the pages that were read from the next person at the same computer."""
    response = redirect(url)
    response["Clear-Site-Data"] = '"cache"'
    return response


class SignInSettingsView(IndexView):
    """The user's password, roles, apps, keys and recovery codes."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        lacks_second_factor = needs_second_factor(user) and not used_second_factor(self.request, user)
        roles = roles_of(user.groups.values_list("name", flat=True))
        return super().get_context_data(lacks_second_factor=lacks_second_factor, roles=roles, **kwargs)


class ActivateAppView(ActivateTOTPView):
    """Adding an app proves that the user has it, so it counts as the second factor of this session."""

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        record_authentication(self.request, self.request.user, "mfa", type="totp")
        return response


class AddKeyView(AddWebAuthnView):
    """Adding a key proves that the user has it, so it counts as the second factor of this session."""

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        record_authentication(self.request, self.request.user, "mfa", type="webauthn")
        return response


class RemoveKeyView(RemoveWebAuthnView):
    """Keep the last second factor of a user who needs one."""

    def form_valid(self, form: Any) -> HttpResponse:
        if not get_mfa_adapter().can_delete_authenticator(self.get_object()):
            raise PermissionDenied("Din roll kräver tvåstegsinloggning. Lägg till en annan app eller nyckel först.")
        return super().form_valid(form)
