"""Attachments of answers: the allowed types of files, checked by content, and storing and deleting them."""

from __future__ import annotations

import hashlib
import logging
import unicodedata
import zipfile
from collections.abc import Mapping, Sequence
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
from followup.permissions import can_attach, can_remove_attachment
from followup.workflow import NotAllowedError
from organisation.history import delete_as, save_as

if TYPE_CHECKING:
    from organisation.models import User

logger = logging.getLogger(__name__)

MAX_PER_ENTRY = 10

# A real document unpacks to a few times its size, a zip bomb to thousands of times.
UNPACKED_TIMES = 20
MAX_PARTS = 5_000
CONTENT_TYPES_BYTES = 1_000_000


@dataclass(frozen=True)
class FileType:
    """Type of file that may be attached. `part` is the content type that an Office document declares inside."""

    label: str
    content_type: str
    part: bytes = b""


_OFFICE = "application/vnd.openxmlformats-officedocument."
_WORD, _EXCEL = _OFFICE + "wordprocessingml.document", _OFFICE + "spreadsheetml.sheet"

FILE_TYPES: Mapping[str, FileType] = {
    ".pdf": FileType("PDF", "application/pdf"),
    ".docx": FileType("Word", _WORD, f'"{_WORD}.main+xml"'.encode()),
    ".xlsx": FileType("Excel", _EXCEL, f'"{_EXCEL}.main+xml"'.encode()),
    ".png": FileType("PNG", "image/png"),
    ".jpg": FileType("JPEG", "image/jpeg"),
    ".jpeg": FileType("JPEG", "image/jpeg"),
}
ALLOWED = "PDF, Word (.docx), Excel (.xlsx) och bilder (.png, .jpg)"


def max_bytes() -> int:
    return int(settings.ATTACHMENT_MAX_MB) * 1024 * 1024


class TruncatingUploadHandler(FileUploadHandler):
    """Discards the rest of an upload once it is too large, so that it cannot fill the disk."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return raw_data if start <= max_bytes() else None

    def file_complete(self, file_size: int) -> None:
        return None


def attach(entry: SubGoalEntry, upload: UploadedFile[Any], *, by: User) -> Attachment:
    """Attach `upload` to the answer, and store its file.

    Raise ValidationError with a Swedish text when the file is refused, and NotAllowedError when `by` may not write the
    answer. Nothing remains in the storage then.
    """
    name = safe_name(upload.name or "")
    attachment = Attachment(
        entry=entry,
        name=name,
        content_type=file_type_of(name, upload).content_type,
        size=upload.size or 0,
        sha256=_sha256(upload),
        uploaded_by=by,
    )
    # The file is written before the rows are locked, because the storage may be slow.
    _store(attachment, name, upload)
    try:
        with transaction.atomic():
            stored = _locked(entry)
            if not can_attach(by, stored):
                raise NotAllowedError(locked_text(entry))
            _refuse_repeated(entry, attachment)
            save_as(attachment, by=by)
    except BaseException:
        # The database rolls the row back, but not the file.
        attachment.file.delete(save=False)
        raise
    return attachment


def _store(attachment: Attachment, name: str, upload: UploadedFile[Any]) -> None:
    """Write the file to the storage. Raise ValidationError and delete a partial file when it cannot be written."""
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
    """Delete the attachment and its file for good, as the law requires for personal data. The history row remains.

    Raise NotAllowedError when `by` may not delete it, for example because the answer has been handed in.
    """
    attachment.entry = _locked(attachment.entry)
    if not can_remove_attachment(by, attachment):
        raise NotAllowedError(locked_text(attachment.entry))
    delete_as(attachment, by=by)
    transaction.on_commit(lambda: attachment.file.delete(save=False))


def _locked(entry: SubGoalEntry) -> SubGoalEntry:
    """Lock the year, then the answer, and return it as it is stored."""
    FollowUp.objects.select_for_update().get(pk=entry.follow_up_id)
    return SubGoalEntry.objects.select_for_update(of=("self",)).select_related("follow_up").get(pk=entry.pk)


def locked_text(entry: SubGoalEntry) -> str:
    """Return the error text for a person who may not change the attachments of the answer now."""
    return f"Bilagor kan bara ändras medan du kan skriva i {entry.term.genitive} svar."


def _refuse_repeated(entry: SubGoalEntry, attachment: Attachment) -> None:
    """Raise ValidationError if the file is attached already, or if there are too many attachments."""
    present = {other.sha256: other.name for other in entry.attachments.all()}
    if attachment.sha256 in present:
        raise ValidationError(f"”{attachment.name}” är redan bifogad som ”{present[attachment.sha256]}”.")
    if len(present) >= MAX_PER_ENTRY:
        raise ValidationError(
            f"”{attachment.name}” får inte plats: {entry.term.indefinite} har högst {MAX_PER_ENTRY} bilagor. "
            "Ta bort någon först."
        )


def safe_name(name: str) -> str:
    """Return the name of a file without folders, invisible characters and repeated spaces, which could disguise it."""
    # Some browsers send the path on the user's computer, with the backslashes of Windows.
    without_folders = PurePath(name.replace("\\", "/")).name
    characters = unicodedata.normalize("NFC", without_folders)
    visible = [char for char in characters if char.isspace() or not unicodedata.category(char).startswith("C")]
    result = " ".join("".join(visible).split())
    if len(result) > NAME_LENGTH:
        raise ValidationError(
            f"Filnamnet ”{result[:40]}…” är för långt. Byt till ett namn på högst {NAME_LENGTH} tecken och försök igen."
        )
    return result


def file_type_of(name: str, upload: UploadedFile[Any]) -> FileType:
    """Return the type of the file. Raise ValidationError unless it is allowed and matches the content."""
    file_type = FILE_TYPES.get(PurePath(name).suffix.lower())
    if file_type is None:
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
    detected = {match.mime_type for match in _detected_types(upload)}
    if file_type.content_type not in detected:
        _refuse_disguised(name, file_type)
    if file_type.part:
        _check_container(name, file_type, upload)
    upload.seek(0)
    return file_type


def _detected_types(upload: UploadedFile[Any]) -> list[puremagic.PureMagicWithConfidence]:
    try:
        return puremagic.magic_stream(upload)
    except (puremagic.PureError, ValueError):
        return []


def _refuse_disguised(name: str, file_type: FileType) -> NoReturn:
    raise ValidationError(
        f"”{name}” är inte en {file_type.label}-fil, vad den än heter, eller så är den skadad eller låst med lösenord. "
        "Öppna den i programmet som den gjordes i, spara om den och försök igen."
    )


def _check_container(name: str, file_type: FileType, upload: UploadedFile[Any]) -> None:
    """Refuse a Word or Excel document, which is a zip file, with macros or the wrong content, or a zip bomb.

    Only the document's list of content types is unpacked.
    """
    try:
        with zipfile.ZipFile(upload) as container:
            parts = container.infolist()
            _refuse_zip_bomb(name, parts)
            with container.open("[Content_Types].xml") as file:
                content_types = file.read(CONTENT_TYPES_BYTES)
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
        _refuse_disguised(name, file_type)
    part_names = " ".join(part.filename for part in parts).lower()
    has_macros = "vbaproject" in part_names or "macrosheets/" in part_names
    if has_macros or b"macroenabled" in content_types.lower():
        raise ValidationError(f"”{name}” innehåller makron. Spara den utan makron och försök igen.")
    if file_type.part not in content_types:
        _refuse_disguised(name, file_type)


def _refuse_zip_bomb(name: str, parts: Sequence[zipfile.ZipInfo]) -> None:
    """Raise ValidationError for a zip file that would unpack to far more data than a document has."""
    unpacked_bytes = sum(part.file_size for part in parts)
    if len(parts) > MAX_PARTS or unpacked_bytes > UNPACKED_TIMES * max_bytes():
        raise ValidationError(
            f"”{name}” packas upp till orimligt mycket och kan vara skadlig. Bifoga den som PDF i stället."
        )


def _sha256(upload: UploadedFile[Any]) -> str:
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest()
