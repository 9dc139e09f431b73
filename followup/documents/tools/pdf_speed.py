"""Make WeasyPrint faster without changing a byte of its files. PDF_SPEED_UPS = False leaves WeasyPrint as it is.

Each part replaces work that WeasyPrint does more often than it needs. docs/decisions/pdf-speed.md has the measurements
and the patches for the libraries. A test compares the files with those of an unchanged WeasyPrint.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any
from xml.etree import ElementTree

import pydyf
from cssselect2 import ElementWrapper
from lxml import etree
from weasyprint import HTML, html
from weasyprint.images import SVGImage

SVG = "{http://www.w3.org/2000/svg}"
SVG_TAG = f"{SVG}svg"
# The only names in the drawings of our documents that HTML's lower case changes.
SVG_ATTRIBUTES = {"viewbox": "viewBox", "preserveaspectratio": "preserveAspectRatio"}
# Elements without content that libxml2, which knows HTML 4, takes for elements with content.
NEW_VOID_TAGS = {"source", "track", "wbr"}


class _TreeBuilder:
    """Target of lxml's HTML parser: build the tree that tinyhtml5 would build, with SVG in its namespace."""

    def __init__(self) -> None:
        self._builder = ElementTree.TreeBuilder()
        self._svg_depth = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Open an element; below `svg` with the namespace and the capitals that the parser for HTML drops."""
        if self._svg_depth or tag == "svg":
            self._svg_depth += 1
            tag = SVG + tag
            attributes = {SVG_ATTRIBUTES.get(name, name): value for name, value in attributes.items()}
        self._builder.start(tag, dict(attributes))
        if tag in NEW_VOID_TAGS:
            self._builder.end(tag)

    def end(self, tag: str) -> None:
        if tag in NEW_VOID_TAGS:
            return
        if self._svg_depth:
            self._svg_depth -= 1
            tag = SVG + tag
        self._builder.end(tag)

    def data(self, text: str) -> None:
        self._builder.data(text)

    def close(self) -> ElementTree.Element:
        return self._builder.close()


def parse(document: str) -> ElementTree.Element:
    """Return the tree of one of our own HTML documents. lxml mends faulty HTML in another way than tinyhtml5."""
    parser = etree.HTMLParser(target=_TreeBuilder(), huge_tree=True, remove_comments=True)
    parser.feed(document)
    root: ElementTree.Element = parser.close()
    return root


class ParsedByLxml(HTML):
    """Document for WeasyPrint, parsed in C instead of Python."""

    def __init__(self, string: str, base_url: str, url_fetcher: Any) -> None:
        self.base_url = base_url
        self.url_fetcher = url_fetcher
        self.media_type = "print"
        self.wrapper_element = ElementWrapper.from_html_root(parse(string), content_language=None)
        self.etree_element = self.wrapper_element.etree_element


class Drawing(SVGImage):
    """Inline drawing that occurs many times: drawn once for each size and state of the page, then copied."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._operators: dict[tuple[Any, ...], list[Any]] = {}

    def draw(self, stream: Any, concrete_width: float, concrete_height: float, style: Any) -> None:
        """Draw on the page, or copy the operators of an equal drawing that was drawn before.

        A drawing that adds resources to the page, such as a font, is not copied: another page would lack them.
        """
        state = concrete_width, concrete_height, *_state_of(stream)
        known_operators = self._operators.get(state)
        if known_operators is not None:
            # The first operator saves the state of the page and the last restores it.
            stream.push_state()
            stream.stream[-1:] = known_operators[:-1]
            stream.pop_state()
            return
        start = len(stream.stream)
        resources_before = _count_resources(stream)
        super().draw(stream, concrete_width, concrete_height, style)
        operators = stream.stream[start:]
        restores_state = operators[:1] == [b"q"] and operators[-1:] == [b"Q"]
        if restores_state and _count_resources(stream) == resources_before:
            self._operators[state] = operators


def _state_of(stream: Any) -> tuple[Any, ...]:
    """Return all that decides which operators a drawing needs: an operator that changes nothing is left out."""
    return (
        id(stream._resources),
        stream._current_color,
        stream._current_color_stroke,
        stream._current_alpha,
        stream._current_alpha_stroke,
        stream._current_font,
    )


def _count_resources(stream: Any) -> int:
    return len(stream._images) + sum(len(held) for held in stream._resources.values() if isinstance(held, dict))


def _draw_once(element: ElementTree.Element, box: Any, get_image_from_uri: Any, base_url: str) -> list[Any]:
    """Keep equal drawings in WeasyPrint's cache of images, which lives as long as the layout."""
    known = get_image_from_uri.keywords
    source = ElementTree.tostring(element).rpartition(b">")[0]  # without the text that follows the element
    if source not in known["cache"]:
        known["cache"][source] = Drawing(element, base_url, known["url_fetcher"], known["context"])
    return [html.make_replaced_box(element, box, known["cache"][source])]


class _Serialised(pydyf.Object):
    """An object of a PDF file as bytes."""

    data = b""
    compressible = False

    def __init__(self, item: pydyf.Object, data: bytes) -> None:
        super().__init__()
        self.number, self.generation = item.number, item.generation
        self.compressible, self.data = item.compressible, data


class _SerialisedOnce(pydyf.Stream):
    @cached_property
    def data(self) -> bytes:
        content: bytes = super().data
        return content


class File(pydyf.PDF):
    """PDF file whose objects are serialised once.

    pydyf serialises and compresses everything twice, since the identifier of the file is a hash of all objects.
    """

    def __init__(self) -> None:
        self._page_references: tuple[bytes, ...] = ()
        self._is_being_written = False
        super().__init__()

    @property
    def page_references(self) -> tuple[bytes, ...]:
        """References to the pages. pydyf makes this tuple for each tag, which takes time by the square of the pages."""
        if len(self._page_references) != self.pages["Count"]:
            self._page_references = super().page_references
        return self._page_references

    def add_object(self, item: pydyf.Object) -> None:
        super().add_object(item)
        if self._is_being_written and isinstance(item, pydyf.Stream):
            item.__class__ = _SerialisedOnce  # the stream of small objects, and the table of where objects begin

    def write(self, *args: Any, **options: Any) -> None:
        """Serialise all objects, then let pydyf write their bytes."""
        stream_numbers = []
        for number, item in enumerate(self.objects):
            if isinstance(item, pydyf.Stream):
                stream_numbers.append(number)
            elif item.free == "n":
                self.objects[number] = _Serialised(item, item.data)
        # zlib compresses without Python's lock, so a second thread shortens the work.
        with ThreadPoolExecutor(2) as pool:
            compressed = pool.map(lambda number: self.objects[number].data, stream_numbers)
            for number, data in zip(stream_numbers, compressed, strict=True):
                self.objects[number] = _Serialised(self.objects[number], data)  # frees the operators of a page
        self._is_being_written = True
        super().write(*args, **options)


def install() -> None:
    """Let WeasyPrint use the classes of this module."""
    pydyf.PDF = File
    html.HTML_HANDLERS[SVG_TAG] = _draw_once
