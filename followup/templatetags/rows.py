"""From a figure to the rows behind it."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django import template
from django.urls import reverse

register = template.Library()


@register.simple_tag
def rows_address(**asked: object) -> str:
    """The address of the search for the rows that were counted, such as `year=2020 assessment="met"`; what is empty
    asks for nothing."""
    return f"{reverse('followup:search')}?{urlencode({name: value for name, value in asked.items() if value != ''})}"


@register.filter
def at(names: Mapping[str, str], name: str) -> str:
    """What stands under `name`; empty when nothing does, as for a perspective that has been renamed since."""
    return names.get(name, "")
