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

from followup.documents.minutes.extract import Block, blocks_of, proposed_summary
from followup.report.report import Report, Tally, tally
from followup.scales import Progress
from followup.sentences import listing

BOARD = "Kommunstyrelsen"
ADMINISTRATION = "kommunstyrelsens förvaltning"


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
    return _paragraphs(
        f"{report.programme} gäller för perioden {report.period}. Det övergripande målet: {report.overarching_goal}",
        "Varje år redovisar ansvariga nämnder och bolag hur arbetet med programmets mål och åtgärder har gått."
        f" Uppföljningen för {report.year} omfattar {_number(len(report.areas), 'ansvarsområde', 'ansvarsområden')},"
        f" {_number(len(report.sub_goals), 'mål', 'mål')} och"
        f" {_number(len(report.measures), 'åtgärd', 'åtgärder')}.",
        _counted(f"Målens bedömning {report.year}", report.assessment_tally),
        _counted(
            f"Åtgärdernas genomförande {report.year}",
            tally(Progress, (measure.progress for measure in report.measures)),
        ),
        "\n".join(["Ansvarsområdena:", *_area_lines(report)]) if report.areas else "",
        report.circumstances,
        _changes(report),
    )


def _area_lines(report: Report) -> Iterable[str]:
    for area in report.areas:
        verdicts = [
            f"{label} {step.word.lower()}"
            for label, step in (("bedömning", area.assessment), ("prognos", area.forecast))
            if step.key
        ]
        yield f"– {area.name}: {', '.join(verdicts) or 'har inte bedömts'}."


def _counted(what: str, tallies: Iterable[Tally]) -> str:
    counts = [f"{tally.step.word.lower()} {tally.number}" for tally in tallies]
    return f"{what}: {', '.join(counts)}." if counts else ""


def _changes(report: Report) -> str:
    if not report.changes:
        return f"Inga åtgärder lades till eller ändrades under {report.year}."
    codes = listing(change.code for change in report.changes)
    return f"Under {report.year} lades åtgärder till eller ändrades i programmet: {codes}. Skälen framgår av rapporten."


def _opinion(report: Report) -> str:
    return _paragraphs(
        report.assessment_comment or fill_in("förvaltningens samlade bedömning av om programmets mål kommer att nås"),
        f"Prognos för {report.period}: {report.forecast.word.lower()}." if report.forecast.key else "",
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


def _number(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _paragraphs(*texts: str) -> str:
    return "\n\n".join(text for text in texts if text)
