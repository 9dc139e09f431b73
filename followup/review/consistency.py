"""Compare an overall judgement with those of the goals that it sums up. A contradiction warns and never blocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Protocol

from organisation.sentences import listing
from programmes.models import Scales
from programmes.scales import Meaning, Scale, Step

OF_YEAR = ("Den samlade bedömningen", "Den samlade prognosen")
OF_AREA = ("Områdets bedömning", "Områdets prognos")


class Judgement(Protocol):
    """A goal, an area or the whole year, with its assessment and forecast."""

    assessment: str
    forecast: str


def contradictions(
    scales: Scales, overall: Judgement, goals: Collection[Judgement], names: tuple[str, str]
) -> list[str]:
    """Return a sentence for each of assessment and forecast that the goals contradict; `names` are their words."""
    found = (
        contradiction(scales.assessment, names[0], overall.assessment, [goal.assessment for goal in goals]),
        contradiction(scales.forecast, names[1], overall.forecast, [goal.forecast for goal in goals]),
    )
    return [sentence for sentence in found if sentence]


def contradiction(scale: Scale, name: str, overall: str, of_goals: Collection[str]) -> str:
    """Return a sentence with the goals that contradict `overall`, by step; empty when they agree.

    :param overall: the key of the step that was chosen for all goals together, empty for none.
    :param of_goals: the keys of the goals' steps.
    """
    steps = [scale.step(key) for key in of_goals]
    judged = Counter(step for step in steps if step.rank is not None)
    chosen = scale.step(overall)
    if not overall or not judged or _agrees(chosen, judged, len(steps)):
        return ""
    against = [
        f"{judged[step]} mål har ”{step.word}”"
        for step in reversed(scale.comparable)
        if judged[step] and step != chosen
    ]
    if not judged[chosen]:
        against.append(f"inget mål har ”{chosen.word}”")
    return f"{name} är ”{chosen.word}”, men {listing(against)}."


def _agrees(chosen: Step, judged: Counter[Step], number_of_goals: int) -> bool:
    """Compare the step chosen for all goals with the steps of the judged goals, by meaning.

    Reached: every judged goal is reached. Not reached: at least one goal is not. Partly: neither are all goals better
    nor all worse. Without such a meaning (cannot be assessed): some goal was not judged.
    """
    match chosen.meaning:
        case Meaning.REACHED:
            return all(step.means(Meaning.REACHED) for step in judged)
        case Meaning.NOT_REACHED:
            return any(step.means(Meaning.NOT_REACHED) for step in judged)
        case Meaning.PARTLY:
            ranks = [step.rank for step in judged if step.rank is not None]
            return chosen.rank is not None and min(ranks) <= chosen.rank <= max(ranks)
    return judged.total() < number_of_goals
