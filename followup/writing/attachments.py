"""What may be attached to a goal's answer, told by what the file holds and not by what it is called; and doing it."""

from __future__ import annotations

import hashlib
import logging
import unicodedata
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, NoReturn

import puremagic
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.db import transaction
from django.template.defaultfilters import filesizeformat

from followup.models import Attachment, FollowUp, SubGoalEntry
from followup.models.attachments import NAME_LENGTH
from followup.permissions import can_write
from followup.workflow import NotAllowed
from organisation.history import delete_as, save_as

if TYPE_CHECKING:
    from organisation.models import User

logger = logging.getLogger(__name__)

MAX_PER_ENTRY = 10

# An honest document unpacks to a few times its size; a bomb to thousands.
UNPACKED_TIMES = 20
MAX_PARTS = 5_000
CONTENT_TYPES_BYTES = 1_000_000


@dataclass(frozen=True)
class Kind:
    """A type of file that may be attached; an Office document's `part` is what its container declares it to be."""

    label: str
    content_type: str
    part: bytes = b""


_OFFICE = "application/vnd.openxmlformats-officedocument."
_WORD, _EXCEL = _OFFICE + "wordprocessingml.document", _OFFICE + "spreadsheetml.sheet"

KINDS: Mapping[str, Kind] = {
    ".pdf": Kind("PDF", "application/pdf"),
    ".docx": Kind("Word", _WORD, f'"{_WORD}.main+xml"'.encode()),
    ".xlsx": Kind("Excel", _EXCEL, f'"{_EXCEL}.main+xml"'.encode()),
    ".png": Kind("PNG", "image/png"),
    ".jpg": Kind("JPEG", "image/jpeg"),
    ".jpeg": Kind("JPEG", "image/jpeg"),
}
ALLOWED = "PDF, Word (.docx), Excel (.xlsx) och bilder (.png, .jpg)"


def max_bytes() -> int:
    return int(settings.ATTACHMENT_MAX_MB) * 1024 * 1024


class DiscardBeyondBound(FileUploadHandler):
    """Keeps no more of an upload than shows that it is too large, so that nobody fills the disk with one."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return raw_data if start <= max_bytes() else None

    def file_complete(self, file_size: int) -> None:
        return None


def attach(entry: SubGoalEntry, upload: UploadedFile[Any], *, by: User) -> Attachment:
    """Keep `upload` beside the goal's answer.

    ValidationError, in Swedish, naming the file and how to mend it; NotAllowed when `by` may not write the answer.
    Nothing is kept then, in the storage either.
    """
    name = safe_name(upload.name or "")
    attachment = Attachment(
        entry=entry,
        name=name,
        content_type=kind_of(name, upload).content_type,
        size=upload.size or 0,
        sha256=_sha256(upload),
        uploaded_by=by,
    )
    # Written before the rows are locked: a storage may be slow.
    _store(attachment, name, upload)
    try:
        with transaction.atomic():
            _lock_writable(entry, by)
            _refuse_repeated(entry, attachment)
            save_as(attachment, by=by)
    except BaseException:
        # The row is undone by the database, the file by us.
        attachment.file.delete(save=False)
        raise
    return attachment


def _store(attachment: Attachment, name: str, upload: UploadedFile[Any]) -> None:
    """Write the file to the storage, whole or not at all. ValidationError when there is no room for it."""
    field = attachment.file.field
    stored_as = field.generate_filename(attachment, name)
    try:
        attachment.file = field.storage.save(stored_as, upload, max_length=field.max_length)
    except OSError as error:
        logger.exception("An attached file could not be stored")
        with suppress(OSError):
            field.storage.delete(stored_as)
        raise ValidationError(
            f"”{name}” kunde inte sparas, för servern har fel på eller ont om lagringsutrymme. "
            "Det är anmält i serverns logg. Försök igen senare; det du har skrivit finns kvar."
        ) from error


@transaction.atomic
def remove(attachment: Attachment, *, by: User) -> None:
    """Take the file away for good, as one with somebody's name in it must be. Its history says who did it and when.

    NotAllowed when `by` may not write the answer (now that it is handed in, perhaps).
    """
    _lock_writable(attachment.entry, by)
    delete_as(attachment, by=by)
    transaction.on_commit(lambda: attachment.file.delete(save=False))


def _lock_writable(entry: SubGoalEntry, by: User) -> None:
    FollowUp.objects.select_for_update().get(pk=entry.follow_up_id)
    stored = SubGoalEntry.objects.select_for_update(of=("self",)).select_related("follow_up").get(pk=entry.pk)
    if not can_write(by, stored):
        raise NotAllowed("Bilagor kan bara ändras medan du kan skriva i målets svar.")


def _refuse_repeated(entry: SubGoalEntry, attachment: Attachment) -> None:
    present = {other.sha256: other.name for other in entry.attachments.all()}
    if attachment.sha256 in present:
        raise ValidationError(f"”{attachment.name}” är redan bifogad som ”{present[attachment.sha256]}”.")
    if len(present) >= MAX_PER_ENTRY:
        raise ValidationError(
            f"”{attachment.name}” får inte plats: ett mål har högst {MAX_PER_ENTRY} bilagor. Ta bort någon först."
        )


def safe_name(name: str) -> str:
    """The name of a file without what could disguise it: folders, invisible characters, runs of space."""
    visible = "".join(
        " " if char.isspace() else char
        for char in unicodedata.normalize("NFC", PurePath(name.replace("\\", "/")).name)
        if char.isspace() or not unicodedata.category(char).startswith("C")
    )
    result = " ".join(visible.split())
    if len(result) > NAME_LENGTH:
        raise ValidationError(
            f"Filnamnet ”{result[:40]}…” är för långt. Byt till ett namn på högst {NAME_LENGTH} tecken och försök igen."
        )
    return result


def kind_of(name: str, upload: UploadedFile[Any]) -> Kind:
    """What the file is by its content. ValidationError, in Swedish, when it may not be attached."""
    kind = KINDS.get(PurePath(name).suffix.lower())
    if kind is None:
        raise ValidationError(f"”{name}” kan inte bifogas. Tillåtna filer är {ALLOWED}.")
    size = upload.size or 0
    if not size:
        raise ValidationError(f"”{name}” är tom. Kontrollera filen och försök igen.")
    if size > max_bytes():
        raise ValidationError(
            f"”{name}” är större än {filesizeformat(max_bytes())}. "
            "Gör den mindre, till exempel med bilder i lägre upplösning, eller dela upp den."
        )
    upload.seek(0)
    if kind.content_type not in {match.mime_type for match in _matches(upload)}:
        _disguised(name, kind)
    if kind.part:
        _check_container(name, kind, upload)
    upload.seek(0)
    return kind


def _matches(upload: UploadedFile[Any]) -> list[puremagic.PureMagicWithConfidence]:
    try:
        return puremagic.magic_stream(upload)
    except (puremagic.PureError, ValueError):
        return []


def _disguised(name: str, kind: Kind) -> NoReturn:
    raise ValidationError(
        f"”{name}” är inte en {kind.label}-fil, vad den än heter, eller så är den skadad eller låst med lösenord. "
        "Öppna den i programmet som den gjordes i, spara om den och försök igen."
    )


def _check_container(name: str, kind: Kind, upload: UploadedFile[Any]) -> None:
    """Look into the zip file that a Word or Excel document is, without unpacking more than its declaration."""
    try:
        with zipfile.ZipFile(upload) as container:
            parts = container.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > UNPACKED_TIMES * max_bytes():
                raise ValidationError(
                    f"”{name}” packas upp till orimligt mycket och kan vara skadlig. Bifoga den som PDF i stället."
                )
            with container.open("[Content_Types].xml") as file:
                declared = file.read(CONTENT_TYPES_BYTES)
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
        _disguised(name, kind)
    inside = " ".join(part.filename for part in parts).lower()
    if b"macroenabled" in declared.lower() or "vbaproject" in inside or "macrosheets/" in inside:
        raise ValidationError(f"”{name}” innehåller makron. Spara den utan makron och försök igen.")
    if kind.part not in declared:
        _disguised(name, kind)


def _sha256(upload: UploadedFile[Any]) -> str:
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest()
