"""The frameworks that the product ships with, and their creation after `migrate`.

A shipped framework is created once and belongs to the municipality from then on: a later version of the product never
changes it. A framework that nobody uses may be deleted; the next `migrate` creates a shipped one again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.apps import AppConfig
from django.apps import apps as installed_apps
from django.db import transaction
from django.db.models.signals import post_migrate

from programmes.models.framework import STANDARD
from programmes.scales import Kind, Meaning, Scale, Symbol, Tone, build_scale
from programmes.terms import NEUTRAL, Term, Terms


class ShippedStep(NamedTuple):
    """A step of a shipped scale, with the fields of `ScaleStep`."""

    key: str
    word: str
    plural: str
    meaning: Meaning
    symbol: Symbol
    tone: Tone
    explanation: str = ""
    is_retired: bool = False


@dataclass(frozen=True)
class ShippedFramework:
    """A framework to create: `options` are fields of `Framework` that differ from their defaults."""

    slug: str
    name: str
    description: str
    terms: Terms
    scales: dict[Kind, tuple[str, tuple[ShippedStep, ...]]]
    options: dict[str, Any] = field(default_factory=dict)

    def scale(self, kind: Kind) -> Scale:
        """Return one of the scales as a plain value."""
        name, steps = self.scales[kind]
        return build_scale(kind, name, steps)


CANNOT_ASSESS = ShippedStep(
    "cannot_assess", "Kan inte bedömas", "", Meaning.CANNOT_ASSESS, Symbol.QUESTION, Tone.UNKNOWN,
    "Underlag saknas, eller så är det för tidigt att säga.",
)  # fmt: skip
NOT_APPLICABLE = ShippedStep(
    "not_applicable", "Ej aktuellt i år", "ej aktuella i år", Meaning.NOT_APPLICABLE, Symbol.DASH, Tone.BLANK,
    "Inget är planerat för i år.",
)  # fmt: skip

STANDARD_FRAMEWORK = ShippedFramework(
    slug=STANDARD,
    name="Ansvarsområden, mål och åtgärder",
    description="Ett program med ansvarsområden som följs upp en gång om året.",
    terms=Terms(
        overarching_goal=NEUTRAL.overarching_goal,
        area=Term("ansvarsområde", "ansvarsområdet", "ansvarsområden", "ansvarsområdena", "ett"),
        goal=NEUTRAL.goal,
        measure=NEUTRAL.measure,
    ),
    scales={
        Kind.ASSESSMENT: (
            "Bedömning av året",
            (
                ShippedStep("met", "Uppfyllt", "uppfyllda", Meaning.REACHED, Symbol.CHECK, Tone.GOOD),
                ShippedStep(
                    "partly", "Delvis uppfyllt", "delvis uppfyllda", Meaning.PARTLY, Symbol.HALF, Tone.MIDDLING
                ),
                ShippedStep("not_met", "Ej uppfyllt", "ej uppfyllda", Meaning.NOT_REACHED, Symbol.CROSS, Tone.POOR),
                CANNOT_ASSESS,
                NOT_APPLICABLE,
            ),
        ),
        Kind.FORECAST: (
            "Prognos för perioden",
            (
                ShippedStep("will", "Kommer att nås", "", Meaning.REACHED, Symbol.UP, Tone.GOOD),
                ShippedStep("partly", "Kommer delvis att nås", "", Meaning.PARTLY, Symbol.LEVEL, Tone.MIDDLING),
                ShippedStep("will_not", "Kommer inte att nås", "", Meaning.NOT_REACHED, Symbol.DOWN, Tone.POOR),
                CANNOT_ASSESS,
                NOT_APPLICABLE,
            ),
        ),
        Kind.PROGRESS: (
            "Genomförande av åtgärder",
            (
                ShippedStep("not_started", "Ej påbörjad", "ej påbörjade", Meaning.NOT_STARTED, Symbol.RING, Tone.BLANK),
                ShippedStep("ongoing", "Pågår", "", Meaning.UNDER_WAY, Symbol.PLAY, Tone.UNDERWAY),
                ShippedStep("done", "Genomförd", "genomförda", Meaning.DONE, Symbol.CHECK, Tone.GOOD),
                ShippedStep("delayed", "Försenad", "försenade", Meaning.LATE, Symbol.CLOCK, Tone.MIDDLING),
                ShippedStep("stopped", "Avbruten", "avbrutna", Meaning.STOPPED, Symbol.STOP, Tone.POOR),
                NOT_APPLICABLE,
            ),
        ),
    },
)

CLIMATE_FRAMEWORK = ShippedFramework(
    slug="klimat",
    name="Fokusområden, mål och insatser",
    description="Ett program som följs upp varje tertial med grönt, gult och rött.",
    terms=Terms(
        overarching_goal=Term("vision", "visionen", "visioner", "visionerna", "en"),
        area=Term("fokusområde", "fokusområdet", "fokusområden", "fokusområdena", "ett"),
        goal=NEUTRAL.goal,
        measure=Term("insats", "insatsen", "insatser", "insatserna", "en"),
    ),
    scales={
        Kind.ASSESSMENT: (
            "Läge",
            (
                ShippedStep("green", "Grön", "gröna", Meaning.REACHED, Symbol.CHECK, Tone.GOOD, "Målet är nått."),
                ShippedStep(
                    "yellow", "Gul", "gula", Meaning.PARTLY, Symbol.HALF, Tone.MIDDLING, "Målet är delvis nått."
                ),
                ShippedStep("red", "Röd", "röda", Meaning.NOT_REACHED, Symbol.CROSS, Tone.POOR, "Målet är inte nått."),
                CANNOT_ASSESS,
            ),
        ),
        Kind.FORECAST: (
            "Prognos till periodens slut",
            (
                ShippedStep("green", "Nås", "nås", Meaning.REACHED, Symbol.UP, Tone.GOOD),
                ShippedStep("yellow", "Nås delvis", "nås delvis", Meaning.PARTLY, Symbol.LEVEL, Tone.MIDDLING),
                ShippedStep("red", "Nås inte", "nås inte", Meaning.NOT_REACHED, Symbol.DOWN, Tone.POOR),
                CANNOT_ASSESS,
            ),
        ),
        Kind.PROGRESS: (
            "Insatsernas läge",
            (
                ShippedStep("not_started", "Ej påbörjad", "ej påbörjade", Meaning.NOT_STARTED, Symbol.RING, Tone.BLANK),
                ShippedStep("ongoing", "Pågår", "", Meaning.UNDER_WAY, Symbol.PLAY, Tone.UNDERWAY),
                ShippedStep(
                    "continuous", "Genomförs löpande", "genomförs löpande", Meaning.CONTINUOUS, Symbol.LOOP, Tone.GOOD
                ),
                ShippedStep("done", "Klar", "klara", Meaning.DONE, Symbol.CHECK, Tone.GOOD),
                ShippedStep("delayed", "Försenad", "försenade", Meaning.LATE, Symbol.CLOCK, Tone.MIDDLING),
                ShippedStep("stopped", "Avbruten", "avbrutna", Meaning.STOPPED, Symbol.STOP, Tone.POOR),
            ),
        ),
    },
)

MINIMAL_FRAMEWORK = ShippedFramework(
    slug="enkel",
    name="Mål och aktiviteter",
    description="En handlingsplan utan områden, med fyra steg och utan prognos.",
    terms=Terms(
        overarching_goal=Term("syfte", "syftet", "syften", "syftena", "ett"),
        area=NEUTRAL.area,
        goal=NEUTRAL.goal,
        measure=Term("aktivitet", "aktiviteten", "aktiviteter", "aktiviteterna", "en"),
    ),
    scales={
        Kind.ASSESSMENT: (
            "Måluppfyllelse",
            (
                ShippedStep("fully", "Helt", "helt", Meaning.REACHED, Symbol.CHECK, Tone.GOOD),
                ShippedStep(
                    "mostly", "Till stor del", "till stor del", Meaning.PARTLY, Symbol.THREE_QUARTERS, Tone.GOOD
                ),
                ShippedStep(
                    "little", "Till liten del", "till liten del", Meaning.PARTLY, Symbol.QUARTER, Tone.MIDDLING
                ),
                ShippedStep("not_at_all", "Inte alls", "inte alls", Meaning.NOT_REACHED, Symbol.CROSS, Tone.POOR),
            ),
        ),
        Kind.FORECAST: (
            "Prognos",
            (
                ShippedStep("will", "Nås", "nås", Meaning.REACHED, Symbol.UP, Tone.GOOD),
                ShippedStep("will_not", "Nås inte", "nås inte", Meaning.NOT_REACHED, Symbol.DOWN, Tone.POOR),
            ),
        ),
        Kind.PROGRESS: (
            "Aktiviteternas läge",
            (
                ShippedStep("not_started", "Ej påbörjad", "ej påbörjade", Meaning.NOT_STARTED, Symbol.RING, Tone.BLANK),
                ShippedStep("ongoing", "Pågår", "", Meaning.UNDER_WAY, Symbol.PLAY, Tone.UNDERWAY),
                ShippedStep("done", "Klar", "klara", Meaning.DONE, Symbol.CHECK, Tone.GOOD),
                ShippedStep("stopped", "Avbruten", "avbrutna", Meaning.STOPPED, Symbol.STOP, Tone.POOR),
            ),
        ),
    },
    options={"asks_forecast": False, "requires_comment": False, "shows_areas": False, "requires_texts": False},
)

SHIPPED = (STANDARD_FRAMEWORK, CLIMATE_FRAMEWORK, MINIMAL_FRAMEWORK)


def create_after_migrate() -> None:
    """Let `migrate` create the shipped frameworks that the database lacks, thus also in a new database."""
    config = installed_apps.get_app_config("programmes")
    post_migrate.connect(_create_missing, sender=config, dispatch_uid="programmes.shipped_frameworks")


def _create_missing(sender: AppConfig, using: str, apps: Any = installed_apps, **kwargs: Any) -> None:
    """Create each shipped framework that the database lacks; a handler of the signal `post_migrate`.

    :param apps: the models as migrated, which may be an earlier version of them.
    """
    try:
        framework_model = apps.get_model("programmes", "Framework")
    except LookupError:  # migrated back to before the table exists
        return
    if not _has_current_columns(framework_model):
        return
    existing = set(framework_model.objects.using(using).values_list("slug", flat=True))
    with transaction.atomic(using=using):
        for shipped in SHIPPED:
            if shipped.slug not in existing:
                create(shipped, apps.get_model, using)


def _has_current_columns(framework_model: Any) -> bool:
    """Whether the migrated table has every column of this version, which it lacks after migrating backwards."""
    current = installed_apps.get_model("programmes", "Framework")
    migrated = {column.name for column in framework_model._meta.concrete_fields}
    return {column.name for column in current._meta.concrete_fields} <= migrated


def create(shipped: ShippedFramework, get_model: Callable[[str, str], Any], using: str) -> Any:
    """Create the framework with its terms, scales and steps, and return its row."""
    framework = (
        get_model("programmes", "Framework")
        .objects.using(using)
        .create(slug=shipped.slug, name=shipped.name, description=shipped.description, **shipped.options)
    )
    for level, term in vars(shipped.terms).items():
        get_model("programmes", "FrameworkTerm").objects.using(using).create(
            framework=framework, level=level, **vars(term)
        )
    for kind, (name, steps) in shipped.scales.items():
        scale = (
            get_model("programmes", "FrameworkScale")
            .objects.using(using)
            .create(framework=framework, kind=kind.value, name=name)
        )
        for position, step in enumerate(steps):
            get_model("programmes", "ScaleStep").objects.using(using).create(
                scale=scale, position=position, **step._asdict()
            )
    return framework
