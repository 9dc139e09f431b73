"""Client of Kolada's open API, version 3: key figures by title, municipalities by id, and values.

An answer is `{"values": [...], "count": n, "next_url": ...}`, and a call names at most 25 ids. urllib3 retries after a
lost connection, 429 and 5xx, and waits as long as `Retry-After` says, at most LONGEST_PAUSE seconds.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

logger = logging.getLogger(__name__)

IDS_PER_CALL = 25
PER_PAGE = 1000
MAX_BYTES = 20_000_000
CHUNK_BYTES = 65_536
RETRIES = 3
BACKOFF_SECONDS = 2
LONGEST_PAUSE = 120
RETRIED = (HTTPStatus.TOO_MANY_REQUESTS, *range(500, 600))


class KoladaUnavailableError(Exception):
    """Kolada gave no usable answer. The message is Swedish, for the page and the log."""


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
    """A session with the API. `longest_pause` bounds each wait before a retry, in seconds.

    A page passes smaller limits than the nightly fetch, since a person and a web thread are waiting.
    """

    def __init__(self, *, retries: int = RETRIES, longest_pause: int = LONGEST_PAUSE) -> None:
        """Open a session that repeats a failed request `retries` times, with pauses of growing length in seconds."""
        self.base = settings.KOLADA_URL.rstrip("/")
        self.session = requests.Session()
        self.session.headers.update({"Accept": "application/json", "User-Agent": "huddinge-safety"})
        retry = Retry(
            total=retries,
            status_forcelist=RETRIED,
            allowed_methods=["GET"],
            backoff_factor=BACKOFF_SECONDS,
            backoff_max=longest_pause,
            retry_after_max=longest_pause,
            raise_on_status=False,
        )
        self.session.mount(self.base, HTTPAdapter(max_retries=retry))

    def search(self, title: str, most: int = 50) -> list[FoundKeyFigure]:
        """Return the first `most` key figures whose titles contain `title`."""
        page = self._get(f"{self.base}/kpi?{urlencode({'title': title, 'per_page': most})}")
        return [_key_figure(item) for item in page["values"]][:most]

    def key_figure(self, kpi: str) -> FoundKeyFigure | None:
        found = [_key_figure(item) for item in self._all(f"kpi/{quote(kpi, safe='')}")]
        return found[0] if found else None

    def municipalities(self, ids: Sequence[str]) -> dict[str, str]:
        """Return the names of municipalities and municipality groups by id. Ids of groups begin with G."""
        names: dict[str, str] = {}
        groups = [municipality for municipality in ids if municipality.startswith("G")]
        others = [municipality for municipality in ids if not municipality.startswith("G")]
        for path, of_kind in (("municipality_groups", groups), ("municipality", others)):
            for batch in _batches(of_kind):
                names |= {str(item["id"]): str(item["title"]) for item in self._all(f"{path}/{_joined(batch)}")}
        return names

    def values(self, kpi: str, municipalities: Sequence[str]) -> Iterator[FoundValue]:
        """Yield the values of all years of a key figure in `municipalities`, without those that Kolada has deleted."""
        for batch in _batches(municipalities):
            for item in self._all(f"data/kpi/{quote(kpi, safe='')}/municipality/{_joined(batch)}"):
                if found := _value(item):
                    yield found

    def _all(self, path: str) -> Iterator[dict[str, Any]]:
        """Yield the items of all pages of an answer."""
        url: str | None = f"{self.base}/{path}?per_page={PER_PAGE}"
        seen: set[str] = set()
        while url and url not in seen:
            seen.add(url)
            page = self._get(url)
            yield from page["values"]
            url = self._next(page)

    def _next(self, page: dict[str, Any]) -> str | None:
        """Return the address of the next page, at the configured host: behind a proxy, Kolada names a different one."""
        following = page.get("next_url") if page.get("values") else None
        if not following:
            return None
        base, parts = urlsplit(self.base), urlsplit(str(following))
        return parts._replace(scheme=base.scheme, netloc=base.netloc).geturl()

    def _get(self, url: str) -> dict[str, Any]:
        """Return one page of an answer. Raise KoladaUnavailableError when there is none after the retries."""
        try:
            with self.session.get(url, timeout=settings.KOLADA_TIMEOUT, stream=True) as response:
                _check_status(response.status_code)
                return _page(_body(response))
        except requests.RequestException as error:
            logger.warning("No answer from %s: %s", url, error)
            raise KoladaUnavailableError("Kolada svarar inte. Försök igen senare.") from error


def _body(response: requests.Response) -> bytes:
    body = b""
    for chunk in response.iter_content(CHUNK_BYTES):
        body += chunk
        if len(body) > MAX_BYTES:
            raise KoladaUnavailableError("Kolada skickade mer data än väntat.")
    return body


def _check_status(status: int) -> None:
    """Raise KoladaUnavailableError unless Kolada has answered the request."""
    if status in RETRIED:
        raise KoladaUnavailableError(f"Kolada svarade med kod {status}. Försök igen senare.")
    if status != HTTPStatus.OK:
        raise KoladaUnavailableError(f"Kolada avvisade frågan (kod {status}).")


def _page(body: bytes) -> dict[str, Any]:
    """Return the JSON of a page of an answer. Raise KoladaUnavailableError when it has another form."""
    try:
        page = json.loads(body, parse_float=Decimal)
    except ValueError as error:
        raise KoladaUnavailableError("Kolada svarade med något annat än JSON.") from error
    if not isinstance(page, dict) or not isinstance(page.get("values"), list):
        raise KoladaUnavailableError("Kolada svarade i en form som inte är känd.")
    return page


def _value(item: dict[str, Any]) -> FoundValue | None:
    """Return the values of one year by sex; None when Kolada has deleted all of them."""
    stored = [value for value in item.get("values", []) if not value.get("isdeleted")]
    by_sex = {value.get("gender"): _decimal(value.get("value")) for value in stored}
    if all(value is None for value in by_sex.values()):
        return None
    return FoundValue(
        kpi=str(item["kpi"]),
        municipality=str(item["municipality"]),
        year=int(item["period"]),
        value=by_sex.get("T"),
        women=by_sex.get("K"),
        men=by_sex.get("M"),
    )


def _key_figure(item: dict[str, Any]) -> FoundKeyFigure:
    return FoundKeyFigure(
        kpi=str(item["id"]),
        title=str(item["title"]),
        description=str(item.get("description") or ""),
        is_by_sex=bool(item.get("is_divided_by_gender")),
    )


def _decimal(value: Any) -> Decimal | None:
    """Round to the three decimals that the database stores."""
    return None if value is None else round(Decimal(value), 3)


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), IDS_PER_CALL):
        yield ids[start : start + IDS_PER_CALL]


def _joined(ids: Sequence[str]) -> str:
    return ",".join(quote(municipality, safe="") for municipality in ids)
