"""Preview of an import: the import itself, rolled back, so that it includes the rules of the database.

A person confirms what was shown: when the programme has changed since, or the file is recognised differently, the new
effect is shown instead. The file is read before the transaction begins. That takes the longest, and others can write
meanwhile.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import models, transaction

from followup.documents.report import pdf
from followup.intake.removal import Surplus, answered_items, remove_surplus, surplus_of
from followup.intake.workbook import read_workbook, understood_sheets
from followup.intake.years import import_source, lock_follow_ups
from followup.models import Workbook
from organisation.models import Unit
from programmes.importing import ImportLog, ItemChange, name_with_kind
from programmes.models import Programme
from programmes.sheets.assembling import ProgrammeFacts
from programmes.sheets.mapping import ColumnMapping, MappedSheet, MappedWorkbook, MappingChoices, UnreadCell
from programmes.sheets.numbering import comparable
from programmes.sheets.reading import OnProgress, ignore_progress
from programmes.sheets.schema import SheetSpec
from programmes.source import Node, Problem, SourceError

if TYPE_CHECKING:
    from organisation.models import User

# Nobody reads ten thousand lines: this many of each kind are listed, next to the counts.
MAX_LISTED = 100
MAX_LISTED_PROBLEMS = 500


@dataclass(frozen=True)
class ReadFile:
    """A file after reading, before anything is imported. A file that cannot be used has no `source`."""

    mapped: MappedWorkbook
    source: Node | None = None
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class RewordedItem:
    """An item with answers that gets other words, which may be another item by mistake."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Preview:
    """Effect of an import in words, or the `problems` that prevent it; small enough to be stored.

    `counts` are tuples of kind, new, changed, unchanged and missing items. All `removable` items are listed, so that
    nobody confirms a removal unseen. `tables` are the recognised sheets without their rows.
    """

    digest: str
    number_of_problems: int
    problems: list[Problem]
    nothing_changed: bool
    programme: str
    period: str
    counts: list[tuple[str, int, int, int, int]]
    changed: list[ItemChange]
    created: list[ItemChange]
    removable: list[str]
    bound: list[tuple[str, str]]
    notes: list[str]
    kept: list[str]
    tables: MappedWorkbook
    # Stored previews of earlier versions lack it.
    rewordings: list[RewordedItem] = field(default_factory=list)
    # Title and years that lines of text in the file tell, by the names of the form's fields.
    proposed: dict[str, Any] = field(default_factory=dict)

    @property
    def asks_facts(self) -> bool:
        return not self.tables.has_sheet("programme")

    @property
    def is_puzzled(self) -> bool:
        """Return whether the problems may come from sheets or columns that were not recognised."""
        return bool(self.problems) and not all(sheet.is_understood for sheet in self.tables.sheets)


class PreviewOutdatedError(Exception):
    """The effect is no longer the confirmed one. `preview` is the present effect."""

    def __init__(self, preview: Preview) -> None:
        super().__init__("Programmet eller filen har ändrats sedan du såg vad som skulle hända.")
        self.preview = preview


def read_file(workbook: Workbook, on_progress: OnProgress = ignore_progress) -> ReadFile:
    """Read the file with its owner's choices; `on_progress` is called every thousand rows."""
    choices = MappingChoices(workbook.sheets, workbook.columns, workbook.facts.get("status_year"))
    facts = {name: value for name, value in workbook.facts.items() if name != "status_year"}
    try:
        known = ProgrammeFacts(facts, fallback_title=workbook.name.rpartition(".")[0])
        source, mapped = read_workbook(bytes(workbook.content), known, choices, on_progress)
    except SourceError as error:
        return ReadFile(MappedWorkbook([]), None, error.problems)
    return ReadFile(mapped, source)


def preview_of(file: ReadFile, *, by: User) -> Preview:
    """Import the file, describe the effect, and roll the import back."""
    with transaction.atomic():
        preview = _describe(file, _import(file, by))
        transaction.set_rollback(True)
    return preview


@transaction.atomic
def confirm_import(workbook: Workbook, file: ReadFile, digest: str, *, by: User, removes: bool = False) -> Programme:
    """Import the file as previewed under `digest`, remove missing items if asked to, and delete the uploaded bytes.

    Raise PreviewOutdatedError, and import nothing, when the effect is another one now. Raise Workbook.DoesNotExist when
    somebody else has changed the workbook since it was fetched.
    """
    # The row lock lets two clicks, or two workers, take turns. The second one finds the workbook done.
    locked = Workbook.objects.held_as(workbook).light().select_for_update().get()
    if file.source is not None:
        lock_follow_ups(file.source)
    outcome = _import(file, by)
    if outcome.programme is None or outcome.digest != digest:
        raise PreviewOutdatedError(_describe(file, outcome))
    if removes:
        remove_surplus(outcome.surplus, outcome.log, by=by)
    locked.state, locked.programme = Workbook.State.DONE, outcome.programme
    locked.content, locked.preview = b"", None
    locked.save(update_fields=["state", "programme", "content", "preview"])
    return outcome.programme


# Storing


# The number of cells not read that a sheet lists one by one.
UNREAD_LIMIT = 1_000
# Lists of rows in a stored preview, with the class of their rows.
_STORED_ROWS: dict[str, type[Problem] | type[ItemChange] | type[RewordedItem]] = {
    "problems": Problem,
    "changed": ItemChange,
    "created": ItemChange,
    "rewordings": RewordedItem,
}


def to_json(preview: Preview) -> dict[str, Any]:
    """Return the preview as it is stored."""
    tables = [
        {
            "title": sheet.title,
            "sheet": sheet.spec.key if sheet.spec else "",
            "meanings": [
                [column.letter, column.heading, column.spec.key if column.spec else "", column.year]
                for column in sheet.columns
            ],
            "cells_read": sheet.cells_read,
            "cells_interpreted": sheet.cells_interpreted,
            "unread": [astuple(cell) for cell in listed_unread(sheet.unread)],
        }
        for sheet in preview.tables.sheets
    ]
    plain = {name: value for name, value in vars(preview).items() if name not in ("tables", *_STORED_ROWS)}
    rows = {name: [asdict(row) for row in getattr(preview, name)] for name in _STORED_ROWS}
    return plain | rows | {"tables": tables}


def listed_unread(cells: Sequence[UnreadCell]) -> list[UnreadCell]:
    """Return the cells to list; of very many the first ones, and a last line with the number of the others."""
    left_out = len(cells) - UNREAD_LIMIT
    if left_out <= 0:
        return list(cells)
    return [*cells[:UNREAD_LIMIT], UnreadCell("", "", f"{left_out} celler till läses inte.")]


def from_json(stored: dict[str, Any]) -> Preview:
    """Return the preview that `to_json` has stored."""
    rows = {name: [row_class(**row) for row in stored.get(name, [])] for name, row_class in _STORED_ROWS.items()}
    specs = {spec.key: spec for spec in understood_sheets()}
    tables = MappedWorkbook([_stored_sheet(**table, specs=specs) for table in stored["tables"]])
    return Preview(**{**stored, **rows, "tables": tables})


def _stored_sheet(
    title: str,
    sheet: str,
    meanings: list[tuple[str, str, str, int | None]],
    specs: Mapping[str, SheetSpec],
    cells_read: int = 0,
    cells_interpreted: int = 0,
    unread: Sequence[tuple[str, str, str]] = (),
) -> MappedSheet:
    """Return a sheet of a stored preview; `meanings` are letter, heading, key and year of each column.

    A preview of release 0.2 has no numbers of cells.
    """
    spec = specs.get(sheet)
    columns = [
        ColumnMapping(letter, heading, spec.find(key) if spec else None, year)
        for letter, heading, key, year in meanings
    ]
    return MappedSheet(
        title,
        spec,
        columns,
        cells_read=cells_read,
        cells_interpreted=cells_interpreted,
        unread=[UnreadCell(*cell) for cell in unread],
    )


# Importing


@dataclass(frozen=True)
class _Outcome:
    """Effect of an import, or the `problems` that undid it; there is no programme then."""

    log: ImportLog
    problems: list[Problem]
    programme: Programme | None = None
    surplus: Surplus = field(default_factory=Surplus)
    rewordings: list[RewordedItem] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """Return a checksum that is the same for the same effect, for every user at every time."""
        removal = [row.pk for row in self.surplus.removable], [(row.pk, why) for row, why in self.surplus.bound]
        created = sorted(self.log.created.items())
        effect = (self.log.changes, created, self.log.kept, removal, self.rewordings)
        return hashlib.sha256(repr(effect).encode()).hexdigest()


def _import(file: ReadFile, by: User) -> _Outcome:
    """Import the file in a savepoint, and return the outcome. After a fault nothing of it remains."""
    log = ImportLog()
    if file.source is None:
        return _Outcome(log, file.problems)
    try:
        with transaction.atomic():
            programme = import_source(file.source, log, file.mapped.problems, with_pdf=pdf.is_available(), by=by)
            _refuse_changed_units(log, by)
    except SourceError as error:
        return _Outcome(log, error.problems)
    return _Outcome(log, [], programme, surplus_of(programme, log.missing), reworded_items(log))


def reworded_items(log: ImportLog) -> list[RewordedItem]:
    """Return the items with answers whose words change by more than case and punctuation."""
    rewordings = [one for one in log.rewordings if comparable(one.before) != comparable(one.after)]
    answered = answered_items(rewording.item for rewording in rewordings)
    return [
        RewordedItem(_numbered_kind(rewording.item), rewording.before, rewording.after)
        for rewording in rewordings
        if rewording.item in answered
    ]


def _numbered_kind(item: models.Model) -> str:
    """Return kind and number of an item, such as "åtgärd 1.2.3"."""
    number = getattr(item, "code", None) or getattr(item, "number", "")
    return f"{item._meta.verbose_name} {number}"


def _describe(file: ReadFile, outcome: _Outcome) -> Preview:
    """Return the outcome of an import in the words and numbers that the user sees before confirming it."""
    log, programme, surplus = outcome.log, outcome.programme, outcome.surplus
    missing = Counter(str(row._meta.verbose_name_plural) for row in log.missing)
    kinds = dict.fromkeys([*log.created, *log.changed, *log.unchanged, *missing])
    sheets = [MappedSheet(sheet.title, sheet.spec, sheet.columns) for sheet in file.mapped.sheets]
    return Preview(
        digest=outcome.digest,
        number_of_problems=len(outcome.problems),
        problems=outcome.problems[:MAX_LISTED_PROBLEMS],
        nothing_changed=log.nothing_changed,
        programme=str(programme or ""),
        period=programme.period if programme else "",
        counts=[(kind, log.created[kind], log.changed[kind], log.unchanged[kind], missing[kind]) for kind in kinds],
        changed=[change for change in log.changes if not change.is_new][:MAX_LISTED],
        created=[change for change in log.changes if change.is_new][:MAX_LISTED],
        removable=[name_with_kind(row) for row in surplus.removable],
        bound=[(name_with_kind(row), reason) for row, reason in surplus.bound],
        notes=[*map(str, file.mapped.notes), *log.notes][:MAX_LISTED],
        kept=log.kept,
        tables=MappedWorkbook(sheets),
        rewordings=outcome.rewordings,
        proposed=_proposed_facts(file),
    )


def _proposed_facts(file: ReadFile) -> dict[str, Any]:
    """Return the programme's title and years as the import uses them, and the year of the statuses."""
    if file.source is None:
        return {}
    programme = file.source["programme"].value
    facts = {name: programme.get(name) for name in ("title", "first_year", "last_year")}
    facts["status_year"] = file.mapped.proposed.status_year
    return {name: value for name, value in facts.items() if value}


def _refuse_changed_units(log: ImportLog, by: User) -> None:
    """Refuse changes of stored units by anybody but administrators; a programme may bring new units."""
    if by.has_perm("organisation.change_unit"):
        return
    kind = str(Unit._meta.verbose_name)
    changed = [change.name for change in log.changes if change.kind == kind and not change.is_new]
    if changed:
        raise SourceError(
            f"Filen ändrar {', '.join(changed)}. Enheter ändras av en administratör. Skriv namn och typ på bladet "
            "Enheter som de står i programmet, eller ta bort raderna."
        )
