"""The person to ask about a goal or a measure. A separate table: exports, reports and public pages never read it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from organisation.fields import LineField
from organisation.models import User
from programmes.models.programme import Measure, SubGoal


class ResponsiblePersonQuerySet(models.QuerySet["ResponsiblePerson"]):
    def about(self, goal: SubGoal) -> ResponsiblePersonQuerySet:
        """Filter the people responsible for the goal and for its measures; the goal's first."""
        people = self.filter(Q(sub_goal=goal) | Q(measure__sub_goal=goal))
        in_order = people.order_by(models.F("measure__number").asc(nulls_first=True))
        return in_order.select_related("user", "sub_goal__area", "measure__sub_goal__area")


class ResponsiblePerson(models.Model):
    """A user or a name. Reviewers and the units of the goal see it, nobody else."""

    sub_goal = models.OneToOneField(
        SubGoal, models.CASCADE, verbose_name="mål", related_name="responsible_person", null=True, blank=True
    )
    measure = models.OneToOneField(
        Measure, models.CASCADE, verbose_name="åtgärd", related_name="responsible_person", null=True, blank=True
    )
    user = models.ForeignKey(
        User, models.CASCADE, verbose_name="användare", related_name="responsibilities", null=True, blank=True
    )
    name = LineField("namn", max_length=200, blank=True, help_text="Om personen inte har något konto här.")

    history = HistoricalRecords()
    objects = ResponsiblePersonQuerySet.as_manager()

    class Meta:
        verbose_name = "ansvarig person"
        verbose_name_plural = "ansvariga personer"
        constraints = [
            models.CheckConstraint(
                condition=Q(sub_goal__isnull=False, measure__isnull=True)
                | Q(sub_goal__isnull=True, measure__isnull=False),
                name="responsible_person_of_goal_or_measure",
                violation_error_message="Personen ansvarar för ett mål eller en åtgärd.",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False, name="") | Q(user__isnull=True) & ~Q(name=""),
                name="responsible_person_user_or_name",
                violation_error_message="Välj en användare eller skriv ett namn, inte båda.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user) if self.user else self.name

    @property
    def item(self) -> SubGoal | Measure:
        """The goal or the measure."""
        return self.sub_goal or self.measure  # type: ignore[return-value]  # a constraint requires one of them

    @property
    def goal(self) -> SubGoal:
        item = self.item
        return item if isinstance(item, SubGoal) else item.sub_goal

    @property
    def email(self) -> str:
        return self.user.email if self.user else ""
