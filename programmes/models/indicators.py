"""Indicators of goals, with their targets and outcomes."""

from __future__ import annotations

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from organisation.fields import LineField
from programmes.models.fields import example_field, figure, page_save_field, year_field
from programmes.models.programme import SubGoal, check_within_period
from programmes.numbering import UniqueWithin


class TargetStatus(models.TextChoices):
    """Result of comparing an outcome with the target of its year."""

    REACHED = "reached", "Målvärdet nått"
    ON_THE_WAY = "on_the_way", "På väg mot målvärdet"
    NOT_REACHED = "not_reached", "Målvärdet ej nått"
    CANNOT_ASSESS = "cannot_assess", "Kan inte bedömas"


def target_status(
    outcome: Decimal | None, target: Decimal | None, baseline: Decimal | None, *, lower_is_better: bool
) -> TargetStatus:
    """Compare the outcome with the target. A person confirms the result or chooses another one.

    An outcome that misses the target but is better than the baseline is on the way.
    """
    if outcome is None or target is None:
        return TargetStatus.CANNOT_ASSESS
    sign = -1 if lower_is_better else 1
    if sign * outcome >= sign * target:
        return TargetStatus.REACHED
    if baseline is not None and sign * outcome > sign * baseline:
        return TargetStatus.ON_THE_WAY
    return TargetStatus.NOT_REACHED


def kpi_field(help_text: str) -> models.CharField:
    """Field for the id of a key figure in Kolada, such as N00945."""
    return models.CharField(
        "nyckeltal i Kolada",
        max_length=10,
        blank=True,
        validators=[RegexValidator(r"^[A-Z]\d{5}$", "Ett nyckeltal skrivs som en bokstav och fem siffror.")],
        help_text=help_text,
    )


class Indicator(models.Model):
    """A measured figure of a goal, with its baseline and its target for the period."""

    class Direction(models.TextChoices):
        UP = "up", "Högre är bättre"
        DOWN = "down", "Lägre är bättre"

    sub_goal = models.ForeignKey(SubGoal, models.PROTECT, verbose_name="mål", related_name="indicators")
    number = models.PositiveSmallIntegerField("nummer", validators=[MinValueValidator(1)])
    name = LineField("namn", max_length=200)
    unit = LineField("enhet", max_length=40, help_text="Det som räknas, till exempel procent eller antal per år.")
    direction = models.CharField("riktning", max_length=10, choices=Direction)
    baseline = figure("basvärde", null=True, blank=True)
    baseline_year = year_field("basår", null=True, blank=True)
    target = figure(
        "målvärde", null=True, blank=True, help_text="För hela perioden. Målvärden för enskilda år anges för sig."
    )
    source = LineField("källa", max_length=200, blank=True, help_text="Till exempel en mätning eller Kolada.")
    kpi = kpi_field("Till exempel N00945. Utfallen hämtas då från Kolada.")
    is_example = example_field()

    history = HistoricalRecords()

    class Meta:
        verbose_name = "indikator"
        verbose_name_plural = "indikatorer"
        ordering = ["sub_goal", "number"]
        constraints = [
            UniqueWithin(
                fields=["sub_goal", "number"],
                name="indicator_number_once_per_sub_goal",
                violation_error_message="Målet har redan en indikator med det numret.",
            ),
            models.CheckConstraint(
                condition=Q(baseline__isnull=True, baseline_year__isnull=True)
                | Q(baseline__isnull=False, baseline_year__isnull=False),
                name="indicator_baseline_has_year",
                violation_error_message="Basvärde och basår anges tillsammans, eller inte alls.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.unit})"

    def get_absolute_url(self) -> str:
        goal = self.sub_goal
        address = [goal.area.programme.slug, goal.area.number, goal.number, self.number]
        return reverse("followup:indicator_detail", args=address)

    def clean(self) -> None:
        if (self.baseline is None) != (self.baseline_year is None):
            raise ValidationError({"baseline": "Basvärde och basår anges tillsammans, eller inte alls."})

    @property
    def lower_is_better(self) -> bool:
        return self.direction == self.Direction.DOWN

    def target_of(self, year: int) -> Decimal | None:
        """Return the target of `year`, or the one for the whole period if the year has none."""
        return next((target.value for target in self.targets.all() if target.year == year), self.target)


class IndicatorTarget(models.Model):
    """Target of one year, where it differs from the target of the whole period."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, verbose_name="indikator", related_name="targets")
    year = year_field("år")
    value = figure("målvärde")

    history = HistoricalRecords()

    class Meta:
        verbose_name = "målvärde för ett år"
        verbose_name_plural = "målvärden för enskilda år"
        ordering = ["indicator", "year"]
        constraints = [
            UniqueWithin(
                fields=["indicator", "year"],
                name="indicator_target_once_per_year",
                violation_error_message="Indikatorn har redan ett målvärde för det året.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.year}"

    def clean(self) -> None:
        if hasattr(self, "indicator") and hasattr(self.indicator, "sub_goal"):
            check_within_period(self.indicator.sub_goal.area.programme, self, ("year",))


class IndicatorValue(models.Model):
    """Outcome of an indicator in one year: in total, and for women and men if counted separately.

    An outcome from Kolada has the id of its key figure and the day it was fetched. Otherwise `dated` is the day it was
    written.
    """

    indicator = models.ForeignKey(Indicator, models.PROTECT, verbose_name="indikator", related_name="outcomes")
    year = year_field("år")
    value = figure("utfall", null=True, blank=True)
    women = figure("utfall för kvinnor", null=True, blank=True)
    men = figure("utfall för män", null=True, blank=True)
    assessment = models.CharField(
        "bedömning mot målvärdet",
        max_length=20,
        choices=TargetStatus,
        blank=True,
        help_text="Tom tills någon har bekräftat vad siffrorna säger, eller bedömt annorlunda.",
    )
    kpi = kpi_field("Tomt för ett utfall som inte är hämtat från Kolada.")
    dated = models.DateField("uppgiftens datum", null=True, blank=True)
    version = models.PositiveIntegerField("version", default=1, editable=False)
    page_save = page_save_field()
    is_example = example_field()

    history = HistoricalRecords(excluded_fields=["page_save"])

    class Meta:
        verbose_name = "utfall"
        verbose_name_plural = "utfall"
        ordering = ["indicator", "year"]
        constraints = [
            UniqueWithin(
                fields=["indicator", "year"],
                name="indicator_value_once_per_year",
                violation_error_message="Indikatorn har redan ett utfall för det året.",
            ),
            models.CheckConstraint(
                condition=Q(assessment__in=["", TargetStatus.CANNOT_ASSESS]) | Q(value__isnull=False),
                name="indicator_value_assessed_when_known",
                violation_error_message="Utan utfall går det inte att bedöma om målvärdet är nått.",
            ),
            models.CheckConstraint(
                condition=Q(kpi="") | Q(dated__isnull=False),
                name="indicator_value_fetched_has_date",
                violation_error_message="Ett utfall från Kolada har den dag då det hämtades.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.year}"

    def clean(self) -> None:
        if self.value is None and self.assessment not in ("", TargetStatus.CANNOT_ASSESS):
            raise ValidationError({"assessment": "Utan utfall går det inte att bedöma om målvärdet är nått."})
        if self.kpi and not self.dated:
            raise ValidationError({"dated": "Ett utfall från Kolada har den dag då det hämtades."})

    @property
    def suggestion(self) -> TargetStatus:
        """Return the comparison of the outcome with its target, for a person to confirm."""
        indicator = self.indicator
        return target_status(
            self.value,
            indicator.target_of(self.year),
            indicator.baseline,
            lower_is_better=indicator.lower_is_better,
        )
