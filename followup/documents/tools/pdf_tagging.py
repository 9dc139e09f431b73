"""Mends the tags of WeasyPrint's PDF so that the file meets PDF/UA-1 (ISO 14289-1), before it is written.

Works on the objects of pydyf, the library that WeasyPrint writes with: dictionaries that refer to one another by
number. Each function mends one thing. Numbers in docstrings are clauses of the standard.
"""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

# PDF/A allows only properties that it knows or that the file describes: the second half describes the first.
PDFUA_CLAIM = b"""
<rdf:Description xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about="">
  <pdfuaid:part>1</pdfuaid:part>
</rdf:Description>
<rdf:Description xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
    xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"
    rdf:about="">
  <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
    <pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
    <pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
    <pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
    <pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
      <pdfaProperty:name>part</pdfaProperty:name>
      <pdfaProperty:valueType>Integer</pdfaProperty:valueType>
      <pdfaProperty:category>internal</pdfaProperty:category>
      <pdfaProperty:description>Part of ISO 14289 that the file follows</pdfaProperty:description>
    </rdf:li></rdf:Seq></pdfaSchema:property>
  </rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""


def complete(pdf: Any, link_texts: dict[str, str]) -> None:
    """Mend the tags of `pdf`, a pydyf.PDF that is about to be written."""
    _claim_pdfua(pdf)
    _scope_headers(pdf)
    _mark_decoration(pdf)
    _describe_links(pdf, link_texts)


def link_texts(document: Element) -> dict[str, str]:
    """Return the words of each link in an HTML document, by its target: an address, or the id of an element."""
    words_by_target = {}
    for link in document.iter("a"):
        words = "".join(link.itertext()).split()
        words_by_target[link.get("href", "").removeprefix("#")] = " ".join(words)
    return words_by_target


def _claim_pdfua(pdf: Any) -> None:
    """Claim PDF/UA in the metadata. Readers look at the first RDF block only, so it also holds the claim of PDF/A."""
    metadata = _object(pdf, pdf.catalog["Metadata"])
    metadata.stream = [part.replace(b"</rdf:RDF>", PDFUA_CLAIM + b"</rdf:RDF>") for part in metadata.stream]


def _scope_headers(pdf: Any) -> None:
    """Let header cells in a table's head describe their column, and all others their row (7.5)."""
    for cell in _elements(pdf, "/TH"):
        section = _object(pdf, _object(pdf, cell["P"])["P"])
        cell["A"]["Scope"] = "/Column" if section["S"] == "/THead" else "/Row"


def _mark_decoration(pdf: Any) -> None:
    """Mark running headers, page numbers and drawings without words as artifacts, outside the tags (7.1, 7.8).

    WeasyPrint gives the first two no place in the tree of tags, and tags the drawings as figures.
    """
    root = _object(pdf, pdf.catalog["StructTreeRoot"])
    document = _object(pdf, root["K"][0])
    # A list with the number of each page and then the elements whose content is marked on that page.
    parents = _object(pdf, root["ParentTree"])["Nums"]
    for page_number, page in enumerate(pdf.page_references):
        elements = parents[2 * page_number + 1]
        decoration = _decoration_among(pdf, elements, document)
        for number in decoration:
            elements[number] = "null"
        _mark_as_artifacts(_object(pdf, _object(pdf, page)["Contents"]).stream, decoration)


def _decoration_among(pdf: Any, elements: list[Any], document: Any) -> set[int]:
    """Return the positions of the elements that are decoration, and remove its figures from the tree of tags."""
    in_tree = set(document["K"])
    decoration = set()
    for number, element in enumerate(elements):
        if _is_figure_without_words(pdf, element):
            _object(pdf, _object(pdf, element)["P"])["K"].remove(element)
            decoration.add(number)
        elif _ancestor_below_document(pdf, element, document) not in in_tree:
            decoration.add(number)
    return decoration


def _describe_links(pdf: Any, texts: dict[str, str]) -> None:
    """Describe each link by its words (7.18.5) instead of by its target."""
    import pydyf

    for annotation in pdf.objects:
        if isinstance(annotation, dict) and annotation.get("Subtype") == "/Link":
            target = annotation["Contents"].string
            annotation["Contents"] = pydyf.String(texts.get(target, target))


def _mark_as_artifacts(operations: list[Any], numbers: set[int]) -> None:
    """Turn the marked content with these numbers into artifacts.

    Marked content begins with three items of the page's stream: its tag, a dictionary with its number, and BDC.
    """
    for index, item in enumerate(operations):
        if isinstance(item, dict) and item.get("MCID") in numbers:
            operations[index - 1 : index + 2] = "/Artifact", b"", b"BMC"


def _is_figure_without_words(pdf: Any, reference: bytes) -> bool:
    element = _object(pdf, reference)
    return element["S"] == "/Figure" and "Alt" not in element


def _ancestor_below_document(pdf: Any, reference: bytes, document: Any) -> bytes:
    """Return the ancestor of an element that is a child of the document, or the element itself if it is one."""
    parent = _object(pdf, reference)["P"]
    while parent != document.reference:
        reference = parent
        parent = _object(pdf, reference)["P"]
    return reference


def _elements(pdf: Any, kind: str) -> list[Any]:
    return [item for item in pdf.objects if isinstance(item, dict) and item.get("S") == kind]


def _object(pdf: Any, reference: bytes) -> Any:
    return pdf.objects[int(reference.split()[0])]
