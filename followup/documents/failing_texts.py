"""Find the texts of a document that make its rendering fail, so that a reviewer knows which text to write again.

The document is rendered with half of its texts, and each half that fails is divided further until one text remains.
Goals, measures and other parts none of whose texts are tried are left out, which makes the trials quick.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from django.utils.text import capfirst

from followup.documents.minutes.extract import MinutesExtract, Note
from followup.report.indicators import IndicatorStatus
from followup.report.report import (
    AreaStatus,
    Change,
    GuidelineStatus,
    MeasureStatus,
    Movement,
    PerspectiveAccount,
    Report,
    Scale,
    SubGoalStatus,
)
from followup.report.unit_year import UnitYear
from programmes.scales import Step
from programmes.terms import NEUTRAL, Terms

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Document = TypeVar("Document", bound="DataclassInstance")
# Names of dataclass fields and indexes of tuples, from the document down to one text.
Path = tuple[str | int, ...]

# Codes that the application writes itself, and that templates look things up by.
CODES = {"code", "programme_slug", "kpi", "direction"}
FIELD_NAMES = {
    "assessment_comment": "den samlade bedömningen",
    "body": "det beslutande organet",
    "circumstances": "årets förutsättningar",
    "comment": "kommentaren",
    "correction": "skälet till rättelsen",
    "decision": "beslutet",
    "deliberation": "överläggningen",
    "description": "beskrivningen",
    "done": "det som har gjorts",
    "forecast_sentence": "prognosen i en mening",
    "judgement_sentence": "bedömningen i en mening",
    "looking_ahead": "framåtblicken",
    "municipality": "kommunens namn",
    "name": "namnet",
    "person": "namnet",
    "perspectives": "perspektiven",
    "problem": "problemet",
    "problem_source": "källan till problemet",
    "programme": "programmets namn",
    "preparing_committee": "den beredande nämnden",
    "propositions": "propositionerna",
    "reason": "skälet till ändringen",
    "recipients": "mottagarna",
    "registration_number": "diarienumret",
    "short_name": "kortnamnet",
    "source": "källan",
    "speakers": "talarna",
    "state": "läget",
    "stop_reason": "skälet till att den stoppades",
    "summary": "sammanfattningen",
    "text": "texten",
    "title": "rubriken",
    "unit": "enheten",
    "units": "de ansvariga enheterna",
    "lead": "den huvudansvariga enheten",
}
# The chapters of the report's page that show the texts of the year.
CHAPTERS = {
    "summary": "sammanfattning",
    "assessment_comment": "samlad-bedomning",
    "circumstances": "forutsattningar",
    "perspectives": "perspektiv",
    "looking_ahead": "framat",
    "judgement_sentence": "forsta-sidan",
    "forecast_sentence": "forsta-sidan",
    "overarching_goal": "uppdraget",
}


@dataclass(frozen=True)
class Owner:
    """The part of a document that a text belongs to: its name in Swedish, its goal's code and its place on the page.

    `terms` are the words of the programme that the document is about.
    """

    name: str
    goal: str = ""
    anchor: str = ""
    terms: Terms = NEUTRAL


@dataclass(frozen=True)
class TextPlace:
    """A text of a document. `name` says in Swedish where it is: "Mål 1.2, kommentaren"."""

    path: Path
    name: str
    goal: str
    anchor: str


def failing_texts(document: Document, fails: Callable[[Document], bool]) -> Iterator[TextPlace]:
    """Yield each text of `document` that alone makes the rendering fail; none when no single text does.

    The texts are halved again and again, so that few renderings are needed. `fails` renders a document and returns
    whether that failed. An exception that it raises ends the search.
    """

    def failing_among(places: list[TextPlace]) -> Iterator[TextPlace]:
        if not fails(with_only(document, places)):
            return
        if len(places) == 1:
            yield places[0]
            return
        middle = len(places) // 2
        yield from failing_among(places[:middle])
        yield from failing_among(places[middle:])

    places = list(text_places(document))
    if places and not fails(with_only(document, [])):
        yield from failing_among(places)


def text_places(document: DataclassInstance) -> Iterator[TextPlace]:
    """Yield the place of every text of the document that is not empty."""
    return _places(document, (), Owner("Dokumentet"))


def with_only(document: Document, places: Collection[TextPlace]) -> Document:
    """Return the document with the texts of `places` and no others."""
    kept: Document = _pruned(document, (), _with_parents(place.path for place in places))
    return kept


def _with_parents(paths: Iterator[Path]) -> set[Path]:
    return {path[:length] for path in paths for length in range(len(path) + 1)}


def _places(value: Any, path: Path, owner: Owner) -> Iterator[TextPlace]:
    """Yield the place of each text that is not empty in `value`, a document or a part of one.

    `path` leads to the value from the document: names of fields and numbers in tuples. `owner` is the part of the
    document that the place is named after, such as a goal.
    """
    if isinstance(value, str) and value:
        yield _place(path, owner)
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from _places(item, (*path, number), owner)
    elif _has_texts(value):
        names = [field.name for field in fields(value) if field.name not in CODES]
        for name in names:
            yield from _places(getattr(value, name), (*path, name), _owner(value, owner))


def _has_texts(value: object) -> bool:
    """Whether a person has written texts of it: the words of levels and scales come from the framework."""
    return is_dataclass(value) and not isinstance(value, Step | Scale | Terms)


def _place(path: Path, owner: Owner) -> TextPlace:
    field = next(step for step in reversed(path) if isinstance(step, str))
    name = f"{owner.name}, {_field_name(field, owner.terms)}"
    return TextPlace(path, name, owner.goal, owner.anchor or CHAPTERS.get(field, ""))


def _field_name(field: str, terms: Terms) -> str:
    if field == "overarching_goal":
        return terms.overarching_goal.definite_phrase
    if field == "overarching_sub_goal":
        return terms.area_goal.definite_phrase
    return FIELD_NAMES.get(field, "en text")


def _owner(part: Any, parent: Owner) -> Owner:
    """Return the owner of the texts in `part`: the part of the document that the user knows by a name, such as a goal.

    `parent` is the owner of the value that holds `part`; it also owns the texts of parts without a name.
    """
    terms = parent.terms
    match part:
        case Report():
            return Owner("Hela året", terms=part.terms)
        case UnitYear():
            return Owner("Enhetens år", terms=part.report.terms)
        case MinutesExtract():
            return Owner("Protokollsutdraget")
        case AreaStatus():
            return Owner(capfirst(terms.area.numbered(part.number)), anchor=f"omrade-{part.number}", terms=terms)
        case SubGoalStatus() | Movement():
            name = capfirst(terms.goal.numbered(part.code))
            return Owner(name, goal=part.code, anchor=f"mal-{part.code}", terms=terms)
        case MeasureStatus() | Change():
            goal = part.code.rpartition(".")[0]
            name = capfirst(terms.measure.numbered(part.code))
            return Owner(name, goal=goal, anchor=f"mal-{goal}", terms=terms)
        case IndicatorStatus():
            return replace(parent, name=f"{parent.name}, indikatorn {part.name}")
        case GuidelineStatus():
            return Owner(f"Riktlinje {part.number}", anchor=f"riktlinje-{part.number}")
        case PerspectiveAccount():
            return Owner(f"Perspektivet {part.name}", anchor="perspektiv")
        case Note():
            return Owner(f"{part.kind} av {part.person}")
    return parent


def _pruned(value: Any, path: Path, kept: set[Path]) -> Any:
    """Return a copy of `value`, a document or a part of one, in which only the texts at the paths `kept` remain.

    Other texts become empty. Items of tuples that have texts, but none to keep, are left out.
    """
    if isinstance(value, str):
        return value if path in kept else ""
    if isinstance(value, tuple):
        return _pruned_items(value, path, kept)
    if not _has_texts(value):
        return value
    texts = {}
    for field in fields(value):
        if field.name not in CODES:
            texts[field.name] = _pruned(getattr(value, field.name), (*path, field.name), kept)
    return replace(value, **texts)


def _pruned_items(items: tuple[Any, ...], path: Path, kept: set[Path]) -> tuple[Any, ...]:
    remaining = []
    for number, item in enumerate(items):
        item_path = (*path, number)
        if item_path in kept or not _holds_text(item):
            remaining.append(_pruned(item, item_path, kept))
    return tuple(remaining)


def _holds_text(value: Any) -> bool:
    return any(True for _place in _places(value, ("",), Owner("")))
