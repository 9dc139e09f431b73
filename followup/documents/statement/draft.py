"""The draft of the tjänsteutlåtande: the administration's paper to the board, with the report as its bilaga 1.

Sections and order are those that Swedish municipalities use. What the follow-up knows is filled in from the `Report`;
the rest is a placeholder that says what belongs there, for a person to write.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.template.defaultfilters import date as in_words
from django.utils.text import capfirst

from followup.documents.minutes.extract import (
    Block,
    blocks_of,
    forecast_sentence,
    overarching_goal_sentence,
    proposed_summary,
)
from followup.report.report import Report, Tally, tally
from organisation.sentences import listing
from programmes.scales import BLANK, Meaning, Step
from programmes.terms import Term

# Phrases by the meaning of a step. "{goals}" is the programme's word.
AREA_FORECASTS: dict[str, str] = {
    Meaning.REACHED: "{goals} väntas nås",
    Meaning.PARTLY: "{goals} väntas delvis nås",
    Meaning.NOT_REACHED: "{goals} väntas inte nås",
    Meaning.CANNOT_ASSESS: "det går inte att bedöma om {goals} nås",
    Meaning.NOT_APPLICABLE: "en prognos är inte aktuell",
}
# Meanings whose words are verbs: "Av 68 åtgärder pågår 32", but "Av 68 åtgärder är 17 genomförda".
VERBS = (Meaning.UNDER_WAY, Meaning.CONTINUOUS, Meaning.CANNOT_ASSESS)


@dataclass(frozen=True)
class Part:
    heading: str
    text: str

    @property
    def blocks(self) -> tuple[Block, ...]:
        return blocks_of(self.text)


@dataclass(frozen=True)
class Statement:
    """`proposals` are whole sentences that can move into the minutes as they stand."""

    municipality: str
    administration: str
    board: str
    title: str
    day: date | None
    year: int
    registration_number: str
    proposals: tuple[str, ...]
    summary: str
    parts: tuple[Part, ...]
    appendices: tuple[str, ...]
    is_example: bool

    @property
    def proposal_text(self) -> str:
        """The proposals as plain text, numbered, to be copied."""
        return "\n".join(f"{number}. {proposal}" for number, proposal in enumerate(self.proposals, start=1))


def fill_in(what: str) -> str:
    """A place that a person has to fill in; documents make it stand out."""
    return f"[Fyll i: {what}]"


def build_statement(report: Report) -> Statement:
    """Return a draft of the official statement by which the administration submits a report to the board."""
    return Statement(
        municipality=report.municipality,
        administration=f"{report.deciding_body.genitive} förvaltning",
        board=report.deciding_body.name,
        title=report.title,
        day=report.report_date,
        year=report.year,
        registration_number=report.registration_number,
        proposals=_proposals(report),
        summary=proposed_summary(report),
        parts=(
            Part("Beskrivning av ärendet", _description(report)),
            Part("Förvaltningens synpunkter", _opinion(report)),
            Part("Ekonomiska och juridiska konsekvenser", _consequences(report)),
            Part("Barnkonsekvenser", _children(report)),
        ),
        appendices=(report.title,),
        is_example=report.shows_example,
    )


def _proposals(report: Report) -> tuple[str, ...]:
    day = in_words(report.report_date) if report.report_date else fill_in("tjänsteutlåtandets datum")
    return (
        f"Uppföljningen för {report.year} av ”{report.programme}” godkänns enligt bilaga 1 till tjänsteutlåtandet"
        f" den {day}.",
    )


def _description(report: Report) -> str:
    """Return the description of the matter: the goal, the scope of the follow-up, its results and the changes."""
    terms = report.terms
    return _paragraphs(
        overarching_goal_sentence(report),
        f"Varje år redovisar ansvariga nämnder och bolag hur arbetet med programmets {terms.goal.plural} och"
        f" {terms.measure.plural} har gått. {_scope(report)}",
        _goals_assessed(report.assessment_tally, len(report.sub_goals), terms.goal),
        _measures_done(tally(measure.progress for measure in report.measures), len(report.measures), terms.measure),
        _areas(report),
        report.circumstances,
        _changes(report),
    )


def _scope(report: Report) -> str:
    """Return "Uppföljningen för 2021 omfattar 5 ansvarsområden, 24 mål och 68 åtgärder."."""
    terms = report.terms
    counts = [terms.goal.counted(len(report.sub_goals)), terms.measure.counted(len(report.measures))]
    if report.shows_areas:
        counts.insert(0, terms.area.counted(len(report.areas)))
    return f"Uppföljningen för {report.year} omfattar {listing(counts)}."


def _areas(report: Report) -> str:
    """Return the areas with their judgements as a list; empty for a programme that shows no areas."""
    if not report.areas or not report.shows_areas:
        return ""
    return "\n".join([f"{capfirst(report.terms.area.definite_plural)}:", *_area_lines(report)])


def _area_lines(report: Report) -> Iterable[str]:
    goals = report.terms.goal.definite_plural
    for area in report.areas:
        forecast = AREA_FORECASTS.get(area.forecast.meaning, "").format(goals=goals)
        judgements = [_assessed_this_year(area.assessment), forecast]
        yield f"– {area.name}: {', och '.join(filter(None, judgements)) or 'har inte bedömts'}."


def _assessed_this_year(step: Step) -> str:
    """Return "delvis uppfyllt i år"; empty for an assessment that is not filled in."""
    if step == BLANK:
        return ""
    words = in_running_text(step, 1)
    return words if words.endswith("i år") else f"{words} i år"


def in_running_text(step: Step, number: int) -> str:
    """Return the word of the step as running text has it: tables say "ej uppfyllt", texts "inte uppfyllt"."""
    words = step.after(number)
    return f"inte {words.removeprefix('ej ')}" if words.startswith("ej ") else words


def _goals_assessed(tallies: Iterable[Tally], total: int, term: Term) -> str:
    """Return "Av 24 mål bedöms 8 som uppfyllda och 15 som delvis uppfyllda. 1 mål kan inte bedömas.".

    A tally is a step of the scale with the number of goals on it. Steps that are no assessment get a sentence each.
    """
    assessed = [f"{item.number} som {item.step.after(item.number)}" for item in tallies if item.step.rank is not None]
    other_sentences = [_goals_not_assessed(item, term) for item in tallies if item.step.rank is None]
    if not assessed:
        return " ".join(other_sentences)
    return " ".join([f"Av {term.counted(total)} bedöms {listing(assessed)}.", *other_sentences])


def _goals_not_assessed(item: Tally, term: Term) -> str:
    """Return a sentence about goals at a step that is no assessment."""
    if item.step == BLANK:
        return f"{term.counted(item.number)} har inte bedömts."
    words = in_running_text(item.step, item.number)
    verb = "är " if item.step.means(Meaning.NOT_APPLICABLE) else ""
    return f"{term.counted(item.number)} {verb}{words}."


def _measures_done(tallies: Iterable[Tally], total: int, term: Term) -> str:
    """Return "Av 68 åtgärder pågår 32, 17 är genomförda och 1 är inte aktuell i år."."""
    clauses: list[str] = []
    for item in tallies:
        verb, complement = _verb_and_complement(item)
        words = [verb, str(item.number)] if not clauses else [str(item.number), verb]
        clauses.append(" ".join([*words, complement]).strip())
    return f"Av {term.counted(total)} {listing(clauses)}." if clauses else ""


def _verb_and_complement(item: Tally) -> tuple[str, str]:
    """Return the verb of a clause about measures at a step, and the words after their number."""
    if item.step == BLANK:
        return "saknar", "uppgift"
    words = item.step.after(item.number)
    if item.step.means(*VERBS):
        verb, _, rest = words.partition(" ")
        return verb, rest
    if item.step.means(Meaning.NOT_APPLICABLE):
        return "är", "inte aktuell i år" if item.number == 1 else "inte aktuella i år"
    return "är", words


def _changes(report: Report) -> str:
    measures = report.terms.measure.plural
    if not report.changes:
        return f"Inga {measures} lades till eller ändrades under {report.year}."
    codes = listing(change.code for change in report.changes)
    return (
        f"Under {report.year} lades {measures} till eller ändrades i programmet: {codes}. Skälen framgår av rapporten."
    )


def _opinion(report: Report) -> str:
    goals = report.terms.goal.plural
    return _paragraphs(
        report.assessment_comment
        or fill_in(f"förvaltningens samlade bedömning av om programmets {goals} kommer att nås"),
        forecast_sentence(report),
        report.looking_ahead or fill_in("vad som behöver göras under kommande år, och av vem"),
    )


def _consequences(report: Report) -> str:
    acts = acts_in_force((report.report_date or date(report.year, 12, 31)).year)
    legal = f"Ärendet berör {listing(acts)}. " if acts else ""
    return _paragraphs(
        fill_in(
            "om godkännandet medför kostnader, och hur de finansieras; till exempel att"
            f" {report.terms.measure.definite_plural} ryms inom nämndernas och bolagens budget"
        ),
        legal + fill_in("vilka krav lagarna ställer i ärendet, och om något i uppföljningen visar brister"),
    )


def _children(report: Report) -> str:
    term = report.terms.measure
    marked = "\n".join(
        f"– {account.name}: {len(account.measures)} av årets {term.counted(len(report.measures))}."
        for account in report.perspective_accounts
    )
    return _paragraphs(
        report.perspectives,
        f"Så många {term.plural} är märkta med programmets perspektiv:\n{marked}" if marked else "",
        fill_in("vilka följder förslaget får för barn, på kort och lång sikt, och hur barn har fått komma till tals"),
    )


def acts_in_force(year: int) -> list[str]:
    """Names of the acts that the setting `ACTS` gives for a year, in its order."""
    return [name for since, name in settings.ACTS if since <= year]


def _paragraphs(*texts: str) -> str:
    return "\n\n".join(text for text in texts if text)
