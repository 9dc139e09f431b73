"""Text hygiene: clean a text where it enters, and fold two texts that should compare as equal.

`organisation.fields` applies this to every stored text. Call it directly only where a text is compared or read before
it reaches a field: file readers, searches, renderers of texts that were stored before this module existed.
"""

from __future__ import annotations

import re
import unicodedata

NUL = "\0"
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
BULLET = "\N{BULLET}"

# Explicit directional formatting: it lasts until it is closed and would reverse the rest of a line.
_DIRECTION_SPANS = range(0x202A, 0x202F), range(0x2066, 0x206A)
# Invisible characters that do not make two texts different: soft hyphen, joiners, zero-width spaces, direction marks,
# variation selectors. U+FEFF is dropped by `clean` already, but stored texts may hold it.
_IGNORED_IN_COMPARISON = (
    0xAD, 0x34F, 0x61C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF,
    *range(0xFE00, 0xFE10),
)  # fmt: skip
# Symbol and Wingdings keep their signs in U+F020 to U+F0FF. Nearly all that are pasted are bullets; these are not.
_SYMBOL_FONT = range(0xF020, 0xF100)
_SYMBOL_FONT_MEANINGS = {
    0xF020: " ",
    0xF0A3: "≤",
    0xF0AC: "←",
    0xF0AE: "→",
    0xF0B0: "°",
    0xF0B1: "±",
    0xF0B3: "≥",
    0xF0B4: "×",
    0xF0B9: "≠",
    0xF0DF: "←",
    0xF0E0: "→",
    0xF0E8: "→",
    0xF0FC: "✓",
}
# Control characters with a meaning in the programs that texts are pasted from.
_CONTROL_MEANINGS = {
    0x0B: "\n",  # Word's manual line break
    0x0C: "\n",
    0x0D: "\n",
    0x1E: "\N{NON-BREAKING HYPHEN}",  # as Word copies it
    0x1F: "\N{SOFT HYPHEN}",  # as Word copies it
    0x85: "\n",
    0x2028: "\n",
    0x2029: "\n",
}


def _windows_1252(code: int) -> str:
    """Return the character meant by a C1 control: a byte of Windows-1252 that was decoded as Latin-1."""
    return bytes([code]).decode("cp1252", errors="ignore")


def _cleaning_table() -> dict[int, str]:
    """Map each character that `clean` changes to what it becomes. NUL is left for the validator to refuse."""
    controls = [code for code in (*range(0x01, 0x20), 0x7F) if chr(code) not in "\t\n"]
    table = dict.fromkeys([*controls, *(code for span in _DIRECTION_SPANS for code in span), 0xFEFF], "")
    table |= {code: _windows_1252(code) for code in range(0x80, 0xA0)}
    table |= dict.fromkeys(_SYMBOL_FONT, BULLET)
    # No file format has noncharacters.
    table |= dict.fromkeys(range(0xFDD0, 0xFDF0), REPLACEMENT)
    table |= {plane << 16 | code: REPLACEMENT for plane in range(17) for code in (0xFFFE, 0xFFFF)}
    return table | _SYMBOL_FONT_MEANINGS | _CONTROL_MEANINGS


_CLEANED = _cleaning_table()
# A control character as Excel writes it, such as _x000D_. Excel protects a literal one as _x005F_x000D_.
_ESCAPED_CONTROL = re.compile(
    r"(?<!_x005F)_x(00(?:0[1-9A-F]|1[0-9A-F]|7F|8[0-9A-F]|9[0-9A-F])|202[89])_", re.IGNORECASE
)
_ESCAPED = re.compile(r"_x([0-9A-F]{4})_", re.IGNORECASE)
_IGNORED = dict.fromkeys(_IGNORED_IN_COMPARISON)
_BREAK_IN_LINE = re.compile(r"[ \t]*[\t\n][ \t\n]*")


def clean(text: str) -> str:
    """Return the text as it is stored: NFC, line breaks as LF, symbol-font bullets as "•", no stray control characters.

    Idempotent. A text with nothing visible in it becomes empty. NUL is kept: validators refuse it.
    """
    if "_x" in text:
        text = _ESCAPED_CONTROL.sub(_unescaped, text)
    return _without_odd_characters(text)


def without_nul(text: str) -> str:
    """Return the text with NUL replaced: XML and PostgreSQL cannot hold it, and a lookup with one finds nothing."""
    return text.replace(NUL, REPLACEMENT)


def clean_line(text: str) -> str:
    """Return the text as a single line: a line break or a tab becomes a space."""
    return _BREAK_IN_LINE.sub(" ", clean(text))


def clean_cell(text: str) -> str:
    """Return the text of a workbook's cell: its `_xHHHH_` escapes become characters, then it is cleaned."""
    return _without_odd_characters(_ESCAPED.sub(_unescaped, text))


def fold(text: str) -> str:
    """Return the text as it is compared: ligatures and compatibility forms, case and invisible characters aside."""
    return unicodedata.normalize("NFKC", clean(text).translate(_IGNORED)).casefold()


def _unescaped(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16))


def _without_odd_characters(text: str) -> str:
    # The quick answer for almost every text: a line break is the only unprintable character in it.
    if not text.replace("\n", "").isprintable():
        # Halves of a surrogate pair are joined; a lone half, which no encoding has, becomes U+FFFD.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        text = text.replace("\r\n", "\n").translate(_CLEANED)
        text = text if text.translate(_IGNORED) else ""
    return unicodedata.normalize("NFC", text)
