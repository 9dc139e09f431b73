"""How a form's field is drawn."""

from django import template
from django.forms import BoundField

register = template.Library()


@register.filter
def without_prompt(field: BoundField) -> BoundField:
    """The field without the placeholder that allauth's forms repeat its label in."""
    field.field.widget.attrs.pop("placeholder", None)
    return field
