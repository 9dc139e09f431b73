"""Sign-in by the municipality's own provider (Entra ID, ADFS, Keycloak and their like), by OpenID Connect.

allauth takes the steps of the protocol. Here stands what it leaves out or open: the signature of every token is
verified, also of one fetched straight from the provider; a token answers the very request that it was asked for by
(nonce); and nobody but the settings says what is asked for.
"""

from __future__ import annotations

from typing import Any

import jwt
import requests
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string

# Public keys alone: a provider's token is never signed with something that we know too.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
LEEWAY = 60  # seconds that the clocks of two machines may differ

# Where in the session it stands how to log out at the provider too.
SIGN_OUT = "provider_sign_out"


class RefusedToken(OAuth2Error):
    """What the provider sent does not prove who the person is; the message is for the log."""


def verified_claims(id_token: str, keys: dict[str, Any], *, issuer: str, audience: str) -> dict[str, Any]:
    """What an ID token says, when it is the issuer's own, for us, and not expired (OpenID Connect Core 3.1.3.7).

    `keys` is the issuer's JSON Web Key Set. RefusedToken.
    """
    try:
        header = jwt.get_unverified_header(id_token)
        claims: dict[str, Any] = jwt.decode(
            id_token,
            _key(keys, header.get("kid")),
            algorithms=ALGORITHMS,
            issuer=issuer,
            audience=audience,
            leeway=LEEWAY,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
    except (jwt.PyJWTError, ValueError) as error:
        raise RefusedToken(f"ID token refused: {error}") from error
    if claims.get("azp", audience) != audience:
        raise RefusedToken("ID token refused: made for another client")
    return claims


def _key(keys: dict[str, Any], kid: str | None) -> jwt.PyJWK:
    """The key by its id; a token without one is allowed where there is no choice."""
    usable = [key for key in jwt.PyJWKSet.from_dict(keys).keys if key.public_key_use in (None, "sig")]
    named = [key for key in usable if key.key_id == kid] if kid else usable
    if len(named) != 1:
        raise RefusedToken(f"ID token refused: no key {kid!r}")
    return named[0]


class ProviderAdapter(OpenIDConnectOAuth2Adapter):
    """The conversation with the provider's server."""

    @property
    def openid_config(self) -> dict[str, Any]:
        config: dict[str, Any] = super().openid_config
        expected = self.get_provider().server_url.partition("/.well-known/")[0]
        if config.get("issuer", "").rstrip("/") != expected:
            raise RefusedToken(f"{expected} presents itself as {config.get('issuer')!r}")
        return config

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> SocialLogin:
        id_token = str(kwargs["response"].get("id_token", ""))
        config = self.openid_config
        claims = verified_claims(
            id_token, self._fetch(config["jwks_uri"]), issuer=config["issuer"], audience=app.client_id
        )
        nonce = claims.pop("nonce", "")
        claims |= self._user_info(token, claims["sub"])
        login = self.get_provider().sociallogin_from_response(request, claims)
        login.claims, login.nonce = claims, nonce
        if "end_session_endpoint" in config:
            request.session[SIGN_OUT] = {"url": config["end_session_endpoint"], "id_token": id_token}
        return login

    def _user_info(self, token: SocialToken, sub: str) -> dict[str, Any]:
        """What the provider tells besides the token: about the same person, or it is not used (Core 5.3.2)."""
        if "userinfo_endpoint" not in self.openid_config:
            return {}
        told: dict[str, Any] = self._fetch(self.profile_url, {"Authorization": f"Bearer {token.token}"})
        if told.get("sub") != sub:
            raise RefusedToken("the user information is about somebody else than the ID token")
        return told

    def _fetch(self, url: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
        with get_adapter().get_requests_session() as session:
            response = session.get(url, headers=headers)
            response.raise_for_status()
            told: dict[str, Any] = response.json()
        return told


class Provider(OpenIDConnectProvider):
    """The provider that the settings name."""

    oauth2_adapter_class = ProviderAdapter

    def redirect_from_request(self, request: HttpRequest) -> HttpResponse:
        """To the provider, with what the settings say alone: nothing that an address brings is handed on."""
        next_url = super().get_redirect_from_request_kwargs(request).get("next_url")
        nonce = get_random_string(32)
        try:
            response: HttpResponse = self.redirect(
                request, "login", next_url, auth_params={"nonce": nonce}, nonce=nonce
            )
        except (requests.RequestException, ValueError, OAuth2Error) as error:
            response = render_authentication_error(request, self, exception=error)
        return response

    def extract_uid(self, data: dict[str, Any]) -> str:
        return str(data["sub"])

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Nothing is kept: what is needed of it stands on the user."""
        return {}


provider_classes = [Provider]
