"""Responsibility of units for goals, measures and guidelines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db import models, transaction
from django.db.models import Q

from organisation.models import Unit

R = TypeVar("R", bound="Responsibility")


class ResponsibilityManager(models.Manager[R]):
    def get_queryset(self) -> models.QuerySet[R]:
        """Fetch each unit with its responsibility: nobody shows one without the other."""
        return super().get_queryset().select_related("unit")


class Responsibility(models.Model):
    """Ties a responsible unit to an item of a programme: a goal, a measure or a guideline.

    At most one of an item's units is its lead ("huvudansvarig"). The subclasses name the relation to the item `item`.
    """

    class Role(models.TextChoices):
        LEAD = "lead", "Huvudansvarig"
        CONTRIBUTING = "contributing", "Medverkande"

    # Protected by ProtectedModel, with the item named in the error.
    unit = models.ForeignKey(Unit, models.CASCADE, verbose_name="enhet", related_name="+")
    role = models.CharField("roll", max_length=20, choices=Role, default=Role.CONTRIBUTING)

    objects = ResponsibilityManager()

    class Meta:
        abstract = True
        ordering = ["unit"]

    def __str__(self) -> str:
        return f"{self.unit}, {self.get_role_display().lower()}"

    @property
    def is_lead(self) -> bool:
        return self.role == self.Role.LEAD


def _one_lead(name: str) -> models.UniqueConstraint:
    return models.UniqueConstraint(
        fields=["item"],
        condition=Q(role=Responsibility.Role.LEAD),
        name=name,
        violation_error_message="Det finns redan en huvudansvarig. Välj en enda enhet.",
    )


class SubGoalResponsibility(Responsibility):
    item = models.ForeignKey(
        "SubGoal", models.CASCADE, verbose_name="mål", related_name="responsibilities", db_column="subgoal_id"
    )

    class Meta(Responsibility.Meta):
        verbose_name = "ansvar för mål"
        verbose_name_plural = "ansvar för mål"
        db_table = "programmes_subgoal_units"
        unique_together = [("item", "unit")]
        constraints = [_one_lead("sub_goal_has_one_lead")]


class MeasureResponsibility(Responsibility):
    item = models.ForeignKey(
        "Measure", models.CASCADE, verbose_name="åtgärd", related_name="responsibilities", db_column="measure_id"
    )

    class Meta(Responsibility.Meta):
        verbose_name = "ansvar för åtgärd"
        verbose_name_plural = "ansvar för åtgärder"
        db_table = "programmes_measure_units"
        unique_together = [("item", "unit")]
        constraints = [_one_lead("measure_has_one_lead")]


class GuidelineResponsibility(Responsibility):
    item = models.ForeignKey(
        "Guideline", models.CASCADE, verbose_name="riktlinje", related_name="responsibilities", db_column="guideline_id"
    )

    class Meta(Responsibility.Meta):
        verbose_name = "ansvar för riktlinje"
        verbose_name_plural = "ansvar för riktlinjer"
        db_table = "programmes_guideline_units"
        unique_together = [("item", "unit")]
        constraints = [_one_lead("guideline_has_one_lead")]


class SharedItem(models.Model):
    """Item of a programme that one or more units are responsible for. Its subclasses have the field `units`."""

    # The reverse relation of the subclass's model of responsibilities.
    responsibilities: Any

    class Meta:
        abstract = True

    @property
    def lead(self) -> Unit | None:
        """The unit that is responsible for the joint answer, if the units have one."""
        return next((one.unit for one in self.responsibilities.all() if one.is_lead), None)

    @property
    def responsibilities_by_role(self) -> list[Responsibility]:
        """The responsibilities with the lead's first, then in the order of the units."""
        return sorted(self.responsibilities.all(), key=lambda one: not one.is_lead)

    @property
    def contributing_units(self) -> list[Unit]:
        """The units that contribute to the joint answer. A unit that is alone contributes to nothing."""
        responsibilities = self.responsibilities.all()
        return [one.unit for one in responsibilities if not one.is_lead] if len(responsibilities) > 1 else []

    @property
    def answering_unit(self) -> Unit | None:
        """The unit that writes the joint answer: the lead, or the only unit. None if several units have no lead."""
        responsibilities = self.responsibilities.all()
        if len(responsibilities) == 1:
            return responsibilities[0].unit
        return self.lead

    @property
    def is_shared_without_lead(self) -> bool:
        """Whether several units are responsible and none is lead: the reviewer writes the joint answer."""
        return self.lead is None and len(self.responsibilities.all()) > 1


@transaction.atomic
def set_responsible(item: Any, units: Iterable[Unit], lead: Unit | None = None) -> None:
    """Replace the responsible units of a stored goal, measure or guideline, and record it in the item's history.

    The `lead` is one of the responsible units, even if `units` leaves it out.
    """
    roles = {unit.pk: Responsibility.Role.CONTRIBUTING for unit in units}
    if lead:
        roles[lead.pk] = Responsibility.Role.LEAD
    if roles == dict(item.responsibilities.order_by().values_list("unit", "role")):
        return
    item.responsibilities.all().delete()
    through = type(item).units.through
    through.objects.bulk_create([through(item=item, unit_id=unit, role=role) for unit, role in roles.items()])
    item.save()  # simple_history stores the responsible units with each saved version.
