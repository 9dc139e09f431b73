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

from followup.documents.minutes.extract import (
    Block,
    blocks_of,
    forecast_sentence,
    overarching_goal_sentence,
    proposed_summary,
)
from followup.report.report import Report, Tally, tally
from organisation.sentences import counted, listing
from programmes.scales import BLANK, Meaning, Step

BOARD = "Kommunstyrelsen"
ADMINISTRATION = "kommunstyrelsens förvaltning"

# Phrases by the meaning of a step.
AREA_FORECASTS: dict[str, str] = {
    Meaning.REACHED: "målen väntas nås",
    Meaning.PARTLY: "målen väntas delvis nås",
    Meaning.NOT_REACHED: "målen väntas inte nås",
    Meaning.CANNOT_ASSESS: "det går inte att bedöma om målen nås",
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
        administration=ADMINISTRATION,
        board=BOARD,
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
    return _paragraphs(
        overarching_goal_sentence(report),
        "Varje år redovisar ansvariga nämnder och bolag hur arbetet med programmets mål och åtgärder har gått."
        f" Uppföljningen för {report.year} omfattar {counted(len(report.areas), 'ansvarsområde', 'ansvarsområden')},"
        f" {counted(len(report.sub_goals), 'mål', 'mål')} och"
        f" {counted(len(report.measures), 'åtgärd', 'åtgärder')}.",
        _goals_assessed(report.assessment_tally, len(report.sub_goals)),
        _measures_done(tally(measure.progress for measure in report.measures), len(report.measures)),
        "\n".join(["Ansvarsområdena:", *_area_lines(report)]) if report.areas else "",
        report.circumstances,
        _changes(report),
    )


def _area_lines(report: Report) -> Iterable[str]:
    for area in report.areas:
        judgements = [_assessed_this_year(area.assessment), AREA_FORECASTS.get(area.forecast.meaning, "")]
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


def _goals_assessed(tallies: Iterable[Tally], total: int) -> str:
    """Return "Av 24 mål bedöms 8 som uppfyllda och 15 som delvis uppfyllda. 1 mål kan inte bedömas.".

    A tally is a step of the scale with the number of goals on it. Steps that are no assessment get a sentence each.
    """
    assessed = [f"{item.number} som {item.step.after(item.number)}" for item in tallies if item.step.rank is not None]
    other_sentences = [_goals_not_assessed(item) for item in tallies if item.step.rank is None]
    if not assessed:
        return " ".join(other_sentences)
    return " ".join([f"Av {total} mål bedöms {listing(assessed)}.", *other_sentences])


def _goals_not_assessed(item: Tally) -> str:
    """Return a sentence about goals at a step that is no assessment."""
    if item.step == BLANK:
        return f"{item.number} mål har inte bedömts."
    words = in_running_text(item.step, item.number)
    verb = "är " if item.step.means(Meaning.NOT_APPLICABLE) else ""
    return f"{item.number} mål {verb}{words}."


def _measures_done(tallies: Iterable[Tally], total: int) -> str:
    """Return "Av 68 åtgärder pågår 32, 17 är genomförda och 1 är inte aktuell i år."."""
    clauses: list[str] = []
    for item in tallies:
        verb, complement = _verb_and_complement(item)
        words = [verb, str(item.number)] if not clauses else [str(item.number), verb]
        clauses.append(" ".join([*words, complement]).strip())
    return f"Av {counted(total, 'åtgärd', 'åtgärder')} {listing(clauses)}." if clauses else ""


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
    if not report.changes:
        return f"Inga åtgärder lades till eller ändrades under {report.year}."
    codes = listing(change.code for change in report.changes)
    return f"Under {report.year} lades åtgärder till eller ändrades i programmet: {codes}. Skälen framgår av rapporten."


def _opinion(report: Report) -> str:
    return _paragraphs(
        report.assessment_comment or fill_in("förvaltningens samlade bedömning av om programmets mål kommer att nås"),
        forecast_sentence(report),
        report.looking_ahead or fill_in("vad som behöver göras under kommande år, och av vem"),
    )


def _consequences(report: Report) -> str:
    acts = acts_in_force((report.report_date or date(report.year, 12, 31)).year)
    legal = f"Ärendet berör {listing(acts)}. " if acts else ""
    return _paragraphs(
        fill_in(
            "om godkännandet medför kostnader, och hur de finansieras; till exempel att åtgärderna ryms inom"
            " nämndernas och bolagens budget"
        ),
        legal + fill_in("vilka krav lagarna ställer i ärendet, och om något i uppföljningen visar brister"),
    )


def _children(report: Report) -> str:
    marked = "\n".join(
        f"– {account.name}: {len(account.measures)} av årets {len(report.measures)} åtgärder."
        for account in report.perspective_accounts
    )
    return _paragraphs(
        report.perspectives,
        "Så många åtgärder är märkta med programmets perspektiv:\n" + marked if marked else "",
        fill_in("vilka följder förslaget får för barn, på kort och lång sikt, och hur barn har fått komma till tals"),
    )


def acts_in_force(year: int) -> list[str]:
    """Names of the acts that the setting `ACTS` gives for a year, in its order."""
    return [name for since, name in settings.ACTS if since <= year]


def _paragraphs(*texts: str) -> str:
    return "\n\n".join(text for text in texts if text)
