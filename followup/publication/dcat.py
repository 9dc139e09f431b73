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
    """Return the catalogue as RDF/XML: the catalogue itself, its publisher, its data sets and their files."""
    root = Element(_name("rdf:RDF"))
    publisher, contact = f"{catalogue.address}#utgivare", f"{catalogue.address}#kontakt"
    _add_catalogue(root, catalogue, publisher)
    _add_agent(root, catalogue, publisher, contact)
    for dataset in catalogue.datasets:
        _add_dataset(root, dataset, publisher, contact)
        for distribution in dataset.distributions:
            _add_distribution(root, distribution, catalogue.schema)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _add_catalogue(root: Element, catalogue: Catalogue, publisher: str) -> None:
    """Add the catalogue, with links to its publisher and its data sets."""
    node = _add_resource(root, "dcat:Catalog", f"{catalogue.address}#katalog")
    _add_text(node, "dcterms:title", catalogue.title)
    _add_text(node, "dcterms:description", catalogue.description)
    _add_link(node, "dcterms:publisher", publisher)
    _add_link(node, "dcterms:license", CC0)
    _add_link(node, "dcterms:language", LANGUAGE)
    _add_link(node, "foaf:homepage", catalogue.address)
    _add_link(node, "dcat:themeTaxonomy", f"{EU}data-theme")
    _add_dates(node, catalogue.datasets)
    for dataset in catalogue.datasets:
        _add_link(node, "dcat:dataset", f"{dataset.address}#data")


def _add_dates(node: Element, datasets: tuple[Dataset, ...]) -> None:
    if datasets:
        _add_day(node, "dcterms:issued", min(dataset.issued for dataset in datasets))
        _add_day(node, "dcterms:modified", max(dataset.issued for dataset in datasets))


def _add_agent(root: Element, catalogue: Catalogue, publisher: str, contact: str) -> None:
    agent = _add_resource(root, "foaf:Agent", publisher)
    _add_text(agent, "foaf:name", catalogue.publisher)
    _add_link(agent, "dcterms:type", LOCAL_AUTHORITY)
    card = _add_resource(root, "vcard:Organization", contact)
    _add_text(card, "vcard:fn", catalogue.publisher)
    _add_link(card, "vcard:hasEmail", f"mailto:{catalogue.contact}")


def _add_dataset(root: Element, dataset: Dataset, publisher: str, contact: str) -> None:
    """Add a dataset with its period and its distributions."""
    node = _add_resource(root, "dcat:Dataset", f"{dataset.address}#data")
    _add_text(node, "dcterms:title", dataset.title)
    _add_text(node, "dcterms:description", dataset.description)
    _add_link(node, "dcterms:publisher", publisher)
    _add_link(node, "dcat:contactPoint", contact)
    _add_link(node, "dcat:theme", THEME)
    for keyword in KEYWORDS:
        _add_text(node, "dcat:keyword", keyword)
    _add_link(node, "dcterms:accessRights", PUBLIC)
    _add_link(node, "dcterms:accrualPeriodicity", YEARLY)
    _add_link(node, "dcterms:language", LANGUAGE)
    _add_link(node, "dcat:landingPage", dataset.address)
    _add_day(node, "dcterms:issued", dataset.issued)
    period = SubElement(SubElement(node, _name("dcterms:temporal")), _name("dcterms:PeriodOfTime"))
    _add_day(period, "dcat:startDate", dataset.first_day)
    _add_day(period, "dcat:endDate", dataset.last_day)
    for distribution in dataset.distributions:
        _add_link(node, "dcat:distribution", distribution.address)


def _add_distribution(root: Element, distribution: Distribution, schema: str) -> None:
    node = _add_resource(root, "dcat:Distribution", distribution.address)
    _add_text(node, "dcterms:title", distribution.title)
    _add_link(node, "dcat:accessURL", distribution.page)
    _add_link(node, "dcat:downloadURL", distribution.address)
    SubElement(node, _name("dcterms:format")).text = distribution.media_type
    _add_link(node, "dcterms:license", CC0)
    if distribution.media_type == "application/json":
        _add_link(node, "dcterms:conformsTo", schema)


def _name(qualified: str) -> str:
    prefix, local = qualified.split(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"


def _add_resource(root: Element, kind: str, address: str) -> Element:
    return SubElement(root, _name(kind), {_name("rdf:about"): address})


def _add_link(node: Element, name: str, address: str) -> None:
    SubElement(node, _name(name), {_name("rdf:resource"): address})


def _add_text(node: Element, name: str, text: str) -> None:
    child = SubElement(node, _name(name), {"{http://www.w3.org/XML/1998/namespace}lang": "sv"})
    child.text = legible(text)


def _add_day(node: Element, name: str, day: date) -> None:
    child = SubElement(node, _name(name), {_name("rdf:datatype"): f"{NAMESPACES['xsd']}date"})
    child.text = day.isoformat()
