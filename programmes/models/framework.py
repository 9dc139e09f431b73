"""The framework of programmes (styrmodell): words, scales and questions as data, edited by reviewers.

Pages and reports read the plain values `Framework.terms` and `Framework.scales`, which are cached for as long as
`revision` is the same, so that a page makes no query for them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.text import slugify
from simple_history.models import HistoricalRecords

from organisation.fields import LineField
from organisation.models import Unit
from organisation.order import in_swedish_order
from programmes.bodies import Body, body_of
from programmes.models.fields import LINE_LENGTH, prose
from programmes.scales import MAX_STEPS, MEANINGS, Kind, Meaning, Scale, Symbol, Tone, build_scale
from programmes.terms import Gender, Level, Term, Terms

# The framework of a programme for which nobody has chosen another one.
STANDARD = "standard"
NAME_LENGTH = 100


class Scales:
    """The scales of a framework: `assessment`, `forecast` and `progress`."""

    def __init__(self, scales: dict[str, Scale]) -> None:
        self.assessment = scales[Kind.ASSESSMENT]
        self.forecast = scales[Kind.FORECAST]
        self.progress = scales[Kind.PROGRESS]

    def of(self, kind: str) -> Scale:
        scale: Scale = getattr(self, kind)
        return scale


class Framework(models.Model):
    """How one kind of programme is built and followed up. Several programmes may share one."""

    name = LineField("namn", max_length=NAME_LENGTH, unique=True)
    slug = models.SlugField("kortnamn", max_length=40, unique=True)
    description = prose("beskrivning", max_length=LINE_LENGTH, blank=True)
    deciding_body = models.ForeignKey(
        Unit,
        models.PROTECT,
        verbose_name="beslutande organ",
        related_name="decides_frameworks",
        null=True,
        blank=True,
        help_text="Beslutar om uppföljningen. Tomt betyder kommunstyrelsen.",
    )
    further_bodies = models.ManyToManyField(
        Unit,
        verbose_name="ytterligare organ",
        related_name="treats_frameworks",
        blank=True,
        help_text="Bereder uppföljningen eller får den efter beslutet, till exempel kommunfullmäktige.",
    )
    asks_forecast = models.BooleanField("prognos anges", default=True)
    requires_comment = models.BooleanField("kommentar krävs", default=True)
    asks_stop_reason = models.BooleanField("skäl krävs när en åtgärd avbryts", default=True)
    shows_areas = models.BooleanField(
        "områden visas", default=True, help_text="Utan kryss har programmet bara mål, i ett enda område utan rubrik."
    )
    allows_goals_without_measures = models.BooleanField("mål utan åtgärder får finnas", default=True)
    shows_contributions = models.BooleanField("enheternas bidrag visas i rapporten", default=False)
    asks_committee_decision = models.BooleanField(
        "nämndens beslut krävs", default=False, help_text="En enhet har lämnat in först när dess nämnd har beslutat."
    )
    requires_texts = models.BooleanField(
        "texter krävs före förslaget",
        default=True,
        help_text="Sammanfattning, samlad bedömning och varje områdes bedömning ska finnas innan året föreslås.",
    )
    version = models.PositiveIntegerField("version", default=1, editable=False)
    revision = models.UUIDField(default=uuid4, editable=False)

    history = HistoricalRecords(excluded_fields=["revision"], m2m_fields=[further_bodies])

    class Meta:
        verbose_name = "styrmodell"
        verbose_name_plural = "styrmodeller"
        ordering = [in_swedish_order("name")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.revision = uuid4()
        super().save(*args, **kwargs)

    @property
    def terms(self) -> Terms:
        return _terms(self.pk, self.revision)

    @property
    def scales(self) -> Scales:
        return _scales(self.pk, self.revision)

    def asks(self, field: str) -> bool:
        """Whether units and reviewers fill in the field of that name."""
        return field != "forecast" or self.asks_forecast

    def requires(self, field: str) -> bool:
        """Whether an answer without the field of that name is incomplete."""
        return self.asks(field) and (field != "comment" or self.requires_comment)

    @property
    def body(self) -> Body:
        """The body that decides on follow-ups. Free of queries when `deciding_body` is fetched with the framework."""
        return body_of(self.deciding_body)


def standard_framework() -> int | None:
    """Return the id of the framework that a new programme has until another one is chosen."""
    return Framework.objects.filter(slug=STANDARD).values_list("pk", flat=True).first()


class FrameworkPart(models.Model):
    """Base of the rows that make up a framework. Every change gives the framework a new revision."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        Framework.objects.filter(pk=self.owner_id).update(revision=uuid4())

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        owner_id = self.owner_id
        deleted = super().delete(*args, **kwargs)
        Framework.objects.filter(pk=owner_id).update(revision=uuid4())
        return deleted

    @property
    def owner_id(self) -> int:
        """The id of the framework that the row belongs to."""
        raise NotImplementedError


def _word_field(verbose_name: str, **options: Any) -> LineField:
    return LineField(verbose_name, max_length=60, **options)


class FrameworkTerm(FrameworkPart):
    """The noun of one level of a framework, in the forms of a Swedish noun."""

    framework = models.ForeignKey(Framework, models.CASCADE, verbose_name="styrmodell", related_name="term_rows")
    level = models.CharField("nivå", max_length=20, choices=Level)
    article = models.CharField("en eller ett", max_length=3, choices=Gender)
    singular = _word_field("obestämd form", help_text="Till exempel: åtgärd")
    definite = _word_field("bestämd form", help_text="Till exempel: åtgärden")
    plural = _word_field("flertal", help_text="Till exempel: åtgärder")
    definite_plural = _word_field("bestämt flertal", help_text="Till exempel: åtgärderna")

    history = HistoricalRecords()

    class Meta:
        verbose_name = "benämning"
        verbose_name_plural = "benämningar"
        ordering = ["framework", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["framework", "level"],
                name="framework_term_once_per_level",
                violation_error_message="Nivån har redan en benämning i styrmodellen.",
            ),
            models.CheckConstraint(
                condition=~Q(singular="") & ~Q(definite="") & ~Q(plural="") & ~Q(definite_plural=""),
                name="framework_term_in_all_forms",
                violation_error_message="Skriv benämningen i alla fyra formerna.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_level_display()}: {self.singular}"

    @property
    def owner_id(self) -> int:
        return self.framework_id

    @property
    def value(self) -> Term:
        return Term(self.singular, self.definite, self.plural, self.definite_plural, self.article)


class FrameworkScale(FrameworkPart):
    """A scale of a framework: the assessment of a goal, its forecast, or the progress of a measure."""

    framework = models.ForeignKey(Framework, models.CASCADE, verbose_name="styrmodell", related_name="scale_rows")
    kind = models.CharField("skala för", max_length=20, choices=Kind)
    name = _word_field("rubrik", help_text="Visas över skalan, till exempel: Bedömning av året")

    history = HistoricalRecords()

    class Meta:
        verbose_name = "skala"
        verbose_name_plural = "skalor"
        ordering = ["framework", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["framework", "kind"],
                name="framework_scale_once_per_kind",
                violation_error_message="Styrmodellen har redan en sådan skala.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.framework})"

    @property
    def owner_id(self) -> int:
        return self.framework_id

    def value(self) -> Scale:
        """Return the scale as a plain value, with retired steps, which earlier answers still have."""
        return build_scale(self.kind, self.name, list(self.steps.all()))


class ScaleStep(FrameworkPart):
    """A step of a scale. Answers store its key, which never changes; its word, place and tone may."""

    scale = models.ForeignKey(FrameworkScale, models.CASCADE, verbose_name="skala", related_name="steps")
    key = models.SlugField("nyckel", max_length=20, editable=False)
    position = models.PositiveSmallIntegerField("ordning", default=0, validators=[MaxValueValidator(99)])
    word = _word_field("ord", help_text="Till exempel: Genomförd")
    plural = _word_field(
        "ord efter antal", blank=True, help_text="Till exempel: genomförda. Tomt om ordet är detsamma."
    )
    explanation = prose(
        "förklaring",
        max_length=LINE_LENGTH,
        blank=True,
        help_text="När steget väljs. Visas där det väljs och i rapporten.",
    )
    meaning = models.CharField("innebörd", max_length=20, choices=Meaning)
    symbol = models.CharField("symbol", max_length=20, choices=Symbol)
    tone = models.CharField("färg", max_length=20, choices=Tone)
    is_retired = models.BooleanField(
        "utgånget", default=False, help_text="Kan inte väljas längre. Svar som har steget behåller det."
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = "skalsteg"
        verbose_name_plural = "skalsteg"
        ordering = ["scale", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["scale", "key"],
                name="scale_step_once_per_key",
                violation_error_message="Skalan har redan ett steg med den nyckeln.",
            ),
            models.UniqueConstraint(
                fields=["scale", "word"],
                name="scale_step_once_per_word",
                violation_error_message="Skalan har redan ett steg med det ordet.",
            ),
        ]

    def __str__(self) -> str:
        return self.word

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.key = self.key or self._free_key()
        super().save(*args, **kwargs)

    def clean(self) -> None:
        if self.scale_id and self.meaning and self.meaning not in MEANINGS[Kind(self.scale.kind)]:
            raise ValidationError({"meaning": "Innebörden hör till en annan sorts skala. Välj en annan."})

    @property
    def owner_id(self) -> int:
        return self.scale.framework_id

    def _free_key(self) -> str:
        """Return a key from the word that no step of the scale has or had."""
        base = slugify(self.word).replace("-", "_")[:16] or "steg"
        taken = set(ScaleStep.history.filter(scale_id=self.scale_id).values_list("key", flat=True))
        key, number = base, 2
        while key in taken:
            key, number = f"{base}_{number}", number + 1
        return key


def check_scale(kind: Kind, steps: list[ScaleStep]) -> None:
    """Raise ValidationError, in Swedish, if `steps` do not make a scale of the kind."""
    chosen = [step for step in steps if not step.is_retired]
    if not 2 <= len(chosen) <= MAX_STEPS:
        raise ValidationError(f"En skala har två till nio steg. Skalan för {kind.label} har {len(chosen)}.")
    words = [step.word.casefold() for step in steps]
    twice = next((step.word for step in steps if words.count(step.word.casefold()) > 1), "")
    if twice:
        raise ValidationError(f"Ordet ”{twice}” står på två steg i skalan för {kind.label}. Ge stegen olika ord.")
    required = MEANINGS[kind][0]
    if not any(step.meaning == required for step in chosen):
        raise ValidationError(f"Skalan för {kind.label} behöver ett steg med innebörden ”{required.label}”.")


@lru_cache(maxsize=64)
def _terms(pk: int, revision: UUID) -> Terms:
    """Return the terms of the framework; `revision` makes a change a new entry of the cache."""
    return Terms(**{row.level: row.value for row in FrameworkTerm.objects.filter(framework_id=pk)})


@lru_cache(maxsize=64)
def _scales(pk: int, revision: UUID) -> Scales:
    """Return the scales of the framework; `revision` as in `_terms`."""
    rows = FrameworkScale.objects.filter(framework_id=pk).prefetch_related("steps")
    return Scales({row.kind: row.value() for row in rows})
