"""Template tags for search hits: excerpts with the search words marked."""

from collections.abc import Iterable
from typing import NamedTuple

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from programmes.fulltext import any_of

register = template.Library()

# Words in an excerpt, and how many of them precede the first hit as context.
LENGTH = 40
BEFORE = 10


@register.simple_tag
def marked(text: str, words: Iterable[str]) -> SafeString:
    """Return the whole text with every inflected form of `words` in <mark>."""
    # split() alternates between unmarked text and hits.
    pieces = any_of(words).split(text)
    return format_html(
        "{}{}", format_html_join("", "{}<mark>{}</mark>", zip(pieces[::2], pieces[1::2], strict=False)), pieces[-1]
    )


@register.simple_tag
def excerpt_of(words: Iterable[str], texts: Iterable[str]) -> SafeString:
    """Return `excerpt` of a list of texts."""
    return excerpt(words, *texts)


@register.simple_tag
def excerpt(words: Iterable[str], *texts: str) -> SafeString:
    """Return an excerpt around the first hit in `texts`, or the beginning of the first non-empty text."""
    text, position = _first_hit(words, texts)
    words_of_text = text.split()
    words_before_hit = len(text[:position].split())
    start = words_before_hit - BEFORE if words_before_hit >= LENGTH else 0
    end = start + LENGTH
    shown = " ".join(words_of_text[start:end])
    left_out_before = "… " if start else ""
    left_out_after = " …" if end < len(words_of_text) else ""
    return format_html("{}{}{}", left_out_before, marked(shown, words), left_out_after)


class _Hit(NamedTuple):
    """A text, and the position in it of the first of the words that were searched for."""

    text: str
    position: int


def _first_hit(words: Iterable[str], texts: Iterable[str]) -> _Hit:
    """Return the first text with one of the words; without any, the beginning of the first non-empty text."""
    pattern = any_of(words)
    not_empty = [text for text in texts if text]
    for text in not_empty:
        match = pattern.search(text)
        if match:
            return _Hit(text, match.start())
    return _Hit(not_empty[0] if not_empty else "", 0)
