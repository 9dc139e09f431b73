"""How it went: one year's follow-up of a programme and the entries it is made of."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
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

    def taking_answers(self) -> FollowUpQuerySet:
        return self.filter(state__in=[FollowUp.State.OPEN, FollowUp.State.UNDER_REVIEW])

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
        permissions = [
            ("review_followup", "Kan granska uppföljningar"),
            ("decide_followup", "Kan föra in kommunstyrelsens beslut"),
        ]
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

    @property
    def takes_answers(self) -> bool:
        """Whether officials may still write: while the year is open, and what is late or returned during review."""
        return self.state in (self.State.OPEN, self.State.UNDER_REVIEW)

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


class Answer(Entry):
    """An entry that an official writes and a reviewer approves; its state changes by `workflow.perform` alone."""

    class State(models.TextChoices):
        DRAFT = "draft", "Utkast"
        SUBMITTED = "submitted", "Inlämnad"
        RETURNED = "returned", "Återlämnad"
        APPROVED = "approved", "Godkänd"

    state = models.CharField("läge", max_length=20, choices=State, default=State.DRAFT)

    class Meta:
        abstract = True

    @property
    def item(self) -> SubGoal | Measure:
        """What of the programme the answer is about."""
        raise NotImplementedError

    @property
    def missing(self) -> list[str]:
        """Names of the answers that are still missing, in the order of the page."""
        raise NotImplementedError

    @property
    def is_writable(self) -> bool:
        """Whether its text may be changed at all, by whoever reports for it."""
        return self.follow_up.takes_answers and self.state in (self.State.DRAFT, self.State.RETURNED)


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


class SubGoalEntry(Answer):
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


class MeasureEntry(Answer):
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
    def item(self) -> Measure:
        return self.measure

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


class Event(models.Model):
    """What happened to a year or an answer in the workflow, and what was said: written once, never changed."""

    class Action(models.TextChoices):
        SUBMIT = "submit", "lämnade in"
        WITHDRAW = "withdraw", "tog tillbaka"
        RETURN = "return", "återlämnade"
        APPROVE = "approve", "godkände"
        OPEN = "open", "öppnade uppföljningen"
        START_REVIEW = "start_review", "avslutade ifyllandet"
        REOPEN = "reopen", "öppnade igen"
        PROPOSE = "propose", "föreslog till kommunstyrelsen"
        REFER_BACK = "refer_back", "återremitterade"
        DECIDE = "decide", "förde in beslutet"

    follow_up = models.ForeignKey(FollowUp, models.PROTECT, verbose_name="uppföljning", related_name="events")
    sub_goal_entry = models.ForeignKey(
        SubGoalEntry, models.PROTECT, verbose_name="målets status", related_name="events", null=True, blank=True
    )
    measure_entry = models.ForeignKey(
        MeasureEntry, models.PROTECT, verbose_name="åtgärdens status", related_name="events", null=True, blank=True
    )
    action = models.CharField("handling", max_length=30, choices=Action)
    from_state = models.CharField("från läge", max_length=20)
    to_state = models.CharField("till läge", max_length=20)
    comment = prose("kommentar", blank=True)
    by = models.ForeignKey(
        "organisation.User", models.PROTECT, verbose_name="av", related_name="events", null=True, blank=True
    )
    at = models.DateTimeField("när", default=timezone.now, editable=False)

    class Meta:
        verbose_name = "händelse"
        verbose_name_plural = "händelser"
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(sub_goal_entry__isnull=True) | Q(measure_entry__isnull=True),
                name="event_of_one_entry_at_most",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.at:%Y-%m-%d %H.%M}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("An event is written once.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("An event is never deleted.")
