"""Compare an overall judgement with those of the goals that it sums up. A contradiction warns and never blocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Protocol

from django.db.models import TextChoices

from followup.scales import Assessment, Forecast, Meaning, meanings, step
from organisation.sentences import listing

OF_YEAR = ("Den samlade bedömningen", "Den samlade prognosen")
OF_AREA = ("Områdets bedömning", "Områdets prognos")


class Judgement(Protocol):
    """A goal, an area or the whole year, with its assessment and forecast."""

    assessment: str
    forecast: str


def contradictions(overall: Judgement, goals: Collection[Judgement], names: tuple[str, str]) -> list[str]:
    """Return a sentence for each of assessment and forecast that the goals contradict; `names` are their words."""
    found = (
        contradiction(Assessment, names[0], overall.assessment, [goal.assessment for goal in goals]),
        contradiction(Forecast, names[1], overall.forecast, [goal.forecast for goal in goals]),
    )
    return [sentence for sentence in found if sentence]


def contradiction(scale: type[TextChoices], name: str, overall: str, of_goals: Collection[str]) -> str:
    """Return a sentence with the goals that contradict `overall`, by step; empty when they agree."""
    order = list(meanings(scale))
    judged = Counter(value for value in of_goals if value in order)
    if not overall or not judged or _agrees(scale, overall, judged, len(of_goals)):
        return ""
    against = [
        f"{judged[value]} mål har ”{step(scale, value).word}”"
        for value in reversed(order)
        if judged[value] and value != overall
    ]
    if not judged[overall]:
        against.append(f"inget mål har ”{step(scale, overall).word}”")
    return f"{name} är ”{step(scale, overall).word}”, men {listing(against)}."


def _agrees(scale: type[TextChoices], overall: str, judged: Counter[str], number_of_goals: int) -> bool:
    """Compare `overall` with the judged goals, by the meaning of its step.

    Reached: every judged goal is reached. Not reached: at least one goal is not. Partly: neither are all goals better
    nor all worse. Without a meaning (cannot be assessed): some goal was not judged.
    """
    meaning = meanings(scale)
    order = list(meaning)
    match meaning.get(overall):
        case Meaning.REACHED:
            return all(meaning[value] is Meaning.REACHED for value in judged)
        case Meaning.NOT_REACHED:
            return any(meaning[value] is Meaning.NOT_REACHED for value in judged)
        case Meaning.PARTLY:
            positions = [order.index(value) for value in judged]
            return min(positions) <= order.index(overall) <= max(positions)
    return judged.total() < number_of_goals
