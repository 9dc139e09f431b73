"""Find characters that the fonts of the PDF documents lack. Such a character prints as an empty box.

A document is set in the font of `appearance.fonts`. For other characters Pango takes any font installed on the machine,
such as the symbols and emoji of the package fonts-symbola.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

from django import forms
from django.utils.text import capfirst
from fontTools.ttLib import TTCollection, TTFont, TTLibError

from organisation.appearance.fonts import DOCUMENT_FONTS
from organisation.sentences import listing

# The directories that fontconfig searches on Debian and Ubuntu.
FONT_DIRECTORIES = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("~/.local/share/fonts").expanduser(),
    Path("~/.fonts").expanduser(),
)
FONT_SUFFIXES = (".otf", ".ttc", ".ttf")
# Controls, formatting, surrogates and separators have no glyph of their own.
WITHOUT_GLYPH = ("Cc", "Cf", "Cs", "Zl", "Zp", "Zs")
VARIATION_SELECTORS = frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
# Characters named in a warning. Further ones are counted.
MAX_NAMED = 10


def describe_unprintable(text: str) -> str:
    """Return a Swedish sentence, without a full stop or capital, about the characters of `text` that do not print.

    Return an empty string when all of them print.
    """
    characters = unprintable_characters(text)
    if not characters:
        return ""
    names = [f"{character} (U+{ord(character):04X})" for character in characters[:MAX_NAMED]]
    if len(characters) == 1:
        return f"tecknet {names[0]} finns inte i typsnitten och blir en tom ruta i PDF-filen"
    if len(characters) > MAX_NAMED:
        names.append(f"{len(characters) - MAX_NAMED} till")
    return f"tecknen {listing(names)} finns inte i typsnitten och blir tomma rutor i PDF-filen"


def form_warnings(form: forms.BaseForm, place: str = "") -> list[str]:
    """Return a Swedish sentence for each text of a valid form that has characters that do not print."""
    warnings = []
    for name, value in form.cleaned_data.items():
        warning = describe_unprintable(_as_text(value))
        if warning:
            label = str(form[name].label).lower()
            where = f"{place}, {label}" if place else capfirst(label)
            warnings.append(f"{where}: {warning}. Texten är sparad.")
    return warnings


def _as_text(value: object) -> str:
    """Return the text of a form's value: a text, or the lines of a list. Other values are not printed as sent."""
    if isinstance(value, list):
        return "\n".join(map(str, value))
    return value if isinstance(value, str) else ""


def unprintable_characters(text: str) -> list[str]:
    """Return the characters of `text` that no font has, each once, in the order of the text."""
    if text.isascii():
        return []
    return [character for character in dict.fromkeys(text) if not _prints(character)]


@lru_cache(maxsize=4096)
def _prints(character: str) -> bool:
    if unicodedata.category(character) in WITHOUT_GLYPH or character in VARIATION_SELECTORS:
        return True
    return any(ord(character) in _characters_of(file) for file in _font_files())


@cache
def _font_files() -> list[Path]:
    """Return the font of the documents first: it has nearly every character, so the others are rarely read."""
    return [*DOCUMENT_FONTS.values(), *_installed_fonts(FONT_DIRECTORIES)]


def _installed_fonts(directories: Iterable[Path]) -> list[Path]:
    return [
        file
        for directory in directories
        for file in sorted(directory.rglob("*"))
        if file.suffix.lower() in FONT_SUFFIXES
    ]


@cache
def _characters_of(file: Path) -> frozenset[int]:
    """Return the code points that a font file has glyphs for; none when the file is damaged."""
    try:
        with file.open("rb") as content:
            is_collection = file.suffix.lower() == ".ttc"
            fonts = TTCollection(content, lazy=True).fonts if is_collection else [TTFont(content, lazy=True)]
            return frozenset(code for font in fonts for code in font.getBestCmap() or ())
    except (OSError, TTLibError):
        return frozenset()
