"""Pages about the API: its reference and the user's keys."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from followup.api.endpoints import api
from followup.api.token_forms import TokenForm
from followup.models import ApiToken
from followup.web.lookups import user_of


def api_reference(request: HttpRequest) -> HttpResponse:
    """Show the OpenAPI description as a page without scripts or content from other sites."""
    description = api.get_openapi_schema()
    schemas = description["components"]["schemas"]
    operations = [
        _operation(path, operation, schemas)
        for path, methods in description["paths"].items()
        for operation in methods.values()
    ]
    return render(request, "followup/api/api_reference.html", {"description": description, "operations": operations})


def _operation(path: str, operation: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """Return the facts of one endpoint that the reference page shows, from its part of the OpenAPI schema."""
    response = operation["responses"][200]["content"]["application/json"]["schema"]
    item = _item_of_page(response, schemas)
    shown = item or _resolved(response, schemas)
    parameters = operation.get("parameters", [])
    # Only an address without parameters in its path can be opened as it is.
    has_plain_address = all(parameter["in"] == "query" for parameter in parameters)
    return {
        "path": path,
        "summary": operation["summary"],
        "parameters": parameters,
        "is_list": item is not None,
        "fields": shown.get("properties", {}),
        "address": path if has_plain_address else "",
    }


def _item_of_page(response: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any] | None:
    """Return the schema of the items in a paged response, or None for a response with one object.

    ninja's schema of a page is named `Paged…` and has the list as its property `items`.
    """
    if not response.get("$ref", "").rpartition("/")[2].startswith("Paged"):
        return None
    listed: dict[str, Any] = _resolved(response, schemas)["properties"]["items"]
    return _resolved(listed["items"], schemas)


def _resolved(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """Follow the reference of a schema to its definition, if it is a reference."""
    name = schema.get("$ref", "").rpartition("/")[2]
    definition: dict[str, Any] = schemas.get(name, schema)
    return definition


@never_cache
@reauthentication_required(allow_get=True)
def api_tokens(request: HttpRequest) -> HttpResponse:
    """List the user's keys and create one, after a new proof of identity. Its secret is shown once, in the response."""
    user = user_of(request)
    form = TokenForm(request.POST if request.method == "POST" else None)
    secret = ""
    if form.is_valid():
        _, secret = ApiToken.objects.issue(user, **form.cleaned_data)
        form = TokenForm()
    tokens = ApiToken.objects.manageable_by(user).select_related("user")
    context = {"tokens": tokens, "form": form, "secret": secret, "is_everybodys": tokens.exclude(user=user).exists()}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "followup/api/api_tokens.html", context, status=status)


@require_POST
def api_token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    token = ApiToken.objects.manageable_by(user_of(request)).filter(pk=pk).first()
    if token is None:
        raise Http404("Det finns ingen sådan nyckel.")
    token.revoke()
    messages.success(request, f"Nyckeln ”{token.name}” är återkallad.")
    return redirect("followup:api_tokens")
