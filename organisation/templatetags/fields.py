"""Filters for the fields of forms."""

from django import template
from django.forms import BoundField

register = template.Library()


@register.filter
def without_prompt(field: BoundField) -> BoundField:
    """Remove the placeholder: allauth's forms repeat the label there."""
    field.field.widget.attrs.pop("placeholder", None)
    return field
