"""Mapping of a workbook: the recognised meaning of its sheets and columns, and their rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from programmes.sheets.schema import ColumnSpec, SheetSpec
from programmes.source import Problem, Problems, SourceRow

# Stands for "do not read this sheet" among the keys of sheets.
NOT_READ = "-"


@dataclass(frozen=True)
class MappingChoices:
    """Corrections by a person: keys of sheets by title, keys of columns by title and letter, and the year of statuses
    whose heading names none."""

    sheets: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    status_year: int | None = None
    # Steps by key of the column and normalised word; an empty step means that the word is not read.
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class ColumnMapping:
    """A column of the file and its meaning; `spec` is None for a column that is not read."""

    letter: str
    heading: str
    spec: ColumnSpec | None = None
    year: int | None = None

    @property
    def label(self) -> str:
        return f"{self.letter} ({self.heading})" if self.heading else self.letter


@dataclass(frozen=True)
class UnreadCell:
    """A filled cell that nothing was read from, and the reason in Swedish."""

    place: str
    text: str
    reason: str


@dataclass
class WordQuestion:
    """A word of the file for a step of a scale, which is asked once: the proposed step, and how often it is there."""

    key: str
    word: str
    step: str
    is_certain: bool
    # Word of our own scale for the step.
    label: str = ""
    count: int = 0
    # Place of the first cell with the word.
    place: str = ""


@dataclass(frozen=True)
class ProposedFacts:
    """Facts about the programme that lines of text in the file tell."""

    title: str = ""
    first_year: int | None = None
    last_year: int | None = None
    status_year: int | None = None


@dataclass
class MappedSheet:
    """A sheet of the file, its columns, and its rows with values by the keys of the columns."""

    title: str
    spec: SheetSpec | None
    columns: list[ColumnMapping] = field(default_factory=list)
    rows: list[SourceRow] = field(default_factory=list)
    # How many filled cells became values, or told the place of others; the rest are listed.
    cells_read: int = 0
    cells_interpreted: int = 0
    unread: list[UnreadCell] = field(default_factory=list)

    @property
    def number_of_cells(self) -> int:
        return self.cells_read + self.cells_interpreted + len(self.unread)

    @property
    def is_understood(self) -> bool:
        """Return whether every column with a heading is read."""
        return self.spec is not None and all(column.spec or not column.heading for column in self.columns)


@dataclass(frozen=True)
class PlacedItem:
    """A goal or measure that was built from a row, with its number. A row of a flat table has one of each."""

    kind: str
    row: SourceRow
    code: tuple[int, ...]
    item: SourceRow


@dataclass
class MappedWorkbook:
    """All sheets of a file. `notes` tell where it was understood differently from how it was written."""

    sheets: list[MappedSheet]
    problems: Problems = field(default_factory=Problems)
    notes: list[Problem] = field(default_factory=list)
    placed: list[PlacedItem] = field(default_factory=list)
    questions: dict[tuple[str, str], WordQuestion] = field(default_factory=dict)
    # Words by the abbreviation, letter or colour that a legend in the file explains.
    legend: dict[str, str] = field(default_factory=dict)
    proposed: ProposedFacts = ProposedFacts()

    def rows(self, key: str) -> list[SourceRow]:
        return [row for sheet in self.sheets if sheet.spec and sheet.spec.key == key for row in sheet.rows]

    def has_sheet(self, key: str) -> bool:
        return any(sheet.spec and sheet.spec.key == key for sheet in self.sheets)

    def has_column(self, key: str) -> bool:
        """Return whether a column with this key is read on any sheet."""
        return any(column.spec and column.spec.key == key for sheet in self.sheets for column in sheet.columns)
