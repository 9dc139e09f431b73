"""Recognise the format of a file by its content, and read it; a file of another kind is refused by its name."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from programmes.sheets.grid import Grid
from programmes.sheets.readers import csv, docx, ods, pasted, pdf, xls, xlsx
from programmes.sheets.screening import MAX_PACKED, MEBIBYTE, SAVE_AS
from programmes.source import SourceError

Read = Callable[[bytes], list[Grid]]

AS_WORD = "Öppna den i Word eller LibreOffice, välj Spara som och formatet Word-dokument (.docx), och försök igen."
AS_PDF_TEXT = "Be om originalet, eller gör bilden till text med ett program för textigenkänning (OCR)."
LOCKED = "Filen är låst med ett lösenord. Öppna den, ta bort lösenordet, spara den och försök igen."
ACCEPTED = "Excel (.xlsx och .xls), OpenDocument (.ods), CSV (.csv och .tsv), Word (.docx) och PDF"

ACCEPTED_SUFFIXES = ".xlsx", ".xls", ".ods", ".csv", ".tsv", ".txt", ".docx", ".pdf", ".htm", ".html"

ZIP, OLE, PDF_START = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-"
# A PDF may have other bytes before its first line.
PDF_START_WITHIN = 1024
HTML_START = re.compile(rb"[\xef\xbb\xbf\s]*<(?:!doctype html|!--|html|head|meta|body|table)", re.IGNORECASE)
XML_START = re.compile(rb"[\xef\xbb\xbf\s]*<\?xml")
JSON_START = re.compile(rb"[\xef\xbb\xbf\s]*\{\s*[\"}]")


@dataclass(frozen=True)
class Package:
    """A format in a zip file, recognised by the name of one of its parts, and how it is read or why not."""

    part: re.Pattern[str]
    read: Read | None = None
    refusal: str = ""


PACKAGES = (
    Package(re.compile(r"xl/workbook\d*\.xml"), read=xlsx.read),
    Package(re.compile(r"word/document\d*\.xml"), read=docx.read),
    Package(
        re.compile(r"xl/workbook\.bin"),
        refusal=f"Filen är en binär Excel-arbetsbok (.xlsb), som inte kan läsas. {SAVE_AS}",
    ),
    Package(
        re.compile(r"ppt/presentation\.xml"),
        refusal="Filen är en PowerPoint-presentation. Kopiera tabellen till Word eller Excel.",
    ),
    Package(
        re.compile(r"index/document\.iwa"),
        refusal="Filen är gjord i Numbers eller Pages. Exportera den till Excel eller Word.",
    ),
)
OPEN_DOCUMENTS = {
    b"application/vnd.oasis.opendocument.spreadsheet": Package(re.compile(r"content\.xml"), read=ods.read),
    b"application/vnd.oasis.opendocument.text": Package(
        re.compile(r"content\.xml"), refusal=f"Filen är ett OpenDocument-dokument (.odt), som inte kan läsas. {AS_WORD}"
    ),
}
# Streams in the directory of an OLE file, whose names are stored in UTF-16.
OLE_KINDS = (
    ("EncryptedPackage", LOCKED),
    ("WordDocument", f"Filen är ett Word-dokument i det gamla formatet .doc. {AS_WORD}"),
    ("PowerPoint Document", "Filen är en PowerPoint-presentation. Kopiera tabellen till Word eller Excel."),
    ("_VBA_PROJECT", f"Filen innehåller makron och läses inte. {SAVE_AS}"),
)
OLE_WORKBOOKS = "Workbook", "Book"
# The first bytes of kinds that hold no table which can be read.
SIGNATURES = (
    ((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"BM"), f"Filen är en bild. {AS_PDF_TEXT}"),
    ((b"{\\rtf",), f"Filen är ett RTF-dokument, som inte kan läsas. {AS_WORD}"),
    ((b"7z\xbc\xaf", b"Rar!", b"\x1f\x8b", b"PK\x05\x06"), "Filen är ett arkiv. Packa upp det och välj filen i det."),
)


def read_grids(content: bytes) -> list[Grid]:
    """Return the sheets and tables of a file. SourceError when it is of another kind, locked, damaged or too large."""
    if not content:
        raise SourceError("Filen är tom. Välj en annan fil.")
    if len(content) > MAX_PACKED:
        raise SourceError(f"Filen är större än {MAX_PACKED // MEBIBYTE} MB. Ta bort bilder och blad som inte behövs.")
    return _reader_of(content)(content)


def _reader_of(content: bytes) -> Read:
    """Return the reader of the file's format. SourceError when there is none."""
    if content.startswith(ZIP):
        return _package_reader(content)
    if content.startswith(OLE):
        return _ole_reader(content)
    if PDF_START in content[:PDF_START_WITHIN]:
        return pdf.read
    for starts, refusal in SIGNATURES:
        if content.startswith(starts):
            raise SourceError(refusal)
    if HTML_START.match(content):
        return pasted.read
    if XML_START.match(content):
        raise SourceError(f"Filen är en XML-fil, som inte kan läsas. {SAVE_AS}")
    if JSON_START.match(content):
        raise SourceError(
            "Filen är en programfil (.json). Ge den ändelsen .json och läs in den med kommandot import_programme."
        )
    if csv.decode(content) is None:
        raise SourceError(f"Filen är av ett slag som inte kan läsas. Välj en fil i något av formaten {ACCEPTED}.")
    return csv.read


def _package_reader(content: bytes) -> Read:
    """Return the reader of a zip file by its parts. SourceError when it is damaged or of another kind."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            names = {name.lower() for name in package.namelist()}
            mimetype = package.read("mimetype")[:100].strip() if "mimetype" in names else b""
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        raise SourceError(_damaged(content)) from error
    found = OPEN_DOCUMENTS.get(mimetype) or _package_with(names)
    if found is None:
        raise SourceError(f"Filen är ett zip-arkiv. Packa upp det och välj en fil i något av formaten {ACCEPTED}.")
    if found.read is None:
        raise SourceError(found.refusal)
    return found.read


def _package_with(names: Iterable[str]) -> Package | None:
    return next((package for package in PACKAGES if any(map(package.part.fullmatch, names))), None)


def _damaged(content: bytes) -> str:
    """Return the refusal of a zip file that cannot be opened. The names of its first parts are often whole."""
    kinds = ((b"xl/", "Excel-arbetsboken"), (b"word/", "Word-dokumentet"), (b"opendocument", "OpenDocument-filen"))
    name = next((name for part, name in kinds if part in content), "Filen")
    participle = "skadat eller avkortat" if name.endswith("dokumentet") else "skadad eller avkortad"
    return f"{name} är {participle} och kan inte läsas. Hämta eller kopiera filen en gång till och försök igen."


def _ole_reader(content: bytes) -> Read:
    """Return the reader of a file of old Office. SourceError when it is locked, has macros or is no workbook."""
    for stream, refusal in OLE_KINDS:
        if _ole_name(stream) in content:
            raise SourceError(refusal)
    if not any(_ole_name(stream) in content for stream in OLE_WORKBOOKS):
        raise SourceError(f"Filen är sparad i ett gammalt Office-format, eller så är den skadad. {SAVE_AS}")
    return xls.read


def _ole_name(stream: str) -> bytes:
    return stream.encode("utf-16-le")
