"""Logotypes that administrators upload: reduced to the drawing, because every visitor's browser opens them."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree import ElementTree

from django.core.exceptions import ValidationError

MAX_BYTES = 40_000

SVG, XLINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}"
STRUCTURE = ("svg", "g", "defs", "symbol", "use", "style", "title", "desc", "clipPath", "mask")
PAINT = ("path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "linearGradient", "radialGradient", "stop")
SVG_ELEMENTS = frozenset((*STRUCTURE, *PAINT))
# References out of the picture, and ways to hide one, in CSS and in attributes.
EXTERNAL_CSS = re.compile(r"url\(\s*['\"]?(?!['\"]?#)|@import|\\|expression\(|javascript:", re.IGNORECASE)

PNG = b"\x89PNG\r\n\x1a\n"
HEADER_LENGTH = 13
# The chunks that draw. The others describe the program, the place and the person that made the file.
PNG_CHUNKS = {b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"sRGB", b"IDAT", b"IEND"}


class Logotype(NamedTuple):
    content: bytes
    suffix: str


class Chunk(NamedTuple):
    """A part of a PNG file."""

    kind: bytes
    data: bytes

    def encoded(self) -> bytes:
        checksum = zlib.crc32(self.kind + self.data).to_bytes(4)
        return len(self.data).to_bytes(4) + self.kind + self.data + checksum


def sanitise(content: bytes) -> Logotype:
    """Return a PNG or SVG with nothing in it but its drawing; raise ValidationError, in Swedish, for other files."""
    if len(content) > MAX_BYTES:
        raise ValidationError(f"Logotypen är större än {MAX_BYTES // 1000} kB. Varje sida visar den: gör den mindre.")
    if content.startswith(PNG):
        return Logotype(_sanitise_png(content), "png")
    return Logotype(_sanitise_svg(content), "svg")


def aspect_ratio(content: bytes) -> float:
    """Return the width of a sanitised logotype divided by its height."""
    if content.startswith(PNG):
        width, height = struct.unpack(">II", content[16:24])
    else:
        width, height = _svg_size(ElementTree.fromstring(content))  # noqa: S314 - sanitised at upload
    return float(width) / float(height)


def _sanitise_png(content: bytes) -> bytes:
    return PNG + b"".join(chunk.encoded() for chunk in png_chunks(content) if chunk.kind in PNG_CHUNKS)


def png_chunks(content: bytes) -> Iterator[Chunk]:
    """Yield the chunks of a PNG up to its end; raise ValidationError where one is broken."""
    position = len(PNG)
    kind = b""
    while kind != b"IEND":
        chunk = _read_chunk(content, position)
        is_header = position == len(PNG)
        if chunk is None or (is_header and len(chunk.data) != HEADER_LENGTH):
            raise ValidationError("PNG-filen är trasig. Spara om den och försök igen.")

        yield chunk
        kind = chunk.kind
        position += len(chunk.encoded())


def _read_chunk(content: bytes, position: int) -> Chunk | None:
    """Return the chunk at `position`: 4 bytes of length, 4 of kind, the data and 4 of checksum; None if broken."""
    length = int.from_bytes(content[position : position + 4])
    data_start = position + 8
    data_end = data_start + length
    chunk = Chunk(kind=content[position + 4 : data_start], data=content[data_start:data_end])
    checksum_end = data_end + 4
    is_intact = content[position:checksum_end] == chunk.encoded()
    return chunk if is_intact else None


def _sanitise_svg(content: bytes) -> bytes:
    root = _parse_svg(content)
    _svg_size(root)  # refuses a picture without a size
    _clean_element(root)
    ElementTree.register_namespace("", SVG.strip("{}"))
    ElementTree.register_namespace("xlink", XLINK.strip("{}"))
    return ElementTree.tostring(root)


def _parse_svg(content: bytes) -> ElementTree.Element:
    """Return the root element of an SVG file without a DOCTYPE: entities in one can expand without limit."""
    try:
        text = content.decode("utf-8-sig")
        # A declaration without an internal subset defines nothing.
        text = re.sub(r"<!DOCTYPE[^>\[]*>", "", text)
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            raise ValidationError(
                "SVG-filen har egna definitioner (ENTITY). Spara om den som vanlig SVG, eller som PNG."
            )
        root = ElementTree.fromstring(text)  # noqa: S314 - without entities nothing expands or is fetched
    except (ValueError, ElementTree.ParseError) as error:
        raise ValidationError("Filen är varken en SVG- eller en PNG-bild.") from error
    if root.tag != f"{SVG}svg":
        raise ValidationError("Filen är varken en SVG- eller en PNG-bild.")
    return root


def _svg_size(root: ElementTree.Element) -> tuple[float, float]:
    """Return the width and height of a drawing; raise ValidationError where it has none."""
    # A viewBox is the left edge, the top, the width and the height.
    numbers = re.findall(r"[\d.]+", root.get("viewBox", ""))[2:]
    if len(numbers) != 2:
        numbers = [root.get(name, "").removesuffix("px") for name in ("width", "height")]
    try:
        width, height = map(float, numbers)
    except ValueError:
        width = height = 0
    if width <= 0 or height <= 0:
        raise ValidationError("SVG-filen saknar storlek (viewBox). Spara om den, eller använd PNG.")
    return width, height


def _clean_element(element: ElementTree.Element) -> None:
    """Remove the metadata of drawing programs from `element` and all below it; refuse scripts and references.

    ElementTree writes a name of another namespace, as drawing programs have, with the namespace first in braces.
    """
    _clean_attributes(element)
    for child in list(element):
        name = child.tag.removeprefix(SVG)
        if name == "metadata" or name.startswith("{"):
            element.remove(child)
        elif name not in SVG_ELEMENTS or (name == "style" and _is_external(name, child.text or "")):
            raise _refusal(name)
        else:
            _clean_element(child)


def _clean_attributes(element: ElementTree.Element) -> None:
    for name, value in list(element.attrib.items()):
        is_event_handler = name.lower().startswith("on")
        if name.startswith("{") and name != f"{XLINK}href":
            del element.attrib[name]
        elif is_event_handler or _is_external(name, value):
            raise _refusal(name)


def _is_external(name: str, value: str) -> bool:
    """Return whether the value of an attribute or a style refers to something outside the picture."""
    if name in ("href", f"{XLINK}href"):
        return not value.startswith("#")
    return EXTERNAL_CSS.search(value) is not None


def _refusal(name: str) -> ValidationError:
    return ValidationError(
        f"SVG-filen innehåller ”{name.removeprefix(XLINK)}”, som en logotyp inte behöver. Gör om text till konturer, ta"
        " bort inbäddade bilder och skript, eller använd PNG."
    )
