"""The API's addresses, each with an ETag of its answer."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import conditional_page

from followup.api.endpoints import api
from followup.web.conditional import REVALIDATED, set_validators


def api_view(view: Callable[..., Any]) -> Callable[..., HttpResponse]:
    """Decorate an endpoint: an unchanged answer is not sent again (304), and no shared cache may keep it.

    The endpoint itself refuses requests without a key, in JSON, so the site's redirect to the login page is off.
    """

    @login_not_required
    @conditional_page
    def wrapper(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        set_validators(response, getattr(request, "etag", None), REVALIDATED)
        patch_vary_headers(response, ["Authorization", "Cookie"])
        return response

    wrapper.csrf_exempt = True  # type: ignore[attr-defined]
    return wrapper


app_name = api.urls_namespace
urlpatterns = api.urls[0]
for pattern in urlpatterns:
    pattern.callback = api_view(pattern.callback)  # type: ignore[arg-type]
