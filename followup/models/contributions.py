"""Contributions: the part of each unit in the answer to a goal or measure that several units share."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from followup.models.answer_fields import AnswerField
from followup.models.entries import Answer, MeasureEntry, SubGoalEntry
from followup.models.step_field import assessment_field, forecast_field, progress_field
from organisation.models import Unit
from programmes.models import Measure, MeasureResponsibility, SubGoal, SubGoalResponsibility, prose
from programmes.scales import Step
from programmes.terms import Level, Term

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from organisation.models import User


class ContributionQuerySet(models.QuerySet["Contribution"]):
    def of_responsible_units(self) -> ContributionQuerySet:
        """Contributions of units that still contribute: responsible for the item, and not its lead."""
        role = SubGoalResponsibility.Role.CONTRIBUTING
        of_goal = SubGoalResponsibility.objects.filter(item=OuterRef("sub_goal"), unit=OuterRef("unit"), role=role)
        of_measure = MeasureResponsibility.objects.filter(item=OuterRef("measure"), unit=OuterRef("unit"), role=role)
        return self.filter(Q(Exists(of_goal)) | Q(Exists(of_measure)))

    def of_goal(self, goal: SubGoal) -> ContributionQuerySet:
        """Contributions to the goal and to its measures."""
        return self.filter(Q(sub_goal=goal) | Q(measure__sub_goal=goal))

    def with_items(self) -> ContributionQuerySet:
        """Fetch what the permission to write a contribution and its place on the page depend on."""
        return self.select_related(
            "unit", "follow_up__programme__framework", "sub_goal__area", "measure__sub_goal__area"
        ).prefetch_related("sub_goal__responsibilities", "measure__responsibilities")

    def handed_in(self) -> ContributionQuerySet:
        return self.filter(state__in=[Answer.State.SUBMITTED, Answer.State.APPROVED])

    def reported_by(self, user: User | AnonymousUser, day: date) -> ContributionQuerySet:
        """Contributions that `user` may report on `day`: `permissions.can_report` as a query."""
        return self.of_responsible_units().filter(unit__in=Unit.objects.reported_by(user, day))

    def to(self, joint_answers: Iterable[SubGoalEntry | MeasureEntry]) -> list[Contribution]:
        """Return the contributions to `joint_answers`, with the items and years of these, in one query."""
        of_goals: dict[tuple[int, int | None], SubGoalEntry] = {}
        of_measures: dict[tuple[int, int | None], MeasureEntry] = {}
        for answer in joint_answers:
            if isinstance(answer, MeasureEntry):
                of_measures[answer.follow_up_id, answer.measure_id] = answer
            else:
                of_goals[answer.follow_up_id, answer.sub_goal_id] = answer
        contributions: list[Contribution] = []
        for contribution in self.select_related("unit"):
            goal = of_goals.get((contribution.follow_up_id, contribution.sub_goal_id))
            measure = of_measures.get((contribution.follow_up_id, contribution.measure_id))
            if goal:
                contribution.follow_up, contribution.sub_goal = goal.follow_up, goal.sub_goal
            elif measure:
                contribution.follow_up, contribution.measure = measure.follow_up, measure.measure
            else:
                continue
            contributions.append(contribution)
        return contributions


class Contribution(Answer):
    """One unit's part of the answer to a goal, or to a measure of the goal, that several units share.

    The joint answer, a `SubGoalEntry` or `MeasureEntry`, is written by the lead unit, or by the reviewer without one.
    A contribution is to a goal, and may assess it, or to a measure, and may say its progress.
    """

    FIELDS = (
        AnswerField("assessment"),
        AnswerField("forecast"),
        AnswerField("progress"),
        AnswerField("text", missing="bidrag", request="Skriv enhetens bidrag.", continues=True),
    )

    sub_goal = models.ForeignKey(
        SubGoal, models.PROTECT, verbose_name="mål", related_name="contributions", null=True, blank=True
    )
    measure = models.ForeignKey(
        Measure, models.PROTECT, verbose_name="åtgärd", related_name="contributions", null=True, blank=True
    )
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="enhet", related_name="contributions")
    assessment = assessment_field()
    forecast = forecast_field()
    progress = progress_field()
    text = prose("bidrag", blank=True)

    objects = ContributionQuerySet.as_manager()

    class Meta:
        verbose_name = "enhetens bidrag"
        verbose_name_plural = "enheternas bidrag"
        ordering = ["unit"]
        constraints = [
            models.UniqueConstraint(
                fields=["follow_up", "sub_goal", "unit"],
                name="contribution_to_goal_once_per_unit",
                violation_error_message="Enheten har redan ett bidrag till målet det året.",
            ),
            models.UniqueConstraint(
                fields=["follow_up", "measure", "unit"],
                name="contribution_to_measure_once_per_unit",
                violation_error_message="Enheten har redan ett bidrag till åtgärden det året.",
            ),
            models.CheckConstraint(
                condition=Q(sub_goal__isnull=False, measure__isnull=True, progress="")
                | Q(sub_goal__isnull=True, measure__isnull=False, assessment="", forecast=""),
                name="contribution_to_goal_or_measure",
                violation_error_message="Ett bidrag gäller antingen ett mål, med bedömning och prognos, eller en "
                "åtgärd, med genomförande.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item}, {self.unit} {self.follow_up.year}"

    def get_absolute_url(self) -> str:
        goal, year = self.goal, self.follow_up
        page = reverse("followup:entry_edit", args=[year.programme.slug, year.year, goal.area.number, goal.number])
        return f"{page}#bidrag-{self.pk}"

    @property
    def item(self) -> SubGoal | Measure:
        item = self.measure or self.sub_goal
        if item is None:
            raise ValueError("A contribution is to a goal or a measure.")
        return item

    @property
    def term(self) -> Term:
        """The programme's word for the goal or measure that the contribution is to."""
        return self.follow_up.terms.of(Level.MEASURE if self.measure_id else Level.GOAL)

    @property
    def name(self) -> str:
        """Name of the contribution in a sentence: "bidrag till åtgärd 1.2.1"."""
        return f"bidrag till {super().name}"

    @property
    def goal(self) -> SubGoal:
        item = self.item
        return item.sub_goal if isinstance(item, Measure) else item

    def has_same_place(self, other: Contribution) -> bool:
        """Whether both are by the same unit and about the same goal or measure."""
        return (self.unit_id, self.sub_goal_id, self.measure_id) == (
            other.unit_id,
            other.sub_goal_id,
            other.measure_id,
        )

    @property
    def is_expected(self) -> bool:
        """Whether the unit still contributes. The text of a unit that no longer does is kept, but not handed in."""
        return self.unit in self.item.contributing_units

    @property
    def is_handed_in(self) -> bool:
        return self.state in (self.State.SUBMITTED, self.State.APPROVED)

    @property
    def is_writable(self) -> bool:
        return super().is_writable and self.is_expected

    @property
    def why_locked(self) -> str:
        if self.follow_up.takes_answers and not self.is_expected:
            return f"{self.unit} lämnar inte längre bidrag till {self.item.code}. Texten finns kvar."
        return super().why_locked

    @property
    def judgements(self) -> list[Step]:
        """The unit's own judgements that are made: of the goal and its forecast, or of the measure's progress."""
        scales = self.follow_up.scales
        chosen = (
            (scales.assessment, self.assessment),
            (scales.forecast, self.forecast),
            (scales.progress, self.progress),
        )
        return [scale.step(value) for scale, value in chosen if value]
