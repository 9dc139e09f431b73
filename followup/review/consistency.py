"""Compare an overall judgement with those of the goals that it sums up. A contradiction warns and never blocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import NamedTuple, Protocol

from django.utils.text import capfirst

from organisation.sentences import listing
from programmes.models import Scales
from programmes.scales import Meaning, Scale, Step
from programmes.terms import Term, Terms


class Names(NamedTuple):
    """The words of a contradiction: the subjects of its sentences, and the term of the goals."""

    assessment: str
    forecast: str
    goal: Term


def names_of_year(terms: Terms) -> Names:
    return Names("Den samlade bedömningen", "Den samlade prognosen", terms.goal)


def names_of_area(terms: Terms) -> Names:
    owner = capfirst(terms.area.short.genitive)
    return Names(f"{owner} bedömning", f"{owner} prognos", terms.goal)


class Judgement(Protocol):
    """A goal, an area or the whole year, with its assessment and forecast."""

    assessment: str
    forecast: str


def contradictions(scales: Scales, overall: Judgement, goals: Collection[Judgement], names: Names) -> list[str]:
    """Return a sentence for each of assessment and forecast that the goals contradict."""
    assessments, forecasts = [goal.assessment for goal in goals], [goal.forecast for goal in goals]
    found = (
        contradiction(scales.assessment, names.assessment, overall.assessment, assessments, names.goal),
        contradiction(scales.forecast, names.forecast, overall.forecast, forecasts, names.goal),
    )
    return [sentence for sentence in found if sentence]


def contradiction(scale: Scale, name: str, overall: str, of_goals: Collection[str], term: Term) -> str:
    """Return a sentence with the goals that contradict `overall`, by step; empty when they agree.

    :param overall: the key of the step that was chosen for all goals together, empty for none.
    :param of_goals: the keys of the goals' steps.
    :param term: the programme's word for the goals.
    """
    steps = [scale.step(key) for key in of_goals]
    judged = Counter(step for step in steps if step.rank is not None)
    chosen = scale.step(overall)
    if not overall or not judged or _agrees(chosen, judged, len(steps)):
        return ""
    against = [
        f"{term.counted(judged[step])} har ”{step.word}”"
        for step in reversed(scale.comparable)
        if judged[step] and step != chosen
    ]
    if not judged[chosen]:
        against.append(f"{term.negated} har ”{chosen.word}”")
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
