"""Decisions of the board about a year's follow-up, and the decided reports that belong to them."""

from __future__ import annotations

from datetime import date
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from simple_history.models import HistoricalRecords

from followup.models.year import FollowUp
from organisation.fields import LineField
from programmes.bodies import Body
from programmes.models import LINE_LENGTH, example_field, prose

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from organisation.models import User


class DecisionQuerySet(models.QuerySet["Decision"]):
    def recorded(self) -> DecisionQuerySet:
        return self.filter(recorded_at__isnull=False)

    def visible_to(self, user: User | AnonymousUser) -> DecisionQuerySet:
        """Recorded decisions of years that `user` may see. Secretaries also see cases that they prepare."""
        visible = self.filter(follow_up__in=FollowUp.objects.visible_to(user))
        return visible if user.has_perm("followup.decide_followup") else visible.recorded()

    def approving(self) -> DecisionQuerySet:
        """Decisions that closed the year, newest first: the first is in force."""
        return self.recorded().filter(outcome=Decision.Outcome.APPROVED).order_by("-number")


class Decision(models.Model):
    """One occasion on which a year's follow-up goes to the board: a case, and after the meeting its decision.

    Editable until `decision.recording` records it (`recorded_at`). A year that is referred back comes again with the
    next number. A correction is a decision that `replaces` the faulty one.
    """

    class Outcome(models.TextChoices):
        APPROVED = "approved", "Godkänns"
        REFERRED_BACK = "referred_back", "Återremitteras"
        REJECTED = "rejected", "Avslås"

    follow_up = models.ForeignKey(FollowUp, models.PROTECT, verbose_name="uppföljning", related_name="decisions")
    number = models.PositiveSmallIntegerField("beslutsversion", default=1, editable=False)
    replaces = models.ForeignKey(
        "self", models.PROTECT, verbose_name="rättar", related_name="corrections", null=True, blank=True, editable=False
    )
    correction_reason = prose("skäl till rättelsen", blank=True)

    title = LineField("ärendets rubrik", max_length=300, blank=True, help_text="Rubriken i protokollet.")
    registration_number = LineField("diarienummer", max_length=50, blank=True)
    statement_date = models.DateField("tjänsteutlåtandets datum", null=True, blank=True)
    preparing_committee = LineField(
        "beredning",
        max_length=200,
        blank=True,
        help_text="Den beredning som lämnar förslaget, till exempel trygghets- och delaktighetsberedningen.",
    )
    preparing_meeting_date = models.DateField("beredningens sammanträde", null=True, blank=True)
    proposal = prose("förslag till beslut", blank=True, help_text="Beredningens förslag, som det ska stå.")

    body = LineField("beslutande organ", max_length=200, default=Body().name)
    meeting_date = models.DateField("sammanträdesdatum", null=True, blank=True)
    paragraph = LineField(
        "paragraf",
        max_length=20,
        blank=True,
        validators=[RegexValidator(r"^\d+ ?[a-zåäö]?$", "Skriv paragrafens nummer, till exempel 24.")],
    )
    outcome = models.CharField("beslutet är att uppföljningen", max_length=20, choices=Outcome, blank=True)
    outcome_reason = prose(
        "motivering", blank=True, help_text="Behövs när uppföljningen återremitteras eller avslås: vad ska göras om?"
    )
    decision_text = prose("beslut", blank=True, help_text="Beslutet som det ska stå i protokollet.")
    summary = prose("sammanfattning", blank=True, help_text="Beskrivning av ärendet i protokollet.")
    deliberation = prose("överläggning", blank=True, help_text="Det som ska stå utöver vilka som yttrade sig.")
    propositions = prose("propositioner", blank=True, help_text="Hur ordföranden ställde frågan.")
    recipients = LineField(
        "beslutet ska skickas till", max_length=LINE_LENGTH, blank=True, default="Samtliga nämnder och bolag"
    )

    recorded_at = models.DateTimeField("infört", null=True, blank=True, editable=False)
    recorded_by = models.ForeignKey(
        "organisation.User",
        models.PROTECT,
        verbose_name="infört av",
        related_name="recorded_decisions",
        null=True,
        blank=True,
        editable=False,
    )
    version = models.PositiveIntegerField("version", default=1, editable=False)
    is_example = example_field()

    history = HistoricalRecords()
    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = "beslut"
        verbose_name_plural = "beslut"
        ordering = ["follow_up", "number"]
        constraints = [
            models.UniqueConstraint(fields=["follow_up", "number"], name="decision_number_once_per_year"),
            models.UniqueConstraint(
                fields=["follow_up"], condition=Q(recorded_at__isnull=True), name="one_case_at_a_time_per_year"
            ),
            models.UniqueConstraint(
                fields=["replaces"],
                condition=Q(outcome="approved", recorded_at__isnull=False),
                name="decision_replaced_once",
            ),
            models.UniqueConstraint(
                fields=["follow_up"],
                condition=Q(outcome="approved", recorded_at__isnull=False, replaces__isnull=True),
                name="one_first_approval_per_year",
            ),
            models.UniqueConstraint(
                fields=["body", "meeting_date", "paragraph"],
                condition=~Q(paragraph=""),
                name="paragraph_once_per_meeting",
                violation_error_message="Paragrafen är redan använd vid det sammanträdet.",
            ),
            models.CheckConstraint(
                condition=Q(meeting_date__gte=F("preparing_meeting_date")),
                name="decision_not_before_preparation",
                violation_error_message="Beslutet kan inte vara fattat före beredningens sammanträde.",
            ),
            models.CheckConstraint(
                condition=Q(meeting_date__gte=F("statement_date")),
                name="decision_not_before_statement",
                violation_error_message="Beslutet kan inte vara fattat före tjänsteutlåtandets datum.",
            ),
            models.CheckConstraint(
                condition=(Q(replaces__isnull=True) & Q(correction_reason=""))
                | (Q(replaces__isnull=False) & ~Q(correction_reason="")),
                name="correction_has_reason",
                violation_error_message="Skriv varför beslutet rättas.",
            ),
            models.CheckConstraint(
                condition=Q(recorded_at__isnull=True)
                | (
                    Q(meeting_date__isnull=False, statement_date__isnull=False)
                    & ~Q(body="")
                    & ~Q(paragraph="")
                    & ~Q(registration_number="")
                    & ~Q(decision_text="")
                    & ~Q(outcome="")
                    & (Q(outcome="approved") | ~Q(outcome_reason=""))
                ),
                name="recorded_decision_complete",
            ),
        ]

    def __str__(self) -> str:
        if not self.is_recorded:
            return f"Ärende: {self.follow_up}"
        return f"{self.meeting}, {self.follow_up}"

    def get_absolute_url(self) -> str:
        year = self.follow_up
        return reverse("followup:decision_detail", args=[year.programme.slug, year.year, self.number])

    def clean(self) -> None:
        """Check the order of dates and that the paragraph is unused, with each error at its field."""
        problems = {}
        for event, day in (
            ("beredningens sammanträde", self.preparing_meeting_date),
            ("tjänsteutlåtandets datum", self.statement_date),
        ):
            if self.meeting_date and day and self.meeting_date < day:
                problems["meeting_date"] = f"Beslutet kan inte vara fattat före {event}, {date_format(day, 'j F Y')}."
        other = self._same_paragraph()
        if other:
            problems["paragraph"] = f"§ {self.paragraph} vid det sammanträdet är redan använd: {other.follow_up}."
        if problems:
            raise ValidationError(problems)

    def _same_paragraph(self) -> Decision | None:
        if not self.paragraph or not self.meeting_date:
            return None
        same = Decision.objects.filter(body=self.body, meeting_date=self.meeting_date, paragraph=self.paragraph)
        return same.exclude(pk=self.pk).select_related("follow_up__programme__framework").first()

    def obstacles(self, today: date) -> dict[str, str]:
        """Errors by field that keep the decision from being recorded."""
        wanted = {
            "registration_number": "Skriv ärendets diarienummer.",
            "statement_date": "Skriv vilken dag tjänsteutlåtandet är daterat.",
            "body": f"Skriv vem som har beslutat, till exempel {self.follow_up.body.name}.",
            "meeting_date": "Skriv vilken dag sammanträdet var.",
            "paragraph": "Skriv vilken paragraf ärendet har i protokollet.",
            "outcome": "Välj vad beslutet blev.",
            "decision_text": "Skriv beslutet som det står i protokollet.",
        }
        problems = {name: text for name, text in wanted.items() if not getattr(self, name)}
        if self.meeting_date and self.meeting_date > today:
            problems["meeting_date"] = "Beslutet kan inte vara fattat i framtiden."
        if self.outcome and self.outcome != self.Outcome.APPROVED and not self.outcome_reason:
            problems["outcome_reason"] = "Skriv varför, så att förvaltningen vet vad som ska göras om."
        return problems

    @property
    def is_recorded(self) -> bool:
        return self.recorded_at is not None

    @property
    def is_refused(self) -> bool:
        """Whether the body did not approve the follow-up: a correction then replaces nothing."""
        return self.outcome in (self.Outcome.REFERRED_BACK, self.Outcome.REJECTED)

    @property
    def replaced_by(self) -> Decision | None:
        """The recorded correction that is in force instead of this decision."""
        return self.corrections.approving().select_related("follow_up__programme__framework").first()

    @property
    def meeting(self) -> str:
        """Body, day and paragraph, which together name a decision: "Kommunstyrelsen 5 maj 2021 § 24"."""
        return f"{self.body} {self.day_and_paragraph}"

    @property
    def day_and_paragraph(self) -> str:
        """Meeting day and paragraph: "5 maj 2021 § 24"."""
        return f"{date_format(self.meeting_date, 'j F Y') if self.meeting_date else ''} § {self.paragraph}"


class Speaker(models.Model):
    """A person who spoke in the matter, in the order of the minutes."""

    decision = models.ForeignKey(Decision, models.CASCADE, verbose_name="beslut", related_name="speakers")
    order = models.PositiveSmallIntegerField("ordning")
    name = LineField("namn", max_length=200)
    party = LineField("parti", max_length=50)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "talare"
        verbose_name_plural = "talare"
        ordering = ["decision", "order"]
        constraints = [
            models.UniqueConstraint(fields=["decision", "order"], name="speaker_order_once_per_decision"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(party=""), name="speaker_has_name_and_party"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.party})"


class ProtocolNote(models.Model):
    """A member's note to the minutes, printed as an appendix in the order given."""

    class Kind(models.TextChoices):
        NOTE = "note", "Protokollsanteckning"
        RESERVATION = "reservation", "Reservation"
        STATEMENT = "statement", "Särskilt yttrande"

    PLURALS = {
        Kind.NOTE: "Protokollsanteckningar",
        Kind.RESERVATION: "Reservationer",
        Kind.STATEMENT: "Särskilda yttranden",
    }

    VERB_PHRASES = {
        Kind.NOTE: "anmäler protokollsanteckning",
        Kind.RESERVATION: "reserverar sig mot beslutet",
        Kind.STATEMENT: "lämnar ett särskilt yttrande",
    }

    decision = models.ForeignKey(Decision, models.PROTECT, verbose_name="beslut", related_name="notes")
    order = models.PositiveSmallIntegerField("ordning")
    kind = models.CharField("typ", max_length=20, choices=Kind, default=Kind.NOTE)
    name = LineField("namn", max_length=200)
    party = LineField("parti", max_length=50)
    text = prose("text", blank=True)
    attachment = models.FileField("bilaga", upload_to="protokollsanteckningar/", max_length=200, blank=True)
    version = models.PositiveIntegerField("version", default=1, editable=False)
    is_example = example_field()

    history = HistoricalRecords()

    class Meta:
        verbose_name = "anteckning till protokollet"
        verbose_name_plural = "anteckningar till protokollet"
        ordering = ["decision", "order"]
        constraints = [
            models.UniqueConstraint(fields=["decision", "order"], name="protocol_note_order_once_per_decision"),
            models.CheckConstraint(
                condition=~Q(text="") | ~Q(attachment=""),
                name="protocol_note_has_text_or_attachment",
                violation_error_message="Skriv anteckningens text, eller bifoga den som fil.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.person}"

    @property
    def person(self) -> str:
        return f"{self.name} ({self.party})"

    @property
    def kind_plural(self) -> str:
        return self.PLURALS[self.Kind(self.kind)]

    @property
    def verb_phrase(self) -> str:
        """Predicate of the announcement in the minutes, after the person's name."""
        return self.VERB_PHRASES[self.Kind(self.kind)]

    @property
    def file_name(self) -> str:
        """Name of the attached file without its folder; empty without a file."""
        return PurePath(self.attachment.name or "").name


class DecidedReportQuerySet(models.QuerySet["DecidedReport"]):
    def in_force(self, follow_up: FollowUp) -> DecidedReportQuerySet:
        """Approved reports of the year, newest first: the first is in force."""
        if follow_up.is_before_review:
            return self.none()
        approved = Decision.objects.recorded().filter(outcome=Decision.Outcome.APPROVED)
        return self.filter(decision__in=approved, decision__follow_up=follow_up).order_by("-number")


class DecidedReport(models.Model):
    """The report and the decision as the board saw and made them, written once by `archive.freeze`.

    The reports of all years form a chain by `number`: `sha256` covers every other column, and the next link holds it as
    `previous_sha256`. A change in the past shows in every later link.
    """

    number = models.PositiveIntegerField("nummer i kedjan", unique=True)
    decision = models.OneToOneField(Decision, models.PROTECT, verbose_name="beslut", related_name="report")
    schema = models.PositiveSmallIntegerField("schemaversion")
    json = models.TextField("rapporten")
    json_sha256 = models.CharField("rapportens SHA-256", max_length=64)
    # Empty for a decision without a stored PDF: it is then made from the stored report on request.
    pdf = models.FileField("PDF", max_length=200, blank=True)
    pdf_sha256 = models.CharField("PDF-filens SHA-256", max_length=64, blank=True)
    minutes = models.TextField("beslutet i sin helhet", help_text="Beslut, talare och anteckningar som JSON.")
    previous_sha256 = models.CharField("föregående länks SHA-256", max_length=64, blank=True)
    sha256 = models.CharField("SHA-256", max_length=64)
    by = models.ForeignKey(
        "organisation.User", models.PROTECT, verbose_name="av", related_name="decided_reports", null=True, blank=True
    )
    at = models.DateTimeField("när", default=timezone.now, editable=False)

    objects = DecidedReportQuerySet.as_manager()

    class Meta:
        verbose_name = "beslutad rapport"
        verbose_name_plural = "beslutade rapporter"
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(number=1, previous_sha256="") | (Q(number__gt=1) & ~Q(previous_sha256="")),
                name="decided_report_is_linked",
            ),
            models.CheckConstraint(
                condition=Q(pdf="", pdf_sha256="") | (~Q(pdf="") & ~Q(pdf_sha256="")),
                name="decided_report_pdf_has_hash",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.decision}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("A decided report is written once.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("A decided report is never deleted.")

    @property
    def has_stored_pdf(self) -> bool:
        """Whether storage has the PDF that was stored with the report."""
        name = self.pdf.name
        return bool(name and self.pdf.storage.exists(name))


class ReportSignature(models.Model):
    """Signature of a link of the chain, made with a key that the database does not hold. Append-only.

    A table next to the links, so that links from before the key was set can be signed without being changed.
    """

    report = models.OneToOneField(
        DecidedReport, models.CASCADE, verbose_name="beslutad rapport", related_name="signature", primary_key=True
    )
    key_id = models.CharField("nyckel", max_length=16, help_text="De första tecknen av den öppna nyckelns SHA-256.")
    signature = models.CharField("signatur", max_length=88, help_text="Ed25519, som base64.")
    at = models.DateTimeField("när", default=timezone.now, editable=False)

    class Meta:
        verbose_name = "signatur av beslutad rapport"
        verbose_name_plural = "signaturer av beslutade rapporter"
        ordering = ["report"]

    def __str__(self) -> str:
        return f"Signatur av länk {self.report.number}"
