"""Import of a programme file into the database: its items are created or updated, and other items are left alone.

The whole file is read, compared and validated in memory first, so that all problems are reported at once. Then it is
written in bulk, one model after the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import IntegrityError, models

from organisation.history import format_value
from organisation.order import swedish_sorted
from organisation.text import clean
from programmes.bulk import InstanceMembers, bulk_save
from programmes.item_types import (
    AREAS,
    GOALS,
    GUIDELINES,
    INDICATORS,
    INTEGER,
    KEYS,
    MEASURES,
    MEMBER_NOUNS,
    OUTCOMES,
    PERSPECTIVES,
    PROGRAMME,
    TARGETS,
    TEXT,
    UNITS,
    ItemType,
)
from programmes.models import Programme, SubGoal
from programmes.source import Node, Problems, SourceError, SourceRow, validate

if TYPE_CHECKING:
    from organisation.models import User

FORMAT = "huddinge-safety-programme"
VERSION = 1
REASON = "Inläst från fil"


class FieldDifference(NamedTuple):
    """Name of a field with its old and new value, in words."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class ItemChange:
    """An item that an import creates or changes."""

    kind: str
    name: str
    is_new: bool
    fields: tuple[FieldDifference, ...] = ()


@dataclass(frozen=True)
class Rewording:
    """A stored item whose words an import changes."""

    item: models.Model
    before: str
    after: str


@dataclass
class ImportLog:
    """Effect of an import. The counters count items by the plural name of their model."""

    created: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    unchanged: Counter[str] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)
    # Years that were left alone since the database has them.
    kept: list[str] = field(default_factory=list)
    # Where the file was understood differently from how it was written.
    notes: list[str] = field(default_factory=list)
    changes: list[ItemChange] = field(default_factory=list)
    rewordings: list[Rewording] = field(default_factory=list)
    # Stored items of the programme that the file lacks, parents first.
    missing: list[models.Model] = field(default_factory=list)

    @property
    def nothing_changed(self) -> bool:
        return not self.created and not self.changed and not self.removed

    def count(self, counter: Counter[str], model: type[models.Model], number: int = 1) -> None:
        counter[str(model._meta.verbose_name_plural)] += number


def name_with_kind(item: models.Model) -> str:
    """Return the kind and name of an item, such as "åtgärd 1.2.3 Trygghetsvandringar"."""
    return f"{item._meta.verbose_name} {item}"


def import_programme(source: Node, log: ImportLog, by: User | None = None) -> Programme:
    """Import the programme with all its parts. SourceError lists all faults with their places.

    Call it in a transaction, so that nothing stays when the database refuses a row.
    """
    _check_format(source)
    importer = ProgrammeImporter(log, source)
    units = importer.import_shared_items(UNITS, source, "units")
    perspectives = importer.import_shared_items(PERSPECTIVES, source, "perspectives")
    importer.known_members = {"units": units, "perspectives": perspectives}
    programme = importer.import_top_item(PROGRAMME, source["programme"])
    importer.programme = programme

    top = [ImportedItem(source, programme)]
    areas = importer.import_children(AREAS, top, "areas")
    goals = importer.import_children(GOALS, areas, "sub_goals")
    importer.import_children(MEASURES, goals, "measures")
    indicators = importer.import_children(INDICATORS, goals, "indicators")
    importer.import_children(TARGETS, indicators, "targets", optional=True)
    importer.import_children(OUTCOMES, indicators, "outcomes")
    importer.import_children(GUIDELINES, top, "guidelines")
    importer.problems.raise_if_any()
    importer.save(by)
    return programme


def _check_format(source: Node) -> None:
    if source["format"].value != FORMAT:
        raise source["format"].error(f"filen är inte en programfil; här ska det stå ”{FORMAT}”.")
    if source["version"].value != VERSION:
        raise source["version"].error(f"versionen är inte känd; den här programvaran läser version {VERSION}.")


class ImportedItem(NamedTuple):
    """An instance with the node of the file that describes it."""

    node: Node
    instance: Any


@dataclass
class _PendingWrites:
    """Rows of one model to write. `members` maps relations to instances with their new members."""

    item_type: ItemType
    created: list[Any] = field(default_factory=list)
    changed: list[Any] = field(default_factory=list)
    members: dict[str, list[InstanceMembers]] = field(default_factory=dict)


class ProgrammeImporter:
    """One import: collects problems and pending writes, in the order of writing."""

    def __init__(self, log: ImportLog, source: Node) -> None:
        self.log = log
        # Keys that the file cannot list, such as indicators in a workbook without a sheet of them.
        self.silent_about = source.get("silent_about", []).value
        self.problems = Problems()
        self.known_members: dict[str, dict[str, Any]] = {}
        self.programme = Programme()
        self.pending: dict[type[models.Model], _PendingWrites] = {}

    def import_shared_items(self, item_type: ItemType, source: Node, key: str) -> dict[str, Any]:
        """Import items that belong to no programme, and return them by slug."""
        nodes = self.problems.unique(self._elements(source, key), item_type.key)
        existing = self._with_slugs(item_type, [node[item_type.key].value for node in nodes])
        instances = [self._import_item(item_type, node, None, existing) for node in nodes]
        return {instance.slug: instance for instance in instances}

    def import_top_item(self, item_type: ItemType, node: Node) -> Any:
        """Import an item that has no parent, and return it."""
        slug = node[item_type.key].value if isinstance(node.value, dict) and item_type.key in node.value else None
        return self._import_item(item_type, node, None, self._with_slugs(item_type, [slug]))

    def import_children(
        self, item_type: ItemType, parents: Sequence[ImportedItem], key: str, *, optional: bool = False
    ) -> list[ImportedItem]:
        """Import the items under `key` of each parent, and log the stored ones that the file lacks."""
        existing = self._stored_children(item_type, [parent.instance for parent in parents])
        imported = []
        for parent in parents:
            nodes = self.problems.unique(self._elements(parent.node, key, optional=optional), item_type.key)
            imported += [
                ImportedItem(node, self._import_item(item_type, node, parent.instance, existing)) for node in nodes
            ]
        if key not in self.silent_about:
            mentioned = {item.instance.pk for item in imported}
            self.log.missing += [row for row in existing.values() if row.pk not in mentioned]
        return imported

    def save(self, by: User | None) -> None:
        """Write all pending rows. Raise SourceError when a rule of the database refuses one, in its Swedish words."""
        try:
            for model, pending in self.pending.items():
                item_type = pending.item_type
                fields = list(item_type.fields)
                if item_type.has_version:
                    fields.append("version")
                    for row in pending.changed:
                        row.version += 1
                if item_type.predecessor:
                    fields.append(item_type.predecessor)
                bulk_save(model, pending.created, pending.changed, fields, pending.members, REASON, by)
        except IntegrityError as error:
            raise SourceError(str(error).splitlines()[0]) from error

    def _elements(self, node: Node, key: str, *, optional: bool = False) -> list[Node]:
        with self.problems.collect():
            return (node.get(key, []) if optional else node[key]).items()
        return []

    def _with_slugs(self, item_type: ItemType, slugs: Iterable[Any]) -> dict[Any, Any]:
        known = [clean(slug).strip() for slug in slugs if isinstance(slug, str)]
        return {row.slug: row for row in item_type.model._default_manager.filter(slug__in=known)}  # type: ignore[attr-defined]

    def _stored_children(self, item_type: ItemType, parents: Iterable[Any]) -> dict[Any, Any]:
        """Return the stored items of this type in the programme, by the primary key of the parent and their key."""
        if self.programme.pk is None:
            return {}
        related = [item_type.path]
        if item_type.predecessor:
            related.append(f"{item_type.predecessor}__area")
        rows = item_type.model._default_manager.filter(**{item_type.path: self.programme}).select_related(*related)
        imported_parents = {parent.pk: parent for parent in parents}
        existing = {}
        for row in rows.prefetch_related(*item_type.prefetched_members).order_by(item_type.parent, item_type.key):
            parent_id = getattr(row, f"{item_type.parent}_id")
            # Validation asks a row for its parent: it must see the parent with the changes of the file.
            if parent_id in imported_parents:
                setattr(row, item_type.parent, imported_parents[parent_id])
            existing[parent_id, getattr(row, item_type.key)] = row
        return existing

    def _import_item(self, item_type: ItemType, node: Node, parent: Any, existing: Mapping[Any, Any]) -> Any:
        """Return the instance that the node describes: a new one, or the stored one with the changes of the file."""
        key = None
        with self.problems.collect():
            key = (TEXT if item_type.key == "slug" else INTEGER)(node[item_type.key])
        instance: Any = existing.get((parent.pk, key) if parent else key)
        is_new = instance is None
        if is_new:
            of_parent = {item_type.parent: parent} if parent else {}
            instance = item_type.model(**{item_type.key: key}, **of_parent)

        unread = set() if key is not None else {item_type.key}
        differences = self._set_fields(item_type, instance, node, unread)
        if item_type.predecessor and item_type.predecessor in node.value:
            differences += self._set_predecessor(instance, item_type.predecessor, node[item_type.predecessor])
        with self.problems.collect():
            validate(instance, node, KEYS, unread)
        pending = self.pending.setdefault(item_type.model, _PendingWrites(item_type))
        for name in item_type.members:
            differences += self._set_members(pending, instance, name, node)
        self._add_to_pending(pending, instance, differences, is_new=is_new)
        return instance

    def _set_fields(self, item_type: ItemType, instance: Any, node: Node, unread: set[str]) -> list[FieldDifference]:
        """Set the fields and return the differences. Fields that cannot be read are added to `unread`."""
        is_new = instance.pk is None
        differences = []
        for name, read in item_type.fields.items():
            try:
                field_node = _field_node(item_type, node, name, is_new=is_new)
                if field_node is None:
                    continue
                value = read(field_node)
            except SourceError as error:
                self.problems.extend(error.problems)
                unread.add(name)
                continue
            before = getattr(instance, name)
            if before == value:
                continue
            setattr(instance, name, value)
            if not is_new:
                differences.append(_difference(instance, name, before, value))
                if name == item_type.wording:
                    self.log.rewordings.append(Rewording(instance, before, value))
        return differences

    @cached_property
    def _goals_of_other_programmes(self) -> dict[str, SubGoal]:
        goals = SubGoal.objects.exclude(area__programme__slug=self.programme.slug).select_related("area__programme")
        return {goal.code_with_programme: goal for goal in goals}

    def _set_predecessor(self, instance: Any, name: str, node: Node) -> list[FieldDifference]:
        """Set the goal of an earlier programme that the instance continues, and return the difference."""
        goal = None
        with self.problems.collect():
            goal = self._goal_of_other_programme(node)
        before = getattr(instance, name)
        if before == goal:
            return []
        setattr(instance, name, goal)
        return [_difference(instance, name, before, goal)] if instance.pk else []

    def _goal_of_other_programme(self, node: Node) -> SubGoal | None:
        written = " ".join(node.text.split())
        if not written:
            return None
        if written not in self._goals_of_other_programmes:
            raise node.error(
                f"målet ”{written}” finns inte i något annat program. Skriv programmets kortnamn och målets "
                "nummer, till exempel trygghet-2018 1.2. Saknas programmet, läs in det först."
            )
        return self._goals_of_other_programmes[written]

    def _members(self, node: Node, name: str) -> list[Any]:
        members = {}
        for element in self._elements(node, name):
            with self.problems.collect():
                member = element.look_up(self.known_members[name], MEMBER_NOUNS[name])
                members[member.slug] = member
        return list(members.values())

    def _set_members(self, pending: _PendingWrites, instance: Any, name: str, node: Node) -> list[FieldDifference]:
        """Plan the new members of the instance, where they differ, and return the differences."""
        before = _stored_members(instance, name)
        after = self._new_members(name, node, before)
        if before.slugs == after.slugs and before.lead == after.lead:
            return []
        pending.members.setdefault(name, []).append(after)
        return _member_differences(name, before, after) if instance.pk else []

    def _new_members(self, name: str, node: Node, before: InstanceMembers) -> InstanceMembers:
        """Return the members after the import. What the file does not mention stays as it was `before`.

        A unit that the file names as lead counts as responsible, and a lead that is no longer responsible is removed.
        """
        # A sheet without a column for the members leaves them alone; a JSON file has to have the key.
        is_mentioned = name in node.value or not isinstance(node.value, SourceRow)
        members = self._members(node, name) if is_mentioned else list(before.members)
        if name != "units":
            return InstanceMembers(before.instance, members)
        if "lead" not in node.value:
            return InstanceMembers(before.instance, members, before.lead if before.lead in members else None)
        lead = self._lead(node)
        if lead and lead not in members:
            members.append(lead)
        return InstanceMembers(before.instance, members, lead)

    def _lead(self, node: Node) -> Any:
        """Return the unit that the file names as lead, or None."""
        with self.problems.collect():
            lead = node["lead"]
            return lead.look_up(self.known_members["units"], MEMBER_NOUNS["units"]) if lead.text else None
        return None

    def _add_to_pending(
        self, pending: _PendingWrites, instance: Any, differences: list[FieldDifference], *, is_new: bool
    ) -> None:
        model = type(instance)
        if not is_new and not differences:
            self.log.count(self.log.unchanged, model)
            return
        self.log.count(self.log.created if is_new else self.log.changed, model)
        kind = str(model._meta.verbose_name)
        self.log.changes.append(ItemChange(kind, str(instance), is_new, tuple(differences)))
        (pending.created if is_new else pending.changed).append(instance)


def _stored_members(instance: Any, name: str) -> InstanceMembers:
    """Return the members of an instance; none of one that is not stored yet."""
    if not instance.pk:
        return InstanceMembers(instance, [])
    if name != "units":
        return InstanceMembers(instance, list(getattr(instance, name).all()))
    return InstanceMembers(instance, [one.unit for one in instance.responsibilities.all()], instance.lead)


def _member_differences(name: str, before: InstanceMembers, after: InstanceMembers) -> list[FieldDifference]:
    """Return the differences of the members and of their lead, in words."""
    differences = []
    if before.slugs != after.slugs:
        words = [", ".join(swedish_sorted(map(str, side.members))) or "–" for side in (before, after)]
        noun = str(after.instance._meta.get_field(name).verbose_name)
        differences.append(FieldDifference(noun, words[0], words[1]))
    if before.lead != after.lead:
        differences.append(FieldDifference("huvudansvarig", str(before.lead or "–"), str(after.lead or "–")))
    return differences


def _difference(instance: Any, name: str, before: Any, after: Any) -> FieldDifference:
    described = instance._meta.get_field(name)
    return FieldDifference(str(described.verbose_name), format_value(described, before), format_value(described, after))


def _field_node(item_type: ItemType, node: Node, name: str, *, is_new: bool) -> Node | None:
    """Return the node of a field; None for a field that the sheet has no column for, which is left alone."""
    key = KEYS.get(name, name)
    row = node.value
    if isinstance(row, SourceRow) and key not in row:
        return Node(row.defaults[key], node.path, row, key) if is_new and key in row.defaults else None
    return node.get(key, item_type.optional[name]) if name in item_type.optional else node[key]
