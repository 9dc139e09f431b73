"""Template tags that link a count to the rows it counts."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django import template
from django.urls import reverse

register = template.Library()


@register.simple_tag
def rows_address(**asked: object) -> str:
    """Return the address of the search with the given criteria, such as `year=2020 assessment="met"`.

    Empty criteria are left out.
    """
    return f"{reverse('followup:search')}?{urlencode({name: value for name, value in asked.items() if value != ''})}"


@register.filter
def at(names: Mapping[str, str], name: str) -> str:
    """Return the value of `name`; empty when missing, as for a perspective renamed since the report was decided."""
    return names.get(name, "")
