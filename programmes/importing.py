"""Taking a programme from a file into the database. What stands in the file is created or brought up to date;
what the file does not mention is left alone.

Everything is read, compared and judged in memory first, so that all problems are told at once; then it is written,
a kind of thing at a time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, models

from organisation.history import in_words
from organisation.models import Unit
from organisation.order import swedish_sorted
from programmes.bulk import write
from programmes.models import (
    Guideline,
    Indicator,
    IndicatorTarget,
    IndicatorValue,
    Measure,
    Perspective,
    Programme,
    ResponsibilityArea,
    SubGoal,
)
from programmes.source import Node, Problems, SourceError, SourceRow, check

if TYPE_CHECKING:
    from organisation.models import User

FORMAT = "huddinge-safety-programme"
VERSION = 1
REASON = "Inläst från fil"

Reader = Callable[[Node], Any]
TEXT: Reader = attrgetter("text")
INTEGER: Reader = attrgetter("integer")
INTEGER_OR_NONE: Reader = attrgetter("integer_or_none")
FIGURE: Reader = attrgetter("figure")
FIGURE_OR_NONE: Reader = attrgetter("figure_or_none")
FLAG: Reader = attrgetter("flag")
DAY_OR_NONE: Reader = attrgetter("day_or_none")


@dataclass(frozen=True)
class Kind:
    """How the rows of a model stand in a file: known by `key` within their `parent`, with these fields and members."""

    model: type[models.Model]
    key: str
    fields: Mapping[str, Reader]
    parent: str = ""
    members: tuple[str, ...] = ()
    # What files from before it was thought of do not have, and what it is then.
    optional: Mapping[str, Any] = field(default_factory=dict)
    # From the model to its programme, to find what the database has.
    path: str = ""
    # The relation to the goal of another programme that one continues.
    link: str = ""
    # Whether it is written on pages too, and each save is a new version, so that a page open elsewhere notices.
    has_version: bool = False


# A field's key in the file is its own name but for these.
KEYS = {"is_example": "example"}
EXAMPLE = {"is_example": FLAG}
WHAT = {"units": "enheten", "perspectives": "perspektivet"}

UNITS = Kind(Unit, "slug", {"name": TEXT, "kind": TEXT})
PERSPECTIVES = Kind(Perspective, "slug", {"name": TEXT, "description": TEXT})
PROGRAMME = Kind(
    Programme,
    "slug",
    {
        "title": TEXT,
        "first_year": INTEGER,
        "last_year": INTEGER,
        "overarching_goal": TEXT,
        "state": TEXT,
        "adopted_by": TEXT,
        "adopted_on": DAY_OR_NONE,
        "adopted_paragraph": TEXT,
        "registration_number": TEXT,
    },
)
AREAS = Kind(
    ResponsibilityArea,
    "number",
    {"name": TEXT, "overarching_sub_goal": TEXT, **EXAMPLE},
    parent="programme",
    path="programme",
)
GOALS = Kind(
    SubGoal,
    "number",
    {"text": TEXT, **EXAMPLE},
    parent="area",
    members=("units",),
    path="area__programme",
    link="predecessor",
)
MEASURES = Kind(
    Measure,
    "number",
    {
        "text": TEXT,
        "first_year": INTEGER,
        "last_year": INTEGER,
        "problem": TEXT,
        "problem_source": TEXT,
        "change": TEXT,
        "change_year": INTEGER_OR_NONE,
        "change_reason": TEXT,
        **EXAMPLE,
    },
    parent="sub_goal",
    members=("units", "perspectives"),
    path="sub_goal__area__programme",
)
INDICATORS = Kind(
    Indicator,
    "number",
    {
        "name": TEXT,
        "unit": TEXT,
        "direction": TEXT,
        "baseline": FIGURE_OR_NONE,
        "baseline_year": INTEGER_OR_NONE,
        "target": FIGURE_OR_NONE,
        "source": TEXT,
        "kpi": TEXT,
        **EXAMPLE,
    },
    parent="sub_goal",
    optional={"kpi": ""},
    path="sub_goal__area__programme",
)
TARGETS = Kind(
    IndicatorTarget,
    "year",
    {"value": FIGURE},
    parent="indicator",
    path="indicator__sub_goal__area__programme",
)
OUTCOMES = Kind(
    IndicatorValue,
    "year",
    {
        "value": FIGURE_OR_NONE,
        "women": FIGURE_OR_NONE,
        "men": FIGURE_OR_NONE,
        "assessment": TEXT,
        "kpi": TEXT,
        "dated": DAY_OR_NONE,
        **EXAMPLE,
    },
    parent="indicator",
    optional={"women": None, "men": None, "assessment": "", "kpi": "", "dated": None},
    path="indicator__sub_goal__area__programme",
    has_version=True,
)
GUIDELINES = Kind(
    Guideline,
    "number",
    {"title": TEXT, "description": TEXT, **EXAMPLE},
    parent="programme",
    members=("units",),
    path="programme",
)


# The name of a field, what it was and what it becomes, as a person says it.
Difference = tuple[str, str, str]


@dataclass(frozen=True)
class Change:
    """One thing that an import creates or changes."""

    kind: str
    name: str
    is_new: bool
    fields: tuple[Difference, ...] = ()


@dataclass
class ImportLog:
    """What an import did, counted by the kind of thing."""

    created: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    unchanged: Counter[str] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)
    kept: list[str] = field(default_factory=list)
    # Where the file was understood differently from how it was written.
    notes: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    # What the database has of the programme and the file lacks; parents before what is theirs.
    missing: list[models.Model] = field(default_factory=list)

    @property
    def nothing_changed(self) -> bool:
        return not self.created and not self.changed and not self.removed

    def count(self, counter: Counter[str], model: type[models.Model], number: int = 1) -> None:
        counter[str(model._meta.verbose_name_plural)] += number


def in_full(row: models.Model) -> str:
    """A thing of a programme with what kind it is of, such as "åtgärd 1.2.3 Trygghetsvandringar"."""
    return f"{row._meta.verbose_name} {row}"


def import_programme(source: Node, log: ImportLog, by: User | None = None) -> Programme:
    """The programme of the file with all its parts. SourceError names the places of all faults.

    Call it in a transaction: what was written before the database refuses something must then not stay.
    """
    _check_format(source)
    reading = _Reading(log, source)
    units = {unit.slug: unit for _, unit in reading.level(UNITS, source, "units")}
    perspectives = {one.slug: one for _, one in reading.level(PERSPECTIVES, source, "perspectives")}
    reading.known = {"units": units, "perspectives": perspectives}
    programme = reading.programme = reading.put(PROGRAMME, source["programme"], None)
    top = [(source, programme)]
    areas = reading.levels(AREAS, top, "areas")
    goals = reading.levels(GOALS, areas, "sub_goals")
    reading.levels(MEASURES, goals, "measures")
    indicators = reading.levels(INDICATORS, goals, "indicators")
    reading.levels(TARGETS, indicators, "targets", optional=True)
    reading.levels(OUTCOMES, indicators, "outcomes")
    reading.levels(GUIDELINES, top, "guidelines")
    reading.problems.raise_if_any()
    reading.write(by)
    return programme


def _check_format(source: Node) -> None:
    if source["format"].value != FORMAT:
        raise source["format"].fail(f"filen är inte en programfil; här ska det stå ”{FORMAT}”.")
    if source["version"].value != VERSION:
        raise source["version"].fail(f"versionen är inte känd; den här programvaran läser version {VERSION}.")


@dataclass
class _Work:
    """What is to be written of one kind."""

    created: list[Any] = field(default_factory=list)
    changed: list[Any] = field(default_factory=list)
    # By the name of the relation: an instance and whom it is to have, where that differs from whom it has.
    members: dict[str, list[tuple[Any, list[Any]]]] = field(default_factory=dict)


class _Reading:
    """A file on its way in: what was found wrong with it, and what is to be written, in the order of writing."""

    def __init__(self, log: ImportLog, source: Node) -> None:
        self.log = log
        # A workbook without a sheet of indicators, say, does not mean that there are none.
        self.silent_about = source.get("silent_about", []).value
        self.problems = Problems()
        self.known: dict[str, dict[str, Any]] = {}
        self.programme = Programme()
        self.work: dict[str, tuple[Kind, _Work]] = {}

    def level(self, kind: Kind, parent: Node, key: str) -> list[tuple[Node, Any]]:
        """Those of a kind without a programme, which the file knows by a name of their own."""
        nodes = self.problems.distinct(self._items(parent, key), kind.key)
        slugs = [node[kind.key].value for node in nodes]
        existing = {row.slug: row for row in kind.model._default_manager.filter(slug__in=slugs)}  # type: ignore[attr-defined]
        return [(node, self.put(kind, node, None, existing)) for node in nodes]

    def levels(
        self, kind: Kind, parents: Iterable[tuple[Node, Any]], key: str, *, optional: bool = False
    ) -> list[tuple[Node, Any]]:
        """All of a kind in the programme, under the parents that they have in the file."""
        parents = list(parents)
        existing = self._existing(kind, [parent for _, parent in parents])
        found = [
            (node, self.put(kind, node, parent, existing))
            for parent_node, parent in parents
            for node in self.problems.distinct(self._items(parent_node, key, optional=optional), kind.key)
        ]
        if key not in self.silent_about:
            mentioned = {instance.pk for _, instance in found}
            self.log.missing += [row for row in existing.values() if row.pk not in mentioned]
        return found

    def _items(self, node: Node, key: str, *, optional: bool = False) -> list[Node]:
        with self.problems.noted():
            return (node.get(key, []) if optional else node[key]).items()
        return []

    def _existing(self, kind: Kind, parents: list[Any]) -> dict[Any, Any]:
        """What the database has of this kind in the programme, by parent and key."""
        if self.programme.pk is None:
            return {}
        ahead = [kind.path, f"{kind.link}__area"] if kind.link else [kind.path]
        rows = kind.model._default_manager.filter(**{kind.path: self.programme}).select_related(*ahead)
        # Whoever asks a row for its parent is to meet the one that the file has changed.
        loaded = {parent.pk: parent for parent in parents}
        existing = {}
        for row in rows.prefetch_related(*kind.members).order_by(kind.parent, kind.key):
            parent_id = getattr(row, f"{kind.parent}_id")
            if parent_id in loaded:
                setattr(row, kind.parent, loaded[parent_id])
            existing[parent_id, getattr(row, kind.key)] = row
        return existing

    def put(self, kind: Kind, node: Node, parent: Any, existing: Mapping[Any, Any] | None = None) -> Any:
        """The instance that the node describes: a new one, or the stored one brought up to date."""
        key = None
        with self.problems.noted():
            key = (TEXT if kind.key == "slug" else INTEGER)(node[kind.key])
        if existing is None:
            existing = {row.slug: row for row in kind.model._default_manager.filter(slug=key)}  # type: ignore[attr-defined]
        instance: Any = existing.get((parent.pk, key) if parent else key)
        is_new = instance is None
        if is_new:
            instance = kind.model(**{kind.key: key}, **({kind.parent: parent} if parent else {}))
        unread = set() if key is not None else {kind.key}
        differences = self._fill(kind, instance, node, unread)
        if kind.link and kind.link in node.value:
            differences += self._join(instance, kind.link, node[kind.link])
        with self.problems.noted():
            check(instance, node, KEYS, unread)
        work = self.work.setdefault(kind.model._meta.label, (kind, _Work()))[1]
        for name in kind.members:
            if name in node.value or not isinstance(node.value, SourceRow):
                differences += self._choose(work, instance, name, self._members(node, name))
        self._plan(work, instance, is_new, differences)
        return instance

    def _fill(self, kind: Kind, instance: Any, node: Node, unread: set[str]) -> list[Difference]:
        """Set the fields; what differs from before, in words. Those that cannot be read are `unread`."""
        differences = []
        is_new = instance.pk is None
        for name, read in kind.fields.items():
            try:
                found = _value_of(kind, node, name, is_new=is_new)
                if found is None:
                    continue
                value = read(found)
            except SourceError as error:
                self.problems.extend(error.problems)
                unread.add(name)
                continue
            before = getattr(instance, name)
            if before == value:
                continue
            if not is_new:
                described = instance._meta.get_field(name)
                words = in_words(described, before), in_words(described, value)
                differences.append((str(described.verbose_name), *words))
            setattr(instance, name, value)
        return differences

    @cached_property
    def _others(self) -> dict[str, SubGoal]:
        """The goals of other programmes."""
        goals = SubGoal.objects.exclude(area__programme__slug=self.programme.slug).select_related("area__programme")
        return {goal.code_with_programme: goal for goal in goals}

    def _join(self, instance: Any, name: str, node: Node) -> list[Difference]:
        """Set what the instance continues; what differs from before, in words."""
        found = None
        with self.problems.noted():
            written = " ".join(node.text.split())
            found = self._others.get(written) if written else None
            if written and not found:
                raise node.fail(
                    f"målet ”{written}” finns inte i något annat program. Skriv programmets kortnamn och målets "
                    "nummer, till exempel trygghet-2018 1.2. Saknas programmet, läs in det först."
                )
        before = getattr(instance, name)
        if before == found:
            return []
        setattr(instance, name, found)
        described = instance._meta.get_field(name)
        words = in_words(described, before), in_words(described, found)
        return [(str(described.verbose_name), *words)] if instance.pk else []

    def _members(self, node: Node, name: str) -> list[Any]:
        chosen = {}
        for item in self._items(node, name):
            with self.problems.noted():
                one = item.one_of(self.known[name], WHAT[name])
                chosen[one.slug] = one
        return list(chosen.values())

    def _choose(self, work: _Work, instance: Any, name: str, wanted: list[Any]) -> list[Difference]:
        """Note whom the instance is to have, where that differs from whom it has; what differs, in words."""
        if not instance.pk:
            if wanted:
                work.members.setdefault(name, []).append((instance, wanted))
            return []
        # By short name: who is new has no primary key yet.
        before, after = ({one.slug: str(one) for one in ones} for ones in (getattr(instance, name).all(), wanted))
        if before.keys() == after.keys():
            return []
        work.members.setdefault(name, []).append((instance, wanted))
        words = [", ".join(swedish_sorted(ones.values())) or "–" for ones in (before, after)]
        return [(str(instance._meta.get_field(name).verbose_name), words[0], words[1])]

    def _plan(self, work: _Work, instance: Any, is_new: bool, differences: list[Difference]) -> None:
        log, model = self.log, type(instance)
        if not is_new and not differences:
            log.count(log.unchanged, model)
            return
        log.count(log.created if is_new else log.changed, model)
        log.changes.append(Change(str(model._meta.verbose_name), str(instance), is_new, tuple(differences)))
        (work.created if is_new else work.changed).append(instance)

    def write(self, by: User | None) -> None:
        """SourceError when the database refuses: its rules say in Swedish what must hold between rows."""
        try:
            for kind, work in self.work.values():
                for row in work.changed if kind.has_version else ():
                    row.version += 1
                extra = [*(["version"] if kind.has_version else []), *([kind.link] if kind.link else [])]
                fields = [*kind.fields, *extra]
                write(kind.model, work.created, work.changed, fields, work.members, REASON, by)
        except IntegrityError as error:
            raise SourceError(str(error).splitlines()[0]) from error


def _value_of(kind: Kind, node: Node, name: str, *, is_new: bool) -> Node | None:
    """What the file says of a field; None when it does not say, and the field is to stay as it is."""
    key = KEYS.get(name, name)
    row = node.value
    if isinstance(row, SourceRow) and key not in row:
        return Node(row.defaults[key], node.path, row, key) if is_new and key in row.defaults else None
    return node.get(key, kind.optional[name]) if name in kind.optional else node[key]
