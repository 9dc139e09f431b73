"""Screening of a workbook before openpyxl reads it: sizes, coordinates and lengths, in one pass over its XML.

openpyxl creates an object for every row up to the highest row number, for every cell of a merged area and for every
character of a text. A file of a kilobyte can therefore take hours or all memory. A streaming parser checks the limits
of Excel here, and narrower ones where no programme comes near them.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
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
MAX_CELLS = 1_000_000
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


def screen(content: bytes) -> Screening:
    """Check a workbook that anybody may have made. SourceError, in Swedish, when it cannot be read safely."""
    if not content:
        raise SourceError("Filen är tom. Välj en annan fil.")
    if len(content) > MAX_PACKED:
        raise SourceError(f"Filen är större än {MAX_PACKED // MEBIBYTE} MB. Ta bort bilder och blad som inte behövs.")
    if content.startswith(OLD_OFFICE):
        raise SourceError(f"Filen är låst med lösenord eller sparad i ett gammalt format. {SAVE_AS}")
    screening = Screening()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            _check_package(package)
            for part in package.infolist():
                try:
                    with package.open(part) as stream:
                        screening.read(stream)
                except expat.ExpatError:
                    # Drawings of old Excel versions are not quite XML, and are never read.
                    if part.filename.lower().endswith((".xml", ".rels")):
                        raise
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        raise SourceError(f"Filen är inte en Excel-arbetsbok, eller så är den skadad. {SAVE_AS}") from error
    except expat.ExpatError as error:
        raise SourceError(f"Filen är skadad och kan inte läsas. {SAVE_AS}") from error
    return screening


def _check_package(package: zipfile.ZipFile) -> None:
    parts = package.infolist()
    names = [part.filename.lower() for part in parts]
    if len(names) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise SourceError(TOO_LARGE)
    if any("vbaproject" in name or "macrosheets/" in name for name in names):
        raise SourceError(f"Filen innehåller makron och läses inte. {SAVE_AS}")
    if "xl/workbook.xml" not in names:
        raise SourceError(f"Filen är inte en Excel-arbetsbok. {SAVE_AS}")
    if sum("worksheets/" in name and name.endswith(".xml") for name in names) > MAX_SHEETS:
        raise SourceError(f"Filen har fler än {MAX_SHEETS} blad och läses inte. Ta bort blad som inte behövs.")


class Screening:
    """Counts over all parts of one workbook, and the checks that they feed."""

    def __init__(self) -> None:
        self.rows = 0
        self.has_merged_cells = False
        self._cells = self._texts = self._padded_cells = self._covered = self._elements = self._unpacked = 0
        self._last_column = 0

    def read(self, stream: IO[bytes]) -> None:
        """Check one part, whatever it is called: a relation may lead openpyxl to any name.

        The sizes in a zip's directory may lie, so bytes are counted as they come. A part that does not begin as XML,
        such as a picture, is only counted.
        """
        part: _Part | None = None
        start = True
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
        if self._elements > MAX_ELEMENTS:
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
        self.parser: Any = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.checks: dict[str, Callable[[dict[str, str]], None]] = {"si": lambda _: screening.count_text()}
        self.sheet_checks: dict[str, Callable[[dict[str, str]], None]] = {
            "row": lambda attributes: screening.count_row(attributes.get("r")),
            "c": lambda attributes: screening.count_cell(attributes.get("r")),
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
        if len(self.open) > MAX_DEPTH:
            raise SourceError(f"Filen är skadad och kan inte läsas. {SAVE_AS}")

    def _end(self, name: str) -> None:
        local, start = self.open.pop()
        if local in ("c", "si", "comment") and self.parser.CurrentByteIndex - start > MAX_CELL_BYTES:
            raise SourceError(
                f"En cell i filen innehåller mer text än de {MAX_CELL_TEXT} tecken som får plats i en cell. "
                "Korta texten och försök igen."
            )

    def _merged(self, attributes: dict[str, str]) -> None:
        self.screening.has_merged_cells = True
        self.screening.count_area(attributes.get("ref", ""))

    def _formula(self, attributes: dict[str, str]) -> None:
        if "ref" in attributes:
            self.screening.count_area(attributes["ref"])

    def _refuse_doctype(self, *args: object) -> None:
        """No workbook declares a document type; entities in one can be made to swell."""
        raise SourceError("Filen innehåller sådant som inte hör hemma i en arbetsbok, och läses inte.")


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
