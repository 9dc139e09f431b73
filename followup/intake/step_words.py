"""Other people's words for the steps of our scales, in Swedish, Norwegian, Danish and English.

"Pågår" is the progress of a measure, and not an assessment of a goal. The lists hold whole phrases; the patterns below
catch other wordings, in order, as guesses that a person confirms.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from programmes.scales import Kind
from programmes.sheets.steps import StepWords
from programmes.shipped_frameworks import STANDARD_FRAMEWORK

_NOT = r"(?:inte|ej|icke|ännu inte|inget|ingenting|ikke)"


def _words(step: str, *phrases: str) -> dict[str, str]:
    return dict.fromkeys(phrases, step)


def _patterns(*pairs: tuple[str, str]) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern), step) for pattern, step in pairs)


def _labels(kind: Kind) -> dict[str, str]:
    """Return the steps of our own scale by their words and keys."""
    choices = STANDARD_FRAMEWORK.scale(kind).choices
    return {str(label): value for value, label in choices} | {value: value for value, _ in choices}


PROGRESS_PHRASES: Mapping[str, str] = {
    **_words(
        "not_started",
        *(
            "nej",
            "inte påbörjad",
            "ej påbörjad",
            "ej påbörjat",
            "inte påbörjat",
            "ej startad",
            "ej startat",
            "ej start",
        ),
        *("inte startad", "inte startat", "har inte startat", "inte igång", "ej igång", "ej börjat", "inte börjat"),
        *("planerad", "planerat", "planeras", "väntar", "startar senare", "kommande", "ännu inte påbörjad", "röd"),
        *("rött", "red", "not started", "ikke startet", "ikke påbegynt", "ikke igangsatt", "ikke igangsat", "planlagt"),
    ),
    **_words(
        "ongoing",
        *("pågår", "pågående", "påbörjad", "påbörjat", "startad", "startat", "löpande", "löper", "löper på", "delvis"),
        *("delvis genomförd", "delvis genomfört", "delvis klar", "delvis klart", "enligt plan", "efter plan", "igång"),
        *("är igång", "på gång", "arbete pågår", "arbetet pågår", "rullar", "rullar på", "har börjat", "under arbete"),
        *("gul", "gult", "yellow", "ongoing", "in progress", "pågår enligt plan", "mer än hälften är gjort"),
        *("i gang", "pågår delvis", "igangsatt", "igangsat", "påbegynt", "under arbeid", "under arbejde", "underveis"),
    ),
    **_words(
        "done",
        *("ja", "klar", "klart", "färdig", "färdigt", "avslutad", "avslutat", "genomförd", "genomfört", "utförd"),
        *("utfört", "uppfyllt", "uppfylld", "slutförd", "slutfört", "levererat", "levererad", "i mål", "grön", "grönt"),
        *("green", "done", "completed", "yes", "helt genomförd", "helt klar", "åtgärdad", "åtgärdat"),
        *("ferdig", "fullført", "gjennomført", "utført", "gennemført", "færdig", "afsluttet", "udført", "fullbordad"),
    ),
    **_words(
        "delayed",
        *("försenad", "försenat", "sen", "sent", "delayed", "efter tidplan", "efter tidsplan", "ligger efter"),
        *("forsinket", "forsinka", "fördröjd", "fördröjt", "orange"),
    ),
    **_words(
        "stopped",
        *("avbruten", "avbrutet", "avbröts", "inställd", "inställt", "stoppad", "stoppat", "stopped", "cancelled"),
        *("utgår", "utgått", "utgår ur planen", "nedlagd", "nedlagt", "lades ner", "lagts ned", "avslutat i förtid"),
        *(
            "avslutad i förtid",
            "struken",
            "struket",
            "utgår helt",
            "avbrutt",
            "stoppet",
            "utgår 2024",
            "udgår",
            "utgått",
        ),
    ),
    **_words(
        "not_applicable", "ej aktuell", "ej aktuellt", "inte aktuell", "inte aktuellt", "avser ej", "ikke aktuelt"
    ),
}
PROGRESS_PATTERNS = _patterns(
    (r"avbr[uö]t|utgå|nedl[aä]g|lades? ner|lagts ne[dr]|stopp|inställ|i förtid|struk[ei]|udgå", "stopped"),
    (r"försen|\bsen\b|efter (?:tid|tids)plan|ligger efter|släpar|fördröj|forsink|vilande|pausa", "delayed"),
    (rf"\b{_NOT}\b.{{0,20}}(?:start|börj|begyn|igång|i gang|gjort|inle)|planera|väntar|senare|kommande", "not_started"),
    (rf"\b{_NOT}\b|delvis|nästan|hälften|till viss del", "ongoing"),
    (
        r"klar\b|klart\b|färdig|genomför|slutför|avslut|leverera|i mål|uppfyl|utför|fullgj|f[eæ]rdig|införd|antagen",
        "done",
    ),
    (r"pågå|igång|i gang|på gång|löper|rullar|påbörj|börjat|start|arbet|under |enl\.? ?plan|enligt plan", "ongoing"),
)
PROGRESS_WORDS = StepWords(
    phrases={**PROGRESS_PHRASES, **_labels(Kind.PROGRESS)},
    patterns=PROGRESS_PATTERNS,
    letters={
        **_words("done", "g", "k"),
        **_words("ongoing", "p", "d", "h", "2"),
        **_words("not_started", "e", "n", "1", "0"),
        **_words("delayed", "f"),
        **_words("stopped", "a", "u", "4"),
        **_words("done", "x", "3"),
    },
    signs={
        **_words("done", *"✓✔√☑☒●■◆★☀🟢✅"),
        **_words("ongoing", *"→➔►▶◐◑◔◕🟡"),
        **_words("not_started", *"○◯□☐🔴⚪"),
        **_words("delayed", "!", "⚠", "🟠"),
        **_words("stopped", *"✗✘❌⛔"),
    },
    colours={
        **_words("done", "grön"),
        **_words("ongoing", "gul"),
        **_words("delayed", "orange"),
        **_words("not_started", "röd"),
    },
    none="not_started",
    some="ongoing",
    all="done",
)

ASSESSMENT_PHRASES: Mapping[str, str] = {
    **_words(
        "met",
        *(
            "ja",
            "uppnått",
            "uppnåddes",
            "uppnås",
            "nått",
            "nås",
            "målet nått",
            "målet nås",
            "helt uppfyllt",
            "uppfylld",
        ),
        *("uppfylls", "målet uppfyllt", "grön", "grönt", "green", "yes", "met", "klart", "klar", "i mål", "uppnådd"),
        *("oppnådd", "nådd", "nådd fullt ut", "opfyldt", "opnået", "innfridd", "uppnått helt", "uppnås helt"),
    ),
    **_words(
        "partly",
        *("delvis", "delvis uppnått", "delvis nått", "delvis uppfylld", "till viss del", "gul", "gult", "yellow"),
        *("partly", "partially", "uppnås delvis", "nås delvis", "på väg", "delvis nås", "delvis oppnådd", "på god väg"),
        *("delvist opfyldt", "delvis uppfyllt", "uppfylls delvis", "påväg"),
    ),
    **_words(
        "not_met",
        *("nej", "inte", "inte uppfyllt", "ej uppnått", "inte uppnått", "ej nått", "ej uppfylld", "röd", "rött", "red"),
        *("no", "not met", "uppnås inte", "uppnås ej", "nås inte", "nås ej", "uppfylls inte", "uppfylls ej"),
        *("ikke oppnådd", "ikke opfyldt", "ikke nådd", "inte nått", "inte uppfylld"),
    ),
    **_words(
        "cannot_assess",
        *("vet ej", "går ej att bedöma", "går inte att bedöma", "går inte att säga än", "kan ej bedömas", "ej bedömt"),
        *("grå", "grått", "oklart", "för tidigt att bedöma", "saknar underlag", "inte bedömt", "kan ikke vurderes"),
    ),
    **_words("not_applicable", "ej aktuellt", "inte aktuellt", "utgår", "avser ej", "ikke aktuelt"),
}
ASSESSMENT_PATTERNS = _patterns(
    (r"ej aktuell|inte aktuell|utgår", "not_applicable"),
    (
        rf"\b{_NOT}\b.{{0,12}}(?:bedöm|säga|avgöra|mät)|vet (?:inte|ej)|oklar|för tidigt|saknar? underlag",
        "cannot_assess",
    ),
    (r"delvis|delvist|på väg|nästan|viss del|på god väg", "partly"),
    (rf"\b{_NOT}\b|\bnej\b", "not_met"),
    (r"uppfyl|uppnå|oppnå|opnå|\bnå(?:s|tt|dd)?\b|i mål|klar", "met"),
)
_ASSESSMENT_SIGNS = {
    **_words("met", *"✓✔√☑●■🟢✅"),
    **_words("partly", *"◐◑◔◕→🟡"),
    **_words("not_met", *"○✗✘❌🔴"),
    "?": "cannot_assess",
}
ASSESSMENT_WORDS = StepWords(
    phrases={**ASSESSMENT_PHRASES, **_labels(Kind.ASSESSMENT)},
    patterns=ASSESSMENT_PATTERNS,
    letters={
        **_words("met", "g", "h", "u", "3", "x"),
        **_words("partly", "d", "p", "2"),
        **_words("not_met", "e", "n", "i", "1"),
        "?": "cannot_assess",
    },
    signs=_ASSESSMENT_SIGNS,
    colours={"grön": "met", "gul": "partly", "orange": "partly", "röd": "not_met", "grå": "cannot_assess"},
    none="not_met",
    some="partly",
    all="met",
)

FORECAST_PHRASES: Mapping[str, str] = {
    **_words(
        "will",
        *("ja", "nås", "kommer att uppfyllas", "kommer nås", "uppnås", "uppfylls", "grön", "grönt", "green", "will"),
    ),
    **_words(
        "partly",
        *("delvis", "nås delvis", "uppnås delvis", "kommer delvis att uppfyllas", "gul", "gult", "yellow", "osäker"),
    ),
    **_words(
        "will_not",
        *("nej", "nås inte", "uppnås inte", "kommer inte nås", "kommer ej att nås", "kommer inte att uppfyllas", "röd"),
        *("rött", "red", "will not"),
    ),
    **_words("cannot_assess", "vet ej", "kan ej bedömas", "går inte att bedöma", "grå", "grått", "oklart"),
    **_words("not_applicable", "ej aktuellt", "utgår", "avser ej"),
}
FORECAST_WORDS = StepWords(
    phrases={**FORECAST_PHRASES, **_labels(Kind.FORECAST)},
    patterns=_patterns(
        (r"ej aktuell|utgår", "not_applicable"),
        (rf"\b{_NOT}\b.{{0,12}}(?:bedöm|säga|avgöra)|vet (?:inte|ej)|oklar", "cannot_assess"),
        (r"delvis|osäker|nästan", "partly"),
        (rf"\b{_NOT}\b|\bnej\b", "will_not"),
        (r"uppfyl|uppnå|\bnå(?:s|tt)?\b", "will"),
    ),
    letters={
        **_words("will", "g", "j", "x"),
        **_words("partly", "d", "p"),
        **_words("will_not", "e", "n"),
    },
    signs={**_words("will", *"✓✔↑↗🟢"), **_words("partly", *"→🟡"), **_words("will_not", *"✗✘↓↘🔴")},
    colours={"grön": "will", "gul": "partly", "orange": "partly", "röd": "will_not", "grå": "cannot_assess"},
    none="will_not",
    some="partly",
    all="will",
)
