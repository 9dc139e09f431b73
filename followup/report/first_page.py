"""The first page of a report, for a reader with one minute: the decision, the judgement, totals, areas and deviations.

It is a plain value made from the `Report`, within a budget of rows, so that it is one page in all formats.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.utils.text import capfirst

from followup.report.asked_decision import AskedDecision, asked_decision
from followup.report.deviations import Deviation, Gravity, deviations_of
from followup.report.excerpts import first_sentence, shortened
from followup.report.off_target import Measured, measured_indicators, off_target
from followup.report.report import AreaStatus, MeasureStatus, ProgressOfYear, Report, SubGoalStatus, Tally, tally
from followup.report.sentences import (
    changed_sentence,
    deviation_sentence,
    forecast_sentence,
    incomparable_sentence,
    judgement_sentence,
    predicate,
    step_sentence,
    unchanged_sentence,
)
from followup.report.step_meanings import is_late, is_stopped
from followup.report.turns import previous_year, status_in, turns_of
from programmes.scales import Step, Symbol

# The most codes that a sentence lists; the rest are counted.
LISTED_CODES = 8
JUDGEMENT_LENGTH = 230
FORECAST_LENGTH = 170
AREA_NAME_LENGTH = 80


@dataclass(frozen=True)
class Budget:
    """The most rows of each kind on the page."""

    deviations: int = 7
    indicators: int = 3
    areas: int = 8

    @property
    def smaller(self) -> Budget | None:
        """The budget with one row less: first of the indicators, then of the deviations and the areas by turns."""
        if self.indicators:
            return replace(self, indicators=self.indicators - 1)
        if self.deviations and self.deviations >= self.areas - 4:
            return replace(self, deviations=self.deviations - 1)
        return replace(self, areas=self.areas - 1) if self.areas > 1 else None


@dataclass(frozen=True)
class CountedStep:
    """The number of items at a step, and how many there were the year before; None in the first year."""

    step: Step
    number: int
    before: int | None

    @property
    def words(self) -> str:
        """The words of the step, in agreement with the number."""
        return self.step.after(self.number)


@dataclass(frozen=True)
class Total:
    """All goals, or all measures, by their steps."""

    heading: str
    steps: tuple[CountedStep, ...]

    @property
    def tallies(self) -> tuple[Tally, ...]:
        return tuple(Tally(counted.step, counted.number) for counted in self.steps)


@dataclass(frozen=True)
class AreaRow:
    """One area with the distribution of its goals and measures. `late` is a phrase such as "5 av 18 försenade"."""

    area: AreaStatus
    goals: tuple[Tally, ...]
    measures: tuple[Tally, ...]
    late: str

    @property
    def name(self) -> str:
        return shortened(self.area.name, AREA_NAME_LENGTH)


@dataclass(frozen=True)
class Reference:
    """A goal or measure that a sentence names, with its place in the report and the word or comma before it."""

    code: str
    anchor: str
    joiner: str = ""


@dataclass(frozen=True)
class SentenceWithReferences:
    """A sentence with references in the middle: "Mål 4.1 (s. 18) och 4.2 (s. 18) kommer delvis att nås."."""

    start: str
    references: tuple[Reference, ...]
    end: str

    @property
    def text(self) -> str:
        """The sentence without page numbers."""
        listed = "".join(f"{reference.joiner} {reference.code}" for reference in self.references)
        return f"{self.start}{listed}{self.end}"


@dataclass(frozen=True)
class Turn:
    """A line of the list of changes, such as "5 mål har blivit bättre." with the goals' codes."""

    step: Step
    sentence: str
    codes: str


@dataclass(frozen=True)
class FirstPage:
    """The first page. `rest` tells of the deviations that have no row, and of stopped and late measures."""

    title: str
    decision: AskedDecision | None
    judgement: str
    forecast: str
    goals: Total
    measures: Total | None
    areas: tuple[AreaRow, ...]
    areas_left_out: str
    deviation_heading: str
    deviations: tuple[Deviation, ...]
    rest: tuple[SentenceWithReferences, ...]
    year_before: int | None
    turns: tuple[Turn, ...]
    indicator_heading: str
    indicators: tuple[Measured, ...]
    indicators_left_out: str
    notes: str


def first_page_of(report: Report, budget: Budget = Budget()) -> FirstPage:
    """Return the first page with at most so many rows as the budget has."""
    deviations = deviations_of(report)
    off, measured = off_target(report), measured_indicators(report)
    areas = _shown_areas(report.areas, deviations, budget.areas)
    return FirstPage(
        title=f"Uppföljning {report.year} på en sida",
        decision=asked_decision(report),
        judgement=_judgement(report),
        forecast=_forecast(report),
        goals=_goals_total(report),
        measures=_measures_total(report) if report.measures else None,
        areas=tuple(map(_area_row, areas)),
        areas_left_out=_areas_left_out(len(report.areas) - len(areas)),
        deviation_heading=_deviation_heading(report, deviations),
        deviations=deviations[: budget.deviations],
        rest=(*_remaining_deviations(deviations[budget.deviations :], report), *_measure_sentences(report)),
        year_before=previous_year(report),
        turns=_turns(report),
        indicator_heading=f"Indikatorer som avviker: {len(off)} av {len(measured)}" if off else "",
        indicators=off[: budget.indicators],
        indicators_left_out=_indicators_left_out(len(off[budget.indicators :])),
        notes=_notes(report),
    )


def _judgement(report: Report) -> str:
    """Return the overall judgement: the reviewer's sentence for the page, or the first of the overall assessment."""
    if report.selection:
        return ""
    own = report.judgement_sentence or first_sentence(report.assessment_comment) or judgement_sentence(report)
    return shortened(own, JUDGEMENT_LENGTH)


def _forecast(report: Report) -> str:
    own = "" if report.selection else report.forecast_sentence
    return shortened(own, FORECAST_LENGTH) or forecast_sentence(
        [goal.forecast for goal in report.sub_goals], report.terms.goal
    )


def _goals_total(report: Report) -> Total:
    """Return the goals by assessment. The year before is counted over the goals that there were then."""
    year = previous_year(report)
    statuses = [status_in(goal, year) for goal in report.sub_goals]
    before = tally(status.assessment for status in statuses if status and status.assessment.key)
    now = report.assessment_tally
    return Total(
        f"{report.terms.goal.counted(len(report.sub_goals))}, bedömning {report.year}", _counted(now, before, year)
    )


def _measures_total(report: Report) -> Total:
    """Return the measures by progress. The year before counts also measures that have ended, unless of a part."""
    year = previous_year(report)
    now = tally(measure.progress for measure in report.measures)
    is_whole = not report.selection
    before = report.progress_before if is_whole else ()
    before = before or tally(of_year.progress for of_year in _progress_in(report.measures, year))
    heading = f"{report.terms.measure.counted(len(report.measures))}, genomförande {report.year}"
    return Total(heading, _counted(now, before, year))


def _progress_in(measures: Iterable[MeasureStatus], year: int | None) -> Iterable[ProgressOfYear]:
    return (of_year for measure in measures for of_year in measure.years if of_year.year == year)


def _counted(now: Iterable[Tally], before: Iterable[Tally], year: int | None) -> tuple[CountedStep, ...]:
    earlier = {item.step.key: item.number for item in before}
    return tuple(
        CountedStep(item.step, item.number, None if year is None else earlier.get(item.step.key, 0)) for item in now
    )


def _shown_areas(areas: Sequence[AreaStatus], deviations: Iterable[Deviation], most: int) -> list[AreaStatus]:
    """Return all areas, or of more than `most` those with the most deviating goals, in their own order."""
    if len(areas) <= most:
        return list(areas)
    numbers = [deviation.goal.area for deviation in deviations]
    deviating = [area for area in areas if area.number in numbers]
    most_first = sorted(deviating, key=lambda area: -numbers.count(area.number))
    shown = most_first[:most]
    return [area for area in areas if area in shown]


def _areas_left_out(number: int) -> str:
    if not number:
        return ""
    return "Ett område till finns i rapporten." if number == 1 else f"{number} områden till finns i rapporten."


def _area_row(area: AreaStatus) -> AreaRow:
    """Count the goals and measures of one area."""
    return AreaRow(
        area=area,
        goals=tally(goal.assessment for goal in area.sub_goals),
        measures=tally(measure.progress for measure in area.measures),
        late=_late(area.measures),
    )


def _late(measures: Sequence[MeasureStatus]) -> str:
    """Return "5 av 18 försenade"; empty when none is late."""
    late = [measure.progress for measure in measures if is_late(measure.progress)]
    return f"{len(late)} av {len(measures)} {late[0].after(len(late))}" if late else ""


def _deviation_heading(report: Report, deviations: Sequence[Deviation]) -> str:
    """Return "Det här avviker: 9 av 24 mål"; a whole sentence when nothing does."""
    if not deviations:
        return deviation_sentence(report.terms.goal, 0, len(report.sub_goals)) if report.sub_goals else ""
    return f"Det här avviker: {len(deviations)} av {report.terms.goal.counted(len(report.sub_goals))}"


def _remaining_deviations(deviations: Sequence[Deviation], report: Report) -> Iterable[SentenceWithReferences]:
    """Yield a sentence for each reason, about the deviating goals that have no row."""
    for gravity in Gravity:
        of_reason = [deviation for deviation in deviations if deviation.gravity is gravity]
        if of_reason:
            references = tuple(_goal_reference(deviation.goal) for deviation in of_reason)
            yield _sentence(
                capfirst(report.terms.goal.plural), references, _reason_of_all(of_reason, previous_year(report))
            )


def _reason_of_all(deviations: Sequence[Deviation], year_before: int | None) -> str:
    """Return the predicate that the deviations of one reason have in common: " kommer delvis att nås"."""
    first = deviations[0]
    if first.gravity is Gravity.WORSE:
        return f" har fått en sämre bedömning än {year_before}"
    if first.gravity is Gravity.WORSE_FORECAST:
        return f" har fått en sämre prognos än {year_before}"
    as_before = (
        f", liksom i prognosen {year_before}" if first.gravity is Gravity.PARTLY_AS_BEFORE and first.before else ""
    )
    return f" {predicate(first.step, len(deviations))}{as_before}"


def _goal_reference(goal: SubGoalStatus) -> Reference:
    return Reference(goal.code, f"mal-{goal.code}")


def _sentence(start: str, references: tuple[Reference, ...], end: str) -> SentenceWithReferences:
    """Return a sentence that lists the first references and counts the rest."""
    left_out = max(len(references) - LISTED_CODES, 0)
    listed = references[:LISTED_CODES]
    rest = f" och {left_out} till" if left_out else ""
    last_joiner = "," if left_out else " och"
    joiners = ["", *[","] * (len(listed) - 2), last_joiner][: len(listed)]
    joined = tuple(replace(one, joiner=joiner) for one, joiner in zip(listed, joiners, strict=True))
    return SentenceWithReferences(start, joined, f"{rest}{end}.")


def _measure_sentences(report: Report) -> Iterable[SentenceWithReferences]:
    """Yield a sentence about the stopped measures, with their codes, and one about the late ones."""
    term = report.terms.measure
    stopped = [measure for measure in report.measures if is_stopped(measure.progress)]
    if stopped:
        sentence = step_sentence(term, len(stopped), stopped[0].progress).rstrip(".")
        references = tuple(Reference(measure.code, f"atgard-{measure.code}") for measure in stopped)
        yield _sentence(f"{sentence}:", references, "")
    for counted in _measures_total(report).steps:
        if is_late(counted.step):
            sentence = step_sentence(term, counted.number, counted.step).rstrip(".")
            yield SentenceWithReferences(sentence, (), f"{_number_before(counted, report)}.")


def _number_before(counted: CountedStep, report: Report) -> str:
    """Return "; 2019 var det 1" with the number at the same step the year before; empty in the first year."""
    if counted.before is None:
        return ""
    return f"; {previous_year(report)} var det {counted.before or 'ingen'}"


def _turns(report: Report) -> tuple[Turn, ...]:
    """Return the lines about goals that have turned since the year before; none in the first year."""
    turns = turns_of(report)
    if turns is None:
        return ()
    goal = report.terms.goal
    total = sum(map(len, (turns.better, turns.worse, turns.unchanged, turns.incomparable)))
    lines = (
        Turn(_BETTER, changed_sentence(goal, len(turns.better), "bättre"), _codes(turns.better)),
        Turn(_WORSE, changed_sentence(goal, len(turns.worse), "sämre"), _codes(turns.worse)),
        Turn(_SAME, unchanged_sentence(goal, len(turns.unchanged), total, turns.year), ""),
        Turn(_UNKNOWN, incomparable_sentence(goal, len(turns.incomparable)), _codes(turns.incomparable)),
    )
    return tuple(line for line in lines if line.sentence) if total else ()


_BETTER = Step("better", "Bättre", "good", Symbol.UP.path)
_WORSE = Step("worse", "Sämre", "poor", Symbol.DOWN.path)
_SAME = Step("same", "Oförändrat", "blank", Symbol.DASH.path)
_UNKNOWN = Step("incomparable", "Kan inte jämföras", "unknown", Symbol.QUESTION.path)


def _codes(goals: Sequence[SubGoalStatus]) -> str:
    """Return the codes of the goals, of many only the first."""
    codes = [goal.code for goal in goals]
    listed = ", ".join(codes[:LISTED_CODES])
    return f"{listed} och {len(codes) - LISTED_CODES} till" if len(codes) > LISTED_CODES else listed


def _indicators_left_out(number: int) -> str:
    if not number:
        return ""
    return "En indikator till avviker." if number == 1 else f"{number} indikatorer till avviker."


def _notes(report: Report) -> str:
    """Return the notes at the foot of the page: the meaning of the figures in brackets, and that texts are examples."""
    year = previous_year(report)
    notes = [f"Inom parentes: antalet {year}."] if year else []
    if report.shows_example:
        notes.append("Innehåller exempel.")
    return " ".join(notes)
