"""The API's addresses, each with an ETag of what it answers."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import conditional_page

from followup.api.endpoints import api
from followup.web.conditional import REVALIDATED, set_validators


def asked_for(view: Callable[..., Any]) -> Callable[..., HttpResponse]:
    """The view, for programs: it says itself, in JSON, that nobody is logged in, and what was fetched before and is
    still the same is not sent again. Kept by nobody but who asked."""

    @login_not_required
    @conditional_page
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        set_validators(response, getattr(request, "etag", None), REVALIDATED)
        patch_vary_headers(response, ["Authorization", "Cookie"])
        return response

    answer.csrf_exempt = True  # type: ignore[attr-defined]
    return answer


app_name = api.urls_namespace
urlpatterns = api.urls[0]
for pattern in urlpatterns:
    pattern.callback = asked_for(pattern.callback)  # type: ignore[arg-type]
