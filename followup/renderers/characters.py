"""Characters that no document can carry."""

import re

# Control characters but for tab and line ends, halves of surrogate pairs, and what Unicode will never assign.
_IMPOSSIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def harmless(text: str) -> str:
    """`text` with each character that XML, HTML or UTF-8 cannot hold shown as � instead."""
    return _IMPOSSIBLE.sub("\N{REPLACEMENT CHARACTER}", text)
