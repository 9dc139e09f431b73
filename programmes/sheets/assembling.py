"""Making a programme of the rows of a workbook: the value that `programmes.importing` takes.

A row names what it belongs to by number or by words, or stands below the one that did; what it names and no sheet
lists is made from it. So one flat table of areas, goals and measures does as well as a sheet for each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from django.utils.text import slugify

from organisation.models import Unit
from programmes.importing import FORMAT, VERSION
from programmes.models import Perspective
from programmes.sheets.cells import Code, Reference, normal, numbered
from programmes.sheets.mapping import MappedWorkbook, PlacedItem
from programmes.sheets.periods import Period
from programmes.source import Problems, SourceRow

Fields = dict[str, Any]
NOWHERE = Reference(Code(), "")
# On which sheets a file tells what there is of a kind, and so by its silence what there is not.
TOLD_ON = {
    "areas": ("areas", "goals", "measures"),
    "sub_goals": ("goals", "measures"),
    "measures": ("measures",),
    "indicators": ("indicators",),
    "targets": ("targets",),
    "outcomes": ("outcomes",),
    "guidelines": ("guidelines",),
}
ABBREVIATIONS = {"ks": "kommunstyrelsen", "kf": "kommunfullmäktige"}
KINDS = (
    (r"(nämnd|nämnden|styrelse|styrelsen|fullmäktige)$", Unit.Kind.COMMITTEE),
    (r"förbund(et)?$", Unit.Kind.FEDERATION),
    (r"(\bab|bolag|bolaget|fastigheter)$", Unit.Kind.COMPANY),
)


@dataclass(frozen=True)
class Facts:
    """What a person says of the programme beside the file; what the file says itself goes before."""

    fields: Mapping[str, Any] = field(default_factory=dict)

    def row(self) -> SourceRow:
        row = SourceRow("Program", None, {})
        row.update({key: value for key, value in self.fields.items() if value not in (None, "")})
        return row


def assemble(
    tables: MappedWorkbook, units: Iterable[Unit], perspectives: Iterable[Perspective], facts: Facts
) -> Fields:
    """The programme of the tables, with `units` and `perspectives` known by name. What cannot be placed is added to the
    problems of `tables`, and what had to be guessed to its notes."""
    return _Assembly(tables, list(units), list(perspectives), facts).assemble()


def taken(row: SourceRow, keys: Mapping[str, str], **more: Any) -> SourceRow:
    """What `row` has under `keys`, by their new names, at the same places; and what is known besides."""
    taken = SourceRow(row.sheet, row.number, {new: row.columns[old] for new, old in keys.items() if old in row.columns})
    taken.update({new: row[old] for new, old in keys.items() if old in row})
    taken.update(more)
    return taken


def _same(*keys: str) -> dict[str, str]:
    return {key: key for key in keys}


class _Assembly:
    def __init__(
        self, tables: MappedWorkbook, units: Sequence[Unit], perspectives: Sequence[Perspective], facts: Facts
    ) -> None:
        self.tables, self.facts = tables, facts
        self.problems: Problems = tables.problems
        self.units = _Names(
            tables, "units", [(u.name, {"slug": u.slug, "name": u.name, "kind": u.kind}) for u in units]
        )
        self.perspectives = _Names(
            tables,
            "perspectives",
            [(p.name, {"slug": p.slug, "name": p.name, "description": p.description}) for p in perspectives],
        )
        self.areas: dict[int, SourceRow] = {}
        self.goals: dict[tuple[int, int], SourceRow] = {}
        self.measures: dict[tuple[int, ...], SourceRow] = {}
        self.indicators: dict[tuple[int, ...], SourceRow] = {}
        self.by_words: dict[tuple[Any, ...], Any] = {}

    def assemble(self) -> Fields:
        programme = self.programme = self._programme()
        # A programme without years is refused, which is told once and not of each measure.
        self.period = {key: programme.get(key) or 2000 for key in ("first_year", "last_year")}
        for row in self.tables.rows("areas"):
            self._area_row(row)
        self._goal_rows(self.tables.rows("goals"))
        self._measure_rows(self.tables.rows("measures"))
        self._indicator_rows(self.tables.rows("indicators"))
        self._figures("targets", ("year", "value"))
        self._figures("outcomes", ("year", "value", "women", "men", "assessment", "kpi", "dated", "example"))
        guidelines = self._guidelines()
        if not self.areas and not guidelines and not self.tables.has_sheet("programme"):
            self.problems.append(programme.problem("i filen hittades inga mål eller åtgärder att läsa in."))
        return {
            "format": FORMAT,
            "version": VERSION,
            "units": self.units.listed(),
            "perspectives": self.perspectives.listed(),
            "programme": programme,
            "areas": [self.areas[number] for number in sorted(self.areas)],
            "guidelines": guidelines,
            "follow_ups": [],
            "silent_about": [key for key, kinds in TOLD_ON.items() if not self._tells(key, kinds)],
        }

    def _tells(self, key: str, kinds: Iterable[str]) -> bool:
        return self.tables.has_column(key) or any(map(self.tables.has_sheet, kinds))

    def _programme(self) -> SourceRow:
        given = self.facts.row()
        found = next(iter(self.tables.rows("programme")), given)
        # What a cell leaves out a person may have said.
        for key, value in given.items():
            if not found.get(key):
                found[key] = value
        if found.get("title") and not found.get("slug"):
            period = f" {found['first_year']}" if found.get("first_year") else ""
            title = found["title"]
            found["slug"] = slugify(title if period.strip() in title else title + period)[:80]
        found.defaults = {"state": "draft", "adopted_by": "", "adopted_on": None, "adopted_paragraph": "",
                          "registration_number": ""}  # fmt: skip
        # What an empty cell leaves open is not said: a programme that is there already keeps it, a new one lacks it.
        for key in ("title", "first_year", "last_year", "overarching_goal", "state"):
            if key in found and not found[key]:
                del found[key]
        found.setdefault("slug", "")
        return found

    # Areas

    def _area_row(self, row: SourceRow) -> None:
        reference = self._reference(row, "name")
        if not reference:
            return
        number = reference.code[-1] if reference.code else _next(self.areas)
        if number in self.areas:
            self.problems.append(
                row.problem(f"område {number} står redan på rad {self.areas[number].number}.", "number")
            )
            return
        area = taken(row, _same("overarching_sub_goal", "example"), number=number, name=reference.words)
        self._add_area(number, area)

    def _add_area(self, number: int, area: SourceRow) -> None:
        area["sub_goals"] = []
        self.areas[number] = area
        self.by_words.setdefault(("area", None, normal(area.get("name", ""))), number)

    def _area_of(self, row: SourceRow, code: Sequence[int], above: int | None) -> int:
        """The number of the area that a goal's row is in; an area that is named for the first time is made."""
        reference: Reference = row.get("area", NOWHERE)
        number: Any = None
        if len(code) >= 2:
            number = code[-2]
        elif reference.code:
            number = reference.code[-1]
        elif reference.words:
            number = self.by_words.get(("area", None, normal(reference.words)))
        elif above is not None:
            return above
        if number is None:
            number = _next(self.areas)
        if number not in self.areas:
            made = SourceRow(row.sheet, row.number, {"name": row.columns.get("area", "")})
            made["number"] = number
            name = reference.words or (f"Område {number}" if len(code) >= 2 else row.sheet)
            if reference.words:
                made["name"] = name
            else:
                # An area that is there already keeps its name.
                made.defaults = {"name": name}
            if row.get("area_goal"):
                made["overarching_sub_goal"] = row["area_goal"]
            self._add_area(number, made)
            if not reference.words:
                self.tables.notes.append(
                    row.problem(f"ansvarsområde {number} har inget namn i filen och kallas ”{name}”.", "area")
                )
        elif row.get("area_goal"):
            self.areas[number].setdefault("overarching_sub_goal", row["area_goal"])
        return int(number)

    # Goals

    def _goal_rows(self, rows: Iterable[SourceRow]) -> None:
        area: int | None = None
        before: tuple[int, ...] = ()
        for row in rows:
            reference = self._reference(row, "text")
            code = before = _settled(reference.code, before)
            if not reference and not row.get("area"):
                continue
            area = self._area_of(row, code, area)
            if not reference.words:
                if reference.code:
                    self.problems.append(row.problem("målet har ett nummer men ingen text. Fyll i målet.", "text"))
                continue
            number = code[-1] if code else _next(g for a, g in self.goals if a == area)
            if (area, number) in self.goals:
                first = self.goals[area, number]
                self.problems.append(
                    row.problem(
                        f"mål {area}.{number} står redan på bladet {first.sheet}, rad {first.number}. "
                        "Ge målen olika nummer, eller ta bort den ena raden.",
                        "number",
                    )
                )
                continue
            goal = taken(row, _same("predecessor", "example"), number=number, text=reference.words)
            if "units" in row:
                goal["units"] = self.units.find_all(row, "units")
            self._add_goal(area, number, goal, row, "text")
            self.tables.placed.append(PlacedItem("goals", row, (area, number), goal))

    def _add_goal(self, area: int, number: int, goal: SourceRow, row: SourceRow, key: str) -> None:
        goal.columns = {**goal.columns, "text": row.columns.get(key, ""), "number": row.columns.get("number", "")}
        goal["measures"], goal["indicators"] = [], []
        self.goals[area, number] = goal
        self.areas[area]["sub_goals"].append(goal)
        self.by_words.setdefault(("goal", area, normal(goal["text"])), (area, number))
        self.by_words.setdefault(("goal", None, normal(goal["text"])), (area, number))

    def _goal_of(
        self, row: SourceRow, code: Sequence[int], area: int | None, above: tuple[int, int] | None
    ) -> tuple[int, int] | None:
        """The goal that a measure or an indicator belongs to; one that is named for the first time is made."""
        reference: Reference = row.get("goal", NOWHERE)
        place: tuple[int, int] | None = None
        settled = _settled(reference.code, above or ())
        if len(code) >= 3:
            place = code[-3], code[-2]
        elif len(settled) >= 2:
            place = settled[-2], settled[-1]
        elif len(code) == 2 and "goal" not in row:
            place = code[0], code[1]
        elif reference:
            area = self._area_of(row, (), area)
            words = normal(reference.words)
            place = self.by_words.get(("goal", area, words)) if words else None
            if place is None and not row.get("area") and words:
                place = self.by_words.get(("goal", None, words))
            if place is None:
                number = settled[-1] if settled else _next(g for a, g in self.goals if a == area)
                place = area, number
        elif row.get("area") and "goal" not in row:
            # A plan without goals: what is done in an area serves the area.
            number = self._area_of(row, (), area)
            place = next((key for key in self.goals if key[0] == number), (number, 1))
            reference = Reference(Code(), str(self.areas[number]["name"]))
        elif above and not (row.get("area") and self._area_of(row, (), area) != above[0]):
            return above
        else:
            self.problems.append(
                row.problem(
                    "det framgår inte vilket mål raden hör till. Ange målets nummer, till exempel 1.2, "
                    "eller målets text i en kolumn som heter Mål.",
                    "goal",
                )
            )
            return None
        if place not in self.goals:
            if not reference.words:
                self.problems.append(
                    row.problem(
                        f"mål {place[0]}.{place[1]} finns inte i filen. Lägg till det på bladet Mål, eller rätta "
                        "numret.",
                        "goal" if "goal" in row else "number",
                    )
                )
                return None
            self._area_of(row, place, area)
            self._add_goal(place[0], place[1], taken(row, {}, number=place[1], text=reference.words), row, "goal")
        return place

    # What belongs to goals

    def _measure_rows(self, rows: Iterable[SourceRow]) -> None:
        above: tuple[int, int] | None = None
        area: int | None = None
        for row in rows:
            reference = self._reference(row, "text")
            if not reference and not row.get("goal") and not row.get("area"):
                continue
            if reference.code and not reference.words and not row.get("goal"):
                self.problems.append(row.problem("åtgärden har ett nummer men ingen text. Fyll i åtgärden.", "text"))
                continue
            place = self._goal_of(row, reference.code, area, above)
            if place is None:
                continue
            above, area = place, place[0]
            self._note_goal_units(row, self.goals[place])
            self.tables.placed.append(PlacedItem("goals", row, place, self.goals[place]))
            if reference.words:
                self._measure(row, reference, place)

    def _measure(self, row: SourceRow, reference: Reference, place: tuple[int, int]) -> None:
        number = reference.code[-1] if reference.code else _next(key[2] for key in self.measures if key[:2] == place)
        same = self.by_words.setdefault((("measure", *place), None, normal(reference.words)), number)
        if not reference.code and same != number:
            # One measure on two rows, for each of those who do it.
            twice = self.measures[(*place, same)]
            twice["units"] = list(dict.fromkeys([*twice.get("units", []), *self.units.find_all(row, "units")]))
            return
        if (*place, number) in self.measures:
            first = self.measures[*place, number]
            self.problems.append(
                row.problem(
                    f"åtgärd {_dotted((*place, number))} står redan på bladet {first.sheet}, rad {first.number}. "
                    "Ge åtgärderna olika nummer, eller ta bort den ena raden.",
                    "number",
                )
            )
            return
        measure = taken(
            row,
            _same("problem", "problem_source", "change", "change_year", "change_reason", "example"),
            number=number,
            text=reference.words,
        )
        measure.columns = {**row.columns}
        self._set_years(measure, row)
        if "units" in row:
            measure["units"] = self.units.find_all(row, "units")
        if "perspectives" in row:
            measure["perspectives"] = self.perspectives.find_all(row, "perspectives")
        self.measures[*place, number] = measure
        self.tables.placed.append(PlacedItem("measures", row, (*place, number), measure))
        self.goals[place]["measures"].append(measure)

    def _set_years(self, measure: SourceRow, row: SourceRow) -> None:
        """Set the first and last year that the row names; a new measure has the programme's years otherwise."""
        measure.defaults = self.period
        for key in ("period", "deadline"):
            period = row.get(key, Period())
            if period.doubtful_text:
                self.tables.notes.append(row.problem(f"”{period.doubtful_text}” läses som {period}.", key))
        period, deadline = row.get("period", Period()), row.get("deadline", Period())
        first = row.get("first_year") or period.first or deadline.first
        last = row.get("last_year") or deadline.last or period.last
        if not (first or last):
            first, last = self._marked_years(row)
        if period.first or period.last:
            # A stored measure that ended in 2025 does not any more when the cell says "2024–".
            first, last = first or self.programme.get("first_year"), last or self.programme.get("last_year")
        measure.update({key: year for key, year in (("first_year", first), ("last_year", last)) if year})

    def _marked_years(self, row: SourceRow) -> tuple[int | None, int | None]:
        """Return the first and last year that is marked in a plan with a column for each year."""
        marked = [year for year, is_marked in sorted(row.get("planned_years", {}).items()) if is_marked]
        if not marked:
            return None, None
        if len(marked) != marked[-1] - marked[0] + 1:
            years = ", ".join(map(str, marked))
            note = f"kryssen för {years} läses som {marked[0]}–{marked[-1]}."
            self.tables.notes.append(row.problem(note, "planned_years"))
        return marked[0], marked[-1]

    def _note_goal_units(self, row: SourceRow, goal: SourceRow) -> None:
        """A goal that only its measures name is answered for by those who do them."""
        if self.tables.has_sheet("goals"):
            return
        named = self.units.find_all(row, "goal_units" if row.get("goal_units") else "units")
        if named:
            goal["units"] = list(dict.fromkeys([*goal.get("units", []), *named]))

    def _indicator_rows(self, rows: Iterable[SourceRow]) -> None:
        above: tuple[int, int] | None = None
        for row in rows:
            reference = self._reference(row, "name")
            if not reference.words:
                continue
            above = place = self._goal_of(row, reference.code, None, above)
            if place is None:
                continue
            number = reference.code[-1] if reference.code else _next(k[2] for k in self.indicators if k[:2] == place)
            if (*place, number) in self.indicators:
                self.problems.append(row.problem(f"indikator {_dotted((*place, number))} står redan.", "number"))
                continue
            kept = _same("unit", "direction", "baseline", "baseline_year", "target", "source", "kpi", "example")
            indicator = taken(row, kept, number=number, name=reference.words)
            for key in ("targets", "outcomes"):
                indicator[key] = [
                    taken(row, {}, year=year, value=value, **({"example": False} if key == "outcomes" else {}))
                    for year, value in sorted(row.get(key, {}).items())
                    if value is not None
                ]
            self.indicators[*place, number] = indicator
            self.goals[place]["indicators"].append(indicator)

    def _figures(self, key: str, fields: tuple[str, ...]) -> None:
        """The rows of a sheet with a figure for each year."""
        for row in self.tables.rows(key):
            code = tuple(row.get("indicator", ()))
            if not code and row.get("value") is None:
                continue
            indicator = self.indicators.get(code)
            if indicator is None:
                self.problems.append(
                    row.problem(
                        "raden hör inte till någon indikator på bladet Indikatorer. Ange indikatorns nummer, "
                        "till exempel 1.2.1.",
                        "indicator",
                    )
                )
                continue
            indicator[key].append(taken(row, _same(*fields)))

    def _guidelines(self) -> list[SourceRow]:
        guidelines: dict[int, SourceRow] = {}
        for row in self.tables.rows("guidelines"):
            reference = self._reference(row, "title")
            if not reference.words:
                continue
            number = reference.code[-1] if reference.code else _next(guidelines)
            if number in guidelines:
                self.problems.append(row.problem(f"riktlinje {number} står redan.", "number"))
                continue
            guideline = taken(row, _same("description", "example"), number=number, title=reference.words)
            if "units" in row:
                guideline["units"] = self.units.find_all(row, "units")
            guidelines[number] = guideline
        return [guidelines[number] for number in sorted(guidelines)]

    def _reference(self, row: SourceRow, key: str) -> Reference:
        """The number and the words of what the row is about; the number may stand in front of the words."""
        written = str(row.get(key, ""))
        if row.get("number"):
            return Reference(row["number"], written)
        return Reference(Code(), written) if "number" in row else numbered(written)


class _Names:
    """Units or perspectives by the names that cells call them, those of the file before those of the database."""

    def __init__(self, tables: MappedWorkbook, key: str, known: Sequence[tuple[str, Fields]]) -> None:
        self.tables, self.key = tables, key
        self.by_name: dict[str, Fields] = {}
        self.used: dict[str, Fields] = {}
        self.cells: dict[str, list[str]] = {}
        for row in tables.rows(key):
            if row.get("name"):
                self._add_row(row, known)
        for name, fields in known:
            self.by_name.setdefault(normal(name), fields)
            self.by_name.setdefault(normal(fields["slug"]), fields)

    def _add_row(self, row: SourceRow, known: Sequence[tuple[str, Fields]]) -> None:
        name = row["name"]
        known_as = next((fields["slug"] for other, fields in known if normal(other) == normal(name)), "")
        fields = taken(row, _same("name", "kind", "description"))
        fields["slug"] = row.get("slug") or known_as or slugify(name)[:80]
        if not fields.get("kind"):
            fields.pop("kind", None)
        fields.defaults = {"kind": _kind_of(name), "description": ""}
        self.used[fields["slug"]] = fields
        for called in (name, fields["slug"], row.get("abbreviation")):
            if called:
                self.by_name[normal(called)] = fields

    def listed(self) -> list[Fields]:
        return list(self.used.values())

    def find_all(self, row: SourceRow, key: str) -> list[str]:
        """The short names of all who are named in the cell. Who is not known is made, with a note."""
        found: dict[str, None] = {}
        for written in row.get(key) or ():
            if written not in self.cells:
                self.cells[written] = [self._slug(name, row, key) for name in self._parts(written)]
            found.update(dict.fromkeys(self.cells[written]))
        return list(found)

    def _parts(self, written: str) -> list[str]:
        """A cell's names, apart. "Kultur- och fritidsnämnden" is one: "och" parts names when one is known."""
        if self._known(written):
            return [written]
        parts = [part.strip() for part in re.split(r"[,;\n/|]|\s+&\s+", written) if part.strip(" .–-")]
        result = []
        for part in parts:
            pair = [half.strip() for half in re.split(r"\s+(?:och|samt|and)\s+", part)]
            apart = (
                len(pair) > 1 and not self._known(part) and not pair[0].endswith("-") and any(map(self._known, pair))
            )
            result += pair if apart else [part]
        return result

    def _known(self, name: str) -> Fields | None:
        wanted = normal(name)
        exact = self.by_name.get(wanted) or self.by_name.get(ABBREVIATIONS.get(wanted, ""))
        if exact or self.key != "units" or not 2 <= len(wanted) <= 6:
            return exact
        # An abbreviation: the beginning of one name, or the initials of its words.
        fitting = {
            fields["slug"]: fields
            for called, fields in self.by_name.items()
            if called.startswith(wanted) or "".join(word[0] for word in _words(called)) == wanted
        }
        return next(iter(fitting.values())) if len(fitting) == 1 else None

    def _slug(self, name: str, row: SourceRow, key: str) -> str:
        fields = self._known(name)
        if fields is None:
            fields = self._made(name, row, key)
        self.used.setdefault(fields["slug"], fields)
        return str(fields["slug"])

    def _made(self, name: str, row: SourceRow, key: str) -> Fields:
        what = "enheterna" if self.key == "units" else "perspektiven"
        near = get_close_matches(normal(name), list(self.by_name), n=1, cutoff=0.75)
        hint = f" Menar du {self.by_name[near[0]]['name']}?" if near else ""
        self.tables.notes.append(row.problem(f"”{name}” finns inte bland {what} och läggs till.{hint}", key))
        made = SourceRow(row.sheet, row.number, {"name": row.columns.get(key, "")})
        made.update(slug=slugify(name)[:80], name=name)
        made.defaults = {"kind": _kind_of(name), "description": ""}
        self.by_name[normal(name)] = made
        return made


def _words(name: str) -> list[str]:
    return [word for word in re.split(r"[\s-]+", name) if word and word != "och"]


def _kind_of(name: str) -> str:
    return next(
        (kind for pattern, kind in KINDS if re.search(pattern, name.strip().casefold())), Unit.Kind.ADMINISTRATION
    )


def _next(numbers: Iterable[int]) -> int:
    return max(numbers, default=0) + 1


def _dotted(code: Iterable[int]) -> str:
    return ".".join(map(str, code))


def _settled(code: Code, before: Sequence[int]) -> Code:
    """1.1 after 1.9 is 1.10, which Excel cannot tell from it."""
    if code.is_rounded and len(code) == 2 and len(before) >= 2:
        ten = code[1] * 10
        if before[-2] == code[0] and before[-1] in (ten - 1, ten):
            return Code((code[0], ten))
    return code
