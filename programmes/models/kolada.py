"""What has been fetched from Kolada, RKA's open database of municipal key figures: kept here as it was given, so that
pages never wait for it. What of it becomes an indicator's outcome is decided in `programmes.kolada`."""

from __future__ import annotations

from django.db import models

from organisation.fields import LineField, ProseField
from organisation.order import in_swedish_order
from programmes.models.fields import figure


class KeyFigure(models.Model):
    """A key figure that some indicator is linked to, with the moment when all its values were last fetched."""

    kpi = models.CharField("nyckeltal", max_length=10, unique=True)
    title = LineField("rubrik", max_length=500)
    description = ProseField("beskrivning", blank=True)
    fetched_at = models.DateTimeField("hämtat", null=True, blank=True)

    class Meta:
        verbose_name = "nyckeltal i Kolada"
        verbose_name_plural = "nyckeltal i Kolada"
        ordering = ["kpi"]

    def __str__(self) -> str:
        return f"{self.kpi} {self.title}"


class KeyFigureValue(models.Model):
    """The value of a key figure in one municipality, or a group of them, and one year."""

    key_figure = models.ForeignKey(KeyFigure, models.CASCADE, verbose_name="nyckeltal", related_name="values")
    municipality = models.CharField("kommun", max_length=10)
    municipality_name = LineField("kommunens namn", max_length=200)
    year = models.PositiveSmallIntegerField("år")
    value = figure("värde", null=True)
    women = figure("kvinnor", null=True)
    men = figure("män", null=True)
    fetched_at = models.DateTimeField("hämtat")

    class Meta:
        verbose_name = "värde i Kolada"
        verbose_name_plural = "värden i Kolada"
        ordering = ["key_figure", in_swedish_order("municipality_name"), "year"]
        constraints = [
            models.UniqueConstraint(
                fields=["key_figure", "municipality", "year"], name="key_figure_value_once_per_municipality_and_year"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key_figure} {self.municipality_name} {self.year}"
