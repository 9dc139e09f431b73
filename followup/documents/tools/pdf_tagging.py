"""What the tags of WeasyPrint's PDF lack for PDF/UA-1 (ISO 14289-1), added before the file is written.

Works on the objects of pydyf, the library that WeasyPrint writes with: dictionaries that refer to one another by
number. Each function mends one thing and says which.
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
    """Mends the tags of `pdf`, a pydyf.PDF that is about to be written."""
    _claim_pdfua(pdf)
    _scope_headers(pdf)
    _set_decoration_aside(pdf)
    _describe_links(pdf, link_texts)


def link_texts(document: Element) -> dict[str, str]:
    """The words of each link in an HTML document by the place that it leads to."""
    return {
        link.get("href", "").removeprefix("#"): " ".join("".join(link.itertext()).split())
        for link in document.iter("a")
    }


def _claim_pdfua(pdf: Any) -> None:
    """One RDF block claims both standards: readers of XMP look at the first block only."""
    metadata = _object(pdf, pdf.catalog["Metadata"])
    metadata.stream = [part.replace(b"</rdf:RDF>", PDFUA_CLAIM + b"</rdf:RDF>") for part in metadata.stream]


def _scope_headers(pdf: Any) -> None:
    """A header in a table's head heads its column, any other its row (7.5)."""
    for cell in _elements(pdf, "/TH"):
        section = _object(pdf, _object(pdf, cell["P"])["P"])
        cell["A"]["Scope"] = "/Column" if section["S"] == "/THead" else "/Row"


def _set_decoration_aside(pdf: Any) -> None:
    """Running headers, page numbers and drawings without words are artifacts (7.1, 7.8), outside of the tags.

    WeasyPrint marks the first two as text that no tag holds, and tags the last as figures.
    """
    root = _object(pdf, pdf.catalog["StructTreeRoot"])
    document = _object(pdf, root["K"][0])
    held = set(document["K"])
    parents = _object(pdf, root["ParentTree"])["Nums"]
    for page_number, page in enumerate(pdf.page_references):
        marked = parents[2 * page_number + 1]
        aside = set()
        for number, element in enumerate(marked):
            if _is_mute_figure(pdf, element):
                _object(pdf, _object(pdf, element)["P"])["K"].remove(element)
                aside.add(number)
            elif _topmost(pdf, element, document) not in held:
                aside.add(number)
        for number in aside:
            marked[number] = "null"
        _mark_as_artifacts(_object(pdf, _object(pdf, page)["Contents"]).stream, aside)


def _describe_links(pdf: Any, texts: dict[str, str]) -> None:
    """A link is described by its words (7.18.5), not by the name of the place that it leads to."""
    import pydyf

    for annotation in pdf.objects:
        if isinstance(annotation, dict) and annotation.get("Subtype") == "/Link":
            target = annotation["Contents"].string
            annotation["Contents"] = pydyf.String(texts.get(target, target))


def _mark_as_artifacts(operations: list[Any], numbers: set[int]) -> None:
    """Marked content is three items of a page's stream: its tag, a dictionary with its number, and BDC."""
    for index, item in enumerate(operations):
        if isinstance(item, dict) and item.get("MCID") in numbers:
            operations[index - 1 : index + 2] = "/Artifact", b"", b"BMC"


def _is_mute_figure(pdf: Any, reference: bytes) -> bool:
    element = _object(pdf, reference)
    return element["S"] == "/Figure" and "Alt" not in element


def _topmost(pdf: Any, reference: bytes, document: Any) -> bytes:
    """The ancestor of an element that stands right below the document."""
    while (parent := _object(pdf, reference)["P"]) != document.reference:
        reference = parent
    return reference


def _elements(pdf: Any, kind: str) -> list[Any]:
    return [item for item in pdf.objects if isinstance(item, dict) and item.get("S") == kind]


def _object(pdf: Any, reference: bytes) -> Any:
    return pdf.objects[int(reference.split()[0])]
