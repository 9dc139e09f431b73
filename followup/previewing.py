"""Looking at what a workbook would do before it does it: the import itself, undone.

So what is shown is what happens, rules of the database included. Who confirms, confirms what was shown: when the
programme has been changed in between, or the file is understood differently, it is shown again instead.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction

from followup.importing import import_source
from followup.models import Workbook
from followup.removing import Surplus, remove, surplus_of
from followup.renderers import pdf
from followup.sheets import read_workbook
from organisation.models import Unit
from programmes.importing import ImportLog
from programmes.models import Programme
from programmes.sheets.assembling import Facts
from programmes.sheets.tables import Choices, Tables
from programmes.source import Problem, SourceError

if TYPE_CHECKING:
    from organisation.models import User


@dataclass(frozen=True)
class Preview:
    """What would happen, or the `problems` that keep it from happening."""

    log: ImportLog
    tables: Tables
    problems: list[Problem]
    programme: Programme | None = None
    surplus: Surplus = field(default_factory=Surplus)

    @property
    def digest(self) -> str:
        """The same for the same changes, whoever sees them and when."""
        removal = [row.pk for row in self.surplus.removable], [(row.pk, why) for row, why in self.surplus.bound]
        seen = (self.log.changes, sorted(self.log.created.items()), self.log.kept, removal)
        return hashlib.sha256(repr(seen).encode()).hexdigest()


class Differs(Exception):
    """What would happen now is not what was confirmed. `preview` is what would."""

    def __init__(self, preview: Preview) -> None:
        super().__init__("Programmet eller filen har ändrats sedan du såg vad som skulle hända.")
        self.preview = preview


def preview_of(workbook: Workbook, *, by: User) -> Preview:
    with transaction.atomic():
        preview = _bring_in(workbook, by)
        transaction.set_rollback(True)
    return preview


@transaction.atomic
def confirm(workbook: Workbook, digest: str, *, by: User, removes: bool = False) -> Preview:
    """Do what was shown under `digest`, and forget the workbook; whoever confirms `removes` what the file lacks too, as
    far as it can be. Differs when something else would happen; nothing has then."""
    # Two clicks take turns, and the second finds the workbook gone.
    workbook = Workbook.objects.select_for_update().get(pk=workbook.pk)
    preview = _bring_in(workbook, by)
    if preview.problems or preview.digest != digest:
        raise Differs(preview)
    if removes:
        remove(preview.surplus, preview.log, by=by)
    workbook.delete()
    return preview


def _bring_in(workbook: Workbook, by: User) -> Preview:
    log = ImportLog()
    tables = Tables([])
    try:
        choices = Choices(workbook.sheets, workbook.columns, workbook.facts.get("status_year"))
        source, tables = read_workbook(bytes(workbook.content), Facts(_of_programme(workbook)), choices)
        # A fault undoes what came before it, and the problems can still be shown.
        with transaction.atomic():
            programme = import_source(source, log, tables.problems, with_pdf=pdf.is_available(), by=by)
            _check_units(log, by)
    except SourceError as error:
        return Preview(log, tables, error.problems)
    return Preview(log, tables, [], programme, surplus_of(programme, log.missing))


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
            f"Filen ändrar {', '.join(changed)}. Enheter ändras av en administratör. Skriv namn och slag på bladet "
            "Enheter som de står i programmet, eller ta bort raderna."
        )
