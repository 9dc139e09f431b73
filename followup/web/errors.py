"""Error pages, each with the cause and the next step."""

import sys
from datetime import datetime
from http import HTTPStatus
from math import ceil

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.utils import timezone
from django.views.decorators.csrf import requires_csrf_token

from followup.web.files import StoredFileMissingError


def error_page(request: HttpRequest, status: HTTPStatus, heading: str, text: str) -> HttpResponse:
    return render(
        request, "followup/web/error.html", {"heading": heading, "text": text, "status": status.value}, status=status
    )


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(
        request, HTTPStatus.BAD_REQUEST, "Förfrågan gick inte att läsa", "Gå tillbaka, ladda om sidan och försök igen."
    )


@requires_csrf_token
def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    text = _own_words(exception) or "Du har inte behörighet till sidan. Be en granskare om hjälp om du behöver den."
    return error_page(request, HTTPStatus.FORBIDDEN, "Du får inte göra det här", text)


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    text = _own_words(exception) or "Kontrollera adressen, eller börja från startsidan."
    heading = "Filen saknas" if isinstance(exception, StoredFileMissingError) else "Sidan finns inte"
    return error_page(request, HTTPStatus.NOT_FOUND, heading, text)


def unstorable_text(request: HttpRequest) -> HttpResponse:
    text = (
        "Texten innehåller ett osynligt tecken (NUL) som inte kan sparas. Gå tillbaka, skriv om texten och försök igen."
    )
    return error_page(request, HTTPStatus.BAD_REQUEST, "Texten kunde inte tas emot", text)


def method_not_allowed(request: HttpRequest) -> HttpResponse:
    text = "Adressen hör till en knapp och går inte att öppna som en sida. Gå tillbaka och använd knappen."
    return error_page(request, HTTPStatus.METHOD_NOT_ALLOWED, "Sidan går inte att öppna så", text)


def _own_words(exception: Exception) -> str:
    """Return the message of our own exceptions, a whole sentence; empty for messages of libraries."""
    message = exception.args[0] if exception.args and isinstance(exception.args[0], str) else ""
    return message if message.endswith(".") and not message.startswith("No ") else ""


@requires_csrf_token
def too_many_requests(request: HttpRequest) -> HttpResponse:
    text = "Det har kommit för många försök på kort tid. Vänta några minuter och försök igen."
    return error_page(request, HTTPStatus.TOO_MANY_REQUESTS, "Vänta en stund", text)


class TooManyRequestsError(Exception):
    """A person or an address has asked for too much. The message says so in Swedish, and when there is room again."""

    def __init__(self, message: str, retry_at: datetime) -> None:
        super().__init__(message)
        self.retry_at = retry_at


def too_many_pdfs(request: HttpRequest, error: TooManyRequestsError) -> HttpResponse:
    page = error_page(request, HTTPStatus.TOO_MANY_REQUESTS, "Vänta med fler PDF-filer", str(error))
    seconds = (error.retry_at - timezone.now()).total_seconds()
    page["Retry-After"] = str(max(ceil(seconds), 1))
    return page


def server_error(request: HttpRequest) -> HttpResponse:
    """Render without the page frame, which may be the part that failed."""
    # Django calls this view from its exception handler. A lost database comes back, so the reader may try again.
    if _lost_the_database(sys.exc_info()[1]):
        problem = "Databasen svarade inte. Loggen säger varför."
        body = loader.render_to_string("503.html", {"problem": problem})
        return HttpResponse(body, status=HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": "60"})
    return HttpResponse(loader.render_to_string("500.html"), status=HTTPStatus.INTERNAL_SERVER_ERROR)


def _lost_the_database(error: BaseException | None) -> bool:
    """Return whether the error, or one that led to it, is a lost connection to the database."""
    while error:
        if isinstance(error, OperationalError | InterfaceError):
            return True
        error = error.__cause__ or error.__context__
    return False
