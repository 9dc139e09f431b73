from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

from followup.views.errors import not_found


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
