"""Secrecy marks on texts of a report."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from simple_history.models import HistoricalRecords

from followup.models.year import WHOLE_REPORT, FollowUp
from organisation.fields import LineField, ProseField
from programmes.models import LINE_LENGTH, prose


class WithholdingQuerySet(models.QuerySet["Withholding"]):
    def on_figures(self) -> WithholdingQuerySet:
        """Marks on the outcomes of an indicator or on a whole report: they concern the reports of other years too."""
        return self.filter(models.Q(place__startswith=Withholding.FIGURES) | models.Q(place=Withholding.ALL))


class Withholding(models.Model):
    """A text of a year's report, or the whole report, that is secret and left out of public pages and files.

    Readers see that a text is left out and on which legal ground. `followup.publication.withholding` defines the
    places. The decided report itself is not changed.
    """

    # Place of the whole report.
    ALL = WHOLE_REPORT
    # The places of the outcomes of indicators begin so.
    FIGURES = "utfall-"

    follow_up = models.ForeignKey(FollowUp, models.PROTECT, verbose_name="uppföljning", related_name="withholdings")
    place = models.CharField("det som inte får publiceras", max_length=40)
    about = ProseField("det som texten handlar om", help_text="Som det hette när det märktes.")
    ground = LineField(
        "lagrum",
        max_length=200,
        help_text="Visas där texten stod. Till exempel 18 kap. 13 § offentlighets- och sekretesslagen (2009:400).",
    )
    reason = prose("skäl", max_length=LINE_LENGTH, help_text="Varför, för dem som läser här. Det visas inte utanför.")
    by = models.ForeignKey(
        "organisation.User", models.PROTECT, verbose_name="märkt av", related_name="withholdings", editable=False
    )
    at = models.DateTimeField("märkt", default=timezone.now, editable=False)

    history = HistoricalRecords()
    objects = WithholdingQuerySet.as_manager()

    class Meta:
        verbose_name = "märkning att inte publicera"
        verbose_name_plural = "märkningar att inte publicera"
        ordering = ["follow_up", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["follow_up", "place"],
                name="withheld_once_per_place",
                violation_error_message="Texten är redan märkt.",
            ),
            models.CheckConstraint(
                condition=~models.Q(ground="") & ~models.Q(reason=""), name="withholding_has_ground_and_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.about}, {self.follow_up.year}"
