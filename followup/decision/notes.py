"""Notes for the minutes: added, ordered, removed, and copied to a correction, until the decision is recorded."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.core.files import File
from django.db import transaction
from django.db.models import Max

from followup.models import Decision, ProtocolNote
from followup.permissions import can_decide
from followup.workflow import NotAllowedError, RefusedError
from organisation.history import delete_as, save_as

if TYPE_CHECKING:
    from organisation.models import User

logger = logging.getLogger(__name__)

COPIED_FIELDS = ("order", "kind", "name", "party", "text", "is_example")


class NoteChangedError(Exception):
    """Another user has saved the note since it was opened. `stored` is the saved note."""

    def __init__(self, stored: ProtocolNote) -> None:
        super().__init__(stored)
        self.stored = stored


@transaction.atomic
def save_note(note: ProtocolNote, *, fetched: int | None, by: User) -> None:
    """Save a new note as the last of its decision, or a changed one in its place.

    `fetched` is the version that the user has edited. Raise NoteChangedError when another user has saved a later one.
    Raise RefusedError when the decision is recorded.
    """
    decision = _lock(note.decision, by)
    if note.order is None:
        note.order = _next_order(decision)
    else:
        stored = ProtocolNote.objects.get(pk=note.pk)
        if stored.version != fetched:
            raise NoteChangedError(stored)
        note.version = stored.version + 1
    replaced = ProtocolNote.objects.filter(pk=note.pk).exclude(attachment=note.attachment.name or "").first()
    save_as(note, by=by)
    if replaced:
        _delete_file_on_commit(replaced)


@transaction.atomic
def copy_notes(earlier: Decision, case: Decision, *, by: User) -> None:
    """Copy the notes of `earlier`, with their files, to the `case` that corrects it.

    Each copy has its own file, so that changing or removing it leaves the decided note as it is. Raise RefusedError,
    and copy no note, when a file cannot be copied.
    """
    _lock(case, by)
    copies: list[ProtocolNote] = []
    try:
        for note in earlier.notes.order_by("order"):
            copy = ProtocolNote(decision=case, **{name: getattr(note, name) for name in COPIED_FIELDS})
            copies.append(copy)
            _copy_file(note, copy)
            save_as(copy, by=by, reason="Följde med till rättelsen")
    except BaseException:
        # The transaction removes the rows, but not the files.
        for copy in copies:
            copy.attachment.delete(save=False)
        raise


def _copy_file(note: ProtocolNote, copy: ProtocolNote) -> None:
    """Give the copy of a note its own copy of the file. Raise RefusedError when the file cannot be read or stored."""
    if not note.attachment:
        return
    try:
        with note.attachment.open("rb") as file:
            # A folder for each case: the file keeps its name, which the minutes print.
            copy.attachment.save(f"{copy.decision_id}/{note.file_name}", File(file), save=False)
    except OSError as error:
        logger.exception("The file of a note for the minutes could not be copied")
        raise RefusedError(
            f"Filen ”{note.file_name}” ({note}) kan inte läsas eller sparas. Be driften att återställa den från "
            "säkerhetskopian eller att göra plats på servern, och försök igen."
        ) from error


@transaction.atomic
def move_note(note: ProtocolNote, *, earlier: bool, by: User) -> None:
    """Let the note change places with the one before or after it. Nothing happens at either end of the list."""
    decision = _lock(note.decision, by)
    notes = list(decision.notes.order_by("order"))
    index = notes.index(note)
    other = index - 1 if earlier else index + 1
    if not 0 <= other < len(notes):
        return
    first, second = sorted((notes[index], notes[other]), key=lambda moved: moved.order)
    # The order is unique at every moment, so the first note leaves its place before the second takes it.
    ProtocolNote.objects.filter(pk=first.pk).update(order=_next_order(decision))
    first.order, second.order = second.order, first.order
    for moved in (second, first):
        save_as(moved, by=by)


@transaction.atomic
def remove_note(note: ProtocolNote, *, by: User) -> None:
    _lock(note.decision, by)
    _delete_file_on_commit(note)
    delete_as(note, by=by)


def _lock(decision: Decision, by: User) -> Decision:
    """Return the stored decision, locked so that it is not recorded meanwhile.

    Raise NotAllowedError unless the user is the board's secretary, and RefusedError when the decision is recorded.
    """
    stored = Decision.objects.select_for_update(of=("self",)).select_related("follow_up").get(pk=decision.pk)
    if not can_decide(by, stored.follow_up):
        raise NotAllowedError("Bara nämndsekreteraren ändrar anteckningar till protokollet.")
    if stored.is_recorded:
        raise RefusedError("Beslutet är infört, så anteckningarna kan inte ändras. Rätta med ett nytt beslut.")
    return stored


def _next_order(decision: Decision) -> int:
    last: int | None = decision.notes.aggregate(last=Max("order"))["last"]
    return (last or 0) + 1


def _delete_file_on_commit(note: ProtocolNote) -> None:
    if note.attachment:
        transaction.on_commit(lambda: note.attachment.delete(save=False))
