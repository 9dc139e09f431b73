"""Earlier years' follow-ups of a workbook, as `followup.intake.years` imports them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from followup.models import Answer, FollowUp, MeasureEntry, SubGoalEntry
from programmes.scales import Kind, Meaning
from programmes.sheets.mapping import MappedWorkbook, PlacedItem
from programmes.shipped_frameworks import STANDARD_FRAMEWORK
from programmes.source import SourceRow

PROGRESS_SCALE = STANDARD_FRAMEWORK.scale(Kind.PROGRESS)

YEAR_TEXTS = (
    "registration_number",
    "summary",
    "circumstances",
    "assessment",
    "forecast",
    "assessment_comment",
    "perspectives",
    "looking_ahead",
)
# A stopped measure needs a reason, which a plan with struck-out rows seldom gives.
NO_REASON = "Skälet framgår inte av filen."
# The list of answers in a year, and the key of the item's number in each answer.
GOAL_LIST, MEASURE_LIST = "sub_goals", "measures"
CODE_KEYS = {GOAL_LIST: "sub_goal", MEASURE_LIST: "measure"}


def follow_ups_in(mapped: MappedWorkbook) -> list[SourceRow]:
    """Return the years of the workbook with their answers, from its own sheets and from yearly columns."""
    years = EarlierYears(mapped)
    for row in mapped.rows("years"):
        if row.get("year"):
            years.add_year(row)
    for placed in mapped.placed:
        years.add_yearly_columns(placed)
    years.add_answer_rows("goal_answers", SubGoalEntry, GOAL_LIST)
    years.add_answer_rows("measure_answers", MeasureEntry, MEASURE_LIST)
    return years.in_order()


class EarlierYears:
    """Years that are being collected, with one answer for each goal or measure."""

    def __init__(self, mapped: MappedWorkbook) -> None:
        self._mapped = mapped
        self._years: dict[int, SourceRow] = {}
        self._answers: dict[tuple[int, str, str], SourceRow] = {}

    def in_order(self) -> list[SourceRow]:
        return [self._years[year] for year in sorted(self._years)]

    def add_year(self, row: SourceRow) -> None:
        self._years[row["year"]] = _follow_up(row, row["year"])

    def add_yearly_columns(self, placed: PlacedItem) -> None:
        """Add the answers in columns such as "Status 2023" on the row of a goal or measure."""
        model, list_key = (SubGoalEntry, GOAL_LIST) if placed.kind == "goals" else (MeasureEntry, MEASURE_LIST)
        fields = model.field_names()
        row = placed.row
        for year in sorted({year for field in fields for year in row.get(field, {})}):
            answers = {field: row.get(field, {}).get(year, "") for field in fields}
            if any(answers.values()) and list_key == MEASURE_LIST:
                self._widen_measure(placed, year)
            self._add_answer(year, list_key, placed.code, row, answers)

    def add_answer_rows(self, sheet: str, model: type[Answer], list_key: str) -> None:
        """Add the answers of a sheet with a row for each goal or measure and year."""
        for row in self._mapped.rows(sheet):
            if not row.get("year") or not row.get("code"):
                problem = row.problem("ange år och nummer.", "year" if row.get("code") else "code")
                self._mapped.problems.append(problem)
                continue
            answers = {field: row.get(field, "") for field in model.field_names()}
            self._add_answer(row["year"], list_key, row["code"], row, answers)

    def _widen_measure(self, placed: PlacedItem, year: int) -> None:
        """Let the measure include a year that it has an answer for, with a note."""
        measure = placed.item
        first, last = measure.get("first_year", year), measure.get("last_year", year)
        if first <= year <= last:
            return
        key, verb = ("first_year", "börjar") if year < first else ("last_year", "slutar")
        note = f"åtgärden har ett svar för {year}, så den {verb} {year} i stället för {measure[key]}."
        self._mapped.notes.append(placed.row.problem(note, "period" if "period" in placed.row else "deadline"))
        measure[key] = year

    def _add_answer(
        self, year: int, list_key: str, code: Iterable[int], row: SourceRow, answers: Mapping[str, str]
    ) -> None:
        """Add the `answers` in a row about one goal or measure to its year. Empty answers add nothing.

        :param list_key: the list of the year that the answer belongs to: that of goals or that of measures.
        :param code: the numbers that name the goal or measure, such as 1, 2.
        """
        if not any(answers.values()):
            return
        if year not in self._years:
            self._years[year] = _follow_up(SourceRow(row.sheet, row.number, {}), year)
        dotted = ".".join(map(str, code))
        known = self._answers.get((year, list_key, dotted))
        if known is not None:
            self._add_to_answer(known, row, answers)
            return
        answer = SourceRow(row.sheet, row.number, {field: row.columns.get(field, "") for field in answers})
        answer.update(answers)
        answer[CODE_KEYS[list_key]] = dotted
        answer["example"] = bool(row.get("example", False))
        if PROGRESS_SCALE.step(answer.get("progress", "")).means(Meaning.STOPPED) and not answer["stop_reason"]:
            # A file with a single column for comments gives the reason there.
            answer["stop_reason"] = answer["done"] or NO_REASON
        self._answers[year, list_key, dotted] = answer
        self._years[year][list_key].append(answer)

    def _add_to_answer(self, answer: SourceRow, row: SourceRow, values: Mapping[str, str]) -> None:
        """Add a further row's values to the answer: a flat plan repeats the goal's answer on each of its measures.

        Different texts are joined. A status that contradicts the first one is noted, and not read.
        """
        texts = (*SubGoalEntry.text_names(), *MeasureEntry.text_names())
        for field, value in values.items():
            if not answer[field]:
                answer[field] = value
            elif field in texts and value and value not in answer[field]:
                answer[field] = f"{answer[field]}\n{value}"
            elif field not in texts and value and value != answer[field]:
                note = f"värdet läses inte, eftersom rad {answer.number} på bladet {answer.sheet} har ett annat."
                self._mapped.notes.append(row.problem(note, field))


def _follow_up(row: SourceRow, year: int) -> SourceRow:
    """Return a year for the import. Its state is "under review" by default, since its answers are finished."""
    has_facts = "year" in row
    follow_up = SourceRow(row.sheet, row.number, row.columns)
    follow_up.update({key: row.get(key) or "" for key in YEAR_TEXTS} if has_facts else dict.fromkeys(YEAR_TEXTS, ""))
    follow_up.update(
        year=year,
        state=row.get("state") or FollowUp.State.UNDER_REVIEW.value,
        opens_on=row.get("opens_on") or f"{year + 1}-01-01",
        due_on=row.get("due_on") or f"{year + 1}-01-31",
        report_date=row.get("report_date"),
        example=row.get("example", False) if has_facts else False,
        areas=[],
        sub_goals=[],
        measures=[],
        guidelines=[],
    )
    return follow_up
