"""The matrix of goals and years: each assessment by its symbol, the forecast, and the change since the year before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from followup.report.report import AreaStatus, Report, SubGoalStatus
from followup.report.sentences import changes_in_words, share_sentence
from followup.report.step_meanings import has_improved, has_worsened, is_not_reached, is_reached, is_unchanged
from followup.report.turns import previous_year, status_in, turns_of
from organisation.sentences import listing
from programmes.scales import BLANK, Kind, Step

# The most years of a long period that the matrix shows.
MOST_YEARS = 8


@dataclass(frozen=True)
class Change:
    """The change of a goal's assessment: a sign or word for the eye, and a word to be read out."""

    sign: str
    word: str
    tone: str


BETTER = Change("Bättre", "Bättre", "good")
WORSE = Change("Sämre", "Sämre", "poor")
SAME = Change("=", "Oförändrat", "blank")
INCOMPARABLE = Change("–", "Kan inte jämföras", "blank")


@dataclass(frozen=True)
class Cell:
    """A goal in one year. The `step` is blank for a year that is not assessed. The worst is framed."""

    year: int
    step: Step
    is_now: bool

    @property
    def is_blank(self) -> bool:
        return not self.step.key

    @property
    def is_framed(self) -> bool:
        return is_not_reached(self.step)


@dataclass(frozen=True)
class MatrixRow:
    goal: SubGoalStatus
    cells: tuple[Cell, ...]
    change: Change | None

    @property
    def forecast(self) -> Step:
        return self.goal.forecast

    @property
    def is_forecast_framed(self) -> bool:
        return is_not_reached(self.goal.forecast)


@dataclass(frozen=True)
class MatrixArea:
    """An area above its goals, with a cell for each year, which is filled in the report's own year."""

    area: AreaStatus
    cells: tuple[Cell, ...]
    rows: tuple[MatrixRow, ...]


@dataclass(frozen=True)
class YearCount:
    """The number of goals at a step in one year; None for a year that is not assessed."""

    year: int
    number: int | None
    is_now: bool


@dataclass(frozen=True)
class CountRow:
    """A row below the matrix: the number of goals at one step in each year."""

    step: Step
    label: str
    counts: tuple[YearCount, ...]


@dataclass(frozen=True)
class Matrix:
    """`assessments` and `forecasts` are the steps that occur, for the legend."""

    intro: str
    years: tuple[int, ...]
    year: int
    year_before: int | None
    areas: tuple[MatrixArea, ...]
    totals: tuple[CountRow, ...]
    assessments: tuple[Step, ...]
    forecasts: tuple[Step, ...]

    @property
    def has_frames(self) -> bool:
        return any(map(is_not_reached, (*self.assessments, *self.forecasts)))


def matrix_of(report: Report) -> Matrix:
    years = years_of_period(report)
    before = previous_year(report)
    areas = tuple(_area(area, report, years, before) for area in report.areas)
    statuses = [status for goal in report.sub_goals for status in goal.years if status.year in years]
    return Matrix(
        intro=_intro(report),
        years=years,
        year=report.year,
        year_before=before,
        areas=areas,
        totals=tuple(_totals(report, years)),
        assessments=_occurring(_steps(report, Kind.ASSESSMENT), (one.assessment for one in statuses)),
        forecasts=_occurring(_steps(report, Kind.FORECAST), (goal.forecast for goal in report.sub_goals)),
    )


def years_of_period(report: Report) -> tuple[int, ...]:
    """Return the years of the programme's period, of a long one the last. Years to come are left empty."""
    first, _, last = report.period.partition("–")
    if first.isdigit() and last.isdigit() and int(first) <= report.year <= int(last):
        return tuple(range(int(first), int(last) + 1))[-MOST_YEARS:]
    return report.years[-MOST_YEARS:]


def _area(area: AreaStatus, report: Report, years: Iterable[int], before: int | None) -> MatrixArea:
    cells = tuple(Cell(year, area.assessment if year == report.year else BLANK, year == report.year) for year in years)
    return MatrixArea(area, cells, tuple(_row(goal, report.year, years, before) for goal in area.sub_goals))


def _row(goal: SubGoalStatus, now: int, years: Iterable[int], before: int | None) -> MatrixRow:
    steps = {status.year: status.assessment for status in goal.years}
    cells = tuple(Cell(year, steps.get(year, BLANK), year == now) for year in years)
    return MatrixRow(goal, cells, _change(goal, before))


def _change(goal: SubGoalStatus, before: int | None) -> Change | None:
    """Return the change since the year before; None in the first year and for a goal without an assessment."""
    status = status_in(goal, before)
    if status is None or not goal.assessment.key:
        return None
    if has_improved(status.assessment, goal.assessment):
        return BETTER
    if has_worsened(status.assessment, goal.assessment):
        return WORSE
    return SAME if is_unchanged(status.assessment, goal.assessment) else INCOMPARABLE


def _totals(report: Report, years: Iterable[int]) -> Iterable[CountRow]:
    """Yield the rows of the best and the worst step, which occur in most programmes."""
    steps = _steps(report, Kind.ASSESSMENT)
    total = len(report.sub_goals)
    for is_meant in (is_reached, is_not_reached):
        step = next((step for step in steps if is_meant(step)), None)
        if step and total:
            counts = tuple(YearCount(year, _count(report, year, step), year == report.year) for year in years)
            yield CountRow(step, f"{step.word}, av {report.terms.goal.counted(total)}", counts)


def _count(report: Report, year: int, step: Step) -> int | None:
    """Return the number of goals at a step in a year; None when no goal is assessed in it."""
    statuses = [status for goal in report.sub_goals if (status := status_in(goal, year))]
    keys = [status.assessment.key for status in statuses if status.assessment.key]
    return keys.count(step.key) if keys else None


def _steps(report: Report, kind: Kind) -> tuple[Step, ...]:
    """Return the steps of one of the report's scales."""
    return next((scale.steps for scale in report.scales if scale.kind == kind), ())


def _occurring(steps: Iterable[Step], used: Iterable[Step]) -> tuple[Step, ...]:
    """Return the steps that are used, in the order of the scale."""
    keys = {step.key for step in used}
    return tuple(step for step in steps if step.key in keys)


def _intro(report: Report) -> str:
    """Return "Åtta av 24 mål är uppfyllda 2020, mot fem 2019 och inget 2018. Fem mål har blivit bättre …"."""
    steps = _steps(report, Kind.ASSESSMENT)
    best = next((step for step in steps if is_reached(step)), None)
    total = len(report.sub_goals)
    if best is None or not total:
        return ""
    number = _count(report, report.year, best)
    if number is None:
        return ""
    goal = report.terms.goal
    share = share_sentence(goal, number, total, best, year=report.year).rstrip(".")
    turns = turns_of(report)
    changes = changes_in_words(goal, len(turns.better), len(turns.worse), turns.year) if turns else ""
    return f"{share}{_earlier(report, best)}. {changes}".strip()


def _earlier(report: Report, best: Step) -> str:
    """Return ", mot fem 2019 och inget 2018"; empty in the first year."""
    years = [year for year in reversed(report.years) if year < report.year][:3]
    numbers = [(year, _count(report, year, best)) for year in years]
    goal = report.terms.goal
    none = goal.agree("ingen", "inget")
    told = [f"{goal.in_words(number) if number else none} {year}" for year, number in numbers if number is not None]
    return f", mot {listing(told)}" if told else ""
