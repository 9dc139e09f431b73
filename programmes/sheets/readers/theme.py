"""Colours of a workbook's fills: written out, from Excel's palette, or from the workbook's theme with a tint."""

from __future__ import annotations

import colorsys
import re
from typing import Any

from lxml import etree
from openpyxl.styles.colors import COLOR_INDEX

DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
# The order in which cells number the colours of a theme; the file lists each dark colour before its light one.
THEME_ORDER = (
    *("lt1", "dk1", "lt2", "dk2"),
    *("accent1", "accent2", "accent3", "accent4", "accent5", "accent6", "hlink", "folHlink"),
)
WHITE = "#ffffff"
HEX = re.compile("[0-9a-f]{6}")


class ThemeColours:
    """The colours of one workbook's theme, by their numbers."""

    def __init__(self, theme: bytes | None) -> None:
        self._colours = _theme_colours(theme) if theme else {}

    def fill(self, fill: Any) -> str:
        """Return the colour of an openpyxl fill as "#rrggbb", empty for none and for white."""
        if getattr(fill, "fill_type", None) is None:
            return ""
        # A gradient has stops, of which the first one counts; a pattern has a foreground.
        colour = fill.stop[0].color if hasattr(fill, "stop") and fill.stop else getattr(fill, "fgColor", None)
        shade = self._hex(colour) if colour else ""
        return "" if shade == WHITE else shade

    def _hex(self, colour: Any) -> str:
        if colour.type == "theme":
            base = self._colours.get(colour.theme, "")
        elif colour.type == "indexed":
            base = COLOR_INDEX[colour.indexed] if colour.indexed < len(COLOR_INDEX) else ""
        else:
            base = str(colour.rgb or "")
        # The first two of eight digits are the opacity, which Excel ignores.
        digits = base[-6:].lower()
        return tinted(f"#{digits}", colour.tint or 0) if HEX.fullmatch(digits) else ""


def _theme_colours(theme: bytes) -> dict[int, str]:
    """Map the number of each theme colour to its six digits."""
    scheme = etree.fromstring(theme, etree.XMLParser(resolve_entities=False)).find(f".//{DRAWING}clrScheme")
    if scheme is None:
        return {}
    colours = {}
    for number, name in enumerate(THEME_ORDER):
        colour = scheme.find(f"{DRAWING}{name}/*")
        if colour is not None:
            colours[number] = colour.get("lastClr") or colour.get("val", "")
    return colours


def tinted(colour: str, tint: float) -> str:
    """Return a colour made lighter (tint above 0) or darker (below 0) as Excel does it."""
    if not tint:
        return colour
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    lightness = lightness * (1 + tint) if tint < 0 else lightness * (1 - tint) + tint
    shades = colorsys.hls_to_rgb(hue, min(max(lightness, 0), 1), saturation)
    return "#" + "".join(f"{round(shade * 255):02x}" for shade in shades)
