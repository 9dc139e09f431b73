"""Search the texts around the answers: those of the year, its areas and guidelines, its decisions and their notes.

Each text is found under the key (source, row, follow-up), so that a caller can replace the stored text by the one that
was decided.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_
from typing import Any

from django.db.models import Count, F, Model, OuterRef, Q, QuerySet, Subquery, Value
from django.urls import reverse
from django.utils.text import capfirst

from followup.models import AreaEntry, Decision, FollowUp, GuidelineEntry, ProtocolNote
from followup.reading.search import Criteria
from organisation.models import User
from programmes.fulltext import any_of, matching, words_of
from programmes.models import Guideline, ResponsibilityArea


@dataclass(frozen=True)
class TextHit:
    """A row with texts that have the words, and the address of the page that shows them."""

    kind: str
    title: str
    address: str
    texts: tuple[str, ...]
    follow_up: FollowUp
    is_example: bool


@dataclass(frozen=True)
class Source:
    """A model whose texts are searched.

    `item` is the relation to the part of the programme that the text is about, which is searched in `item_fields`.
    """

    model: type[Model]
    fields: tuple[str, ...]
    follow_up: str
    order: str
    item: str = ""
    item_model: type[Model] | None = None
    item_fields: tuple[str, ...] = ()
    related: tuple[str, ...] = ()

    def rows(self, follow_ups: QuerySet[FollowUp], words: Sequence[str]) -> QuerySet[Any]:
        """Return the rows of `follow_ups` that have all `words` in their texts or in those of their item.

        Without words, return the rows that have any text.
        """
        rows = self.model._default_manager.filter(**{f"{self.follow_up}__in": follow_ups})
        if not words:
            has_text = reduce(or_, [~Q(**{field: ""}) for field in self.fields])
            return rows.filter(has_text)
        has_words = Q(pk__in=self._matching(self.model, words, self.fields))
        if self.item_model:
            has_words |= Q(**{f"{self.item}__in": self._matching(self.item_model, words, self.item_fields)})
        return rows.filter(has_words)

    def load(self, ids: Sequence[int]) -> dict[int, Any]:
        """Return the rows by id, with all that a hit shows of them."""
        rows: QuerySet[Any] = self.model._default_manager.select_related(*self.related)
        if self.model is ProtocolNote:
            rows = rows.annotate(position=POSITION_OF_NOTE)
        return rows.in_bulk(ids)

    @staticmethod
    def _matching(model: type[Model], words: Sequence[str], fields: Sequence[str]) -> QuerySet[Any]:
        return matching(model._default_manager.all(), words, fields).values("pk")


# The notes of a decision are numbered in the minutes by position: a removed or moved note leaves a gap in `order`.
POSITION_OF_NOTE = Subquery(
    ProtocolNote.objects.filter(decision=OuterRef("decision"), order__lte=OuterRef("order"))
    .order_by()
    .values("decision")
    .values(number=Count("pk"))
)

# Fields of the year, with the heading and the anchor of each in the report.
YEAR_TEXTS = {
    "summary": ("Sammanfattning", "sammanfattning"),
    "circumstances": ("Årets förutsättningar", "forutsattningar"),
    "assessment_comment": ("Samlad bedömning", "samlad-bedomning"),
    "perspectives": ("Perspektiv", "perspektiv"),
    "looking_ahead": ("Framåtblick", "framat"),
}
AREA_TEXTS = ("summary",)
AREA_ITEM_TEXTS = ("name", "overarching_sub_goal")
GUIDELINE_TEXTS = ("comment",)
GUIDELINE_ITEM_TEXTS = ("title", "description")
DECISION_TEXTS = (
    "title",
    "summary",
    "proposal",
    "deliberation",
    "propositions",
    "decision_text",
    "outcome_reason",
    "correction_reason",
)
NOTE_TEXTS = ("text",)

# In the order of the hits of one year.
SOURCES = (
    Source(FollowUp, tuple(YEAR_TEXTS), "pk", "year", related=("programme",)),
    Source(
        AreaEntry,
        AREA_TEXTS,
        "follow_up",
        "area__number",
        "area",
        ResponsibilityArea,
        AREA_ITEM_TEXTS,
        related=("area", "follow_up__programme__framework"),
    ),
    Source(
        GuidelineEntry,
        GUIDELINE_TEXTS,
        "follow_up",
        "guideline__number",
        "guideline",
        Guideline,
        GUIDELINE_ITEM_TEXTS,
        related=("guideline", "follow_up__programme"),
    ),
    Source(Decision, DECISION_TEXTS, "follow_up", "number", related=("follow_up__programme",)),
    Source(ProtocolNote, NOTE_TEXTS, "decision__follow_up", "order", related=("decision__follow_up__programme",)),
)
# The hits of all sources are sorted and cut into pages by the database, as rows of these columns.
ORDER = ("-of_year", "-of_first_year", "of_title", "of_programme", "of_source", "of_number", "of_row")


class TextHits:
    """Hits of a search, the latest year first; a slice costs one query and one for each source in it."""

    def __init__(self, criteria: Criteria, follow_ups: QuerySet[FollowUp], user: User) -> None:
        """Search the texts of `follow_ups`, and those decisions of them that `user` may see."""
        self._words = words_of(criteria.q)
        years = follow_ups.filter(**criteria.lookups(programme="programme__slug", year="year"))
        if criteria.asks_about_answers:
            years = years.none()
        keys_by_source = [
            _columns(source, number, self._rows(source, years, criteria, user)) for number, source in enumerate(SOURCES)
        ]
        first, *others = keys_by_source
        self._keys = first.union(*others, all=True).order_by(*ORDER)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[TextHit]:
        return iter(self._load(self._keys))

    def __getitem__(self, rows: slice) -> list[TextHit]:
        return self._load(self._keys[rows])

    def up_to(self, limit: int) -> int:
        """Return the number of hits, or `limit` when there are at least as many."""
        return min(len(self), limit)

    @cached_property
    def _count(self) -> int:
        return self._keys.count()

    def _rows(self, source: Source, years: QuerySet[FollowUp], criteria: Criteria, user: User) -> QuerySet[Any]:
        """Return the rows of a source that meet the criteria. Only texts on areas can be restricted to an area."""
        is_of_decision = source.model in (Decision, ProtocolNote)
        rows = source.rows(years if is_of_decision else _without_corrections(years), self._words)
        decisions = Decision.objects.visible_to(user)
        if source.model is Decision:
            rows = rows.filter(pk__in=decisions)
        elif source.model is ProtocolNote:
            rows = rows.filter(decision__in=decisions)
        if criteria.area:
            rows = rows.filter(area__number=criteria.area) if source.model is AreaEntry else rows.none()
        return rows

    def _load(self, keys: Iterable[Any]) -> list[TextHit]:
        """Load the rows that the keys point to, with a query for each source, and return their hits in order."""
        keys = list(keys)
        ids_by_source = defaultdict(list)
        for key in keys:
            ids_by_source[key["of_source"]].append(key["of_row"])
        rows = {number: SOURCES[number].load(ids) for number, ids in ids_by_source.items()}
        return [self._hit(rows[key["of_source"]][key["of_row"]]) for key in keys]

    def _hit(self, row: Any) -> TextHit:
        """Return a found row as a hit, with the title and the address of the page that shows it."""
        match row:
            case FollowUp():
                return _hit_of_year(row, self._words)
            case AreaEntry():
                return _hit_of_area(row)
            case GuidelineEntry():
                return _hit_of_guideline(row)
            case Decision():
                return _hit_of_decision(row)
            case _:
                return _hit_of_note(row, row.position)


def _without_corrections(years: QuerySet[FollowUp]) -> QuerySet[FollowUp]:
    """Leave out years that are being corrected: their pages show the decided texts, not the ones being rewritten."""
    approved = Decision.objects.approving().order_by().values("follow_up")
    return years.exclude(~Q(state=FollowUp.State.DECIDED), pk__in=approved)


def _columns(source: Source, number: int, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return the id and the sort keys of rows, under the same names for all sources, so that they can be united."""
    prefix = "" if source.model is FollowUp else f"{source.follow_up}__"
    return rows.order_by().values(
        of_source=Value(number),
        of_row=F("pk"),
        of_year=F(f"{prefix}year"),
        of_first_year=F(f"{prefix}programme__first_year"),
        of_title=F(f"{prefix}programme__title"),
        of_programme=F(f"{prefix}programme_id"),
        of_number=F(source.order),
    )


def _hit_of_year(follow_up: FollowUp, words: Sequence[str]) -> TextHit:
    """Return a hit that links to the chapter of the first text with one of the words; its texts begin with that one."""
    texts = {field: getattr(follow_up, field) for field in YEAR_TEXTS if getattr(follow_up, field)}
    pattern = any_of(words)
    fields_with_words = [field for field, text in texts.items() if pattern.search(text)]
    shown = fields_with_words[0] if fields_with_words else next(iter(texts))
    heading, anchor = YEAR_TEXTS[shown]
    in_order = (texts.pop(shown), *texts.values())
    address = f"{_address('report', follow_up)}#{anchor}"
    return TextHit("Årets texter", heading, address, in_order, follow_up, follow_up.is_example)


def _hit_of_area(entry: AreaEntry) -> TextHit:
    area = entry.area
    texts = (entry.summary, area.overarching_sub_goal)
    address = _address("area_detail", entry.follow_up, area.number)
    return TextHit(
        capfirst(entry.follow_up.terms.area.singular), str(area), address, texts, entry.follow_up, entry.is_example
    )


def _hit_of_guideline(entry: GuidelineEntry) -> TextHit:
    guideline = entry.guideline
    texts = (entry.comment, guideline.description)
    address = f"{_address('report', entry.follow_up)}#riktlinje-{guideline.number}"
    return TextHit("Riktlinje", guideline.title, address, texts, entry.follow_up, entry.is_example)


def _hit_of_decision(decision: Decision) -> TextHit:
    texts = tuple(getattr(decision, field) for field in DECISION_TEXTS if field != "title")
    address = _address("minutes_extract", decision.follow_up, decision.number)
    title = decision.title or (decision.meeting if decision.recorded_at else "Ärende som bereds")
    return TextHit("Beslut", title, address, texts, decision.follow_up, decision.is_example)


def _hit_of_note(note: ProtocolNote, position: int) -> TextHit:
    follow_up = note.decision.follow_up
    address = f"{_address('minutes_extract', follow_up, note.decision.number)}#anteckning-{position}"
    title = f"{note.name} ({note.party})"
    return TextHit(note.get_kind_display(), title, address, (note.text,), follow_up, note.is_example)


def _address(view: str, follow_up: FollowUp, *args: int) -> str:
    return reverse(f"followup:{view}", args=[follow_up.programme.slug, follow_up.year, *args])
