"""Names in the XML of an OpenDocument spreadsheet, and the styles of its cells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

NAMESPACES = {
    "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
    "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
}
LENGTH = re.compile(r"(\d{1,6}(?:\.\d{1,9})?)(in|cm|mm|pt)")
POINTS = {"in": 72.0, "cm": 28.35, "mm": 2.835, "pt": 1.0}
# LibreOffice indents by ten points a step.
POINTS_PER_STEP = 10
HEX_COLOUR = re.compile("#[0-9a-f]{6}")
# Styles have few ancestors; a circle of them would never end.
MAX_ANCESTORS = 20


def tag(name: str) -> str:
    """Return a name such as "table:table-row" as lxml writes it, with its namespace in full."""
    prefix, local = name.split(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"


@dataclass(frozen=True)
class Style:
    """The parts of a style that carry meaning. None where the style leaves it to its parent."""

    parent: str = ""
    fill: str | None = None
    struck: bool | None = None
    indent: int = 0
    hides_sheet: bool = False


class Styles:
    """The styles of a file by their names."""

    def __init__(self) -> None:
        self._styles: dict[str, Style] = {}
        self._resolved: dict[str, Style] = {}

    def add(self, element: Any) -> None:
        """Add the style that an element of the file describes."""
        cell = element.find(tag("style:table-cell-properties"))
        words = element.find(tag("style:text-properties"))
        paragraph = element.find(tag("style:paragraph-properties"))
        sheet = element.find(tag("style:table-properties"))
        background = _value(cell, "fo:background-color")
        self._styles[element.get(tag("style:name"), "")] = Style(
            element.get(tag("style:parent-style-name"), ""),
            None if background is None else _fill(background),
            _is_struck(words),
            _steps(_value(paragraph, "fo:margin-left") or ""),
            _value(sheet, "table:display") == "false",
        )

    def get(self, name: str) -> Style:
        """Return a style with the fill and the strike-out of its ancestors where it has none."""
        if name not in self._resolved:
            self._resolved[name] = self._resolve(self._styles.get(name, Style()))
        return self._resolved[name]

    def _resolve(self, style: Style) -> Style:
        fill, struck, parent = style.fill, style.struck, style.parent
        for _ in range(MAX_ANCESTORS):
            ancestor = self._styles.get(parent)
            if ancestor is None:
                break
            fill = ancestor.fill if fill is None else fill
            struck = ancestor.struck if struck is None else struck
            parent = ancestor.parent
        return Style("", fill or "", bool(struck), style.indent, style.hides_sheet)


def _value(properties: Any, name: str) -> str | None:
    return None if properties is None else properties.get(tag(name))


def _is_struck(words: Any) -> bool | None:
    """Return whether the properties of a text strike it out: LibreOffice names the kind of the line or its style."""
    names = "style:text-line-through-style", "style:text-line-through-type"
    lines = {_value(words, name) for name in names} - {None}
    return lines != {"none"} if lines else None


def _fill(background: str) -> str:
    """Return a background as "#rrggbb", empty for a transparent and for a white one."""
    colour = background.lower()
    return colour if HEX_COLOUR.fullmatch(colour) and colour != "#ffffff" else ""


def _steps(margin: str) -> int:
    """Return a margin such as "0.353cm" in steps of indent."""
    length = LENGTH.fullmatch(margin)
    return round(float(length[1]) * POINTS[length[2]] / POINTS_PER_STEP) if length else 0
