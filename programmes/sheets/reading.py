"""Read the grids of a file into rows, each value under the key of its recognised column."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from programmes.sheets.grid import Grid
from programmes.sheets.ledger import CellLedger
from programmes.sheets.mapping import NOT_READ, MappedSheet, MappedWorkbook, MappingChoices, ProposedFacts
from programmes.sheets.readers.formats import read_grids
from programmes.sheets.recognition import fullest_row, recognise_sheet
from programmes.sheets.schema import INSTRUCTIONS_TITLE, SheetSpec
from programmes.sheets.screening import LAST_ROW, SAVE_AS
from programmes.sheets.shape.labels import read_label
from programmes.sheets.shape.legends import is_legend, legend_of_grid, legend_of_lines
from programmes.sheets.shape.lines import TableContext, read_lines
from programmes.sheets.tables import TableReader, unread_columns
from programmes.sheets.upright import read_upright
from programmes.source import Problem, SourceError

# Headings are looked for in this many rows.
HEADING_ROWS = 25
# The programme's title and years are looked for in this many rows.
ROWS_OF_TITLES = 8
# Rows with content that one sheet may have.
MAX_ROWS = 20_000
REPORT_EVERY = 1000
# Called with the number of rows read so far, and the number of rows in the file.
OnProgress = Callable[[int, int], None]


def ignore_progress(rows_read: int, rows_in_file: int) -> None:
    """Report nothing."""


def read_sheets(
    content: bytes, specs: Sequence[SheetSpec], choices: MappingChoices, on_progress: OnProgress = ignore_progress
) -> MappedWorkbook:
    """Read all visible sheets. SourceError when the file cannot be opened; faults in cells are collected instead."""
    return map_grids(read_grids(content), specs, choices, on_progress)


def map_grids(
    grids: Sequence[Grid],
    specs: Sequence[SheetSpec],
    choices: MappingChoices,
    on_progress: OnProgress = ignore_progress,
) -> MappedWorkbook:
    """Recognise each sheet or table of a file and read its rows."""
    return WorkbookReader(grids, specs, choices, on_progress).read()


@dataclass
class _OpenHeadings:
    """Headings of a document that apply to the tables below them, by level."""

    by_level: dict[int, str] = field(default_factory=dict)

    def add(self, level: int, text: str) -> None:
        self.by_level = {known: words for known, words in self.by_level.items() if known < level} | {level: text}

    @property
    def lowest(self) -> str:
        return self.by_level[max(self.by_level)] if self.by_level else ""


class WorkbookReader:
    """Reading of all sheets of one file."""

    def __init__(
        self, grids: Sequence[Grid], specs: Sequence[SheetSpec], choices: MappingChoices, on_progress: OnProgress
    ) -> None:
        self.grids = [grid for grid in grids if grid.name != INSTRUCTIONS_TITLE]
        self.specs = specs
        self.choices = choices
        self.on_progress = on_progress
        self.mapped = MappedWorkbook([])
        self.rows_in_file = sum(len(grid.rows) for grid in self.grids)
        self.rows_read = 0
        self.headings = _OpenHeadings()

    def read(self) -> MappedWorkbook:
        """Return the mapped file."""
        self.on_progress(0, self.rows_in_file)
        self.mapped.legend = self._legend()
        self.mapped.proposed = self._proposed_facts()
        for grid in self.grids:
            for line in grid.context:
                if line.level:
                    self.headings.add(line.level, line.text)
            self._read_grid(grid)
        self._note_guessed_words()
        return self.mapped

    def _note_guessed_words(self) -> None:
        """Mention each word or letter that was understood by a guess, once, with the word of our own scale."""
        for question in self.mapped.questions.values():
            if question.step and not question.is_certain:
                times = "1 cell" if question.count == 1 else f"{question.count} celler"
                note = f"”{question.word}” läses som {question.label} ({times}). Stämmer det inte, skriv ordet i filen."
                self.mapped.notes.append(Problem(note, question.place))

    def _legend(self) -> dict[str, str]:
        """Return all explanations of letters, colours and abbreviations in the file."""
        legend: dict[str, str] = {}
        for grid in self.grids:
            legend.update(legend_of_grid(grid))
            legend.update(legend_of_lines(_lines_of(grid)))
        return legend

    def _proposed_facts(self) -> ProposedFacts:
        """Return the title and years that the first lines with them tell."""
        found = [read_lines(_first_lines(grid)) for grid in self.grids if not grid.hidden]
        first_year, last_year = next(((one.first_year, one.last_year) for one in found if one.first_year), (None, None))
        title = next((one.title for one in found if one.title), "")
        status_year = next((one.status_year for one in found if one.status_year), None)
        return ProposedFacts(title, first_year, last_year, status_year)

    def _read_grid(self, grid: Grid) -> None:
        chosen = self.choices.sheets.get(grid.name, "")
        sheet = MappedSheet(grid.name, None)
        self.mapped.sheets.append(sheet)
        ledger = CellLedger(grid)
        for remark in grid.remarks:
            self.mapped.notes.append(Problem(remark[0].lower() + remark[1:], sheet=grid.name))
        if chosen == NOT_READ or (grid.hidden and not chosen):
            if grid.hidden:
                self.mapped.notes.append(Problem("bladet är dolt och läses inte.", sheet=grid.name))
            ledger.close(sheet, "bladet är dolt" if grid.hidden else "bladet läses inte")
            return
        _check_number_of_rows(grid)
        self._read_rows(grid, sheet, ledger, chosen)
        ledger.close(sheet)

    def _read_rows(self, grid: Grid, sheet: MappedSheet, ledger: CellLedger, chosen: str) -> None:
        """Recognise the sheet and read its rows into it."""
        head = grid.rows[:HEADING_ROWS]
        recognition = recognise_sheet(grid.name, head, self.specs, chosen)
        is_only_legend = not chosen and bool(legend_of_grid(grid)) and recognition.spec is None
        sheet.spec = recognition.spec
        if not head:
            return
        if is_only_legend:
            ledger.interpret(grid.filled_cells())
        elif sheet.spec is None:
            sheet.columns = unread_columns(grid, head[fullest_row(head)])
        elif sheet.spec.upright:
            read_upright(grid, sheet, self.mapped, ledger)
        else:
            above = grid.rows[: recognition.heading_index]
            context = self._context_of(grid, [cell.text for row in above for cell in row.cells if not cell.is_covered])
            ledger.interpret(cell for row in above for cell in row.cells if _is_understood(cell.text))
            status_year = self.choices.status_year or context.status_year or self.mapped.proposed.status_year
            table = TableReader(grid, sheet, self.mapped, ledger, self.choices, context, status_year)
            table.read(recognition.heading_index, recognition.number_of_rows, self._count_row)

    def _context_of(self, grid: Grid, lines_above: Sequence[str]) -> TableContext:
        """Return the facts in the lines above a table; in a document the heading above it names the area."""
        context = read_lines([*(line.text for line in grid.context), *filter(None, lines_above)])
        heading = self.headings.lowest
        if context.area or not heading or read_lines([heading]).title:
            return context
        return TableContext(
            read_lines([f"Område: {_without_mark(heading)}"]).area,
            context.goal,
            context.title,
            context.first_year,
            context.last_year,
            context.status_year,
        )

    def _count_row(self) -> None:
        self.rows_read += 1
        if self.rows_read % REPORT_EVERY == 0:
            self.on_progress(self.rows_read, self.rows_in_file)


def _check_number_of_rows(grid: Grid) -> None:
    """Raise SourceError for a sheet with too many rows, or with more than a sheet can have."""
    if grid.rows and grid.rows[-1].number > LAST_ROW:
        raise SourceError(f"Filen är skadad: bladet {grid.name} har fler rader än ett blad rymmer. {SAVE_AS}")
    if len(grid.rows) > MAX_ROWS:
        remedy = "Dela upp det, eller ta bort tomma rader som har formatering."
        raise SourceError(Problem(f"bladet har fler än {MAX_ROWS} rader. {remedy}", sheet=grid.name))


def _without_mark(heading: str) -> str:
    """Return a heading of a document without the letter or number before it: "A. Rent vatten"."""
    return read_label(heading).words


def _is_understood(line: str) -> bool:
    facts = read_lines([line])
    return facts != TableContext() or is_legend(line)


def _first_lines(grid: Grid) -> Iterator[str]:
    """Yield the lines above and in the first rows of a grid, for the title and the years of the programme."""
    yield from (line.text for line in grid.context)
    for row in grid.rows[:ROWS_OF_TITLES]:
        texts = [cell.text for cell in row.cells if cell.text and not cell.is_covered]
        # "Plan | Personalprogram 2023–2026" is a fact with its name; more texts are a table.
        if len(texts) <= 2:
            yield from texts


def _lines_of(grid: Grid) -> Iterator[str]:
    """Yield the lines of text that may be legends: around the table, and rows with a single text."""
    yield from (line.text for line in grid.context)
    for row in grid.rows:
        texts = [cell.text for cell in row.cells if cell.text and not cell.is_covered]
        if len(texts) == 1:
            yield texts[0]
