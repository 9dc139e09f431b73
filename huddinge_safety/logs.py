"""Log format: a JSON object per line, with the number of its request."""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")

# Number of the request that is being answered; set by `request_log.RequestLogMiddleware`.
request_id: ContextVar[str] = ContextVar("request_id", default="")


class JsonFormatter(logging.Formatter):
    """Format a record as one line of JSON; `extra={"facts": {…}}` adds fields to it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON, with the number of the request, if any, and the traceback of an exception."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        request_number = request_id.get()
        if request_number:
            line["request"] = request_number
        line |= getattr(record, "facts", {})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def logging_config(form: str, level: str) -> dict[str, Any]:
    """Return the logging configuration of Django and of gunicorn, so that all lines look alike.

    :param form: "json" for a program that collects logs, or "text" for a developer's terminal.
    :param level: the lowest level that is logged from our own code.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {"()": "huddinge_safety.logs.JsonFormatter"},
            "text": {"format": "%(levelname)s %(message)s"},
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": form}},
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            "huddinge_safety": {"level": level},
            "followup": {"level": level},
            "organisation": {"level": level},
            # fontTools logs each step of each font that is subset for a document.
            "fontTools": {"level": "ERROR"},
            # Without Django's own handlers: in production one is silent and the other sends mail.
            "django": {"handlers": [], "level": "INFO" if form == "json" else "WARNING", "propagate": True},
            # `request_log.RequestLogMiddleware` logs every request, so only errors are logged here.
            "django.request": {"level": "ERROR"},
            "gunicorn.error": {"handlers": [], "level": "INFO", "propagate": True},
        },
    }


def start_sentry(dsn: str, release: str) -> None:
    """Send errors to the Sentry at `dsn`, without names, cookies or texts of users."""
    import sentry_sdk

    sentry_sdk.init(
        dsn=dsn,
        release=release,
        send_default_pii=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        include_local_variables=False,
        before_send=remove_texts,
    )


def remove_texts(event: Any, hint: object) -> Any:
    """Return the event with only the kind of error and its place in the program.

    Messages and addresses may hold texts of users, or a link that opens a document without a login. They stay in our
    own log, where the number of the request finds them.
    """
    for part in ("request", "user", "extra"):
        event.pop(part, None)
    for exception in event.get("exception", {}).get("values", []):
        exception.pop("value", None)
    log_entry = event.get("logentry")
    if log_entry:
        # The message before its values are filled in.
        event["logentry"] = {"message": log_entry.get("message", "")}
    event["tags"] = {"request": request_id.get()}
    return event
