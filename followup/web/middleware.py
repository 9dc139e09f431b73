"""Middleware of all pages: login by default, error pages, compression, and refusal of NUL characters."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.gzip import GZipMiddleware

from followup.web.errors import TooManyRequestsError, method_not_allowed, not_found, too_many_pdfs, unstorable_text
from organisation.signin.middleware import is_same_for_everyone


class PageLoginRequiredMiddleware(LoginRequiredMiddleware):
    """Require login on every page, without loading the user for pages that are the same for all readers."""

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        if is_same_for_everyone(view_func):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)


class NotFoundPageMiddleware:
    """Show our own 404 page also while DEBUG is on, instead of Django's page for developers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return not_found(request, exception) if isinstance(exception, Http404) else None


class TooManyRequestsMiddleware:
    """Answer 429 with a page that says when to try again, wherever a view meets a limit."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return too_many_pdfs(request, exception) if isinstance(exception, TooManyRequestsError) else None


class CompressedPagesMiddleware(GZipMiddleware):
    """Compress pages to a tenth of their size, with random padding against BREACH attacks.

    Files are left alone: those that are large are compressed already.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_page = response.get("Content-Type", "").startswith("text/")
        return super().process_response(request, response) if is_page else response


NUL = "\0"


class NulCharactersMiddleware:
    """Refuse the NUL character, which PostgreSQL cannot store or compare.

    An address with NUL gives 404, and a cookie with NUL is ignored. Forms report it at the field. Where a view reads a
    text without a form, the error of the database becomes a 400.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.COOKIES = {name: value for name, value in request.COOKIES.items() if NUL not in value}
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *args: object) -> HttpResponse | None:
        if NUL in request.path_info:
            return not_found(request, Http404())
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        is_about_nul = isinstance(exception, DataError | ValueError) and "NUL" in str(exception)
        return unstorable_text(request) if is_about_nul else None


class MethodNotAllowedMiddleware:
    """Show 405 as a page of ours, with the Allow header: people reach it by reloading the address of a button."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and not response.content:
            page = method_not_allowed(request)
            page["Allow"] = response["Allow"]
            return page
        return response
