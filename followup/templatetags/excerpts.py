"""The place of a text that answers a search, with what was looked for marked."""

from collections.abc import Iterable

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from programmes.fulltext import any_of

register = template.Library()

# In words. What comes before the place shows what it is about.
LENGTH = 40
BEFORE = 10


@register.simple_tag
def marked(text: str, words: Iterable[str]) -> SafeString:
    """All of `text`, with each of `words` marked in whatever form it stands there."""
    # What stands between them, and each of them, by turns.
    pieces = any_of(words).split(text)
    return format_html(
        "{}{}", format_html_join("", "{}<mark>{}</mark>", zip(pieces[::2], pieces[1::2], strict=False)), pieces[-1]
    )


@register.simple_tag
def excerpt(words: Iterable[str], *texts: str) -> SafeString:
    """Some words around the first place where one of `words` stands in `texts`; else the beginning of the first."""
    found = any_of(words)
    matches = ((text, match) for text in texts if (match := found.search(text)))
    text, match = next(matches, (next(filter(None, texts), ""), None))
    written = text.split()
    place = len(text[: match.start()].split()) if match else 0
    first = place - BEFORE if place >= LENGTH else 0
    shown = " ".join(written[first : first + LENGTH])
    rest = " …" if first + LENGTH < len(written) else ""
    return format_html("{}{}{}", "… " if first else "", marked(shown, words), rest)
