"""Whether an overall judgement agrees with those of the goals that it sums up. It warns, and never hinders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Protocol

from django.db.models import TextChoices

from followup.scales import SCALES, Assessment, Forecast, step

OF_YEAR = ("Den samlade bedömningen", "Den samlade prognosen")
OF_AREA = ("Områdets bedömning", "Områdets prognos")


class Judgement(Protocol):
    """What has an assessment and a forecast: a goal, an area or the whole year."""

    assessment: str
    forecast: str


def contradictions(overall: Judgement, goals: Collection[Judgement], names: tuple[str, str]) -> list[str]:
    """A sentence for each of assessment and forecast that the goals contradict; `names` are what they are called."""
    found = (
        contradiction(Assessment, names[0], overall.assessment, [goal.assessment for goal in goals]),
        contradiction(Forecast, names[1], overall.forecast, [goal.forecast for goal in goals]),
    )
    return [sentence for sentence in found if sentence]


def contradiction(scale: type[TextChoices], name: str, overall: str, of_goals: Collection[str]) -> str:
    """What speaks against `overall`, with the number of goals; empty where nothing does.

    The best step wants every judged goal at it, the worst at least one. The middle one agrees with all but goals
    that are all best or all worst. To leave it unsaid agrees unless every goal was judged.
    """
    best, middle, worst = list(SCALES[scale])[:3]
    judged = Counter(value for value in of_goals if value in (best, middle, worst))
    if not overall or not judged:
        return ""
    agrees = {
        best: set(judged) == {best},
        middle: set(judged) not in ({best}, {worst}),
        worst: worst in judged,
    }.get(overall, judged.total() < len(of_goals))
    if agrees:
        return ""
    against = [
        f"{judged[value]} mål har ”{step(scale, value).word}”"
        for value in (worst, middle, best)
        if judged[value] and value != overall
    ]
    if not judged[overall]:
        against.append(f"inget mål har ”{step(scale, overall).word}”")
    return f"{name} är ”{step(scale, overall).word}”, men {_joined(against)}."


def _joined(parts: list[str]) -> str:
    return " och ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
