"""The report of a year as a plain value. `building` makes it from the entries, `serialization` stores it as JSON.

Pages and documents of all formats show this value and make no queries. Its order is that of the printed chapters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from followup.report.indicators import IndicatorStatus
from followup.report.part import Part
from organisation.order import swedish_sorted
from programmes.bodies import Body
from programmes.scales import Scale, Step
from programmes.terms import Terms

# Version of the form of the JSON. Versions before it stay readable: `serialization.UPGRADES`.
SCHEMA = 4
# First word of the state of a decided report: "Beslutad: Kommunstyrelsen 5 maj 2021 § 24".
DECIDED = "Beslutad"


@dataclass(frozen=True)
class ProgressOfYear(Part):
    """The progress of a measure at the end of one year."""

    year: int
    progress: Step


@dataclass(frozen=True)
class ContributionStatus(Part):
    """One unit's part of the answer to a goal or measure, with its own judgements, if it has made any."""

    unit: str
    judgements: tuple[Step, ...]
    text: str
    is_example: bool

    @property
    def in_words(self) -> str:
        """The contribution as one paragraph of a table or a text file."""
        judgements = ", ".join(step.word for step in self.judgements)
        heading = f"{self.unit} ({judgements.lower()})" if judgements else self.unit
        return f"{heading}: {self.text}"


def units_in_words(units: Iterable[str], lead: str) -> str:
    """Return the responsible units, their lead first: "Socialnämnden (huvudansvarig), Kommunstyrelsen"."""
    others = [unit for unit in units if unit != lead]
    return ", ".join([f"{lead} (huvudansvarig)", *others] if lead else others)


@dataclass(frozen=True)
class MeasureStatus(Part):
    code: str
    text: str
    units: tuple[str, ...]
    first_year: int
    last_year: int
    progress: Step
    done: str
    stop_reason: str
    perspectives: tuple[str, ...]
    problem: str
    problem_source: str
    years: tuple[ProgressOfYear, ...]
    missing: tuple[str, ...]
    is_example: bool
    lead: str = ""  # the unit of the joint answer; empty without one
    contributions: tuple[ContributionStatus, ...] = ()

    @property
    def responsible(self) -> str:
        return units_in_words(self.units, self.lead)


@dataclass(frozen=True)
class YearStatus(Part):
    """Assessment and forecast of a goal in one year: a cell of the matrix."""

    year: int
    assessment: Step
    forecast: Step


@dataclass(frozen=True)
class SubGoalStatus(Part):
    area: int
    number: int
    text: str
    units: tuple[str, ...]
    assessment: Step
    forecast: Step
    comment: str
    indicators: tuple[IndicatorStatus, ...]
    measures: tuple[MeasureStatus, ...]
    years: tuple[YearStatus, ...]
    missing: tuple[str, ...]
    is_example: bool
    short_name: str = ""  # for tables; empty for a goal without one
    reason: str = ""  # the reviewer's own sentence about why the goal deviates; empty for that of the comment
    lead: str = ""  # the unit of the joint answer; empty without one
    contributions: tuple[ContributionStatus, ...] = ()

    @property
    def responsible(self) -> str:
        return units_in_words(self.units, self.lead)

    @property
    def code(self) -> str:
        return f"{self.area}.{self.number}"

    @property
    def name(self) -> str:
        """The short name, or the whole text for a goal without one."""
        return self.short_name or self.text

    @property
    def is_filled_in(self) -> bool:
        return not self.missing and not any(measure.missing for measure in self.measures)


@dataclass(frozen=True)
class AreaStatus(Part):
    number: int
    name: str
    overarching_sub_goal: str
    assessment: Step
    forecast: Step
    summary: str
    sub_goals: tuple[SubGoalStatus, ...]
    is_example: bool

    @property
    def measures(self) -> tuple[MeasureStatus, ...]:
        return tuple(measure for goal in self.sub_goals for measure in goal.measures)

    @property
    def filled_in(self) -> int:
        return sum(goal.is_filled_in for goal in self.sub_goals)

    @property
    def shows_example(self) -> bool:
        return (
            self.is_example
            or any(goal.is_example for goal in self.sub_goals)
            or any(measure.is_example for measure in self.measures)
            or any(indicator.is_example for goal in self.sub_goals for indicator in goal.indicators)
        )


@dataclass(frozen=True)
class GuidelineStatus(Part):
    number: int
    title: str
    description: str
    units: tuple[str, ...]
    assessment: Step
    comment: str
    is_example: bool
    lead: str = ""  # the unit that is responsible in the first place; empty without one

    @property
    def responsible(self) -> str:
        return units_in_words(self.units, self.lead)


@dataclass(frozen=True)
class PerspectiveAccount(Part):
    """A perspective with the year's measures that are marked with it."""

    name: str
    description: str
    measures: tuple[MeasureStatus, ...]


@dataclass(frozen=True)
class Change(Part):
    """A measure that was added to the programme or changed in it during the year, with the reason."""

    code: str
    text: str
    kind: str
    reason: str
    is_example: bool


@dataclass(frozen=True)
class Movement(Part):
    """A goal whose assessment differs from that of an earlier year."""

    code: str
    text: str
    before: YearStatus
    after: YearStatus
    is_example: bool


@dataclass(frozen=True)
class Comparison(Part):
    """Changes since an earlier year of the same programme."""

    year: int
    goals: tuple[Movement, ...]
    added: tuple[MeasureStatus, ...]
    finished: tuple[MeasureStatus, ...]
    stopped: tuple[MeasureStatus, ...]


@dataclass(frozen=True)
class Tally(Part):
    """The number of items at one step of a scale."""

    step: Step
    number: int


def tally(steps: Iterable[Step]) -> tuple[Tally, ...]:
    """Count the steps, in the order of their scale. Steps without items are left out."""
    counts = Counter(steps)
    return tuple(Tally(step, counts[step]) for step in sorted(counts, key=lambda step: step.order))


@dataclass(frozen=True)
class BoardCase(Part):
    """The case by which the report goes to the board: the decision that is asked for, or the one that was made.

    `text` is the proposal until the decision `is_recorded`, and the decision's text after.
    """

    body: str
    text: str
    meeting_date: date | None
    paragraph: str
    preparing_committee: str
    is_recorded: bool


@dataclass(frozen=True)
class Report(Part):
    schema: int
    municipality: str
    programme: str
    programme_slug: str
    period: str
    year: int
    state: str
    is_decided: bool
    report_date: date | None
    registration_number: str
    overarching_goal: str
    summary: str
    circumstances: str
    assessment: Step
    forecast: Step
    assessment_comment: str
    perspectives: str
    looking_ahead: str
    is_example: bool
    years: tuple[int, ...]
    terms: Terms
    scales: tuple[Scale, ...]
    areas: tuple[AreaStatus, ...]
    guidelines: tuple[GuidelineStatus, ...]
    perspective_accounts: tuple[PerspectiveAccount, ...]
    changes: tuple[Change, ...]
    selection: str = ""  # name of the part; empty for the whole report
    with_measures: bool = True
    is_short: bool = False  # whether only the first page, the areas and the deviating goals are shown
    comparison: Comparison | None = None
    case: BoardCase | None = None
    progress_before: tuple[Tally, ...] = ()  # all measures of the year before, also those that have ended since
    # The reviewer's own sentences for the first page; empty for those that the program writes.
    judgement_sentence: str = ""
    forecast_sentence: str = ""
    shows_areas: bool = True  # whether the areas are shown, or the goals alone
    deciding_body: Body = field(default_factory=Body)

    @property
    def title(self) -> str:
        return f"Uppföljning {self.year} av {self.programme}"

    @property
    def part_in_words(self) -> str:
        """The part that the report shows, and its comparison: "Socialnämnden, utan åtgärder, förändrat sedan 2018"."""
        words = ["den korta rapporten" if self.is_short else self.selection or "hela rapporten"]
        if not self.with_measures:
            words.append(f"utan {self.terms.measure.plural}")
        if self.comparison:
            words.append(f"förändrat sedan {self.comparison.year}")
        return ", ".join(words)

    @property
    def matrix_columns(self) -> int:
        """Number of columns of the matrix of words: the goal, its years and its forecast."""
        return len(self.years) + 2

    @property
    def sub_goals(self) -> tuple[SubGoalStatus, ...]:
        return tuple(goal for area in self.areas for goal in area.sub_goals)

    @property
    def measures(self) -> tuple[MeasureStatus, ...]:
        return tuple(measure for area in self.areas for measure in area.measures)

    @property
    def state_label(self) -> str:
        """Label of `state_text`."""
        return "Beslut" if self._names_decision else "Läge"

    @property
    def state_text(self) -> str:
        """The decision, such as "Kommunstyrelsen 5 maj 2021 § 24", or the state of a year without one."""
        if self._names_decision:
            return self.state.removeprefix(f"{DECIDED}: ")
        return self.state if self.is_decided else f"Utkast ({self.state[:1].lower()}{self.state[1:]})"

    @property
    def _names_decision(self) -> bool:
        return self.is_decided and self.state.startswith(f"{DECIDED}: ")

    @property
    def shows_summary(self) -> bool:
        """Whether the report has a chapter for the summary. A decided report without a summary has none."""
        return not self.selection and bool(self.summary or not self.is_decided)

    @property
    def shows_circumstances(self) -> bool:
        return not self.selection and not self.is_short and bool(self.circumstances or not self.is_decided)

    @property
    def shows_perspectives(self) -> bool:
        return bool(self.perspectives or self.perspective_accounts) and not self.is_short

    @property
    def shows_looking_ahead(self) -> bool:
        return not self.selection and not self.is_short and bool(self.looking_ahead or not self.is_decided)

    @property
    def has_indicators(self) -> bool:
        return any(goal.indicators for goal in self.sub_goals)

    @property
    def units(self) -> tuple[str, ...]:
        """Names of the units that are responsible for something in the report."""
        lists = [item.units for items in (self.sub_goals, self.measures, self.guidelines) for item in items]
        return tuple(swedish_sorted({unit for units in lists for unit in units}))

    @property
    def filled_in(self) -> int:
        return sum(area.filled_in for area in self.areas)

    @property
    def shows_example(self) -> bool:
        """Whether any text in the report is invented for demonstration."""
        return (
            self.is_example
            or any(area.shows_example for area in self.areas)
            or any(guideline.is_example for guideline in self.guidelines)
        )

    @property
    def assessment_tally(self) -> tuple[Tally, ...]:
        """Number of goals at each step of the assessment, in the order of the scale."""
        return tally(goal.assessment for goal in self.sub_goals)
