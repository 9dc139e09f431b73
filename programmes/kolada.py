"""Import of Kolada's values into indicators that are linked to its key figures.

All values of a key figure are stored, for the municipality and those it compares itself with. The municipality's own
values then become outcomes. An outcome written by a person is never overwritten; an invented example is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from organisation.history import save_as
from organisation.order import order_key
from programmes.kolada_api import FoundValue, Kolada, KoladaUnavailableError
from programmes.models import Indicator, IndicatorValue, KeyFigure, KeyFigureValue

if TYPE_CHECKING:
    from organisation.models import User

REASON = "Hämtat från Kolada"


@dataclass
class FetchLog:
    """Result of a fetch: numbers of key figures and outcomes, and Swedish lines on those kept or failed."""

    key_figures: int = 0
    changed: int = 0
    kept: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def linked_key_figures() -> list[KeyFigure]:
    """Return the key figures that indicators are linked to, never or least recently fetched first."""
    ids = set(Indicator.objects.exclude(kpi="").values_list("kpi", flat=True))
    known = {key_figure.kpi: key_figure for key_figure in KeyFigure.objects.filter(kpi__in=ids)}
    linked = [known.get(kpi) or KeyFigure(kpi=kpi) for kpi in sorted(ids)]
    return sorted(linked, key=lambda key_figure: key_figure.fetched_at.timestamp() if key_figure.fetched_at else 0)


def fetch_all(now: datetime, *, older_than: timedelta, kolada: Kolada | None = None) -> FetchLog:
    """Fetch the linked key figures not fetched since `older_than` ago, each in its own transaction.

    An interrupted fetch continues where it stopped. Stops at the first key figure that Kolada does not answer.
    """
    log = FetchLog()
    kolada = kolada or Kolada()
    for key_figure in linked_key_figures():
        is_recent = key_figure.fetched_at and key_figure.fetched_at > now - older_than
        if is_recent:
            continue
        try:
            fetch(key_figure, now, log, kolada=kolada)
        except KoladaUnavailableError as error:
            log.failed.append(f"{key_figure.kpi}: {error}")
            break
    return log


def fetch(
    key_figure: KeyFigure, now: datetime, log: FetchLog, *, by: User | None = None, kolada: Kolada | None = None
) -> None:
    """Fetch one key figure of Kolada, store its values and update the outcomes of its indicators.

    Raise KoladaUnavailableError when Kolada does not answer; nothing is changed then.
    """
    kolada = kolada or Kolada()
    found = kolada.key_figure(key_figure.kpi)
    if found is None:
        log.failed.append(f"{key_figure.kpi}: nyckeltalet finns inte i Kolada.")
        return
    municipalities = [settings.KOLADA_MUNICIPALITY, *settings.KOLADA_COMPARE]
    names = kolada.municipalities(municipalities)
    values = list(kolada.values(key_figure.kpi, municipalities))
    with transaction.atomic():
        stored, _ = KeyFigure.objects.select_for_update().get_or_create(kpi=key_figure.kpi)
        stored.title = found.title[:500]
        stored.description = found.description
        stored.fetched_at = now
        stored.save()
        _replace_values(stored, values, names, now)
        update_outcomes(stored, log, by=by)
    log.key_figures += 1


def _replace_values(
    key_figure: KeyFigure, found: Iterable[FoundValue], names: Mapping[str, str], now: datetime
) -> None:
    """Replace the stored values by the fetched ones.

    An unchanged value keeps its row and its fetching date, so that reports that show it stay the same.
    """
    outdated = {(value.municipality, value.year): value for value in key_figure.values.all()}
    new = []
    for fetched in found:
        value = KeyFigureValue(
            key_figure=key_figure,
            municipality=fetched.municipality,
            municipality_name=names.get(fetched.municipality, fetched.municipality),
            year=fetched.year,
            value=fetched.value,
            women=fetched.women,
            men=fetched.men,
            fetched_at=now,
        )
        stored = outdated.get((value.municipality, value.year))
        if stored and _is_same(stored, value):
            del outdated[value.municipality, value.year]
        else:
            new.append(value)
    if outdated:
        key_figure.values.filter(pk__in=[value.pk for value in outdated.values()]).delete()
    if new:
        KeyFigureValue.objects.bulk_create(new)


def _is_same(stored: KeyFigureValue, fetched: KeyFigureValue) -> bool:
    """Return whether the value of a municipality and year is unchanged since it was stored."""
    return stored.municipality_name == fetched.municipality_name and _figures(stored) == _figures(fetched)


def update_outcomes(key_figure: KeyFigure, log: FetchLog, *, by: User | None) -> None:
    """Write the municipality's own values of the programme's years as outcomes. Must run in a transaction."""
    own = list(key_figure.values.filter(municipality=settings.KOLADA_MUNICIPALITY, value__isnull=False))
    linked = Indicator.objects.filter(kpi=key_figure.kpi)
    # Lock in the order of a goal's page, which locks them too, to avoid deadlocks.
    for indicator in linked.select_for_update(of=("self",)).order_by("sub_goal", "number"):
        years = indicator.sub_goal.area.programme.years
        outcomes = {outcome.year: outcome for outcome in indicator.outcomes.all()}
        for value in own:
            if value.year in years:
                _update_outcome(indicator, outcomes.get(value.year), value, log, by)


def _update_outcome(
    indicator: Indicator, outcome: IndicatorValue | None, fetched: KeyFigureValue, log: FetchLog, by: User | None
) -> None:
    """Store a fetched value as the indicator's outcome of its year, unless somebody has written another one there."""
    outcome = outcome or IndicatorValue(indicator=indicator, year=fetched.year, version=0)
    has_same_figures = _figures(outcome) == _figures(fetched)
    if has_same_figures and outcome.kpi == fetched.key_figure.kpi:
        return
    is_written_by_hand = outcome.value is not None and not outcome.kpi and not outcome.is_example
    if is_written_by_hand:
        log.kept.append(f"{indicator} {fetched.year}: den egna uppgiften står kvar.")
        return
    if not has_same_figures:
        # The assessment was made of the old figure.
        outcome.assessment = ""
    outcome.value, outcome.women, outcome.men = _figures(fetched)
    outcome.kpi = fetched.key_figure.kpi
    outcome.dated = timezone.localdate(fetched.fetched_at)
    outcome.is_example = False
    outcome.version += 1
    save_as(outcome, by=by, reason=REASON)
    log.changed += 1


def _figures(of: IndicatorValue | KeyFigureValue) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    return of.value, of.women, of.men


def key_figure_of(indicator: Indicator) -> KeyFigure | None:
    """Return the key figure that the indicator is linked to, unsaved if never fetched; None without a link."""
    if not indicator.kpi:
        return None
    return KeyFigure.objects.filter(kpi=indicator.kpi).first() or KeyFigure(kpi=indicator.kpi)


def link(indicator: Indicator, kpi: str, *, by: User) -> None:
    """Link the indicator to the key figure `kpi`, or to none when it is empty. Outcomes stay as they are."""
    indicator.kpi = kpi
    save_as(indicator, by=by, reason="Koppling till Kolada", update_fields=["kpi"])


@dataclass(frozen=True)
class Comparison:
    """A key figure's values by municipality and year, the own municipality first; None where a value is missing.

    A row is the id, the name and the values of one municipality, one value for each of `years`.
    """

    years: tuple[int, ...]
    rows: tuple[tuple[str, str, tuple[Decimal | None, ...]], ...]


def comparison_of(key_figure: KeyFigure, years: Iterable[int]) -> Comparison:
    values = list(key_figure.values.filter(year__in=years, value__isnull=False))
    found_years = tuple(sorted({value.year for value in values}))
    by_place = {(value.municipality, value.year): value.value for value in values}
    names = {value.municipality: value.municipality_name for value in values}
    places = sorted(names, key=lambda place: (place != settings.KOLADA_MUNICIPALITY, order_key(names[place])))
    return Comparison(
        found_years,
        tuple((place, names[place], tuple(by_place.get((place, year)) for year in found_years)) for place in places),
    )
