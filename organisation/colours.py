"""Contrast of colours, and the shades of a municipality's accent colour. Colours are texts such as "#12405c"."""

from __future__ import annotations

# WCAG 2.2, success criterion 1.4.3: the contrast of text. Dark pages have room for more.
CONTRAST = 4.5
DARK_CONTRAST = 7
WHITE, BLACK, NIGHT = "#ffffff", "#000000", "#14191f"


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21 (WCAG 2.2)."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(value / 255) for value in bytes.fromhex(colour[1:]))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    """Return an sRGB channel, 0 to 1, as linear light."""
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def mix(colour: str, other: str, share: float) -> str:
    """Return `colour` with a `share`, 0 to 1, of `other`."""
    channels = zip(bytes.fromhex(colour[1:]), bytes.fromhex(other[1:]), strict=True)
    return "#" + bytes(round(own + (added - own) * share) for own, added in channels).hex()


def tint(accent: str) -> str:
    """Return the background that goes with an accent."""
    return mix(accent, WHITE, 0.89)


def is_legible(accent: str) -> bool:
    """Return whether the accent can be read on its own tint, and so on white, and white on the accent."""
    return contrast(accent, tint(accent)) >= CONTRAST


def nearest_legible(accent: str) -> str:
    """Return the accent itself, or its nearest darker shade that can be read."""
    shades = (mix(accent, BLACK, step / 100) for step in range(101))
    return next(shade for shade in shades if is_legible(shade))


def light_page_colours(accent: str) -> dict[str, str]:
    """Return the CSS variables that follow from the accent, for light pages."""
    return {
        "accent": accent,
        "accent-strong": mix(accent, BLACK, 0.3),
        "accent-soft": tint(accent),
        "link": accent,
    }


def dark_page_colours(accent: str) -> dict[str, str]:
    """Return the same variables for dark pages, with the accent lightened until it can be read."""
    soft = mix(NIGHT, accent, 0.25)
    shades = (mix(accent, WHITE, step / 50) for step in range(51))
    light = next((shade for shade in shades if contrast(shade, soft) >= DARK_CONTRAST), WHITE)
    return {"accent": light, "accent-strong": mix(light, WHITE, 0.4), "accent-soft": soft, "link": light}
