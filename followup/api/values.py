"""Schemas of the API's responses. Fields that the report's JSON has too have the same names."""

from __future__ import annotations

from datetime import date, datetime

from django.urls import reverse
from ninja import Field, Schema

from followup.models import DecidedReport
from programmes.models import Measure


class Problem(Schema):
    """Error with its reason in Swedish."""

    detail: str


class ProgrammeValue(Schema):
    slug: str
    title: str
    first_year: int
    last_year: int
    overarching_goal: str
    state: str = Field(description="draft, active eller closed")
    adopted_by: str
    adopted_on: date | None
    adopted_paragraph: str
    registration_number: str


class YearValue(Schema):
    """One year's follow-up of a programme."""

    year: int
    state: str = Field(description="planned, open, under_review, proposed eller decided")
    opens_on: date
    due_on: date
    report_date: date | None
    registration_number: str
    assessment: str
    forecast: str


class UnitValue(Schema):
    slug: str
    name: str
    kind: str


class GoalValue(Schema):
    code: str = Field(description="Till exempel 1.2: andra målet i första området")
    area: int = Field(alias="area.number")
    area_name: str = Field(alias="area.name")
    text: str
    units: list[UnitValue]
    is_example: bool


class MeasureValue(Schema):
    code: str
    goal: str = Field(alias="sub_goal.code")
    text: str
    units: list[UnitValue]
    first_year: int
    last_year: int
    perspectives: list[str]
    problem: str
    problem_source: str
    is_example: bool

    @staticmethod
    def resolve_perspectives(measure: Measure) -> list[str]:
        return sorted(perspective.slug for perspective in measure.perspectives.all())


class FigureValue(Schema):
    year: int
    value: float


class OutcomeValue(Schema):
    year: int
    value: float | None
    women: float | None
    men: float | None
    assessment: str = Field(description="reached, on_the_way, not_reached, cannot_assess; tom om ingen har bekräftat")
    kpi: str = Field(description="Nyckeltalet i Kolada som utfallet är hämtat från; annars tom")
    dated: date | None


class IndicatorValueOut(Schema):
    """An indicator of a goal with all its outcomes."""

    goal: str = Field(alias="sub_goal.code")
    number: int
    name: str
    unit: str
    direction: str = Field(description="up: högre är bättre, down: lägre är bättre")
    baseline: float | None
    baseline_year: int | None
    target: float | None
    targets: list[FigureValue]
    source: str
    kpi: str
    outcomes: list[OutcomeValue]
    is_example: bool


class DecidedReportValue(Schema):
    """A report that the board has decided on."""

    programme: str = Field(alias="decision.follow_up.programme.slug")
    year: int = Field(alias="decision.follow_up.year")
    decision: int = Field(alias="decision.number", description="Beslutets nummer för året")
    meeting_date: date | None = Field(alias="decision.meeting_date")
    paragraph: str = Field(alias="decision.paragraph")
    registration_number: str = Field(alias="decision.registration_number")
    outcome: str = Field(alias="decision.outcome")
    recorded_at: datetime = Field(alias="decision.recorded_at")
    schema_version: int
    sha256: str = Field(description="Länken i den kedja som alla beslutade rapporter bildar")
    report: str = Field(description="Adressen till rapporten som JSON")

    @staticmethod
    def resolve_schema_version(report: DecidedReport) -> int:
        return report.schema

    @staticmethod
    def resolve_report(report: DecidedReport) -> str:
        follow_up = report.decision.follow_up
        return reverse("api:decided_report", args=[follow_up.programme.slug, follow_up.year, report.decision.number])
