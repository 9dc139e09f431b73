"""One year's follow-up of a programme."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from followup.models.step_field import assessment_field, check_steps, forecast_field
from organisation.fields import LineField
from organisation.order import in_swedish_order
from organisation.sentences import with_small_initial
from programmes.bodies import Body
from programmes.models import Programme, Scales, example_field, page_save_field, prose, year_field
from programmes.terms import Terms

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from organisation.models import Unit, User


# Refusal to open a year that officials would not see.
PUBLISH_FIRST = (
    "Året kan inte vara öppet: {programme} är ett utkast, som enheterna inte ser. "
    "Ändra först programmets läge till Gällande."
)

# Value of `Withholding.place` that withholds the whole report.
WHOLE_REPORT = "rapporten"


def _in_case_or_decision(field: str, part: str) -> Q:
    return Q(**{f"{field}__icontains": part}) | Q(
        **{f"decisions__{field}__icontains": part, "decisions__recorded_at__isnull": False}
    )


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def visible_to(self, user: User | AnonymousUser) -> FollowUpQuerySet:
        """Follow-ups of visible programmes; planned ones only for users that may plan them."""
        visible = self.filter(programme__in=Programme.objects.visible_to(user))
        if user.has_perm("followup.change_followup"):
            return visible
        return visible.exclude(state=FollowUp.State.PLANNED)

    def visible_to_all(self) -> FollowUpQuerySet:
        """Follow-ups that every logged-in user sees, without a permission query."""
        return self.filter(programme__in=Programme.objects.visible_to_all()).exclude(state=FollowUp.State.PLANNED)

    def with_distinct_programmes(self) -> FollowUpQuerySet:
        """Fetch the programmes with what their `distinct_name` needs, in one query."""
        return self.prefetch_related(
            models.Prefetch("programme", Programme.objects.with_namesakes().select_related("framework__deciding_body"))
        )

    def open(self) -> FollowUpQuerySet:
        return self.filter(state=FollowUp.State.OPEN)

    def taking_answers(self) -> FollowUpQuerySet:
        return self.filter(state__in=[FollowUp.State.OPEN, FollowUp.State.UNDER_REVIEW])

    def answered_by(self, unit: Unit) -> FollowUpQuerySet:
        """Follow-ups of programmes in which `unit` is responsible for a goal, a measure or a guideline."""
        return self.answered_by_units([unit.pk])

    def answered_by_units(self, units: Collection[int]) -> FollowUpQuerySet:
        """As `answered_by`, for any of several units."""
        programmes = Programme.objects.filter(
            Q(areas__sub_goals__units__in=units)
            | Q(areas__sub_goals__measures__units__in=units)
            | Q(guidelines__units__in=units)
        )
        return self.filter(programme__in=programmes)

    def concerning(self, unit: Unit) -> FollowUpQuerySet:
        """Follow-ups that `unit` reports to, and those whose decision was sent to it."""
        sent = self.filter(decisions__distributions__unit=unit)
        return self.filter(pk__in=self.answered_by(unit).values("pk")) | self.filter(pk__in=sent.values("pk"))

    def decided(self) -> FollowUpQuerySet:
        """Follow-ups with a recorded decision, of any outcome."""
        return self.filter(pk__in=self.filter(decisions__recorded_at__isnull=False).values("pk"))

    def under_correction(self) -> FollowUpQuerySet:
        """Years with a decision in force whose rows are being corrected: pages show the decided report."""
        approved = self.filter(decisions__outcome="approved", decisions__recorded_at__isnull=False)
        return self.filter(pk__in=approved.values("pk")).exclude(state=FollowUp.State.DECIDED)

    def published(self) -> FollowUpQuerySet:
        """Approved follow-ups whose whole report is not withheld. Does not look at the setting PUBLIC_REPORTS."""
        approved = self.filter(
            decisions__outcome="approved", decisions__recorded_at__isnull=False, decisions__report__isnull=False
        )
        return (
            self.visible_to_all()
            .filter(pk__in=approved.values("pk"))
            .exclude(pk__in=self.filter(withholdings__place=WHOLE_REPORT).values("pk"))
        )

    def matching(self, *, registration_number: str = "", year: int | None = None, text: str = "") -> FollowUpQuerySet:
        """Follow-ups whose case or decision contains the registration number and every word of `text`.

        Both may be parts of words; case is ignored.
        """
        found = self
        if registration_number:
            found = found.filter(_in_case_or_decision("registration_number", registration_number))
        if year:
            found = found.filter(year=year)
        for word in text.split():
            found = found.filter(
                Q(programme__title__icontains=word)
                | Q(decisions__decision_text__icontains=word, decisions__recorded_at__isnull=False)
                | Q(decisions__title__icontains=word, decisions__recorded_at__isnull=False)
                | _in_case_or_decision("summary", word)
            )
        return self.filter(pk__in=found.values("pk"))

    def current_first(self) -> FollowUpQuerySet:
        """Sort open follow-ups before others, later years before earlier."""
        return self.order_by(
            models.Case(models.When(state=FollowUp.State.OPEN, then=0), default=1),
            "-year",
            "-programme__first_year",
            in_swedish_order("programme__title"),
        )


class FollowUp(models.Model):
    """One year's follow-up of a programme: its dates, the reviewer's texts and its state in the workflow."""

    class State(models.TextChoices):
        PLANNED = "planned", "Planerad"
        OPEN = "open", "Öppen"
        UNDER_REVIEW = "under_review", "Under granskning"
        PROPOSED = "proposed", "Föreslagen"
        DECIDED = "decided", "Beslutad"

    programme = models.ForeignKey(Programme, models.PROTECT, verbose_name="program", related_name="follow_ups")
    year = year_field("år")
    state = models.CharField("läge", max_length=20, choices=State, default=State.OPEN)
    opens_on = models.DateField("öppnar")
    due_on = models.DateField("ska vara klar", help_text="Sista dag för enheterna att fylla i.")
    report_date = models.DateField("rapportens datum", null=True, blank=True)
    registration_number = LineField("diarienummer", max_length=50, blank=True)
    summary = prose("sammanfattning", blank=True)
    circumstances = prose(
        "årets förutsättningar", blank=True, help_text="Vad som har präglat året, till exempel en pandemi."
    )
    assessment = assessment_field()
    forecast = forecast_field()
    assessment_comment = prose("samlad bedömning", blank=True)
    perspectives = prose("perspektiv", blank=True, help_text="Hur barnperspektiv och social hållbarhet har beaktats.")
    looking_ahead = prose("framåtblick", blank=True)
    judgement_sentence = LineField(
        "bedömningen i en mening",
        max_length=230,
        blank=True,
        help_text="Inleder rapportens första sida. Tomt betyder den första meningen i den samlade bedömningen.",
    )
    forecast_sentence = LineField(
        "prognosen i en mening",
        max_length=170,
        blank=True,
        help_text="Tomt betyder en mening om hur många mål som väntas nås.",
    )
    deviation_reasons = prose(
        "skälen på första sidan",
        blank=True,
        help_text="Varför mål avviker: en rad för varje mål, med målets nummer först. Högst 90 tecken för varje skäl. "
        "För mål utan egen rad används kommentarens första mening.",
    )
    version = models.PositiveIntegerField("version", default=1, editable=False)
    page_save = page_save_field()
    is_example = example_field()

    history = HistoricalRecords(excluded_fields=["page_save"])
    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = "uppföljning"
        verbose_name_plural = "uppföljningar"
        ordering = ["-year"]
        permissions = [
            ("review_followup", "Kan granska uppföljningar"),
            ("decide_followup", "Kan föra in beslut om uppföljningar"),
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
        if not self.programme_id:
            return
        check_steps(self, self.scales)
        if self.year and self.year not in self.programme.years:
            raise ValidationError({"year": f"{self.year} ligger utanför programmets period {self.programme.period}."})
        if self.is_open and self.programme.is_draft:
            raise ValidationError({"state": PUBLISH_FIRST.format(programme=self.programme)})

    def get_state_display(self) -> str:  # type: ignore[no-redef]
        """Return the state in Swedish; a proposed year names the body that it is proposed to."""
        label = str(self.State(self.state).label)
        return f"{label} till {self.body.in_text}" if self.state == self.State.PROPOSED else label

    @property
    def state_in_text(self) -> str:
        """The state as in the middle of a sentence."""
        return with_small_initial(self.get_state_display())

    @property
    def body(self) -> Body:
        """The body that decides on the follow-up."""
        return self.programme.framework.body

    @property
    def scales(self) -> Scales:
        """The scales of the programme's framework."""
        return self.programme.framework.scales

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def takes_answers(self) -> bool:
        """Whether officials may write: while the year is open, and late or returned answers during review."""
        return self.state in (self.State.OPEN, self.State.UNDER_REVIEW)

    @property
    def is_before_review(self) -> bool:
        """Whether no decision can exist yet. A decided year goes back to review for a correction, never to open."""
        return self.state in (self.State.PLANNED, self.State.OPEN)

    @property
    def takes_texts(self) -> bool:
        """Whether reviewers may write: until the year is proposed to the board."""
        return self.state not in (self.State.PROPOSED, self.State.DECIDED)

    @property
    def why_locked(self) -> str:
        """Reason why the reviewers' texts of the year cannot be changed, in Swedish; empty when they can."""
        return "" if self.takes_texts else self.why_closed

    @property
    def terms(self) -> Terms:
        """The words of the programme for its levels."""
        return self.programme.terms

    @property
    def why_closed(self) -> str:
        """Error text for a change that the state does not allow."""
        return f"Uppföljningen för {self.year} är inte öppen för ändringar. Läget är: {self.get_state_display()}."

    def is_overdue(self, today: date) -> bool:
        return self.is_open and today > self.due_on
