"""Template filters for the programme's words, which depend on a number or on grammatical gender."""

from collections.abc import Sized

from django import template

from programmes.terms import Term, Terms

register = template.Library()


@register.filter
def counted(term: Term, items: int | Sized) -> str:
    """Return the number of items with the noun: "1 åtgärd", "3 åtgärder"."""
    return term.counted(items if isinstance(items, int) else len(items))


@register.filter
def agree(term: Term, forms: str) -> str:
    """Return the form that agrees with the noun: `{{ terms.goal|agree:"den,det" }}` is "det" for "mål"."""
    common, neuter = forms.split(",")
    return term.agree(common, neuter)


@register.filter
def in_words_of(text: str, terms: Terms) -> str:
    """Return the text with the programme's words for "{goals}" and "{measures}"."""
    return text.format(goals=terms.goal.plural, measures=terms.measure.plural)
