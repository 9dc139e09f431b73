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
from followup.scales import Assessment, Forecast, Progress, meanings
from organisation.sentences import counted, listing

BOARD = "Kommunstyrelsen"
ADMINISTRATION = "kommunstyrelsens förvaltning"

# Phrases of each step, by key, so that a report decided with other words reads the same. "" is a step not filled in.
AREA_ASSESSMENTS: dict[str, str] = {
    Assessment.MET: "uppfyllt i år",
    Assessment.PARTLY: "delvis uppfyllt i år",
    Assessment.NOT_MET: "inte uppfyllt i år",
    Assessment.CANNOT_ASSESS: "kan inte bedömas i år",
    Assessment.NOT_APPLICABLE: "inte aktuellt i år",
}
AREA_FORECASTS: dict[str, str] = {
    Forecast.WILL: "målen väntas nås",
    Forecast.PARTLY: "målen väntas delvis nås",
    Forecast.WILL_NOT: "målen väntas inte nås",
    Forecast.CANNOT_ASSESS: "det går inte att bedöma om målen nås",
    Forecast.NOT_APPLICABLE: "en prognos är inte aktuell",
}
# Singular and plural.
GOALS_ASSESSED: dict[str, tuple[str, str]] = {
    Assessment.MET: ("uppfyllt", "uppfyllda"),
    Assessment.PARTLY: ("delvis uppfyllt", "delvis uppfyllda"),
    Assessment.NOT_MET: ("ej uppfyllt", "ej uppfyllda"),
    Assessment.CANNOT_ASSESS: ("kan inte bedömas", "kan inte bedömas"),
    Assessment.NOT_APPLICABLE: ("är inte aktuellt i år", "är inte aktuella i år"),
    "": ("har inte bedömts", "har inte bedömts"),
}
# Verb, singular and plural.
MEASURES_DONE: dict[str, tuple[str, str, str]] = {
    Progress.NOT_STARTED: ("är", "ej påbörjad", "ej påbörjade"),
    Progress.ONGOING: ("pågår", "", ""),
    Progress.DONE: ("är", "genomförd", "genomförda"),
    Progress.DELAYED: ("är", "försenad", "försenade"),
    Progress.STOPPED: ("är", "avbruten", "avbrutna"),
    Progress.NOT_APPLICABLE: ("är", "inte aktuell i år", "inte aktuella i år"),
    "": ("saknar", "uppgift", "uppgift"),
}


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
        _measures_done(tally(Progress, (measure.progress for measure in report.measures)), len(report.measures)),
        "\n".join(["Ansvarsområdena:", *_area_lines(report)]) if report.areas else "",
        report.circumstances,
        _changes(report),
    )


def _area_lines(report: Report) -> Iterable[str]:
    for area in report.areas:
        judgements = [
            phrases[step.key]
            for phrases, step in ((AREA_ASSESSMENTS, area.assessment), (AREA_FORECASTS, area.forecast))
            if step.key
        ]
        yield f"– {area.name}: {', och '.join(judgements) or 'har inte bedömts'}."


def _goals_assessed(tallies: Iterable[Tally], total: int) -> str:
    """Return "Av 24 mål bedöms 8 som uppfyllda och 15 som delvis uppfyllda. 1 mål kan inte bedömas.".

    A tally is a step of the scale with the number of goals on it. Steps that are no assessment get a sentence each.
    """
    assessed: list[str] = []
    other_sentences: list[str] = []
    for item in tallies:
        singular, plural = GOALS_ASSESSED[item.step.key]
        phrase = singular if item.number == 1 else plural
        if item.step.key in meanings(Assessment):
            assessed.append(f"{item.number} som {phrase}")
        else:
            other_sentences.append(f"{item.number} mål {phrase}.")
    if not assessed:
        return " ".join(other_sentences)
    return " ".join([f"Av {total} mål bedöms {listing(assessed)}.", *other_sentences])


def _measures_done(tallies: Iterable[Tally], total: int) -> str:
    """Return "Av 68 åtgärder pågår 32, 17 är genomförda och 1 är inte aktuell i år."."""
    clauses: list[str] = []
    for item in tallies:
        verb, one, many = MEASURES_DONE[item.step.key]
        words = [verb, str(item.number)] if not clauses else [str(item.number), verb]
        clauses.append(" ".join([*words, one if item.number == 1 else many]).strip())
    return f"Av {counted(total, 'åtgärd', 'åtgärder')} {listing(clauses)}." if clauses else ""


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
