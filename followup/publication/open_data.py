"""The catalogue of open data: the public reports with their files for programs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils.text import capfirst

from followup.documents.formats import FORMATS
from followup.publication.publication import Publication
from followup.report.report import Report

# The formats that programs read.
OPEN = ("csv", "json", "xlsx")


@dataclass(frozen=True)
class Distribution:
    """One file of a report, with the page that it belongs to."""

    title: str
    format_name: str
    address: str
    page: str
    media_type: str


@dataclass(frozen=True)
class Dataset:
    """One public report."""

    title: str
    description: str
    address: str
    issued: date
    first_day: date
    last_day: date
    distributions: tuple[Distribution, ...]


@dataclass(frozen=True)
class Catalogue:
    """All public reports, as the list of data sets that the municipality publishes."""

    title: str
    description: str
    address: str
    publisher: str
    contact: str
    schema: str
    datasets: tuple[Dataset, ...]


def catalogue(publications: Iterable[Publication]) -> Catalogue:
    """Return the catalogue of the given publications."""
    return Catalogue(
        title=f"Uppföljning av program i {settings.MUNICIPALITY_NAME}",
        description="Beslutade uppföljningar av kommunens program: mål, åtgärder, bedömningar och indikatorer.",
        address=absolute(reverse("followup:open_data")),
        publisher=settings.MUNICIPALITY_NAME,
        contact=settings.PUBLIC_CONTACT,
        schema=absolute(reverse("followup:report_schema")),
        datasets=tuple(_dataset(publication) for publication in publications),
    )


def _dataset(publication: Publication) -> Dataset:
    """Return the report as a dataset with a file in each open format."""
    report, terms = publication.report, publication.report.terms
    description = (
        f"{capfirst(terms.goal.plural)} och {terms.measure.plural} i {report.programme} med bedömning, prognos och"
        f" genomförande {report.year}. "
        f"{publication.decided.decision.body} har godkänt rapporten. {report.overarching_goal}"
    )
    return Dataset(
        title=report.title,
        description=description,
        address=_address_of(report),
        issued=publication.decided.at.date(),
        first_day=date(report.year, 1, 1),
        last_day=date(report.year, 12, 31),
        distributions=tuple(_distribution(report, suffix) for suffix in OPEN),
    )


def _distribution(report: Report, suffix: str) -> Distribution:
    """Return the report's file in one format."""
    file_format = FORMATS[suffix]
    address = reverse("followup:public_report_file", args=[report.programme_slug, report.year, suffix])
    return Distribution(
        title=f"{report.title} ({file_format.name})",
        format_name=file_format.name,
        address=absolute(address),
        page=_address_of(report),
        media_type=file_format.content_type.partition(";")[0],
    )


def _address_of(report: Report) -> str:
    return absolute(reverse("followup:public_report", args=[report.programme_slug, report.year]))


def absolute(path: str) -> str:
    return f"{settings.SITE_URL.rstrip('/')}{path}"
