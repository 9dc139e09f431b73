"""The catalogue of open data as RDF/XML, by the profile DCAT-AP-SE 3 (docs.dataportal.se/dcat/sv).

It has all properties that the profile requires, and the recommended ones that are known. Sveriges dataportal harvests
it.
"""

from __future__ import annotations

from datetime import date
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from followup.documents.tools.wording import legible
from followup.publication.open_data import Catalogue, Dataset, Distribution

NAMESPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
# The profile requires CC0 for the catalogue; the data have the same licence.
CC0 = "http://creativecommons.org/publicdomain/zero/1.0/"
EU = "http://publications.europa.eu/resource/authority/"
LANGUAGE = f"{EU}language/SWE"
THEME = f"{EU}data-theme/GOVE"
YEARLY = f"{EU}frequency/ANNUAL"
PUBLIC = f"{EU}access-right/PUBLIC"
KEYWORDS = ("uppföljning", "kommun", "styrdokument", "mål", "åtgärder")
LOCAL_AUTHORITY = "http://purl.org/adms/publishertype/LocalAuthority"

for prefix, namespace in NAMESPACES.items():
    register_namespace(prefix, namespace)


def render(catalogue: Catalogue) -> bytes:
    """Return the catalogue as RDF/XML."""
    root = Element(_name("rdf:RDF"))
    publisher, contact = f"{catalogue.address}#utgivare", f"{catalogue.address}#kontakt"
    node = _resource(root, "dcat:Catalog", f"{catalogue.address}#katalog")
    _text(node, "dcterms:title", catalogue.title)
    _text(node, "dcterms:description", catalogue.description)
    _link(node, "dcterms:publisher", publisher)
    _link(node, "dcterms:license", CC0)
    _link(node, "dcterms:language", LANGUAGE)
    _link(node, "foaf:homepage", catalogue.address)
    _link(node, "dcat:themeTaxonomy", f"{EU}data-theme")
    _dates(node, catalogue.datasets)
    for dataset in catalogue.datasets:
        _link(node, "dcat:dataset", f"{dataset.address}#data")
    _agent(root, catalogue, publisher, contact)
    for dataset in catalogue.datasets:
        _dataset(root, dataset, publisher, contact)
        for distribution in dataset.distributions:
            _distribution(root, distribution, catalogue.schema)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _dates(node: Element, datasets: tuple[Dataset, ...]) -> None:
    if datasets:
        _day(node, "dcterms:issued", min(dataset.issued for dataset in datasets))
        _day(node, "dcterms:modified", max(dataset.issued for dataset in datasets))


def _agent(root: Element, catalogue: Catalogue, publisher: str, contact: str) -> None:
    agent = _resource(root, "foaf:Agent", publisher)
    _text(agent, "foaf:name", catalogue.publisher)
    _link(agent, "dcterms:type", LOCAL_AUTHORITY)
    card = _resource(root, "vcard:Organization", contact)
    _text(card, "vcard:fn", catalogue.publisher)
    _link(card, "vcard:hasEmail", f"mailto:{catalogue.contact}")


def _dataset(root: Element, dataset: Dataset, publisher: str, contact: str) -> None:
    """Add a dataset with its period and its distributions."""
    node = _resource(root, "dcat:Dataset", f"{dataset.address}#data")
    _text(node, "dcterms:title", dataset.title)
    _text(node, "dcterms:description", dataset.description)
    _link(node, "dcterms:publisher", publisher)
    _link(node, "dcat:contactPoint", contact)
    _link(node, "dcat:theme", THEME)
    for keyword in KEYWORDS:
        _text(node, "dcat:keyword", keyword)
    _link(node, "dcterms:accessRights", PUBLIC)
    _link(node, "dcterms:accrualPeriodicity", YEARLY)
    _link(node, "dcterms:language", LANGUAGE)
    _link(node, "dcat:landingPage", dataset.address)
    _day(node, "dcterms:issued", dataset.issued)
    period = SubElement(SubElement(node, _name("dcterms:temporal")), _name("dcterms:PeriodOfTime"))
    _day(period, "dcat:startDate", dataset.first_day)
    _day(period, "dcat:endDate", dataset.last_day)
    for distribution in dataset.distributions:
        _link(node, "dcat:distribution", distribution.address)


def _distribution(root: Element, distribution: Distribution, schema: str) -> None:
    node = _resource(root, "dcat:Distribution", distribution.address)
    _text(node, "dcterms:title", distribution.title)
    _link(node, "dcat:accessURL", distribution.page)
    _link(node, "dcat:downloadURL", distribution.address)
    SubElement(node, _name("dcterms:format")).text = distribution.media_type
    _link(node, "dcterms:license", CC0)
    if distribution.media_type == "application/json":
        _link(node, "dcterms:conformsTo", schema)


def _name(qualified: str) -> str:
    prefix, local = qualified.split(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"


def _resource(root: Element, kind: str, address: str) -> Element:
    return SubElement(root, _name(kind), {_name("rdf:about"): address})


def _link(node: Element, name: str, address: str) -> None:
    SubElement(node, _name(name), {_name("rdf:resource"): address})


def _text(node: Element, name: str, text: str) -> None:
    child = SubElement(node, _name(name), {"{http://www.w3.org/XML/1998/namespace}lang": "sv"})
    child.text = legible(text)


def _day(node: Element, name: str, day: date) -> None:
    child = SubElement(node, _name(name), {_name("rdf:datatype"): f"{NAMESPACES['xsd']}date"})
    child.text = day.isoformat()
