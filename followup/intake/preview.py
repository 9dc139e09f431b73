"""Looking at what a workbook would do before it does it: the import itself, undone.

So what is shown is what happens, rules of the database included. Who confirms, confirms what was shown: when the
programme has been changed in between, or the file is understood differently, it is shown again instead.

The file is read before the transaction begins: that takes the longest, and others can write meanwhile.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction

from followup.documents.report import pdf
from followup.intake.removal import Surplus, remove, surplus_of
from followup.intake.workbook import ALL_SHEETS, read_workbook
from followup.intake.years import hold, import_source
from followup.models import Workbook
from organisation.models import Unit
from programmes.importing import ImportLog, ItemChange, name_with_kind
from programmes.models import Programme
from programmes.sheets.assembling import ProgrammeFacts
from programmes.sheets.mapping import ColumnMapping, MappedSheet, MappedWorkbook, MappingChoices
from programmes.sheets.reading import OnProgress, ignore_progress
from programmes.source import Node, Problem, SourceError

if TYPE_CHECKING:
    from organisation.models import User

# So many of a kind are shown; nobody reads ten thousand lines, and the numbers say how many there are.
SHOWN = 100
SHOWN_PROBLEMS = 500


@dataclass(frozen=True)
class Found:
    """What is read of a file, before anything of the programme is touched; no `source` when it cannot be used."""

    tables: MappedWorkbook
    source: Node | None = None
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class Preview:
    """What would happen, in words, or the `problems` that keep it from happening; small enough to be kept."""

    digest: str
    number_of_problems: int
    problems: list[Problem]
    nothing_changed: bool
    programme: str
    period: str
    # By kind: how many are new, changed, the same, and missing in the file.
    counts: list[tuple[str, int, int, int, int]]
    changed: list[ItemChange]
    created: list[ItemChange]
    # All of it: nobody is to confirm the removal of something that they were not shown.
    removable: list[str]
    bound: list[tuple[str, str]]
    notes: list[str]
    kept: list[str]
    tables: MappedWorkbook  # how they were understood, without their rows

    @property
    def asks_facts(self) -> bool:
        return not self.tables.has_sheet("programme")

    @property
    def is_puzzled(self) -> bool:
        """Whether the problems may come from sheets or columns that were not understood."""
        return bool(self.problems) and not all(sheet.is_understood for sheet in self.tables.sheets)


class Differs(Exception):
    """What would happen now is not what was confirmed. `preview` is what would."""

    def __init__(self, preview: Preview) -> None:
        super().__init__("Programmet eller filen har ändrats sedan du såg vad som skulle hända.")
        self.preview = preview


def read(workbook: Workbook, on_progress: OnProgress = ignore_progress) -> Found:
    """Read the file with its owner's choices; `on_progress` is called every thousand rows."""
    choices = MappingChoices(workbook.sheets, workbook.columns, workbook.facts.get("status_year"))
    try:
        source, tables = read_workbook(
            bytes(workbook.content), ProgrammeFacts(_of_programme(workbook)), choices, on_progress
        )
    except SourceError as error:
        return Found(MappedWorkbook([]), None, error.problems)
    return Found(tables, source)


def preview_of(found: Found, *, by: User) -> Preview:
    with transaction.atomic():
        preview = _in_words(found, _bring_in(found, by))
        transaction.set_rollback(True)
    return preview


@transaction.atomic
def confirm(workbook: Workbook, found: Found, digest: str, *, by: User, removes: bool = False) -> Programme:
    """Do what was shown under `digest`, and part with the file; whoever confirms `removes` what the file lacks too, as
    far as it can be. Differs when something else would happen; nothing has then. Workbook.DoesNotExist when somebody
    else has done something with the workbook since it was fetched."""
    # Two clicks, and two workers, take turns, and the second one finds that there is nothing left to do.
    held = Workbook.objects.held_as(workbook).light().select_for_update().get()
    if found.source is not None:
        hold(found.source)
    outcome = _bring_in(found, by)
    if outcome.programme is None or outcome.digest != digest:
        raise Differs(_in_words(found, outcome))
    if removes:
        remove(outcome.surplus, outcome.log, by=by)
    held.state, held.programme, held.content, held.preview = Workbook.State.DONE, outcome.programme, b"", None
    held.save(update_fields=["state", "programme", "content", "preview"])
    return outcome.programme


def to_json(preview: Preview) -> dict[str, Any]:
    """The preview as it can be kept."""
    tables = [
        {
            "title": sheet.title,
            "sheet": sheet.spec.key if sheet.spec else "",
            "meanings": [
                [column.letter, column.heading, column.spec.key if column.spec else "", column.year]
                for column in sheet.columns
            ],
        }
        for sheet in preview.tables.sheets
    ]
    plain = {name: value for name, value in vars(preview).items() if name not in ("tables", *_ROWS)}
    return plain | {name: [asdict(row) for row in getattr(preview, name)] for name in _ROWS} | {"tables": tables}


def from_json(kept: dict[str, Any]) -> Preview:
    """What `to_json` has made of a preview."""
    rows = {name: [kind(**row) for row in kept[name]] for name, kind in _ROWS.items()}
    return Preview(**{**kept, **rows, "tables": MappedWorkbook([_table(**table) for table in kept["tables"]])})


_ROWS: dict[str, type[Problem] | type[ItemChange]] = {"problems": Problem, "changed": ItemChange, "created": ItemChange}


def _table(title: str, sheet: str, meanings: list[tuple[str, str, str, int | None]]) -> MappedSheet:
    kind = next((one for one in ALL_SHEETS if one.key == sheet), None)
    columns = {column.key: column for column in kind.columns} if kind else {}
    return MappedSheet(
        title, kind, [ColumnMapping(letter, heading, columns.get(key), year) for letter, heading, key, year in meanings]
    )


@dataclass(frozen=True)
class _Outcome:
    """What was done, or the `problems` that have undone it; no programme then."""

    log: ImportLog
    problems: list[Problem]
    programme: Programme | None = None
    surplus: Surplus = field(default_factory=Surplus)

    @property
    def digest(self) -> str:
        """The same for the same changes, whoever sees them and when."""
        removal = [row.pk for row in self.surplus.removable], [(row.pk, why) for row, why in self.surplus.bound]
        seen = (self.log.changes, sorted(self.log.created.items()), self.log.kept, removal)
        return hashlib.sha256(repr(seen).encode()).hexdigest()


def _bring_in(found: Found, by: User) -> _Outcome:
    log = ImportLog()
    if found.source is None:
        return _Outcome(log, found.problems)
    try:
        # A fault undoes what came before it, and the problems can still be shown.
        with transaction.atomic():
            programme = import_source(found.source, log, found.tables.problems, with_pdf=pdf.is_available(), by=by)
            _check_units(log, by)
    except SourceError as error:
        return _Outcome(log, error.problems)
    return _Outcome(log, [], programme, surplus_of(programme, log.missing))


def _in_words(found: Found, outcome: _Outcome) -> Preview:
    log, programme, surplus = outcome.log, outcome.programme, outcome.surplus
    missing = Counter(str(row._meta.verbose_name_plural) for row in log.missing)
    kinds = dict.fromkeys([*log.created, *log.changed, *log.unchanged, *missing])
    return Preview(
        digest=outcome.digest,
        number_of_problems=len(outcome.problems),
        problems=outcome.problems[:SHOWN_PROBLEMS],
        nothing_changed=log.nothing_changed,
        programme=str(programme or ""),
        period=programme.period if programme else "",
        counts=[(kind, log.created[kind], log.changed[kind], log.unchanged[kind], missing[kind]) for kind in kinds],
        changed=[change for change in log.changes if not change.is_new][:SHOWN],
        created=[change for change in log.changes if change.is_new][:SHOWN],
        removable=[name_with_kind(row) for row in surplus.removable],
        bound=[(name_with_kind(row), reason) for row, reason in surplus.bound],
        notes=[*map(str, found.tables.notes), *log.notes][:SHOWN],
        kept=log.kept,
        tables=MappedWorkbook([MappedSheet(sheet.title, sheet.spec, sheet.columns) for sheet in found.tables.sheets]),
    )


def _of_programme(workbook: Workbook) -> dict[str, object]:
    return {name: value for name, value in workbook.facts.items() if name != "status_year"}


def _check_units(log: ImportLog, by: User) -> None:
    """Units are the administrators': a programme may bring new ones, but not rename those that are there."""
    if by.has_perm("organisation.change_unit"):
        return
    kind = str(Unit._meta.verbose_name)
    changed = [change.name for change in log.changes if change.kind == kind and not change.is_new]
    if changed:
        raise SourceError(
            f"Filen ändrar {', '.join(changed)}. Enheter ändras av en administratör. Skriv namn och typ på bladet "
            "Enheter som de står i programmet, eller ta bort raderna."
        )
