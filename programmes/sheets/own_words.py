"""Sheets with the words of a programme: headings that are written, and headings that are understood in files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.utils.text import capfirst

from programmes.sheets.cells import normal
from programmes.sheets.schema import ColumnSpec, SheetSpec
from programmes.terms import Term, Terms

# Excel refuses longer titles of sheets, and titles with these characters.
TITLE_LENGTH = 31
INVALID_IN_TITLES = frozenset("[]:*?/\\")


def heading_words(terms: Terms) -> dict[tuple[str, str], str]:
    """Return the programme's words for columns, by the keys of sheet and column."""
    area, goal, area_goal = terms.area.singular, terms.goal.singular, terms.area_goal.singular
    return {
        ("programme", "overarching_goal"): terms.overarching_goal.singular,
        ("areas", "name"): area,
        ("areas", "overarching_sub_goal"): area_goal,
        ("goals", "area"): area,
        ("goals", "area_goal"): area_goal,
        ("goals", "text"): goal,
        ("measures", "area"): area,
        ("measures", "area_goal"): area_goal,
        ("measures", "goal"): goal,
        ("measures", "text"): terms.measure.singular,
        ("indicators", "area"): area,
        ("indicators", "goal"): goal,
    }


def in_words_of(terms: Terms, sheets: Sequence[SheetSpec]) -> tuple[SheetSpec, ...]:
    """Return the sheets titled in the programme's words. The general titles are understood as well.

    A word that would be read as another column or sheet is left out, so that a written file comes back unchanged.
    """
    words, of_sheets = heading_words(terms), _terms_of_sheets(terms)
    result = []
    for sheet in sheets:
        columns = tuple(_titled(column, words.get((sheet.key, column.key)), sheet.columns) for column in sheet.columns)
        term = of_sheets.get(sheet.key)
        title = _sheet_title(term, sheet, sheets) if term else sheet.title
        result.append(replace(sheet, columns=columns, title=title, names=(*sheet.names, sheet.title)))
    return tuple(result)


def understanding(all_terms: Iterable[Terms], sheets: Sequence[SheetSpec]) -> tuple[SheetSpec, ...]:
    """Return the sheets with the words of several programmes as further names of columns and sheets."""
    understood = tuple(sheets)
    for terms in all_terms:
        titled = in_words_of(terms, understood)
        understood = tuple(_with_names_of(other, sheet) for sheet, other in zip(understood, titled, strict=True))
    return understood


def _terms_of_sheets(terms: Terms) -> dict[str, Term]:
    return {"areas": terms.area, "goals": terms.goal, "measures": terms.measure}


def _titled(column: ColumnSpec, word: str | None, columns: Sequence[ColumnSpec]) -> ColumnSpec:
    """Return the column with the word as its title, unless the word already means another of the `columns`."""
    others = {normal(name) for other in columns if other is not column for name in (other.title, *other.names)}
    if word is None or normal(word) in others:
        return column
    return replace(column, title=capfirst(word), names=(*column.names, column.title))


def _sheet_title(term: Term, sheet: SheetSpec, sheets: Sequence[SheetSpec]) -> str:
    """Return the plural as the title of the sheet, unless it means another sheet or Excel refuses it."""
    title = capfirst(term.plural)
    others = {normal(name) for other in sheets if other is not sheet for name in (other.title, *other.names)}
    is_allowed = len(title) <= TITLE_LENGTH and not INVALID_IN_TITLES & set(title)
    return title if is_allowed and normal(title) not in others else sheet.title


def _with_names_of(titled: SheetSpec, sheet: SheetSpec) -> SheetSpec:
    """Return `sheet` with the titles of `titled` as further names."""
    columns = tuple(
        replace(column, names=(*column.names, own.title)) if own.title != column.title else column
        for column, own in zip(sheet.columns, titled.columns, strict=True)
    )
    names = (*sheet.names, titled.title) if titled.title != sheet.title else sheet.names
    return replace(sheet, columns=columns, names=names)


def in_sentence(text: str, terms: Terms) -> str:
    """Return a text of the instructions with the programme's words in place of those in braces."""
    goal, measure = terms.goal, terms.measure
    return text.format(
        area=terms.area.short.singular,
        goal=goal.singular,
        goal_genitive=goal.genitive,
        goal_it=goal.agree("den", "det"),
        each_goal=goal.agree("var och en", "vart och ett"),
        own_goal=f"{goal.agree('sin', 'sitt')} {goal.singular}",
        the_goals=goal.definite_plural,
        The_goal=capfirst(goal.definite),
        The_goals=capfirst(goal.definite_plural),
        measure=measure.singular,
        measures=measure.plural,
        each_measure=measure.agree("var och en", "vart och ett"),
        The_measures=capfirst(measure.definite_plural),
    )
