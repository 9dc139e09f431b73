"""Whole Swedish sentences about the goals and measures of a report, in agreement with their numbers.

Each sentence is made from plain numbers and steps. The program adds figures to the reviewer's own words, never causes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from followup.report.report import Report, Tally
from followup.report.step_meanings import is_not_reached, is_partly_reached, is_reached
from organisation.sentences import listing, with_capital
from programmes.scales import Step
from programmes.terms import NEUTRAL, Term

# First words of a step's word that is a predicate in itself, such as "Kan inte bedömas" and "Pågår".
VERBS = ("kan", "pågår", "kommer", "når", "nås", "har", "saknar", "ska", "väntas", "går", "görs", "sker")


GOAL, MEASURE = NEUTRAL.goal, NEUTRAL.measure


def predicate(step: Step, number: int) -> str:
    """Return the verb phrase of a step after a number of things: "är uppfyllda", "kan inte bedömas"."""
    words = step.after(number)
    return words if _is_verb_phrase(words) else f"är {words}"


def _is_verb_phrase(words: str) -> bool:
    return words.split(maxsplit=1)[0] in VERBS if words else False


def share_sentence(noun: Term, number: int, total: int, step: Step, *, year: int | None = None) -> str:
    """Return how many of `total` things are at a step: "Fyra av fem mål är uppfyllda.", "Målet är uppfyllt.".

    With a `year` it says when: "Fyra av fem mål är uppfyllda 2020.".
    """
    when = f" {year}" if year else ""
    return f"{with_capital(_share_subject(noun, number, total))} {_share_predicate(number, total, step)}{when}."


def _share_subject(noun: Term, number: int, total: int) -> str:
    """Return the subject of a share: all, both, none, the only one, or "fyra av fem mål"."""
    if number == total == 1:
        return noun.definite
    if number == total == 2:
        return f"båda {noun.definite_plural}"
    if number == total and total:
        return f"alla {noun.counted_in_words(total)}"
    if number == 0:
        none = noun.agree("ingen", "inget")
        return f"{none} av {noun.counted_in_words(total)}" if total > 1 else noun.negated
    return f"{noun.in_words(number)} av {noun.counted_in_words(total)}"


def _share_predicate(number: int, total: int, step: Step) -> str:
    """Agree in number with the subject: "inget av 24 mål är uppfyllt", "alla 24 mål är uppfyllda"."""
    return predicate(step, 1 if number < 2 else number)


def distribution_sentence(noun: Term, tallies: Sequence[Tally], year: int) -> str:
    """Return how many are at each step: "Av 24 mål är 8 uppfyllda 2020 och 15 delvis uppfyllda. Ett mål kan inte …".

    Steps whose word is a verb phrase get a sentence each.
    """
    total = sum(item.number for item in tallies)
    if not total:
        return f"Programmet har inga {noun.plural}."
    if len(tallies) == 1:
        return share_sentence(noun, total, total, tallies[0].step, year=year)
    described = [item for item in tallies if not _is_verb_phrase(item.step.after(item.number))]
    others = [item for item in tallies if item not in described]
    sentences = [_described(noun, described, total, year)] if described else []
    for item in others:
        subject = with_capital(noun.counted_in_words(item.number))
        sentences.append(f"{subject} {item.step.after(item.number)}.")
    return " ".join(sentences)


def _described(noun: Term, tallies: Sequence[Tally], total: int, year: int) -> str:
    """Return "Av 24 mål är 8 uppfyllda 2020, 13 delvis uppfyllda och 2 ej uppfyllda."."""
    first, *rest = [f"{item.number} {item.step.after(item.number)}" for item in tallies]
    return f"Av {noun.counted(total)} är {listing([f'{first} {year}', *rest])}."


def deviation_sentence(noun: Term, number: int, total: int) -> str:
    """Return "9 av 24 mål avviker." or "Inget mål avviker."."""
    return f"{number} av {noun.counted(total)} avviker." if number else f"{with_capital(noun.negated)} avviker."


def changed_sentence(noun: Term, number: int, change: str) -> str:
    """Return "5 mål har blivit bättre." for the change "bättre"."""
    subject = noun.counted(number) if number else with_capital(noun.negated)
    return f"{subject} har blivit {change}."


def changes_in_words(noun: Term, better: int, worse: int, year: int) -> str:
    """Return "Fem mål har blivit bättre sedan 2019 och fyra sämre."."""
    if not better and not worse:
        return f"{with_capital(noun.negated)} har blivit bättre eller sämre sedan {year}."
    if not better:
        none = noun.agree("ingen", "inget")
        return f"{with_capital(noun.counted_in_words(worse))} har blivit sämre sedan {year} och {none} bättre."
    worsened = noun.in_words(worse) if worse else noun.agree("ingen", "inget")
    return f"{with_capital(noun.counted_in_words(better))} har blivit bättre sedan {year} och {worsened} sämre."


def unchanged_sentence(noun: Term, number: int, total: int, year: int) -> str:
    """Return "14 mål är oförändrade." or "Alla mål är oförändrade sedan 2019."; empty for none."""
    if not number:
        return ""
    if number == total and total > 1:
        return f"Alla {noun.plural} är oförändrade sedan {year}."
    word = noun.agree("oförändrad", "oförändrat") if number == 1 else "oförändrade"
    return f"{noun.counted(number)} är {word}."


def incomparable_sentence(noun: Term, number: int) -> str:
    """Return "1 mål kan inte jämföras."; empty for none."""
    return f"{noun.counted(number)} kan inte jämföras." if number else ""


def step_sentence(noun: Term, number: int, step: Step) -> str:
    """Return how many are at one step: "16 åtgärder är försenade.", "Ingen åtgärd är försenad."."""
    subject = noun.counted(number) if number else with_capital(noun.negated)
    return f"{subject} {predicate(step, 1 if number < 2 else number)}."


def forecast_sentence(forecasts: Sequence[Step], goal: Term = GOAL) -> str:
    """Return how many goals will be reached: "Prognosen är att 17 av 24 mål nås helt, 6 nås delvis och 1 inte nås."."""
    known = [step for step in forecasts if step.key]
    wholly, partly, not_at_all = (_count(known, means) for means in (is_reached, is_partly_reached, is_not_reached))
    judged = wholly + partly + not_at_all
    if not judged:
        return ""
    total = len(forecasts)
    sentences = [f"Prognosen är att {_forecast_clauses(wholly, partly, not_at_all, total, goal)}."]
    if total > judged:
        sentences.append(f"För {goal.counted(total - judged)} saknas en prognos.")
    return " ".join(sentences)


def _forecast_clauses(wholly: int, partly: int, not_at_all: int, total: int, goal: Term) -> str:
    """Return the clauses after "Prognosen är att"; clauses of no goals are left out."""
    none = goal.agree("ingen", "inget")
    if wholly == total:
        return f"{_all_goals(total, goal)} nås"
    if partly == total:
        return f"{_all_goals(total, goal)} nås delvis"
    if not_at_all == total:
        return f"{none} av {goal.counted(total)} nås" if total > 1 else f"{goal.definite} inte nås"
    rest = [f"{partly} nås delvis"] if partly else []
    if not_at_all:
        rest.append(f"{not_at_all} inte nås")
    if wholly:
        return listing([f"{wholly} av {goal.counted(total)} nås helt", *rest])
    return listing([f"{none} av {goal.counted(total)} nås helt", *(f"att {clause}" for clause in rest)])


def _all_goals(total: int, goal: Term) -> str:
    if total == 1:
        return goal.definite
    return f"båda {goal.definite_plural}" if total == 2 else f"alla {goal.counted(total)}"


def _count(steps: Iterable[Step], means: Callable[[Step], bool]) -> int:
    return sum(means(step) for step in steps)


def perspective_sentence(number: int, total: int, measure: Term = MEASURE) -> str:
    """Return the beginning of a list of measures: "26 av 68 åtgärder berör perspektivet:"."""
    return f"{number} av {measure.counted(total)} berör perspektivet:"


def judgement_sentence(report: Report) -> str:
    """Return the overall forecast as the administration's judgement; empty without a comparable forecast."""
    forecast, goals = report.forecast, report.terms.goal.definite_plural
    if is_reached(forecast):
        return f"Förvaltningen bedömer att {goals} kommer att nås under programperioden."
    if is_partly_reached(forecast):
        return f"Förvaltningen bedömer att {goals} delvis kommer att nås under programperioden."
    if is_not_reached(forecast):
        return f"Förvaltningen bedömer att {goals} inte kommer att nås under programperioden."
    return ""
