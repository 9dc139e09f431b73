"""HTML of pages, as tests read it."""

import re

from django.http import HttpResponseBase

BLOCKS = (
    "address|article|aside|blockquote|body|br|button|caption|dd|details|div|dl|dt|fieldset|figure|footer|form|"
    "h1|h2|h3|h4|header|legend|li|main|nav|ol|option|p|section|select|summary|table|tbody|td|tfoot|th|thead|title|tr|ul"
)
AROUND_BLOCK = re.compile(rf" *(</?(?:{BLOCKS})\b(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>) *")
INSIDE_TAG = re.compile(r" (/?>)")


def html_of(response: HttpResponseBase) -> str:
    """Return the HTML of a page without whitespace that a browser ignores."""
    html = re.sub(r"[ \t\r\n]+", " ", response.content.decode())
    html = INSIDE_TAG.sub(r"\1", html)
    return AROUND_BLOCK.sub(r"\1", html)
