"""Assemble the value that `programmes.importing` imports from the rows of a workbook.

A row names its parent by number or by words, or is below the row that did. A parent that is named only there is
created, so one flat table of areas, goals and measures does as well as a sheet for each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.utils.text import slugify

from organisation.models import Unit
from programmes.importing import FORMAT, VERSION
from programmes.models import Perspective
from programmes.sheets.cells import MAX_NUMBER, Code, Reference, normal, numbered
from programmes.sheets.mapping import MappedWorkbook, PlacedItem
from programmes.sheets.names import NameRegister, fields_of
from programmes.sheets.numbering import ItemCode, Numbering, StoredItem, comparable
from programmes.sheets.periods import Period
from programmes.source import Problems, SourceRow

Fields = dict[str, Any]
# Returns the stored items of the programme with this slug.
FindStored = Callable[[str], Iterable[StoredItem]]

NO_REFERENCE = Reference(Code(), "")
# The sheets that list items of a kind. A file without any of them tells nothing about which items there are.
SHEETS_LISTING = {
    "areas": ("areas", "goals", "measures"),
    "sub_goals": ("goals", "measures"),
    "measures": ("measures",),
    "indicators": ("indicators",),
    "targets": ("targets",),
    "outcomes": ("outcomes",),
    "guidelines": ("guidelines",),
}
MEASURE_FIELDS = ("problem", "problem_source", "change", "change_year", "change_reason", "example")
INDICATOR_FIELDS = ("unit", "direction", "baseline", "baseline_year", "target", "source", "kpi", "example")
OUTCOME_FIELDS = ("year", "value", "women", "men", "assessment", "kpi", "dated", "example")
# Two rows of one measure may differ in these.
NAME_LISTS = ("units", "perspectives")


class GoalCode(NamedTuple):
    area: int
    goal: int

    def __str__(self) -> str:
        return f"{self.area}.{self.goal}"


@dataclass(frozen=True)
class ProgrammeFacts:
    """Facts about the programme from a person. Facts on a sheet of the file go before them.

    `fallback_title` is the title when neither a person nor the file tells one.
    """

    fields: Mapping[str, Any] = field(default_factory=dict)
    fallback_title: str = ""

    def as_row(self) -> SourceRow:
        row = SourceRow("Program", None, {})
        row.update({key: value for key, value in self.fields.items() if value not in (None, "")})
        return row


def no_stored_items(slug: str) -> Iterable[StoredItem]:
    """Return nothing: the programme is new."""
    return ()


def assemble_programme(
    mapped: MappedWorkbook,
    units: Sequence[Unit],
    perspectives: Sequence[Perspective],
    facts: ProgrammeFacts,
    find_stored: FindStored = no_stored_items,
) -> Fields:
    """Return the programme of the workbook, with stored units and perspectives found by name.

    Rows that cannot be placed are added to the problems of `mapped`, and guesses to its notes.
    """
    return ProgrammeAssembler(
        mapped,
        NameRegister(mapped, "units", fields_of(units, ("slug", "name", "kind"))),
        NameRegister(mapped, "perspectives", fields_of(perspectives, ("slug", "name", "description"))),
        facts,
        find_stored,
    ).assemble()


@dataclass
class _Above:
    """The area and goal of the row above, which a row that names none belongs to."""

    area: int | None = None
    goal: GoalCode | None = None


class ProgrammeAssembler:
    """Assembly of one programme: items by their numbers, in the order in which they are found."""

    def __init__(
        self,
        mapped: MappedWorkbook,
        units: NameRegister,
        perspectives: NameRegister,
        facts: ProgrammeFacts,
        find_stored: FindStored,
    ) -> None:
        self.mapped = mapped
        self.problems: Problems = mapped.problems
        self.units = units
        self.perspectives = perspectives
        self.programme = self._programme(facts)
        # Without years the programme is refused once, and not again for each measure.
        self.years = {key: self.programme.get(key) or 2000 for key in ("first_year", "last_year")}
        self.numberings = self._numberings(find_stored(self.programme["slug"]))
        self.keys_of_goals = {
            column.spec.key
            for sheet in mapped.sheets
            for column in sheet.columns
            if column.spec and column.spec.of_goal
        } | {"area", "goal"}
        self.areas: dict[int, SourceRow] = {}
        # Numbers of the programme by those in the file, which differ where the file has been renumbered.
        self.areas_by_file_number: dict[int, int] = {}
        self.goals_by_file_number: dict[GoalCode, GoalCode] = {}
        self.area_numbers: dict[str, int] = {}
        self.goals: dict[GoalCode, SourceRow] = {}
        self.goal_codes: dict[tuple[int | None, str], GoalCode] = {}
        self.measures: dict[ItemCode, SourceRow] = {}
        self.measure_rows: dict[ItemCode, SourceRow] = {}
        self.measure_numbers: dict[tuple[GoalCode, str], list[int]] = {}
        self.indicators: dict[ItemCode, SourceRow] = {}

    def assemble(self) -> Fields:
        """Return the programme as a programme file has it."""
        for row in self.mapped.rows("areas"):
            self._add_area_row(row)
        self._add_goal_rows(self.mapped.rows("goals"))
        self._add_measure_rows(self.mapped.rows("measures"))
        self._add_indicator_rows(self.mapped.rows("indicators"))
        self._add_yearly_values("targets", ("year", "value"))
        self._add_yearly_values("outcomes", OUTCOME_FIELDS)
        guidelines = self._guidelines()
        if not self.areas and not guidelines and not self.mapped.has_sheet("programme"):
            self.problems.append(self.programme.problem("i filen hittades inga mål eller åtgärder att läsa in."))
        return {
            "format": FORMAT,
            "version": VERSION,
            "units": self.units.used,
            "perspectives": self.perspectives.used,
            "programme": self.programme,
            "areas": [self.areas[number] for number in sorted(self.areas)],
            "guidelines": guidelines,
            "follow_ups": [],
            "silent_about": [key for key in SHEETS_LISTING if not self._is_listed(key)],
        }

    def _is_listed(self, key: str) -> bool:
        return self.mapped.has_column(key) or any(map(self.mapped.has_sheet, SHEETS_LISTING[key]))

    def _programme(self, facts: ProgrammeFacts) -> SourceRow:
        given = facts.as_row()
        fallback = [("title", facts.fallback_title)] if facts.fallback_title else []
        programme = next(iter(self.mapped.rows("programme")), given)
        for key, value in (*given.items(), *self._proposed_by_file(), *fallback):
            if not programme.get(key):
                programme[key] = value
        if programme.get("title") and not programme.get("slug"):
            programme["slug"] = _slug_for(programme["title"], programme.get("first_year"))
        programme.defaults = {
            "state": "draft",
            "adopted_by": "",
            "adopted_on": None,
            "adopted_paragraph": "",
            "registration_number": "",
        }
        # An empty cell changes nothing: a stored programme keeps its value, and a new one lacks it.
        for key in ("title", "first_year", "last_year", "overarching_goal", "state"):
            if key in programme and not programme[key]:
                del programme[key]
        programme.setdefault("slug", "")
        return programme

    def _proposed_by_file(self) -> list[tuple[str, Any]]:
        """Return the title and years that lines in the file tell, for facts that nobody has given."""
        proposed = self.mapped.proposed
        facts = (("title", proposed.title), ("first_year", proposed.first_year), ("last_year", proposed.last_year))
        return [(key, value) for key, value in facts if value]

    def _numberings(self, stored: Iterable[StoredItem]) -> dict[str, Numbering]:
        """Return the numbering of each kind, by the texts that the file has of the kind."""
        stored = list(stored)
        main_columns = {"area": "name", "goal": "text", "measure": "text", "indicator": "name", "guideline": "title"}
        numberings = {}
        for kind, column in main_columns.items():
            texts = [_reference_in(row, column).words for row in self.mapped.rows(f"{kind}s")]
            if kind in ("area", "goal"):
                texts += [
                    row.get(kind, NO_REFERENCE).words for key in ("goals", "measures") for row in self.mapped.rows(key)
                ]
            numberings[kind] = Numbering([item for item in stored if item.kind == kind], texts)
        return numberings

    # Areas

    def _add_area_row(self, row: SourceRow) -> None:
        reference = _reference_in(row, "name")
        if not reference:
            return
        file_number = reference.code[-1] if reference.code else None
        number = self._area_by_file_number(file_number, reference.words)
        if number in self.areas:
            self.problems.append(
                row.problem(f"område {number} står redan på rad {self.areas[number].number}.", "number")
            )
            return
        names = {"overarching_sub_goal": "overarching_sub_goal", "example": "example"}
        self._add_area(number, row.subset(names, number=number, name=reference.words))

    def _area_number(self, words: str) -> int:
        return self.numberings["area"].choose((), words, self.areas)

    def _area_by_file_number(self, number: int | None, words: str) -> int:
        """Return the programme's number of an area that has this number in the file, if any."""
        if number is None:
            return self._area_number(words)
        if number not in self.areas_by_file_number:
            chosen = self.numberings["area"].choose((), words, self.areas, number) if words else number
            self.areas_by_file_number[number] = chosen
        return self.areas_by_file_number[number]

    def _add_area(self, number: int, area: SourceRow) -> None:
        area["sub_goals"] = []
        self.areas[number] = area
        self.area_numbers.setdefault(normal(area.get("name", "")), number)

    def _area_of(self, row: SourceRow, code: Sequence[int], above: _Above) -> int:
        """Return the number of the area of a goal's row, and add an area that is named for the first time."""
        reference: Reference = row.get("area", NO_REFERENCE)
        if len(code) >= 2:
            number = code[-2]
        elif reference.code:
            number = self._area_by_file_number(reference.code[-1], reference.words)
        elif reference.words:
            known = self.area_numbers.get(normal(reference.words))
            number = self._area_number(reference.words) if known is None else known
        elif above.area is not None:
            return above.area
        else:
            number = self._number_of_unnamed_area(row)
        if number not in self.areas:
            self._add_named_area(row, number, reference.words, has_number=len(code) >= 2)
        elif row.get("area_goal"):
            self.areas[number].setdefault("overarching_sub_goal", row["area_goal"])
        return number

    def _number_of_unnamed_area(self, row: SourceRow) -> int:
        """Return the only stored area of the programme, or else an area that is called like the sheet."""
        only = self.numberings["area"].only_number(())
        return only if only and not self.areas else self._area_number(row.sheet)

    def _add_named_area(self, row: SourceRow, number: int, name: str, *, has_number: bool) -> None:
        """Add an area that a goal's row names; without a name it is called by its number or by the sheet."""
        area = SourceRow(row.sheet, row.number, {"name": row.columns.get("area", "")})
        area["number"] = number
        if row.get("area_goal"):
            area["overarching_sub_goal"] = row["area_goal"]
        if name:
            area["name"] = name
            self._add_area(number, area)
            return
        # A default, since a stored area keeps its name.
        fallback = f"Område {number}" if has_number else row.sheet
        area.defaults = {"name": fallback}
        self._add_area(number, area)
        self.mapped.notes.append(
            row.problem(f"ansvarsområde {number} har inget namn i filen och kallas ”{fallback}”.", "area")
        )

    # Goals

    def _add_goal_rows(self, rows: Iterable[SourceRow]) -> None:
        above = _Above()
        code_above: tuple[int, ...] = ()
        for row in rows:
            reference = _reference_in(row, "text")
            code = code_above = _with_lost_zero(reference.code, code_above)
            if not reference and not row.get("area"):
                continue
            if len(code) >= 2:
                code = Code((*code[:-2], self._area_by_file_number(code[-2], _area_words(row)), code[-1]))
            above.area = self._area_of(row, code, above)
            if reference.words:
                self._add_goal_row(row, above.area, code, reference.words)
            elif reference.code:
                self.problems.append(row.problem("målet har ett nummer men ingen text. Fyll i målet.", "text"))

    def _add_goal_row(self, row: SourceRow, area: int, code: Sequence[int], text: str) -> None:
        file_code = GoalCode(area, code[-1]) if code else None
        goal_code = self._goal_by_file_number(file_code, text) if file_code else self._new_goal_code(area, text)
        if goal_code in self.goals:
            first = self.goals[goal_code]
            self.problems.append(
                row.problem(
                    f"mål {goal_code} står redan på bladet {first.sheet}, rad {first.number}. "
                    "Ge målen olika nummer, eller ta bort den ena raden.",
                    "number",
                )
            )
            return
        names = {"short_name": "short_name", "predecessor": "predecessor", "example": "example"}
        goal = row.subset(names, number=goal_code.goal, text=text)
        self._fill_units(goal, row)
        self._add_goal(goal_code, goal, row, "text")
        self.mapped.placed.append(PlacedItem("goals", row, goal_code, goal))

    def _goal_number(self, area: int, text: str, in_file: int | None = None) -> int:
        used = [code.goal for code in self.goals if code.area == area]
        return self.numberings["goal"].choose((area,), text, used, in_file)

    def _new_goal_code(self, area: int, text: str) -> GoalCode:
        return GoalCode(area, self._goal_number(area, text))

    def _goal_by_file_number(self, code: GoalCode, words: str) -> GoalCode:
        """Return the programme's number of a goal that has this number in the file; its area is the programme's."""
        if code not in self.goals_by_file_number:
            number = self._goal_number(code.area, words, code.goal) if words else code.goal
            self.goals_by_file_number[code] = GoalCode(code.area, number)
        return self.goals_by_file_number[code]

    def _add_goal(self, code: GoalCode, goal: SourceRow, row: SourceRow, text_key: str) -> None:
        columns = {"text": row.columns.get(text_key, ""), "number": row.columns.get("number", "")}
        goal.columns = {**goal.columns, **columns}
        goal["measures"], goal["indicators"] = [], []
        self.goals[code] = goal
        self.areas[code.area]["sub_goals"].append(goal)
        self.goal_codes.setdefault((code.area, normal(goal["text"])), code)
        self.goal_codes.setdefault((None, normal(goal["text"])), code)

    def _goal_of(self, row: SourceRow, code: Sequence[int], above: _Above) -> GoalCode | None:
        """Return the goal of a measure's or indicator's row, and add a goal that is named for the first time.

        None, with a problem, when the row does not tell its goal.
        """
        reference: Reference = row.get("goal", NO_REFERENCE)
        name = reference.words
        goal = self._goal_by_number(row, code, above)
        if goal is None and reference:
            goal = self._goal_by_words(row, above)
        elif goal is None and row.get("area") and "goal" not in row:
            # In a plan without goals the measures of an area serve the area itself.
            area = self._area_of(row, (), above)
            goal = next((known for known in self.goals if known.area == area), GoalCode(area, 1))
            name = str(self.areas[area]["name"])
        elif goal is None:
            return self._goal_above(row, above)
        if goal not in self.goals and not self._add_named_goal(row, goal, name, above):
            return None
        return goal

    def _goal_by_number(self, row: SourceRow, code: Sequence[int], above: _Above) -> GoalCode | None:
        """Return the goal by the number of the measure (1.2.3), or by that of the goal (1.2)."""
        reference: Reference = row.get("goal", NO_REFERENCE)
        goal_code = _with_lost_zero(reference.code, above.goal or ())
        if len(code) >= 3:
            area, goal = code[-3], code[-2]
        elif len(goal_code) >= 2:
            area, goal = goal_code[-2], goal_code[-1]
        elif len(code) == 2 and "goal" not in row:
            area, goal = code
        else:
            return None
        return self._goal_by_file_number(
            GoalCode(self._area_by_file_number(area, _area_words(row)), goal), reference.words
        )

    def _goal_by_words(self, row: SourceRow, above: _Above) -> GoalCode:
        """Return the goal by its words, or by its number within an area that the row tells otherwise."""
        reference: Reference = row["goal"]
        words = normal(reference.words)
        if words and not row.get("area"):
            known = self.goal_codes.get((above.area, words)) or self.goal_codes.get((None, words))
            if known:
                return known
            stored = self.numberings["goal"].find(reference.words) if above.area is None else None
            if stored:
                return GoalCode(*stored)
        area = self._area_of(row, (), above)
        if words and (area, words) in self.goal_codes:
            return self.goal_codes[area, words]
        if reference.code:
            return self._goal_by_file_number(GoalCode(area, reference.code[-1]), reference.words)
        return self._new_goal_code(area, reference.words)

    def _goal_above(self, row: SourceRow, above: _Above) -> GoalCode | None:
        """Return the goal of the row above, unless this row begins another area."""
        if above.goal and (not row.get("area") or self._area_of(row, (), above) == above.goal.area):
            return above.goal
        self.problems.append(
            row.problem(
                "det framgår inte vilket mål raden hör till. Ange målets nummer, till exempel 1.2, "
                "eller målets text i en kolumn som heter Mål.",
                "goal",
            )
        )
        return None

    def _add_named_goal(self, row: SourceRow, goal: GoalCode, name: str, above: _Above) -> bool:
        """Add a goal that the row names; False, with a problem, when it gives only a number."""
        if not name:
            self.problems.append(
                row.problem(
                    f"mål {goal} finns inte i filen. Lägg till det på bladet Mål, eller rätta numret.",
                    "goal" if "goal" in row else "number",
                )
            )
            return False
        self._area_of(row, goal, above)
        self._add_goal(goal, row.subset({}, number=goal.goal, text=name), row, "goal")
        return True

    # Measures

    def _add_measure_rows(self, rows: Iterable[SourceRow]) -> None:
        above, sheet = _Above(), ""
        for row in rows:
            if row.sheet != sheet:
                above, sheet = _Above(), row.sheet
            reference = _reference_in(row, "text")
            if not reference and not row.get("goal") and not row.get("area"):
                continue
            if reference.code and not reference.words and not row.get("goal"):
                self.problems.append(row.problem("åtgärden har ett nummer men ingen text. Fyll i åtgärden.", "text"))
                continue
            goal = self._goal_of(row, reference.code, above)
            if goal is None:
                continue
            above = _Above(goal.area, goal)
            self._add_units_to_goal(row, self.goals[goal])
            self.mapped.placed.append(PlacedItem("goals", row, goal, self.goals[goal]))
            if reference.words:
                self._add_measure_row(row, reference, goal)

    def _add_measure_row(self, row: SourceRow, reference: Reference, goal: GoalCode) -> None:
        same_words = self.measure_numbers.setdefault((goal, comparable(reference.words)), [])
        if not reference.code and any(self._merge_into((*goal, number), row) for number in same_words):
            return
        file_number = reference.code[-1] if reference.code else None
        number = self._measure_number(goal, reference.words, file_number)
        code = (*goal, number)
        if file_number is not None and file_number != number:
            self._note_other_number(row, file_number, code)
        if same_words and not reference.code:
            first_code = (*goal, same_words[0])
            note = (
                f"åtgärden står också på rad {self.measure_rows[first_code].number} med andra uppgifter, och läses in "
                f"som två åtgärder: {_dotted(first_code)} och {_dotted(code)}."
            )
            self.mapped.notes.append(row.problem(note, "text"))
        measure = SourceRow(row.sheet, row.number, row.columns)
        measure.update(number=number, text=reference.words)
        measure.defaults = self.years
        self._fill_measure(measure, row)
        self._note_doubtful_periods(row)
        if not reference.code:
            self._note_resemblance(row, code, reference.words)
        same_words.append(number)
        self.measures[code] = measure
        self.measure_rows[code] = row
        self.goals[goal]["measures"].append(measure)
        self.mapped.placed.append(PlacedItem("measures", row, code, measure))

    def _note_other_number(self, row: SourceRow, file_number: int, code: ItemCode) -> None:
        """Mention a measure that keeps its stored number, or gets a new one since another has that of the file."""
        wanted = (*code[:-1], file_number)
        if self.numberings["measure"].words_of(code) == comparable(str(row["text"])):
            note = f"åtgärden har nummer {_dotted(code)} i programmet, och behåller det med sina svar."
        elif wanted in self.measures:
            first = self.measures[wanted]
            place = f"bladet {first.sheet}, rad {first.number}"
            note = f"numret står redan på {place}, så åtgärden får nummer {_dotted(code)}."
        else:
            note = f"en annan åtgärd har nummer {_dotted(wanted)} i programmet, så den här får nummer {_dotted(code)}."
        self.mapped.notes.append(row.problem(note, "number"))

    def _note_resemblance(self, row: SourceRow, code: ItemCode, text: str) -> None:
        """Mention a stored measure that the new one may be a new wording of."""
        number = self.numberings["measure"].resembling(code[:-1], text)
        if number is not None and number != code[-1]:
            like = _dotted((*code[:-1], number))
            place = "i kolumnen för nummer" if "number" in row else "före texten"
            note = f"”{text}” läses in som en ny åtgärd. Är det åtgärd {like} med ny lydelse? Skriv då {like} {place}."
            self.mapped.notes.append(row.problem(note, "text"))

    def _measure_number(self, goal: GoalCode, text: str, in_file: int | None = None) -> int:
        used = [code[2] for code in self.measures if code[:2] == goal]
        return self.numberings["measure"].choose(goal, text, used, in_file)

    def _merge_into(self, code: ItemCode, row: SourceRow) -> bool:
        """Add the units and missing facts of a further row to its measure; False when the two rows contradict.

        A plan repeats a measure on a row for each unit that carries it out.
        """
        first = self.measure_rows[code]
        keys = [key for key in row if key not in self.keys_of_goals and key not in (*NAME_LISTS, "text", "number")]
        if any(_contradict(first.get(key), row[key]) for key in keys):
            return False
        for key in keys:
            first[key] = _combined(first.get(key), row[key])
        for key in NAME_LISTS:
            if key in row:
                first[key] = list(dict.fromkeys([*(first.get(key) or ()), *(row[key] or ())]))
        self._fill_measure(self.measures[code], first)
        return True

    def _fill_measure(self, measure: SourceRow, row: SourceRow) -> None:
        measure.update({key: row[key] for key in MEASURE_FIELDS if key in row})
        measure.update(self._years_of(row))
        self._fill_units(measure, row)
        if "perspectives" in row:
            measure["perspectives"] = self.perspectives.slugs_in(row, "perspectives")

    def _fill_units(self, item: SourceRow, row: SourceRow) -> None:
        """Set the responsible units of an item and the one that is their lead, as far as the row has columns for them.

        A cell with several leads is a problem: an item has at most one.
        """
        if "units" in row:
            item["units"] = self.units.slugs_in(row, "units")
        if "lead" not in row:
            return
        leads = self.units.slugs_in(row, "lead")
        if len(leads) > 1:
            remedy = "Ange en huvudansvarig, och skriv de andra bland de ansvariga enheterna."
            self.problems.append(row.problem(f"det står {len(leads)} huvudansvariga. {remedy}", "lead"))
        item["lead"] = leads[0] if leads else ""

    def _years_of(self, row: SourceRow) -> dict[str, int]:
        """Return the first and last year as far as the row tells them."""
        period, deadline = row.get("period", Period()), row.get("deadline", Period())
        marked = [year for year, is_marked in sorted(row.get("planned_years", {}).items()) if is_marked]
        first = row.get("first_year") or period.first or deadline.first
        last = row.get("last_year") or deadline.last or period.last
        if marked and not (first or last):
            first, last = marked[0], marked[-1]
        if period.first or period.last:
            # A stored measure that ended in 2025 does not any more when the cell says "2024–".
            first, last = first or self.programme.get("first_year"), last or self.programme.get("last_year")
        return {key: year for key, year in (("first_year", first), ("last_year", last)) if year}

    def _note_doubtful_periods(self, row: SourceRow) -> None:
        for key in ("period", "deadline"):
            period = row.get(key, Period())
            if period.doubtful_text:
                self.mapped.notes.append(row.problem(f"”{period.doubtful_text}” läses som {period}.", key))
        marked = [year for year, is_marked in sorted(row.get("planned_years", {}).items()) if is_marked]
        if marked and len(marked) != marked[-1] - marked[0] + 1:
            years = ", ".join(map(str, marked))
            note = f"kryssen för {years} läses som {marked[0]}–{marked[-1]}."
            self.mapped.notes.append(row.problem(note, "planned_years"))

    def _add_units_to_goal(self, row: SourceRow, goal: SourceRow) -> None:
        """Let the units of the measures answer for a goal that no sheet of goals lists."""
        if self.mapped.has_sheet("goals"):
            return
        slugs = self.units.slugs_in(row, "goal_units" if row.get("goal_units") else "units")
        if slugs:
            goal["units"] = list(dict.fromkeys([*goal.get("units", []), *slugs]))

    # Indicators and guidelines

    def _add_indicator_rows(self, rows: Iterable[SourceRow]) -> None:
        above = _Above()
        for row in rows:
            reference = _reference_in(row, "name")
            if not reference.words:
                continue
            goal = self._goal_of(row, reference.code, above)
            if goal is None:
                continue
            above = _Above(goal.area, goal)
            number = reference.code[-1] if reference.code else self._indicator_number(goal, reference.words)
            code = (*goal, number)
            if code in self.indicators:
                self.problems.append(row.problem(f"indikator {_dotted(code)} står redan.", "number"))
                continue
            names = {key: key for key in INDICATOR_FIELDS}
            indicator = row.subset(names, number=number, name=reference.words)
            indicator["targets"] = _yearly_rows(row, "targets")
            indicator["outcomes"] = _yearly_rows(row, "outcomes", example=False)
            self.indicators[code] = indicator
            self.goals[goal]["indicators"].append(indicator)

    def _indicator_number(self, goal: GoalCode, name: str) -> int:
        used = [code[2] for code in self.indicators if code[:2] == goal]
        return self.numberings["indicator"].choose(goal, name, used)

    def _add_yearly_values(self, key: str, fields: tuple[str, ...]) -> None:
        """Add the rows of a sheet of targets or outcomes to their indicators."""
        for row in self.mapped.rows(key):
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
            indicator[key].append(row.subset({name: name for name in fields}))

    def _guidelines(self) -> list[SourceRow]:
        guidelines: dict[int, SourceRow] = {}
        for row in self.mapped.rows("guidelines"):
            reference = _reference_in(row, "title")
            if not reference.words:
                continue
            numbering = self.numberings["guideline"]
            number = reference.code[-1] if reference.code else numbering.choose((), reference.words, guidelines)
            if number in guidelines:
                self.problems.append(row.problem(f"riktlinje {number} står redan.", "number"))
                continue
            names = {"description": "description", "example": "example"}
            guideline = row.subset(names, number=number, title=reference.words)
            self._fill_units(guideline, row)
            guidelines[number] = guideline
        return [guidelines[number] for number in sorted(guidelines)]


def _slug_for(title: str, first_year: int | None) -> str:
    with_year = title if first_year is None or str(first_year) in title else f"{title} {first_year}"
    return slugify(with_year)[:80]


def _reference_in(row: SourceRow, key: str) -> Reference:
    """Return number and words of the item of a row; without a column for numbers, one may precede the words."""
    written = str(row.get(key, ""))
    if "number" not in row:
        return numbered(written)
    code: Code = row["number"]
    # An identifier of another system, such as A-1049, is no number in the programme.
    return Reference(Code() if any(part > MAX_NUMBER for part in code) else code, written)


def _area_words(row: SourceRow) -> str:
    return str(row.get("area", NO_REFERENCE).words)


def _with_lost_zero(code: Code, above: Sequence[int]) -> Code:
    """Return 1.10 for 1.1 below 1.9: as decimals, Excel cannot tell them apart."""
    if code.is_rounded and len(code) == 2 and len(above) >= 2:
        ten = code[1] * 10
        if above[-2] == code[0] and above[-1] in (ten - 1, ten):
            return Code((code[0], ten))
    return code


def _contradict(first: Any, second: Any) -> bool:
    """Return whether two rows tell different things; values by year are compared year by year."""
    if isinstance(first, dict) and isinstance(second, dict):
        return any(_contradict(first.get(year), value) for year, value in second.items())
    return not _is_empty(first) and not _is_empty(second) and bool(first != second)


def _combined(first: Any, second: Any) -> Any:
    if isinstance(first, dict) and isinstance(second, dict):
        return {year: _combined(first.get(year), second.get(year)) for year in {**first, **second}}
    return second if _is_empty(first) else first


def _is_empty(value: Any) -> bool:
    return value in (None, "", False) or value == Period()


def _yearly_rows(row: SourceRow, key: str, **more: Any) -> list[SourceRow]:
    """Return a row for each year in which the indicator has a value."""
    values = sorted(row.get(key, {}).items())
    return [row.subset({}, year=year, value=value, **more) for year, value in values if value is not None]


def _dotted(code: Iterable[int]) -> str:
    return ".".join(map(str, code))
