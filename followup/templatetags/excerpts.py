"""Template tags for search hits: excerpts with the search words marked."""

from collections.abc import Iterable

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
    found = any_of(words)
    matches = ((text, match) for text in texts if (match := found.search(text)))
    text, match = next(matches, (next(filter(None, texts), ""), None))
    written = text.split()
    place = len(text[: match.start()].split()) if match else 0
    first = place - BEFORE if place >= LENGTH else 0
    shown = " ".join(written[first : first + LENGTH])
    rest = " …" if first + LENGTH < len(written) else ""
    return format_html("{}{}{}", "… " if first else "", marked(shown, words), rest)
