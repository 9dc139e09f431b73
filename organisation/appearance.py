"""What a municipality gives the pages: an accent colour that can be read, and a logotype that is harmless."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from xml.etree import ElementTree

from django.core.exceptions import ValidationError

# WCAG 2.2, success criterion 1.4.3: text against what is behind it. In the dark there is room for more.
CONTRAST = 4.5
CONTRAST_IN_THE_DARK = 7
WHITE, BLACK, NIGHT = "#ffffff", "#000000", "#14191f"

LOGOTYPE_BYTES = 40_000
SVG, XLINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}"
STRUCTURE = ("svg", "g", "defs", "symbol", "use", "style", "title", "desc", "clipPath", "mask")
PAINT = ("path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "linearGradient", "radialGradient", "stop")
SHAPES = frozenset((*STRUCTURE, *PAINT))
PNG = b"\x89PNG\r\n\x1a\n"
# Those that draw; the others tell of the program, the place and the person that made the file.
PNG_CHUNKS = {b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"sRGB", b"IDAT", b"IEND"}


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours such as "#12405c", from 1 to 21 (WCAG 2.2)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = (value / 255 for value in bytes.fromhex(colour[1:]))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def mixed(colour: str, other: str, share: float) -> str:
    """`colour` with a `share` of `other`, 0 to 1."""
    pairs = zip(bytes.fromhex(colour[1:]), bytes.fromhex(other[1:]), strict=True)
    return "#" + bytes(round(a + (b - a) * share) for a, b in pairs).hex()


def tint(accent: str) -> str:
    """The background that goes with an accent."""
    return mixed(accent, WHITE, 0.89)


def is_legible(accent: str) -> bool:
    """Whether the accent can be read on its own tint, and so on white, and white on it."""
    return contrast(accent, tint(accent)) >= CONTRAST


def legible(accent: str) -> str:
    """The accent itself, or the nearest darker shade of it that can be read."""
    return next(shade for step in range(101) if is_legible(shade := mixed(accent, BLACK, step / 100)))


def colours(accent: str) -> dict[str, str]:
    """The tokens that come from the accent, for light pages."""
    return {
        "accent": accent,
        "accent-strong": mixed(accent, BLACK, 0.3),
        "accent-soft": tint(accent),
        "link": accent,
    }


def dark_colours(accent: str) -> dict[str, str]:
    """The same tokens for dark pages: the accent as light as it must be."""
    soft = mixed(NIGHT, accent, 0.25)
    shades = (mixed(accent, WHITE, step / 50) for step in range(51))
    light = next((shade for shade in shades if contrast(shade, soft) >= CONTRAST_IN_THE_DARK), WHITE)
    return {"accent": light, "accent-strong": mixed(light, WHITE, 0.4), "accent-soft": soft, "link": light}


def sanitised(content: bytes) -> tuple[bytes, str]:
    """A logotype with nothing in it but its drawing, and its suffix, "svg" or "png". ValidationError in words."""
    if len(content) > LOGOTYPE_BYTES:
        raise ValidationError(
            f"Logotypen är större än {LOGOTYPE_BYTES // 1000} kB. Varje sida visar den: gör den mindre."
        )
    if content.startswith(PNG):
        return PNG + b"".join(_png_chunk(*chunk) for chunk in png_chunks(content) if chunk[0] in PNG_CHUNKS), "png"
    return _sanitised_svg(content), "svg"


def ratio(content: bytes) -> float:
    """How many times wider than high a sanitised logotype is."""
    if content.startswith(PNG):
        width, height = struct.unpack(">II", content[16:24])
    else:
        width, height = _svg_size(ElementTree.fromstring(content))  # noqa: S314 - sanitised when it was taken in
    return float(width) / float(height)


def png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The kind and the data of each part of a PNG. ValidationError where it is broken."""
    position = len(PNG)
    kind = b""
    while kind != b"IEND":
        length = int.from_bytes(content[position : position + 4])
        kind, data = content[position + 4 : position + 8], content[position + 8 : position + 8 + length]
        check = content[position + 8 + length : position + 12 + length]
        if len(check) != 4 or zlib.crc32(kind + data).to_bytes(4) != check or (position == len(PNG) and length != 13):
            raise ValidationError("PNG-filen är trasig. Spara om den och försök igen.")
        yield kind, data
        position += 12 + length


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)


def _sanitised_svg(content: bytes) -> bytes:
    try:
        text = content.decode("utf-8-sig")
        # Declarations are where the tricks with entities are; one without a part of its own says nothing.
        text = re.sub(r"<!DOCTYPE[^>\[]*>", "", text)
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            raise ValidationError(
                "SVG-filen har egna definitioner (ENTITY). Spara om den som vanlig SVG, eller som PNG."
            )
        root = ElementTree.fromstring(text)  # noqa: S314 - without entities nothing grows or is fetched
    except (ValueError, ElementTree.ParseError) as error:
        raise ValidationError("Filen är varken en SVG- eller en PNG-bild.") from error
    if root.tag != f"{SVG}svg":
        raise ValidationError("Filen är varken en SVG- eller en PNG-bild.")
    _svg_size(root)
    _clean(root)
    ElementTree.register_namespace("", SVG.strip("{}"))
    ElementTree.register_namespace("xlink", XLINK.strip("{}"))
    return ElementTree.tostring(root)


def _svg_size(root: ElementTree.Element) -> tuple[float, float]:
    numbers = re.findall(r"[\d.]+", root.get("viewBox", ""))[2:]
    if len(numbers) != 2:
        numbers = [re.sub(r"px$", "", root.get(name, "")) for name in ("width", "height")]
    try:
        width, height = map(float, numbers)
    except ValueError:
        width = height = 0
    if width <= 0 or height <= 0:
        raise ValidationError("SVG-filen saknar storlek (viewBox). Spara om den, eller använd PNG.")
    return width, height


def _clean(element: ElementTree.Element) -> None:
    """Drops what drawing programs leave behind; refuses what a picture has no need of."""
    for name, value in list(element.attrib.items()):
        if name.startswith("{") and name != f"{XLINK}href":
            del element.attrib[name]
        elif name.lower().startswith("on") or _leads_elsewhere(name, value):
            raise _refused(name)
    for child in list(element):
        name = child.tag.removeprefix(SVG)
        if name == "metadata" or name.startswith("{"):
            element.remove(child)
        elif name not in SHAPES or (name == "style" and _leads_elsewhere(name, child.text or "")):
            raise _refused(name)
        else:
            _clean(child)


def _leads_elsewhere(name: str, value: str) -> bool:
    """Whether a value points out of the picture itself."""
    if name in ("href", f"{XLINK}href"):
        return not value.startswith("#")
    return bool(re.search(r"url\(\s*['\"]?(?!['\"]?#)|@import|\\|expression\(|javascript:", value, re.IGNORECASE))


def _refused(name: str) -> ValidationError:
    return ValidationError(
        f"SVG-filen innehåller ”{name.removeprefix(XLINK)}”, som en logotyp inte behöver. Gör om text till konturer, ta"
        " bort inbäddade bilder och skript, eller använd PNG."
    )
