"""Legends in a file: explanations of letters, signs, colours and abbreviations, as words by what they explain."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from programmes.sheets.cells import normal
from programmes.sheets.grid import Cell, Grid

# "G = genomfört, P = pågår": each pair ends before the next one.
_PAIR = re.compile(
    r"(?:^|[,;.]\s+|\n)\s*([^\s=,;:]{1,8}(?: %)?|\d+–\d+ %)\s*=\s*(.+?)(?=[,;.]\s+[^\s=,;]{1,8}(?: %)?\s*=|\n|$)"
)
# "IFN individ- och familjenämnden, KoF kultur- och …": an abbreviation in capitals and then its words.
_LISTED = re.compile(r"(?:^|,\s*|\()([A-ZÅÄÖ][A-Za-zÅÄÖåäö]{1,5})\s+([a-zåäö][^,()]{2,80})(?=,|\)|$|\.)")
MAX_LEGEND_ROWS = 60
MAX_KEY = 8
_HEADING_WORDS = ("bokstav", "betyder", "betydelse", "färg", "förklaring", "förkortning", "status", "kod")


def explanations_in(text: str) -> dict[str, str]:
    """Return the words by letter or abbreviation of a line such as "G = genomfört, P = pågår"."""
    pairs = {key.strip(): words.strip(" .,;") for key, words in _PAIR.findall(text)}
    if pairs:
        return pairs
    listed = _LISTED.findall(text)
    return {key: words.strip() for key, words in listed if sum(map(str.isupper, key)) >= 2} if len(listed) > 1 else {}


def is_legend(text: str) -> bool:
    """Return whether a line explains at least two letters, signs or abbreviations."""
    return len(explanations_in(text)) > 1


def legend_of_grid(grid: Grid) -> dict[str, str]:
    """Return the explanations in a sheet that is nothing but a legend; empty for other sheets.

    Keys are normalised texts, and colours as "#rrggbb". A row explains its first cell by its second one; a filled cell
    with its own text is explained by that.
    """
    rows = [[cell for cell in row.cells if not cell.is_covered and not cell.is_empty] for row in grid.rows]
    if len(rows) > MAX_LEGEND_ROWS or len(grid.columns) > 3:
        return {}
    legend: dict[str, str] = {}
    for cells in rows:
        legend.update(_explained_by_row(cells))
    return legend


def _explained_by_row(cells: Sequence[Cell]) -> Iterator[tuple[str, str]]:
    """Yield what a row of a legend explains: a colour or a short text, and its words."""
    texts = [cell for cell in cells if cell.text]
    colours = [cell for cell in cells if cell.fill]
    if len(colours) == 1 and len(texts) == 1:
        yield colours[0].fill, texts[0].text
    elif len(texts) == 2 and len(texts[0].text) <= MAX_KEY and normal(texts[0].text) not in _HEADING_WORDS:
        yield normal(texts[0].text) or texts[0].text, texts[1].text
        if texts[0].fill:
            yield texts[0].fill, texts[1].text


def legend_of_lines(lines: Iterable[str]) -> dict[str, str]:
    """Return the explanations in lines of text, by normalised letter or abbreviation."""
    legend: dict[str, str] = {}
    for line in lines:
        legend.update({normal(key) or key: words for key, words in explanations_in(line).items()})
    return legend
