"""Entries of a follow-up: answers by officials, and texts by reviewers."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from followup.models.answer_fields import AnswerField
from followup.models.step_field import assessment_field, check_steps, forecast_field, progress_field
from followup.models.year import FollowUp
from organisation.models import Unit
from programmes.models import (
    LINE_LENGTH,
    Guideline,
    Measure,
    MeasureResponsibility,
    Responsibility,
    ResponsibilityArea,
    SubGoal,
    SubGoalResponsibility,
    example_field,
    page_save_field,
    prose,
)
from programmes.scales import Meaning, Step
from programmes.terms import Level, Term

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from organisation.models import User


class Entry(models.Model):
    """Part of a follow-up that is written by itself. `version` grows with each save, for optimistic locking."""

    follow_up = models.ForeignKey(FollowUp, models.PROTECT, verbose_name="uppföljning", related_name="%(class)s_set")
    version = models.PositiveIntegerField("version", default=1, editable=False)
    page_save = page_save_field()
    is_example = example_field()

    history = HistoricalRecords(inherit=True, excluded_fields=["page_save"])

    class Meta:
        abstract = True

    def clean(self) -> None:
        check_steps(self, self.follow_up.scales)

    @property
    def why_locked(self) -> str:
        """Reason why the reviewers' text cannot be changed, in Swedish; empty when it can."""
        return self.follow_up.why_locked

    @property
    def is_untouched(self) -> bool:
        """Whether no text has been saved since the year was opened."""
        texts = (f for f in self._meta.concrete_fields if isinstance(f, models.CharField | models.TextField))
        return self.version == 1 and all(getattr(self, text.name) == text.get_default() for text in texts)


class Answer(Entry):
    """Entry that an official writes and a reviewer approves. Only `workflow.perform` changes its state."""

    class State(models.TextChoices):
        DRAFT = "draft", "Utkast"
        SUBMITTED = "submitted", "Inlämnad"
        RETURNED = "returned", "Återlämnad"
        APPROVED = "approved", "Godkänd"

    # The level of the programme that the answer is about.
    LEVEL: ClassVar[Level]
    # The fields that officials write, in the order of the form.
    FIELDS: ClassVar[tuple[AnswerField, ...]]

    state = models.CharField("läge", max_length=20, choices=State, default=State.DRAFT)

    class Meta:
        abstract = True

    @classmethod
    def field_names(cls) -> tuple[str, ...]:
        return tuple(field.name for field in cls.FIELDS)

    @classmethod
    def text_names(cls) -> tuple[str, ...]:
        """Names of the fields of running text."""
        return tuple(name for name in cls.field_names() if isinstance(cls._meta.get_field(name), models.TextField))

    @property
    def texts(self) -> tuple[str, ...]:
        """All running text of the answer, in the order of the form."""
        return tuple(getattr(self, name) for name in self.text_names())

    @property
    def item(self) -> SubGoal | Measure:
        """Goal or measure that the answer is about."""
        raise NotImplementedError

    @property
    def goal(self) -> SubGoal:
        """Goal that the answer is about, or the goal of its measure."""
        raise NotImplementedError

    @property
    def term(self) -> Term:
        """The programme's word for the item: its goal or its measure."""
        return self.follow_up.terms.of(self.LEVEL)

    @property
    def name(self) -> str:
        """The programme's word with the item's number, as in a sentence: "åtgärd 1.2.1"."""
        return self.term.numbered(self.item.code)

    @property
    def missing_fields(self) -> list[AnswerField]:
        """Required fields that are empty, in the order of the form."""
        framework = self.follow_up.programme.framework
        required = (field for field in self.FIELDS if field.missing and framework.requires(field.name))
        return [field for field in required if not getattr(self, field.name).strip()]

    @property
    def missing(self) -> list[str]:
        """Names of the required fields that are empty, in the order of the form."""
        return [field.missing for field in self.missing_fields]

    @property
    def requests_for_missing(self) -> dict[str, str]:
        """Error texts that ask for the required fields that are empty, by the names of the fields."""
        return {field.name: field.request.format(item=self.term.definite) for field in self.missing_fields}

    @property
    def is_writable(self) -> bool:
        """Whether the state allows changes of the text, apart from the user's permission."""
        return self.follow_up.takes_answers and self.state in (self.State.DRAFT, self.State.RETURNED)

    @property
    def why_locked(self) -> str:
        """Why the state does not allow changes of the text, in Swedish; empty when it does."""
        if self.is_writable:
            return ""
        if not self.follow_up.takes_answers:
            return self.follow_up.why_closed
        return f"Läget är: {self.get_state_display()}. Texten kan inte ändras nu."


class AreaEntry(Entry):
    """The reviewer's summary and assessment of a responsibility area for one year."""

    area = models.ForeignKey(ResponsibilityArea, models.PROTECT, verbose_name="ansvarsområde", related_name="entries")
    assessment = assessment_field()
    forecast = forecast_field()
    summary = prose("sammanfattning", blank=True)

    class Meta:
        verbose_name = "områdets sammanfattning"
        verbose_name_plural = "områdenas sammanfattningar"
        ordering = ["follow_up", "area__number"]
        constraints = [
            models.UniqueConstraint(fields=["follow_up", "area"], name="area_entry_once_per_year"),
        ]

    def __str__(self) -> str:
        return f"{self.area}, {self.follow_up.year}"

    @property
    def term(self) -> Term:
        """The programme's word for its areas."""
        return self.follow_up.terms.area

    @property
    def name(self) -> str:
        """The programme's word with the area's number, as in a sentence: "område 1"."""
        return self.term.short.numbered(self.area.number)


def _is_reported_by(user: User | AnonymousUser, day: date, responsibilities: models.QuerySet[Any]) -> Exists:
    """Return the condition that `user` reports for the lead or only unit of an item with these `responsibilities`."""
    answering = responsibilities.filter(Q(role=Responsibility.Role.LEAD) | ~Exists(_others(responsibilities)))
    return Exists(answering.filter(unit__in=Unit.objects.reported_by(user, day)))


def _is_shared_without_lead(responsibilities: models.QuerySet[Any]) -> Q:
    """Return the condition that an item with these `responsibilities` has several units and no lead."""
    lead = responsibilities.filter(role=Responsibility.Role.LEAD)
    return Q(~Exists(lead), Exists(responsibilities.filter(Exists(_others(responsibilities)))))


def _others(responsibilities: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """Return the responsibilities of other units for the same item."""
    return responsibilities.model.objects.filter(item=OuterRef("item")).exclude(unit=OuterRef("unit"))


class SubGoalEntryQuerySet(models.QuerySet["SubGoalEntry"]):
    def concerning(self, units: models.QuerySet[Unit]) -> SubGoalEntryQuerySet:
        """Entries of goals for which `units` are responsible, directly or through a measure followed up that year."""
        measures = MeasureEntry.objects.filter(
            follow_up=OuterRef("follow_up"), measure__sub_goal=OuterRef("sub_goal"), measure__units__in=units
        )
        return self.filter(Q(sub_goal__in=SubGoal.objects.filter(units__in=units)) | Exists(measures))

    def reported_by(self, user: User | AnonymousUser, day: date) -> SubGoalEntryQuerySet:
        """Entries that `user` may report on `day` for a unit: `permissions.can_report` as a query."""
        return self.filter(_is_reported_by(user, day, SubGoalResponsibility.objects.filter(item=OuterRef("sub_goal"))))

    def written_by_reviewers(self) -> SubGoalEntryQuerySet:
        """Entries that join the contributions of several units without a lead."""
        return self.filter(_is_shared_without_lead(SubGoalResponsibility.objects.filter(item=OuterRef("sub_goal"))))

    def in_order(self) -> SubGoalEntryQuerySet:
        return self.order_by("sub_goal__area__number", "sub_goal__number")


class SubGoalEntry(Answer):
    """Yearly status of a goal: assessment of the year, forecast for the period, and a comment."""

    LEVEL = Level.GOAL
    FIELDS = (
        AnswerField("assessment", missing="bedömning", request="Välj en bedömning av året."),
        AnswerField("forecast", missing="prognos", request="Välj en prognos för perioden."),
        AnswerField("comment", missing="kommentar", request="Skriv en kommentar.", continues=True),
    )

    sub_goal = models.ForeignKey(SubGoal, models.PROTECT, verbose_name="mål", related_name="entries")
    assessment = assessment_field()
    forecast = forecast_field()
    comment = prose("kommentar", blank=True)

    objects = SubGoalEntryQuerySet.as_manager()

    class Meta:
        verbose_name = "målets status"
        verbose_name_plural = "målens status"
        ordering = ["follow_up", "sub_goal"]
        constraints = [
            models.UniqueConstraint(fields=["follow_up", "sub_goal"], name="sub_goal_entry_once_per_year"),
        ]

    def __str__(self) -> str:
        return f"{self.sub_goal}, {self.follow_up.year}"

    def get_absolute_url(self) -> str:
        goal, year = self.sub_goal, self.follow_up
        return reverse("followup:entry_edit", args=[year.programme.slug, year.year, goal.area.number, goal.number])

    @property
    def item(self) -> SubGoal:
        return self.sub_goal

    @property
    def goal(self) -> SubGoal:
        return self.sub_goal

    @property
    def assessment_step(self) -> Step:
        return self.follow_up.scales.assessment.step(self.assessment)

    @property
    def forecast_step(self) -> Step:
        return self.follow_up.scales.forecast.step(self.forecast)


class MeasureEntryQuerySet(models.QuerySet["MeasureEntry"]):
    def reported_by(self, user: User | AnonymousUser, day: date) -> MeasureEntryQuerySet:
        """Entries that `user` may report on `day` for a unit: `permissions.can_report` as a query."""
        return self.filter(_is_reported_by(user, day, MeasureResponsibility.objects.filter(item=OuterRef("measure"))))

    def written_by_reviewers(self) -> MeasureEntryQuerySet:
        """Entries that join the contributions of several units without a lead."""
        return self.filter(_is_shared_without_lead(MeasureResponsibility.objects.filter(item=OuterRef("measure"))))


class MeasureEntry(Answer):
    """Yearly status of a measure: its progress and the work done."""

    LEVEL = Level.MEASURE
    FIELDS = (
        AnswerField("progress", missing="genomförande", request="Välj hur långt {item} har kommit."),
        AnswerField("done", continues=True),
        AnswerField("stop_reason"),
    )

    measure = models.ForeignKey(Measure, models.PROTECT, verbose_name="åtgärd", related_name="entries")
    progress = progress_field()
    done = prose("vad som har gjorts", blank=True)
    stop_reason = prose("skäl till att åtgärden avbröts", max_length=LINE_LENGTH, blank=True)

    objects = MeasureEntryQuerySet.as_manager()

    class Meta:
        verbose_name = "åtgärdens status"
        verbose_name_plural = "åtgärdernas status"
        ordering = ["follow_up", "measure"]
        constraints = [
            models.UniqueConstraint(fields=["follow_up", "measure"], name="measure_entry_once_per_year"),
        ]

    def __str__(self) -> str:
        return f"{self.measure}, {self.follow_up.year}"

    def clean(self) -> None:
        super().clean()
        framework = self.follow_up.programme.framework
        if framework.asks_stop_reason and self.progress_step.means(Meaning.STOPPED) and not self.stop_reason:
            raise ValidationError({"stop_reason": f"Skriv varför {self.term.definite} avbröts."})

    @property
    def item(self) -> Measure:
        return self.measure

    @property
    def goal(self) -> SubGoal:
        return self.measure.sub_goal

    @property
    def progress_step(self) -> Step:
        return self.follow_up.scales.progress.step(self.progress)


class GuidelineEntry(Entry):
    """The reviewer's follow-up of a guideline for one year."""

    guideline = models.ForeignKey(Guideline, models.PROTECT, verbose_name="riktlinje", related_name="entries")
    assessment = assessment_field()
    comment = prose("kommentar", blank=True)

    class Meta:
        verbose_name = "riktlinjens uppföljning"
        verbose_name_plural = "riktlinjernas uppföljning"
        ordering = ["follow_up", "guideline__number"]
        constraints = [
            models.UniqueConstraint(fields=["follow_up", "guideline"], name="guideline_entry_once_per_year"),
        ]

    def __str__(self) -> str:
        return f"{self.guideline}, {self.follow_up.year}"
