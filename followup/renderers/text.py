"""Text as files can carry it."""

import re

# What XML 1.0, and with it Word and Excel, has no place for: control characters, halves of surrogate pairs.
_ILLEGIBLE = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def legible(text: str) -> str:
    """`text` with one kind of line break, and the replacement character for every character that no reader can show."""
    return _ILLEGIBLE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
