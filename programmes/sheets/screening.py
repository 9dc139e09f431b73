"""Screening of a zip file of XML before a library reads it: sizes, coordinates and lengths, in one pass over its XML.

Workbooks and documents of Office and OpenDocument are such files. openpyxl creates an object for every row up to the
highest row number, for every cell of a merged area and for every character of a text. A file of a kilobyte can
therefore take hours or all memory. A streaming parser checks the limits of Excel here, and narrower ones where no
programme comes near them.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any
from xml.parsers import expat

from programmes.source import SourceError

MEBIBYTE = 2**20
MAX_PACKED = 10 * MEBIBYTE
# Ten thousand rows of text unpack to about ten.
MAX_UNPACKED = 80 * MEBIBYTE
MAX_PARTS = 2_000
# Excel's own limits: rows and columns of a sheet, and characters of a cell.
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
MAX_CELL_TEXT = 32_767
# A character takes at most four bytes, or eight as a numeric reference; runs of formatted text add tags.
MAX_CELL_BYTES = 10 * MAX_CELL_TEXT
MAX_CELLS = 500_000
MAX_TEXTS = 500_000
# Cells up to the last one of each row; openpyxl pads rows with empty cells.
MAX_PADDED_CELLS = 20_000_000
# Cells covered by merged areas, links and the like, which openpyxl visits one by one.
MAX_COVERED = 500_000
MAX_SHEETS = 250
MAX_ELEMENTS = 8_000_000
MAX_DEPTH = 60
CHUNK = 2**16

SAVE_AS = "Öppna den i Excel eller LibreOffice, välj Spara som och formatet Excel-arbetsbok (.xlsx), och försök igen."
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# A byte order mark, white space, or the zero bytes of UTF-16 may come before the first tag.
XML_START = re.compile(rb"[\xef\xbb\xbf\xfe\xff\x00\s]*<")
ROW_NUMBER = re.compile(r"[1-9]\d{0,6}", re.ASCII)
REFERENCE = re.compile(r"\$?([A-Za-z]{1,4})\$?([1-9]\d{0,6})", re.ASCII)
TOO_LARGE = (
    "Filen packas upp till orimligt mycket och läses inte. Ta bort tomma rader och kolumner som har formatering, och "
    "blad som inte behövs."
)


@dataclass(frozen=True)
class PackageKind:
    """A format of zipped XML: its Swedish name, the remedy for a bad file, and how large it may be.

    `main_part` is the beginning of the name of its main part: some programs write "document2.xml". Parts that are not
    in `read_parts` are only counted, unless that is empty.
    """

    name: str
    main_part: str
    remedy: str
    max_elements: int = MAX_ELEMENTS
    max_depth: int = MAX_DEPTH
    read_parts: tuple[str, ...] = ()


WORKBOOK = PackageKind("en Excel-arbetsbok", "xl/workbook", SAVE_AS)


def screen(content: bytes, kind: PackageKind = WORKBOOK) -> Screening:
    """Check a file that anybody may have made. SourceError, in Swedish, when it cannot be read safely."""
    if not content:
        raise SourceError("Filen är tom. Välj en annan fil.")
    if len(content) > MAX_PACKED:
        raise SourceError(f"Filen är större än {MAX_PACKED // MEBIBYTE} MB. Ta bort bilder och blad som inte behövs.")
    if content.startswith(OLD_OFFICE):
        raise SourceError(f"Filen är låst med lösenord eller sparad i ett gammalt format. {kind.remedy}")
    screening = Screening(kind)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            _check_package(package, kind)
            for part in package.infolist():
                _screen_part(package, part, screening)
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        raise SourceError(f"Filen är inte {kind.name}, eller så är den skadad. {kind.remedy}") from error
    except zlib.error as error:
        raise SourceError(f"Filen är skadad och kan inte läsas. {kind.remedy}") from error
    except expat.ExpatError as error:
        raise SourceError(f"Filen är skadad och kan inte läsas. {kind.remedy}") from error
    return screening


def _screen_part(package: zipfile.ZipFile, part: zipfile.ZipInfo, screening: Screening) -> None:
    try:
        with package.open(part) as stream:
            screening.read(stream, part.filename)
    except expat.ExpatError:
        # Drawings of old Excel versions are not quite XML, and are never read.
        if part.filename.lower().endswith((".xml", ".rels")):
            raise


def _check_package(package: zipfile.ZipFile, kind: PackageKind) -> None:
    parts = package.infolist()
    names = [part.filename.lower() for part in parts]
    if len(names) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise SourceError(TOO_LARGE)
    if any("vbaproject" in name or "macrosheets/" in name for name in names):
        raise SourceError(f"Filen innehåller makron och läses inte. {kind.remedy}")
    if not any(name.startswith(kind.main_part) and name.endswith(".xml") for name in names):
        raise SourceError(f"Filen är inte {kind.name}. {kind.remedy}")
    if sum("worksheets/" in name and name.endswith(".xml") for name in names) > MAX_SHEETS:
        raise SourceError(f"Filen har fler än {MAX_SHEETS} blad och läses inte. Ta bort blad som inte behövs.")


class Screening:
    """Counts over all parts of one file, and the checks that they feed."""

    def __init__(self, kind: PackageKind) -> None:
        self.kind = kind
        self.rows = 0
        self.has_formula_without_result = False
        self.has_merged_cells = False
        self._cells = self._texts = self._padded_cells = self._covered = self._elements = self._unpacked = 0
        self._last_column = 0

    def read(self, stream: IO[bytes], name: str) -> None:
        """Check one part, whatever it is called: a relation may lead openpyxl to any name.

        The sizes in a zip's directory may lie, so bytes are counted as they come. A part that does not begin as XML,
        such as a picture, is only counted.
        """
        part: _Part | None = None
        start = not self.kind.read_parts or name in self.kind.read_parts
        while chunk := stream.read(CHUNK):
            self._unpacked += len(chunk)
            if self._unpacked > MAX_UNPACKED:
                raise SourceError(TOO_LARGE)
            if start and XML_START.match(chunk):
                part = _Part(self)
            start = False
            if part:
                part.parser.Parse(chunk, False)
        if part:
            part.parser.Parse(b"", True)

    def count_element(self) -> None:
        self._elements += 1
        if self._elements > self.kind.max_elements:
            raise SourceError(TOO_LARGE)

    def count_row(self, number: str | None) -> None:
        self.rows += 1
        self._last_column = 0
        if number is not None and not (ROW_NUMBER.fullmatch(number) and int(number) <= LAST_ROW):
            raise SourceError(f"Filen är skadad: den har en rad med numret {number[:20]}. {SAVE_AS}")

    def count_cell(self, reference: str | None) -> None:
        self._cells += 1
        column = self._last_column + 1 if reference is None else _row_and_column(reference)[1]
        self._padded_cells += max(column - self._last_column, 0)
        self._last_column = column
        if self._cells > MAX_CELLS or self._padded_cells > MAX_PADDED_CELLS:
            raise SourceError(TOO_LARGE)

    def count_text(self) -> None:
        self._texts += 1
        if self._texts > MAX_TEXTS:
            raise SourceError(TOO_LARGE)

    def count_area(self, reference: str) -> None:
        """Add the cells of an area such as "A1:C4" to those that openpyxl visits one by one."""
        corners = [_row_and_column(corner) for corner in reference.split(":", 1)]
        (first_row, first_column), (last_row, last_column) = corners[0], corners[-1]
        self._covered += (abs(last_row - first_row) + 1) * (abs(last_column - first_column) + 1)
        if self._covered > MAX_COVERED:
            raise SourceError(
                "Filen har sammanslagna celler eller länkar över så stora ytor att den inte läses. "
                "Dela upp de sammanslagna cellerna och försök igen."
            )


class _Part:
    """A streaming parser of one part, which stops at the first thing that is too large."""

    def __init__(self, screening: Screening) -> None:
        self.screening = screening
        self.open: list[tuple[str, int]] = []
        self.lacks_result = False
        self.parser: Any = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.checks: dict[str, Callable[[dict[str, str]], None]] = {"si": lambda _: screening.count_text()}
        self.sheet_checks: dict[str, Callable[[dict[str, str]], None]] = {
            "row": lambda attributes: screening.count_row(attributes.get("r")),
            "c": self._cell,
            "mergeCell": self._merged,
            "hyperlink": lambda attributes: screening.count_area(attributes.get("ref", "A1")),
            "f": self._formula,
        }

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.screening.count_element()
        local = name.rpartition(":")[2]
        if not self.open and local == "worksheet":
            self.checks = self.sheet_checks
        if check := self.checks.get(local):
            check(attributes)
        self.open.append((local, self.parser.CurrentByteIndex))
        if len(self.open) > self.screening.kind.max_depth:
            raise SourceError(f"Filen är skadad och kan inte läsas. {self.screening.kind.remedy}")

    def _end(self, name: str) -> None:
        local, start = self.open.pop()
        length = self.parser.CurrentByteIndex - start
        if local == "v" and length > len(name) + len("<>"):
            self.lacks_result = False
        elif local == "c" and self.lacks_result:
            self.screening.has_formula_without_result = True
        if local in ("c", "si", "comment") and length > MAX_CELL_BYTES:
            raise SourceError(
                f"En cell i filen innehåller mer text än de {MAX_CELL_TEXT} tecken som får plats i en cell. "
                "Korta texten och försök igen."
            )

    def _cell(self, attributes: dict[str, str]) -> None:
        self.lacks_result = False
        self.screening.count_cell(attributes.get("r"))

    def _merged(self, attributes: dict[str, str]) -> None:
        self.screening.has_merged_cells = True
        self.screening.count_area(attributes.get("ref", ""))

    def _formula(self, attributes: dict[str, str]) -> None:
        self.lacks_result = True
        if "ref" in attributes:
            self.screening.count_area(attributes["ref"])

    def _refuse_doctype(self, *args: object) -> None:
        """No program declares a document type in such a file; entities in one can be made to swell."""
        raise SourceError(
            f"Filen innehåller sådant som inte hör hemma i den, och läses inte. {self.screening.kind.remedy}"
        )


def _row_and_column(reference: str) -> tuple[int, int]:
    """Return row and column of a cell reference such as "B12". SourceError when no sheet has such a cell."""
    found = REFERENCE.fullmatch(reference)
    if found:
        column = 0
        for letter in found[1].upper():
            column = column * 26 + ord(letter) - 64
        row = int(found[2])
        if 1 <= row <= LAST_ROW and column <= LAST_COLUMN:
            return row, column
    raise SourceError(f"Filen är skadad: den har en cell med platsen {reference[:20]}. {SAVE_AS}")
