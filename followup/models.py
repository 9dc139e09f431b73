"""How it went: one year's follow-up of a programme and the entries it is made of."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from followup.scales import Assessment, Forecast, Progress, Step, step
from programmes.models import (
    LINE_LENGTH,
    Guideline,
    Measure,
    Programme,
    ResponsibilityArea,
    SubGoal,
    example_field,
    prose,
    year_field,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from organisation.models import Unit, User


def assessment_field() -> models.CharField:
    return models.CharField("bedömning av året", max_length=20, choices=Assessment, blank=True)


def forecast_field() -> models.CharField:
    return models.CharField("prognos för perioden", max_length=20, choices=Forecast, blank=True)


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def visible_to(self, user: User | AnonymousUser) -> FollowUpQuerySet:
        """Of visible programmes; a year that has not been opened only for those who plan it."""
        visible = self.filter(programme__in=Programme.objects.visible_to(user))
        if user.has_perm("followup.change_followup"):
            return visible
        return visible.exclude(state=FollowUp.State.PLANNED)

    def open(self) -> FollowUpQuerySet:
        return self.filter(state=FollowUp.State.OPEN)

    def current_first(self) -> FollowUpQuerySet:
        """Open years before others, later before earlier."""
        return self.order_by(
            models.Case(models.When(state=FollowUp.State.OPEN, then=0), default=1),
            "-year",
            "-programme__first_year",
            "programme__title",
        )


class FollowUp(models.Model):
    class State(models.TextChoices):
        PLANNED = "planned", "Planerad"
        OPEN = "open", "Öppen"
        UNDER_REVIEW = "under_review", "Under granskning"
        PROPOSED = "proposed", "Föreslagen till kommunstyrelsen"
        DECIDED = "decided", "Beslutad"

    programme = models.ForeignKey(Programme, models.PROTECT, verbose_name="program", related_name="follow_ups")
    year = year_field("år")
    state = models.CharField("läge", max_length=20, choices=State, default=State.OPEN)
    opens_on = models.DateField("öppnar")
    due_on = models.DateField("ska vara klar", help_text="Sista dag för enheterna att fylla i.")
    report_date = models.DateField("rapportens datum", null=True, blank=True)
    registration_number = models.CharField("diarienummer", max_length=50, blank=True)
    summary = prose("sammanfattning", blank=True)
    circumstances = prose(
        "årets förutsättningar", blank=True, help_text="Vad som har präglat året, till exempel en pandemi."
    )
    assessment = assessment_field()
    forecast = forecast_field()
    assessment_comment = prose("samlad bedömning", blank=True)
    perspectives = prose("perspektiv", blank=True, help_text="Hur barnperspektiv och social hållbarhet har beaktats.")
    looking_ahead = prose("framåtblick", blank=True)
    is_example = example_field()

    history = HistoricalRecords()
    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = "uppföljning"
        verbose_name_plural = "uppföljningar"
        ordering = ["-year"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "year"],
                name="follow_up_once_per_programme_and_year",
                violation_error_message="Uppföljningen för det året är redan öppnad.",
            ),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("opens_on")),
                name="follow_up_due_not_before_open",
                violation_error_message="Sista dagen kan inte ligga före den dag då uppföljningen öppnar.",
            ),
        ]

    def __str__(self) -> str:
        return f"Uppföljning {self.year}, {self.programme}"

    def get_absolute_url(self) -> str:
        return reverse("followup:follow_up_detail", args=[self.programme.slug, self.year])

    def clean(self) -> None:
        if self.programme_id and self.year and self.year not in self.programme.years:
            raise ValidationError({"year": f"{self.year} ligger utanför programmets period {self.programme.period}."})

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    def is_overdue(self, today: date) -> bool:
        return self.is_open and today > self.due_on


class Entry(models.Model):
    """What all entries share: the year they belong to, and a version that grows with each save."""

    follow_up = models.ForeignKey(FollowUp, models.PROTECT, verbose_name="uppföljning", related_name="%(class)s_set")
    version = models.PositiveIntegerField("version", default=1, editable=False)
    is_example = example_field()

    history = HistoricalRecords(inherit=True)

    class Meta:
        abstract = True


class AreaEntry(Entry):
    """The reviewer's summary and assessment of a responsibility area."""

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


class SubGoalEntryQuerySet(models.QuerySet["SubGoalEntry"]):
    def concerning(self, units: models.QuerySet[Unit]) -> SubGoalEntryQuerySet:
        """Goals that `units` are responsible for, as a whole or by one of their measures."""
        return self.filter(
            Q(sub_goal__in=SubGoal.objects.filter(units__in=units))
            | Q(sub_goal__in=SubGoal.objects.filter(measures__units__in=units))
        )

    def in_order(self) -> SubGoalEntryQuerySet:
        return self.order_by("sub_goal__area__number", "sub_goal__number")


class SubGoalEntry(Entry):
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
    def assessment_step(self) -> Step:
        return step(Assessment, self.assessment)

    @property
    def forecast_step(self) -> Step:
        return step(Forecast, self.forecast)

    @property
    def missing(self) -> list[str]:
        """Names of the answers that are still missing, in the order of the page."""
        return [
            name
            for name, value in (
                ("bedömning", self.assessment),
                ("prognos", self.forecast),
                ("kommentar", self.comment.strip()),
            )
            if not value
        ]


class MeasureEntry(Entry):
    measure = models.ForeignKey(Measure, models.PROTECT, verbose_name="åtgärd", related_name="entries")
    progress = models.CharField("genomförande", max_length=20, choices=Progress, blank=True)
    done = prose("vad som har gjorts", blank=True)
    stop_reason = prose("skäl till att åtgärden avbröts", max_length=LINE_LENGTH, blank=True)

    class Meta:
        verbose_name = "åtgärdens status"
        verbose_name_plural = "åtgärdernas status"
        ordering = ["follow_up", "measure"]
        constraints = [
            models.UniqueConstraint(fields=["follow_up", "measure"], name="measure_entry_once_per_year"),
            models.CheckConstraint(
                condition=~Q(progress=Progress.STOPPED) | ~Q(stop_reason=""),
                name="stopped_measure_has_reason",
                violation_error_message="Skriv varför åtgärden avbröts.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure}, {self.follow_up.year}"

    @property
    def missing(self) -> list[str]:
        return [] if self.progress else ["genomförande"]

    @property
    def progress_step(self) -> Step:
        return step(Progress, self.progress)


class GuidelineEntry(Entry):
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
