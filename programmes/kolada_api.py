"""Asking Kolada (api.kolada.se, version 3): key figures by their titles, municipalities by id, and values.

Its answers are `{"values": [...], "count": n, "next_url": ...}`; a call names at most 25 ids. We ask for one page at a
time, wait when we are told to (429 with Retry-After) or when the service stumbles, and give up after a few tries.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import Request, urlopen

from django.conf import settings

logger = logging.getLogger(__name__)

IDS_PER_CALL = 25
PER_PAGE = 1000
MOST_BYTES = 20_000_000
# How long we wait before each new try, when the service does not say; and the longest that it may ask us to.
PAUSES = (1, 4, 15)
LONGEST_PAUSE = 120


class KoladaUnavailable(Exception):
    """Kolada gave no answer that can be used. The text is Swedish and says what happened."""


@dataclass(frozen=True)
class FoundKeyFigure:
    """A key figure as Kolada describes it."""

    kpi: str
    title: str
    description: str
    is_by_sex: bool


@dataclass(frozen=True)
class FoundValue:
    """The values of one key figure, municipality and year; None where Kolada has none."""

    kpi: str
    municipality: str
    year: int
    value: Decimal | None
    women: Decimal | None
    men: Decimal | None


class Kolada:
    """`pauses` says how patient we are: somebody who looks at a page gives up before a nightly job does."""

    def __init__(self, *, pauses: Sequence[float] = PAUSES, sleep: Callable[[float], object] = time.sleep) -> None:
        self.base = settings.KOLADA_URL.rstrip("/")
        self.pauses = pauses
        self.sleep = sleep

    def search(self, title: str, most: int = 50) -> list[FoundKeyFigure]:
        """Key figures with `title` in theirs: the first of them that Kolada gives."""
        found = self._get(f"{self.base}/kpi?{urlencode({'title': title, 'per_page': most})}")
        return [_key_figure(item) for item in _values(found)][:most]

    def key_figure(self, kpi: str) -> FoundKeyFigure | None:
        found = [_key_figure(item) for item in self._all(f"kpi/{quote(kpi, safe='')}")]
        return found[0] if found else None

    def municipalities(self, ids: Sequence[str]) -> dict[str, str]:
        """The names of municipalities and groups of them, by id."""
        names: dict[str, str] = {}
        for path, of_kind in (
            ("municipality_groups", [one for one in ids if one.startswith("G")]),
            ("municipality", [one for one in ids if not one.startswith("G")]),
        ):
            for batch in _batches(of_kind):
                names |= {str(item["id"]): str(item["title"]) for item in self._all(f"{path}/{_ids(batch)}")}
        return names

    def values(self, kpi: str, municipalities: Sequence[str]) -> Iterator[FoundValue]:
        """All years of a key figure in `municipalities`; what Kolada has taken away again is left out."""
        for batch in _batches(municipalities):
            for item in self._all(f"data/kpi/{quote(kpi, safe='')}/municipality/{_ids(batch)}"):
                by_sex = {
                    value.get("gender"): _decimal(value.get("value"))
                    for value in item.get("values", [])
                    if not value.get("isdeleted")
                }
                if any(value is not None for value in by_sex.values()):
                    yield FoundValue(
                        kpi=str(item["kpi"]),
                        municipality=str(item["municipality"]),
                        year=int(item["period"]),
                        value=by_sex.get("T"),
                        women=by_sex.get("K"),
                        men=by_sex.get("M"),
                    )

    def _all(self, path: str) -> Iterator[dict[str, Any]]:
        """What all pages of an answer hold."""
        url: str | None = f"{self.base}/{path}?per_page={PER_PAGE}"
        seen: set[str] = set()
        while url and url not in seen:
            seen.add(url)
            page = self._get(url)
            yield from _values(page)
            url = self._next(page)

    def _next(self, page: dict[str, Any]) -> str | None:
        """The address of the page after, at the host that we were told to ask: behind a proxy Kolada names another."""
        following = page.get("next_url") if page.get("values") else None
        if not following:
            return None
        base, parts = urlsplit(self.base), urlsplit(str(following))
        return parts._replace(scheme=base.scheme, netloc=base.netloc).geturl()

    def _get(self, url: str) -> dict[str, Any]:
        for pause in (*self.pauses, None):
            try:
                return _read(url)
            except HTTPError as error:
                with error:
                    if error.code not in (HTTPStatus.TOO_MANY_REQUESTS, *range(500, 600)):
                        raise KoladaUnavailable(f"Kolada avvisade frågan (kod {error.code}).") from error
                    problem = f"Kolada svarade med kod {error.code}"
                    asked = error.headers.get("Retry-After", "")
            except (URLError, HTTPException, TimeoutError, ConnectionError) as error:
                logger.warning("No answer from %s: %s", url, error)
                problem, asked = "Kolada svarar inte", ""
            if pause is None:
                break
            self.sleep(min(int(asked), LONGEST_PAUSE) if asked.isdigit() else pause)
        raise KoladaUnavailable(f"{problem}. Försök igen senare.")


def _read(url: str) -> dict[str, Any]:
    request = Request(url, headers={"Accept": "application/json", "User-Agent": "huddinge-safety"})  # noqa: S310
    with urlopen(request, timeout=settings.KOLADA_TIMEOUT) as response:  # noqa: S310
        text = response.read(MOST_BYTES + 1)
    try:
        page = json.loads(text, parse_float=Decimal)
    except ValueError as error:
        raise KoladaUnavailable("Kolada svarade med något annat än JSON.") from error
    if not isinstance(page, dict) or not isinstance(page.get("values"), list):
        raise KoladaUnavailable("Kolada svarade i en form som inte är känd.")
    return page


def _values(page: dict[str, Any]) -> list[dict[str, Any]]:
    return list(page["values"])


def _key_figure(item: dict[str, Any]) -> FoundKeyFigure:
    return FoundKeyFigure(
        kpi=str(item["id"]),
        title=str(item["title"]),
        description=str(item.get("description") or ""),
        is_by_sex=bool(item.get("is_divided_by_gender")),
    )


def _decimal(value: Any) -> Decimal | None:
    """As many decimals as are stored."""
    return None if value is None else round(Decimal(value), 3)


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), IDS_PER_CALL):
        yield ids[start : start + IDS_PER_CALL]


def _ids(ids: Sequence[str]) -> str:
    return ",".join(quote(one, safe="") for one in ids)
