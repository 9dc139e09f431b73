"""Upgrades of the JSON of reports that earlier versions of the product decided, from each schema version to the next.

The words, keys and symbols of earlier versions are literals here, since they never change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

Json = dict[str, Any]

# The step of an empty value as versions 1 to 3 wrote it.
_BLANK = {
    "key": "",
    "word": "Ej ifyllt",
    "tone": "blank",
    "path": "M8 0a8 8 0 1 0 0 16A8 8 0 0 0 8 0zm0 2.2a5.8 5.8 0 1 1 0 11.6A5.8 5.8 0 0 1 8 2.2z",
}
_FIELDS_OF_STEP = frozenset(_BLANK)

# Meaning, place in its scale and rank (0 is the best) of each step of versions 1 to 3.
_STEPS: dict[str, tuple[str, int, int | None]] = {
    "": ("", 9, None),
    "met": ("reached", 0, 0),
    "will": ("reached", 0, 0),
    "partly": ("partly", 1, 1),
    "not_met": ("not_reached", 2, 2),
    "will_not": ("not_reached", 2, 2),
    "cannot_assess": ("cannot_assess", 3, None),
    "not_applicable": ("not_applicable", 5, None),
    "not_started": ("not_started", 0, None),
    "ongoing": ("under_way", 1, None),
    "done": ("done", 2, None),
    "delayed": ("late", 3, None),
    "stopped": ("stopped", 4, None),
    "better": ("", 0, None),
    "same": ("", 1, None),
    "worse": ("", 2, None),
    "reached": ("", 0, None),
    "on_the_way": ("", 1, None),
    "not_reached": ("", 2, None),
}
# Words after a number, where they differ from the word alone.
_PLURALS = {
    "Uppfyllt": "uppfyllda",
    "Delvis uppfyllt": "delvis uppfyllda",
    "Ej uppfyllt": "ej uppfyllda",
    "Ej aktuellt i år": "ej aktuella i år",
    "Ej påbörjad": "ej påbörjade",
    "Genomförd": "genomförda",
    "Försenad": "försenade",
    "Avbruten": "avbrutna",
    "Förbättrad": "förbättrade",
    "Oförändrad": "oförändrade",
    "Försämrad": "försämrade",
    "Ej ifyllt": "ej ifyllda",
}
# The scales of versions 1 to 3, in their order in a report.
_KINDS = ("assessment", "forecast", "progress", "trend", "target_status")


def _term(article: str, singular: str, definite: str, plural: str, definite_plural: str) -> Json:
    return {
        "article": article,
        "singular": singular,
        "definite": definite,
        "plural": plural,
        "definite_plural": definite_plural,
    }


# The words of the levels, which were code in versions 1 to 3.
_TERMS = {
    "overarching_goal": _term(
        "ett", "övergripande mål", "övergripande målet", "övergripande mål", "övergripande målen"
    ),
    "area": _term("ett", "ansvarsområde", "ansvarsområdet", "ansvarsområden", "ansvarsområdena"),
    "goal": _term("ett", "mål", "målet", "mål", "målen"),
    "measure": _term("en", "åtgärd", "åtgärden", "åtgärder", "åtgärderna"),
}


def _indicators(report: Json) -> Iterator[Json]:
    for area in report["areas"]:
        for goal in area["sub_goals"]:
            yield from goal["indicators"]


def _outcomes_with_women_and_men(report: Json) -> Json:
    """Add fields that version 1 lacks: outcomes of women and men, and targets of single years."""
    for indicator in _indicators(report):
        indicator |= {"targets": [], "kpi": "", "suggestion": dict(_BLANK)}
        for outcome in indicator["outcomes"]:
            outcome |= {"women": None, "men": None, "assessment": dict(_BLANK), "kpi": "", "dated": None}
    return report | {"schema": 2}


def _indicators_elsewhere(report: Json) -> Json:
    """Add fields that version 2 lacks: outcomes of other municipalities, and withheld figures."""
    for indicator in _indicators(report):
        indicator |= {"elsewhere": [], "withheld": ""}
    return report | {"schema": 3}


def _terms_and_meanings(report: Json) -> Json:
    """Add fields that version 3 lacks: the words of the levels, and the meaning and order of each step.

    The case, the sentences of the first page and the short names of goals may be left out.
    """
    for step in _steps_in(report):
        meaning, order, rank = _STEPS[step["key"]]
        step |= {"plural": _PLURALS.get(step["word"], ""), "meaning": meaning, "order": order, "rank": rank}
    for kind, scale in zip(_KINDS, report["scales"], strict=False):
        explained = [{"step": step, "explanation": ""} for step in scale.pop("steps")]
        scale |= {"kind": kind, "explained": explained, "retired": []}
    return report | {"schema": 4, "terms": _TERMS}


def _steps_in(value: Any) -> Iterator[Json]:
    """Return every step in the JSON, however deep. A step has the fields that versions 1 to 3 gave it."""
    if isinstance(value, dict):
        if value.keys() == _FIELDS_OF_STEP:
            yield value
        for part in value.values():
            yield from _steps_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from _steps_in(part)


# A new schema version adds its upgrade here, and a report of the version before it to tests/followup/data.
UPGRADES: dict[int, Callable[[Json], Json]] = {
    1: _outcomes_with_women_and_men,
    2: _indicators_elsewhere,
    3: _terms_and_meanings,
}
