"""The programme with its areas, goals, measures and guidelines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from organisation.fields import LineField
from organisation.models import Unit
from organisation.order import in_swedish_order
from organisation.protection import ProtectedModel, refuse_if_in_use
from programmes.models.fields import LINE_LENGTH, SHORT_NAME_LENGTH, example_field, prose, year_field
from programmes.models.framework import Framework, standard_framework
from programmes.models.responsibility import (
    GuidelineResponsibility,
    MeasureResponsibility,
    SharedItem,
    SubGoalResponsibility,
)
from programmes.numbering import UniqueWithin
from programmes.terms import Terms

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from organisation.models import User


def _check_order(item: Programme | Measure, message: str) -> None:
    """Raise ValidationError if the period ends before it begins. The database has the same rule."""
    if item.first_year and item.last_year and item.last_year < item.first_year:
        raise ValidationError({"last_year": message})


def check_within_period(programme: Programme, item: models.Model, names: tuple[str, ...]) -> None:
    """Raise ValidationError for the first field in `names` whose year is outside the programme's period."""
    # A missing or wrong period is reported on the programme only, not on each of its parts.
    years = programme.years if programme.first_year and programme.last_year else range(0)
    for name in names:
        year = getattr(item, name)
        if year and years and year not in years:
            raise ValidationError({name: f"{year} ligger utanför programmets period {programme.period}."})


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    def visible_to(self, user: User | AnonymousUser) -> ProgrammeQuerySet:
        """Return adopted programmes for every logged-in user, and drafts for users that may change programmes."""
        if not user.is_authenticated:
            return self.none()
        if user.has_perm("programmes.change_programme"):
            return self
        return self.visible_to_all()

    def visible_to_all(self) -> ProgrammeQuerySet:
        """Return the programmes that every logged-in user sees, without a permission query."""
        return self.exclude(state=Programme.State.DRAFT)

    def drafts(self) -> ProgrammeQuerySet:
        return self.filter(state=Programme.State.DRAFT)

    def with_namesakes(self) -> ProgrammeQuerySet:
        """Note on each programme whether another one has its title; `distinct_name` needs it."""
        namesakes = Programme.objects.filter(title=OuterRef("title")).exclude(pk=OuterRef("pk"))
        return self.annotate(has_namesake=Exists(namesakes))

    def named(self, slug: str) -> Programme:
        """Return the programme with that short name. Programme.DoesNotExist lists, in Swedish, the existing ones."""
        programme = self.filter(slug=slug).first()
        if programme is None:
            known = ", ".join(self.values_list("slug", flat=True)) or "inga ännu"
            raise Programme.DoesNotExist(
                f"Det finns inget program med kortnamnet ”{slug}”. Program som finns: {known}."
            )
        return programme


class Programme(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft", "Utkast"
        ACTIVE = "active", "Gällande"
        CLOSED = "closed", "Avslutat"

    title = LineField("titel", max_length=200)
    slug = models.SlugField("kortnamn", max_length=80, unique=True, help_text="Används i webbadresser och kommandon.")
    first_year = year_field("första år")
    last_year = year_field("sista år")
    framework = models.ForeignKey(
        Framework,
        models.PROTECT,
        verbose_name="styrmodell",
        related_name="programmes",
        default=standard_framework,
        help_text="Bestämmer ord, skalor och frågor.",
    )
    overarching_goal = prose("övergripande mål", max_length=LINE_LENGTH, blank=True)
    state = models.CharField("läge", max_length=10, choices=State, default=State.DRAFT)
    adopted_by = LineField("antaget av", max_length=200, blank=True)
    adopted_on = models.DateField("antaget den", null=True, blank=True)
    adopted_paragraph = LineField("paragraf", max_length=20, blank=True)
    registration_number = LineField("diarienummer", max_length=50, blank=True)

    history = HistoricalRecords()
    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = "program"
        verbose_name_plural = "program"
        ordering = ["-first_year", in_swedish_order("title")]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_year__gte=F("first_year")),
                name="programme_end_not_before_start",
                violation_error_message="Programmets sista år kan inte ligga före det första.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("followup:programme_detail", args=[self.slug])

    def clean(self) -> None:
        _check_order(self, "Programmets sista år kan inte ligga före det första.")

    @property
    def picker_label(self) -> str:
        """The title with the short name, which no other programme has."""
        return f"{self.title} ({self.slug})"

    @property
    def distinct_name(self) -> str:
        """The title, with the period and the short name if the title is another programme's too (`with_namesakes`)."""
        return f"{self.title} ({self.period}, {self.slug})" if getattr(self, "has_namesake", False) else self.title

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def terms(self) -> Terms:
        """The programme's words for its levels. Free of queries when the framework is fetched with the programme."""
        return self.framework.terms

    @property
    def years(self) -> range:
        return range(self.first_year, self.last_year + 1)

    @property
    def period(self) -> str:
        return f"{self.first_year}–{self.last_year}"


class ResponsibilityArea(models.Model):
    programme = models.ForeignKey(Programme, models.PROTECT, verbose_name="program", related_name="areas")
    number = models.PositiveSmallIntegerField("nummer", validators=[MinValueValidator(1)])
    name = LineField("namn", max_length=200)
    overarching_sub_goal = prose("övergripande delmål", max_length=LINE_LENGTH, blank=True)
    is_example = example_field()

    history = HistoricalRecords()

    class Meta:
        verbose_name = "ansvarsområde"
        verbose_name_plural = "ansvarsområden"
        ordering = ["programme", "number"]
        constraints = [
            UniqueWithin(
                fields=["programme", "number"],
                name="area_number_once_per_programme",
                violation_error_message="Programmet har redan ett ansvarsområde med det numret.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.name}"

    @property
    def picker_label(self) -> str:
        return f"{self}, {self.programme.picker_label}"


class SubGoal(SharedItem):
    area = models.ForeignKey(ResponsibilityArea, models.PROTECT, verbose_name="ansvarsområde", related_name="sub_goals")
    number = models.PositiveSmallIntegerField("nummer", validators=[MinValueValidator(1)])
    text = prose("mål", max_length=LINE_LENGTH)
    short_name = LineField(
        "kortnamn",
        max_length=SHORT_NAME_LENGTH,
        blank=True,
        help_text="Högst 35 tecken, till rapportens första sida och tabeller. Tomt betyder hela målet.",
    )
    units = models.ManyToManyField(
        Unit, verbose_name="ansvariga enheter", related_name="sub_goals", blank=True, through=SubGoalResponsibility
    )
    predecessor = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name="föregångare",
        related_name="successors",
        null=True,
        blank=True,
        help_text="Målet i ett tidigare program som det här målet fortsätter. Ett mål kan få flera efterföljare.",
    )
    is_example = example_field()

    history = HistoricalRecords(m2m_fields=[units])

    class Meta:
        verbose_name = "mål"
        verbose_name_plural = "mål"
        ordering = ["area", "number"]
        constraints = [
            UniqueWithin(
                fields=["area", "number"],
                name="sub_goal_number_once_per_area",
                violation_error_message="Ansvarsområdet har redan ett mål med det numret.",
            ),
            models.CheckConstraint(
                condition=Q(predecessor__isnull=True) | ~Q(predecessor=F("pk")),
                name="sub_goal_not_its_own_predecessor",
                violation_error_message="Ett mål kan inte vara sin egen föregångare.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.text}"

    @property
    def code(self) -> str:
        """Number with the area's, such as "1.2": second goal of the first area."""
        return f"{self.area.number}.{self.number}"

    @property
    def picker_label(self) -> str:
        return f"{self}, {self.area.programme.picker_label}"

    @property
    def code_with_programme(self) -> str:
        """Number with the programme's short name, such as "trygghet-2018 1.2"."""
        return f"{self.area.programme.slug} {self.code}"


class PerspectiveQuerySet(models.QuerySet["Perspective"]):
    def delete(self) -> tuple[int, dict[str, int]]:
        refuse_if_in_use(self)
        return super().delete()


class Perspective(ProtectedModel):
    """A cross-cutting perspective, such as children's rights, that measures are marked with."""

    name = LineField("namn", max_length=100)
    slug = models.SlugField("kortnamn", max_length=80, unique=True)
    description = prose("beskrivning", blank=True)

    history = HistoricalRecords()
    objects = PerspectiveQuerySet.as_manager()

    class Meta:
        verbose_name = "perspektiv"
        verbose_name_plural = "perspektiv"
        ordering = [in_swedish_order("name")]

    def __str__(self) -> str:
        return self.name


class MeasureQuerySet(models.QuerySet["Measure"]):
    def running_in(self, year: int) -> MeasureQuerySet:
        return self.filter(first_year__lte=year, last_year__gte=year)


class Measure(SharedItem):
    class Change(models.TextChoices):
        ADDED = "added", "Tillagd"
        CHANGED = "changed", "Ändrad"

    sub_goal = models.ForeignKey(SubGoal, models.PROTECT, verbose_name="mål", related_name="measures")
    number = models.PositiveSmallIntegerField("nummer", validators=[MinValueValidator(1)])
    text = prose("åtgärd", max_length=LINE_LENGTH)
    units = models.ManyToManyField(
        Unit, verbose_name="ansvariga enheter", related_name="measures", blank=True, through=MeasureResponsibility
    )
    first_year = year_field("första år")
    last_year = year_field("sista år")
    perspectives = models.ManyToManyField(Perspective, verbose_name="perspektiv", related_name="measures", blank=True)
    problem = prose(
        "problem",
        max_length=LINE_LENGTH,
        blank=True,
        help_text="Det identifierade problem som åtgärden svarar mot (lag 2023:196).",
    )
    problem_source = LineField(
        "källa till problembilden", max_length=200, blank=True, help_text="Till exempel en lägesbild eller mätning."
    )
    change = models.CharField("ändring under perioden", max_length=10, choices=Change, blank=True)
    change_year = year_field("ändringsår", null=True, blank=True)
    change_reason = prose("skäl till ändringen", max_length=LINE_LENGTH, blank=True)
    is_example = example_field()

    history = HistoricalRecords(m2m_fields=[units, perspectives])
    objects = MeasureQuerySet.as_manager()

    class Meta:
        verbose_name = "åtgärd"
        verbose_name_plural = "åtgärder"
        ordering = ["sub_goal", "number"]
        constraints = [
            UniqueWithin(
                fields=["sub_goal", "number"],
                name="measure_number_once_per_sub_goal",
                violation_error_message="Målet har redan en åtgärd med det numret.",
            ),
            models.CheckConstraint(
                condition=Q(last_year__gte=F("first_year")),
                name="measure_end_not_before_start",
                violation_error_message="Åtgärdens sista år kan inte ligga före det första.",
            ),
            models.CheckConstraint(
                condition=Q(change="", change_year__isnull=True, change_reason="")
                | (~Q(change="") & Q(change_year__isnull=False) & ~Q(change_reason="")),
                name="measure_change_has_year_and_reason",
                violation_error_message="En ändring anges med ändring, år och skäl tillsammans, eller inte alls.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.text}"

    def clean(self) -> None:
        _check_order(self, "Åtgärdens sista år kan inte ligga före det första.")
        facts = [bool(fact) for fact in (self.change, self.change_year, self.change_reason)]
        if any(facts) and not all(facts):
            raise ValidationError({"change": "En ändring anges med ändring, år och skäl tillsammans, eller inte alls."})
        # A new goal in the admin has no area when its own form has errors.
        if hasattr(self, "sub_goal") and hasattr(self.sub_goal, "area"):
            check_within_period(self.sub_goal.area.programme, self, ("first_year", "last_year"))

    @property
    def code(self) -> str:
        """Number with the goal's, such as "1.2.3": third measure of goal 1.2."""
        return f"{self.sub_goal.code}.{self.number}"


class Guideline(SharedItem):
    """A separate steering document that is followed up in the same report."""

    programme = models.ForeignKey(Programme, models.PROTECT, verbose_name="program", related_name="guidelines")
    number = models.PositiveSmallIntegerField("nummer", validators=[MinValueValidator(1)])
    title = LineField("titel", max_length=200)
    description = prose("beskrivning", blank=True)
    units = models.ManyToManyField(
        Unit, verbose_name="ansvariga enheter", related_name="guidelines", blank=True, through=GuidelineResponsibility
    )
    is_example = example_field()

    history = HistoricalRecords(m2m_fields=[units])

    class Meta:
        verbose_name = "riktlinje"
        verbose_name_plural = "riktlinjer"
        ordering = ["programme", "number"]
        constraints = [
            UniqueWithin(
                fields=["programme", "number"],
                name="guideline_number_once_per_programme",
                violation_error_message="Programmet har redan en riktlinje med det numret.",
            ),
        ]

    def __str__(self) -> str:
        return self.title
