"""Pages about the API: its reference and the user's keys."""

from __future__ import annotations

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
    """Return the facts of one endpoint that the reference page shows."""
    answer = operation["responses"][200]["content"]["application/json"]["schema"]
    name = answer.get("$ref", "").rpartition("/")[2]
    schema = schemas.get(name, answer)
    items = schema.get("properties", {}).get("items", {})
    is_list = bool(items) and name.startswith("Paged")
    fields = schemas[items["items"]["$ref"].rpartition("/")[2]] if is_list else schema
    parameters = operation.get("parameters", [])
    return {
        "path": path,
        "summary": operation["summary"],
        "parameters": parameters,
        "is_list": is_list,
        "fields": fields.get("properties", {}),
        "address": path if all(parameter["in"] == "query" for parameter in parameters) else "",
    }


@never_cache
@reauthentication_required(allow_get=True)
def api_tokens(request: HttpRequest) -> HttpResponse:
    """List the user's keys and create one, after a new proof of identity. Its secret is shown once, in the response."""
    user = user_of(request)
    form = TokenForm(request.POST if request.method == "POST" else None)
    secret, status = "", 200
    if form.is_bound:
        if form.is_valid():
            _, secret = ApiToken.objects.issue(user, **form.cleaned_data)
            form = TokenForm()
        else:
            status = 422
    tokens = ApiToken.objects.manageable_by(user).select_related("user")
    context = {"tokens": tokens, "form": form, "secret": secret, "is_everybodys": tokens.exclude(user=user).exists()}
    return render(request, "followup/api/api_tokens.html", context, status=status)


@require_POST
def api_token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    token = ApiToken.objects.manageable_by(user_of(request)).filter(pk=pk).first()
    if token is None:
        raise Http404("Det finns ingen sådan nyckel.")
    token.revoke()
    messages.success(request, f"Nyckeln ”{token.name}” är återkallad.")
    return redirect("followup:api_tokens")
