"""Template filters for durations in Swedish."""

from datetime import timedelta

from django import template

register = template.Library()


@register.filter
def duration(time: timedelta) -> str:
    """Return whole minutes and seconds: "1 minut och 5 sekunder", "mindre än en sekund"."""
    minutes, seconds = divmod(int(time.total_seconds()), 60)
    parts = [
        f"{number} {one if number == 1 else many}"
        for number, one, many in ((minutes, "minut", "minuter"), (seconds, "sekund", "sekunder"))
        if number
    ]
    return " och ".join(parts) or "mindre än en sekund"


@register.filter
def seconds(time: timedelta) -> int:
    return int(time.total_seconds())
