"""Give the programmes of a database of release 0.2 the framework with the words and scales that were code then."""

from typing import Any

from django.db import migrations

TERMS = [
    ("overarching_goal", "ett", "övergripande mål", "övergripande målet", "övergripande mål", "övergripande målen"),
    ("area", "ett", "ansvarsområde", "ansvarsområdet", "ansvarsområden", "ansvarsområdena"),
    ("goal", "ett", "mål", "målet", "mål", "målen"),
    ("measure", "en", "åtgärd", "åtgärden", "åtgärder", "åtgärderna"),
]
CANNOT_ASSESS = ("cannot_assess", "Kan inte bedömas", "", "cannot_assess", "question", "unknown")
NOT_APPLICABLE = ("not_applicable", "Ej aktuellt i år", "ej aktuella i år", "not_applicable", "dash", "blank")
SCALES = [
    (
        "assessment",
        "Bedömning av året",
        [
            ("met", "Uppfyllt", "uppfyllda", "reached", "check", "good"),
            ("partly", "Delvis uppfyllt", "delvis uppfyllda", "partly", "half", "middling"),
            ("not_met", "Ej uppfyllt", "ej uppfyllda", "not_reached", "cross", "poor"),
            CANNOT_ASSESS,
            NOT_APPLICABLE,
        ],
    ),
    (
        "forecast",
        "Prognos för perioden",
        [
            ("will", "Kommer att nås", "", "reached", "up", "good"),
            ("partly", "Kommer delvis att nås", "", "partly", "level", "middling"),
            ("will_not", "Kommer inte att nås", "", "not_reached", "down", "poor"),
            CANNOT_ASSESS,
            NOT_APPLICABLE,
        ],
    ),
    (
        "progress",
        "Genomförande av åtgärder",
        [
            ("not_started", "Ej påbörjad", "ej påbörjade", "not_started", "ring", "blank"),
            ("ongoing", "Pågår", "", "under_way", "play", "underway"),
            ("done", "Genomförd", "genomförda", "done", "check", "good"),
            ("delayed", "Försenad", "försenade", "late", "clock", "middling"),
            ("stopped", "Avbruten", "avbrutna", "stopped", "stop", "poor"),
            NOT_APPLICABLE,
        ],
    ),
]


def give_standard_framework(apps: Any, schema_editor: Any) -> None:
    using = schema_editor.connection.alias
    programmes = apps.get_model("programmes", "Programme").objects.using(using)
    if not programmes.exists():
        return  # the frameworks of a new database are created after `migrate`
    framework = (
        apps.get_model("programmes", "Framework")
        .objects.using(using)
        .create(
            slug="standard",
            name="Ansvarsområden, mål och åtgärder",
            description="Ett program med ansvarsområden som följs upp en gång om året.",
        )
    )
    terms = apps.get_model("programmes", "FrameworkTerm").objects.using(using)
    for level, article, singular, definite, plural, definite_plural in TERMS:
        terms.create(
            framework=framework,
            level=level,
            article=article,
            singular=singular,
            definite=definite,
            plural=plural,
            definite_plural=definite_plural,
        )
    for kind, name, steps in SCALES:
        scales = apps.get_model("programmes", "FrameworkScale").objects.using(using)
        scale = scales.create(framework=framework, kind=kind, name=name)
        for position, (key, word, plural, meaning, symbol, tone) in enumerate(steps):
            apps.get_model("programmes", "ScaleStep").objects.using(using).create(
                scale=scale,
                key=key,
                position=position,
                word=word,
                plural=plural,
                meaning=meaning,
                symbol=symbol,
                tone=tone,
            )
    programmes.update(framework=framework)
    apps.get_model("programmes", "HistoricalProgramme").objects.using(using).update(framework=framework)


class Migration(migrations.Migration):
    dependencies = [("programmes", "0008_frameworks")]

    operations = [migrations.RunPython(give_standard_framework, migrations.RunPython.noop, elidable=True)]
