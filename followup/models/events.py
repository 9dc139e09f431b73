"""Log of workflow transitions."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from followup.models.contributions import Contribution
from followup.models.entries import Answer, MeasureEntry, SubGoalEntry
from followup.models.year import FollowUp
from programmes.models import prose


class EventQuerySet(models.QuerySet["Event"]):
    def of_years(self) -> EventQuerySet:
        """Transitions of whole years, not of their answers."""
        return self.filter(sub_goal_entry=None, measure_entry=None, contribution=None)


class Event(models.Model):
    """A transition of a follow-up or an answer, with its comment. Append-only."""

    class Action(models.TextChoices):
        SUBMIT = "submit", "lämnade in"
        WITHDRAW = "withdraw", "tog tillbaka"
        RETURN = "return", "återlämnade"
        APPROVE = "approve", "godkände"
        OPEN = "open", "öppnade uppföljningen"
        CANCEL_OPENING = "cancel_opening", "tog tillbaka öppnandet"
        START_REVIEW = "start_review", "avslutade ifyllandet"
        REOPEN = "reopen", "öppnade igen"
        PROPOSE = "propose", "föreslog"
        WITHDRAW_PROPOSAL = "withdraw_proposal", "tog tillbaka förslaget"
        REFER_BACK = "refer_back", "återremitterade"
        REJECT = "reject", "förde in ett avslag"
        DECIDE = "decide", "förde in beslutet"
        CORRECT = "correct", "började rätta beslutet"
        CANCEL_CORRECTION = "cancel_correction", "avbröt rättelsen av beslutet"

    follow_up = models.ForeignKey(FollowUp, models.PROTECT, verbose_name="uppföljning", related_name="events")
    sub_goal_entry = models.ForeignKey(
        SubGoalEntry, models.PROTECT, verbose_name="målets status", related_name="events", null=True, blank=True
    )
    measure_entry = models.ForeignKey(
        MeasureEntry, models.PROTECT, verbose_name="åtgärdens status", related_name="events", null=True, blank=True
    )
    contribution = models.ForeignKey(
        Contribution, models.PROTECT, verbose_name="enhetens bidrag", related_name="events", null=True, blank=True
    )
    action = models.CharField("handling", max_length=30, choices=Action)
    from_state = models.CharField("från läge", max_length=20)
    to_state = models.CharField("till läge", max_length=20)
    comment = prose("kommentar", blank=True)
    by = models.ForeignKey(
        "organisation.User", models.PROTECT, verbose_name="av", related_name="events", null=True, blank=True
    )
    at = models.DateTimeField("när", default=timezone.now, editable=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = "händelse"
        verbose_name_plural = "händelser"
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(sub_goal_entry__isnull=True, measure_entry__isnull=True)
                | Q(sub_goal_entry__isnull=True, contribution__isnull=True)
                | Q(measure_entry__isnull=True, contribution__isnull=True),
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

    @property
    def answer(self) -> Answer | None:
        """The answer that the transition is about; None for a transition of the whole year."""
        return self.sub_goal_entry or self.measure_entry or self.contribution

    def get_action_display(self) -> str:  # type: ignore[no-redef]
        """Return the action in Swedish; a proposal, made or taken back, names the body that decides."""
        label = str(self.Action(self.action).label)
        is_proposal = self.action in (self.Action.PROPOSE, self.Action.WITHDRAW_PROPOSAL)
        return f"{label} till {self.follow_up.body.in_text}" if is_proposal else label
