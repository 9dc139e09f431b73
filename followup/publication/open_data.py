"""The catalogue of open data: the public reports with their files for programs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.urls import reverse

from followup.documents.formats import FORMATS
from followup.publication.publication import Publication

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
    title: str
    description: str
    address: str
    publisher: str
    contact: str
    schema: str
    datasets: tuple[Dataset, ...]


def catalogue(publications: Iterable[Publication]) -> Catalogue:
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
    report = publication.report
    page = absolute(reverse("followup:public_report", args=[report.programme_slug, report.year]))
    return Dataset(
        title=report.title,
        description=f"Mål och åtgärder i {report.programme} med bedömning, prognos och genomförande {report.year}. "
        f"{publication.decided.decision.body} har godkänt rapporten. {report.overarching_goal}",
        address=page,
        issued=publication.decided.at.date(),
        first_day=date(report.year, 1, 1),
        last_day=date(report.year, 12, 31),
        distributions=tuple(
            Distribution(
                title=f"{report.title} ({FORMATS[suffix].name})",
                format_name=FORMATS[suffix].name,
                address=absolute(
                    reverse("followup:public_report_file", args=[report.programme_slug, report.year, suffix])
                ),
                page=page,
                media_type=FORMATS[suffix].content_type.partition(";")[0],
            )
            for suffix in OPEN
        ),
    )


def absolute(path: str) -> str:
    return f"{settings.SITE_URL.rstrip('/')}{path}"
