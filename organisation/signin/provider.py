"""Sign-in at the municipality's own provider (Entra ID, ADFS, Keycloak and similar) by OpenID Connect.

allauth runs the protocol. This module adds three checks that it omits or leaves optional: the signature of every ID
token is verified, also of a token fetched from the provider itself; a token must carry the nonce of its request; and
no parameter of the address reaches the provider.
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

# Public-key algorithms only: with a symmetric one, everybody who knows the client secret could sign.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
CLOCK_SKEW_SECONDS = 60

# Key of the session: the address and token for logging out at the provider too.
PROVIDER_LOGOUT = "provider_sign_out"


class TokenRefusedError(OAuth2Error):
    """The provider's answer does not prove the person's identity. The message is for the log."""


def verify_id_token(id_token: str, key_set: dict[str, Any], *, issuer: str, audience: str) -> dict[str, Any]:
    """Return the claims of an ID token; raise TokenRefusedError if it is invalid (OpenID Connect Core 3.1.3.7).

    Claims are the statements about the person, such as name and address, that the provider has signed.

    :param key_set: the issuer's JSON Web Key Set.
    :param audience: our client id: the token must be made for us.
    """
    try:
        header = jwt.get_unverified_header(id_token)
        claims: dict[str, Any] = jwt.decode(
            id_token,
            _signing_key(key_set, header.get("kid")),
            algorithms=ALGORITHMS,
            issuer=issuer,
            audience=audience,
            leeway=CLOCK_SKEW_SECONDS,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
    except (jwt.PyJWTError, ValueError) as error:
        raise TokenRefusedError(f"ID token refused: {error}") from error
    if claims.get("azp", audience) != audience:
        raise TokenRefusedError("ID token refused: made for another client")
    return claims


def _signing_key(key_set: dict[str, Any], key_id: str | None) -> jwt.PyJWK:
    """Return the key with this id. A token may leave the id out if there is only one key."""
    keys = [key for key in jwt.PyJWKSet.from_dict(key_set).keys if key.public_key_use in (None, "sig")]
    matching = [key for key in keys if key.key_id == key_id] if key_id else keys
    if len(matching) != 1:
        raise TokenRefusedError(f"ID token refused: no key {key_id!r}")
    return matching[0]


class ProviderAdapter(OpenIDConnectOAuth2Adapter):
    """Requests to the provider's server."""

    @property
    def openid_config(self) -> dict[str, Any]:
        config: dict[str, Any] = super().openid_config
        expected_issuer = self.get_provider().server_url.partition("/.well-known/")[0]
        if config.get("issuer", "").rstrip("/") != expected_issuer:
            raise TokenRefusedError(f"{expected_issuer} presents itself as {config.get('issuer')!r}")
        return config

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> SocialLogin:
        """Return the login of the person whom the provider's answer identifies, with the verified claims.

        Claims are the statements about the person in the provider's token. `pre_social_login` compares the nonce, a
        random text that ties the token to our request. The session keeps the means to log out at the provider too.
        """
        config = self.openid_config
        id_token = str(kwargs["response"].get("id_token", ""))
        key_set = self._fetch(config["jwks_uri"])
        claims = verify_id_token(id_token, key_set, issuer=config["issuer"], audience=app.client_id)
        nonce = claims.pop("nonce", "")
        claims |= self._user_info(token, claims["sub"])

        login = self.get_provider().sociallogin_from_response(request, claims)
        login.claims, login.nonce = claims, nonce
        if "end_session_endpoint" in config:
            request.session[PROVIDER_LOGOUT] = {"url": config["end_session_endpoint"], "id_token": id_token}
        return login

    def _user_info(self, token: SocialToken, subject: str) -> dict[str, Any]:
        """Return further claims about the same person; refuse those about another one (OpenID Connect Core 5.3.2)."""
        if "userinfo_endpoint" not in self.openid_config:
            return {}
        claims = self._fetch(self.profile_url, {"Authorization": f"Bearer {token.token}"})
        if claims.get("sub") != subject:
            raise TokenRefusedError("the user information is about somebody else than the ID token")
        return claims

    def _fetch(self, url: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
        with get_adapter().get_requests_session() as session:
            response = session.get(url, headers=headers)
            response.raise_for_status()
            content: dict[str, Any] = response.json()
        return content


class Provider(OpenIDConnectProvider):
    """The provider that the settings name."""

    oauth2_adapter_class = ProviderAdapter

    def redirect_from_request(self, request: HttpRequest) -> HttpResponse:
        """Redirect to the provider with a new nonce, and with no parameter of the request except the next page."""
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
        """Store no claims: the fields of the user hold all that is needed."""
        return {}
