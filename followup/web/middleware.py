from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.gzip import GZipMiddleware

from followup.web.errors import not_found
from organisation.middleware import asks_nobody


class LoginRequired(LoginRequiredMiddleware):
    """As Django's, but a page that is the same for everybody never asks who its reader is."""

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        if asks_nobody(view_func):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)


class NotFoundInWords:
    """What a view does not find is said on our own page while DEBUG is on too, when Django shows developers theirs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return not_found(request, exception) if isinstance(exception, Http404) else None


class CompressedPages(GZipMiddleware):
    """Pages are sent in a tenth of their size, a little padded so that it tells nothing of what they hold (BREACH).

    Files are left alone: those that are large are compressed already.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_page = response.get("Content-Type", "").startswith("text/")
        return super().process_response(request, response) if is_page else response
