"""Text as files can carry it."""

import re

# What neither XML 1.0, and with it Word and Excel, nor HTML has a place for: control characters, surrogates.
_ILLEGIBLE = re.compile("[^\t\n\r -~\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def legible(text: str) -> str:
    """`text` with one kind of line break, and the replacement character for every character that no reader can show."""
    return _ILLEGIBLE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
