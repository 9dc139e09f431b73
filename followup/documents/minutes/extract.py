"""The minutes extract (protokollsutdrag): the paragraph of the minutes on one matter, as one plain value.

Parts, order and headings are those that Swedish municipal boards use; every word that belongs to the matter is data.
What the secretary has entered stands as entered. `proposed_summary` writes the description of the matter from the
report, for the secretary to edit.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.conf import settings
from django.utils.formats import date_format
from django.utils.text import capfirst

from followup.models import Decision, FollowUp, ProtocolNote
from followup.report.report import Report
from organisation.sentences import in_words, listing
from programmes.scales import Meaning

BULLETS = ("– ", "- ", "• ", "* ")


@dataclass(frozen=True)
class Block:
    """A paragraph, or a list when it has `items`."""

    text: str = ""
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Note:
    """A member's note for the minutes: a kind such as ”Protokollsanteckning”, and the `person` with party.

    `verb_phrase` follows the person in the announcement: ”reserverar sig mot beslutet”.
    """

    kind: str
    kind_plural: str
    verb_phrase: str
    person: str
    text: str
    attachment: str = ""
    is_example: bool = False

    @property
    def announcement(self) -> str:
        return f"{self.person} {self.verb_phrase}, se bilaga till detta protokoll."


@dataclass(frozen=True)
class Appendix:
    """A note printed in full; a file that was handed in follows as an appendix of its own, by name."""

    number: int
    note: Note

    @property
    def heading(self) -> str:
        return f"Protokollsbilaga {self.number}: {self.note.kind}, {self.note.person}"

    @property
    def blocks(self) -> tuple[Block, ...]:
        file = self.note.attachment
        named = (Block(f"Inlämnad som fil, i en separat bilaga: {file}"),) if file else ()
        return (*blocks_of(self.note.text), *named)


@dataclass(frozen=True)
class MinutesExtract:
    municipality: str
    body: str
    meeting_date: date | None
    paragraph: str
    registration_number: str
    year: int
    title: str
    decision: str
    summary: str
    speakers: tuple[str, ...]
    deliberation: str
    propositions: str
    notes: tuple[Note, ...]
    recipients: str
    correction: str = ""
    is_draft: bool = False
    is_example: bool = False

    @property
    def sections(self) -> tuple[Section, ...]:
        """The parts of the extract in the order of the minutes. A part without content is left out."""
        parts = [
            Section(f"{genitive(self.body)} beslut", blocks_of(self.decision)),
            Section("Rättelse av tidigare beslut", blocks_of(self.correction)),
            Section("Sammanfattning", blocks_of(self.summary)),
            Section("Överläggning", self._deliberation),
            Section("Propositioner", blocks_of(self.propositions)),
            *self._announcements,
            Section("Beslutet ska skickas till", blocks_of(self.recipients)),
        ]
        return tuple(part for part in parts if part.blocks)

    @property
    def appendices(self) -> tuple[Appendix, ...]:
        return tuple(Appendix(number, note) for number, note in enumerate(self.notes, start=1))

    @property
    def shows_example(self) -> bool:
        return self.is_example or any(note.is_example for note in self.notes)

    @property
    def meeting(self) -> str:
        """ "Kommunstyrelsen 5 maj 2021 § 24", as far as it is known."""
        day = date_format(self.meeting_date, "DATE_FORMAT") if self.meeting_date else ""
        return " ".join(part for part in (self.body, day, self.paragraph) if part)

    @property
    def document_title(self) -> str:
        return f"{' '.join(['Protokollsutdrag', self.paragraph]).strip()}: {self.title}"

    @property
    def file_name(self) -> str:
        """Without suffix; such as "protokollsutdrag-2021-05-05-par-24"."""
        day = [self.meeting_date.isoformat()] if self.meeting_date else []
        paragraph = "".join(sign if sign.isalnum() else " " for sign in self.paragraph).split()
        return "-".join(["protokollsutdrag", *day, *(["par", *paragraph] if paragraph else [])])

    @property
    def _deliberation(self) -> tuple[Block, ...]:
        if not self.speakers and not self.deliberation:
            return ()
        return (
            *blocks_of(speakers_sentence(self.speakers)),
            *blocks_of(self.deliberation),
            Block("Härefter förklaras överläggningen avslutad."),
        )

    @property
    def _announcements(self) -> list[Section]:
        """One part for each kind of note, in the order that the kinds were first given."""
        kinds = dict.fromkeys(note.kind_plural for note in self.notes)
        return [
            Section(kind, tuple(Block(note.announcement) for note in self.notes if note.kind_plural == kind))
            for kind in kinds
        ]


def build_minutes_extract(decision: Decision) -> MinutesExtract:
    """Return the extract of a decision, recorded or not, in two queries (three for a correction)."""
    return MinutesExtract(
        municipality=settings.MUNICIPALITY_NAME,
        body=decision.body,
        meeting_date=decision.meeting_date,
        paragraph=f"§ {decision.paragraph}" if decision.paragraph else "",
        registration_number=decision.registration_number,
        year=decision.follow_up.year,
        title=decision.title or proposed_title(decision.follow_up),
        decision=decision.decision_text,
        summary=decision.summary,
        speakers=tuple(str(speaker) for speaker in decision.speakers.all()),
        deliberation=decision.deliberation,
        propositions=decision.propositions,
        notes=tuple(_note(note) for note in decision.notes.all()),
        recipients=decision.recipients,
        correction=correction_sentence(decision),
        is_draft=not decision.is_recorded,
        is_example=decision.is_example,
    )


def correction_sentence(decision: Decision) -> str:
    """Name the decision that a correction replaces, and the reason; empty for other decisions."""
    earlier = decision.replaces
    if earlier is None:
        return ""
    relation = "Ärendet gällde en rättelse av" if decision.is_refused else "Beslutet ersätter"
    return (
        f"{relation} {genitive(earlier.body)} beslut {earlier.day_and_paragraph}.\nSkäl: {decision.correction_reason}"
    )


def _note(note: ProtocolNote) -> Note:
    return Note(
        kind=note.get_kind_display(),
        kind_plural=note.kind_plural,
        verb_phrase=note.verb_phrase,
        person=note.person,
        text=note.text,
        attachment=note.file_name,
        is_example=note.is_example,
    )


def proposed_title(follow_up: FollowUp) -> str:
    """The heading of the matter: the programme's name without its period, and the year."""
    programme = follow_up.programme
    name = programme.title.replace(programme.period, "").strip()
    return f"Uppföljning av {name} {follow_up.year}"


def proposed_summary(report: Report) -> str:
    """Return a summary of the matter in plain text, for the secretary to edit.

    It covers the programme, its guidelines, and the texts of the year on circumstances, forecast and the time ahead.
    """
    paragraphs = [
        f"{overarching_goal_sentence(report)} {_division(report)}",
        "\n".join(f"– {area.name}" for area in report.areas) if report.shows_areas else "",
        _contribution(report),
        _guidelines(report),
        _joined(report.circumstances, report.assessment_comment or forecast_sentence(report)),
        _joined(report.looking_ahead, report.perspectives),
    ]
    return "\n\n".join(paragraph.strip() for paragraph in paragraphs if paragraph)


def _contribution(report: Report) -> str:
    """Return the sentences on the period, and on the work of the year as a contribution to the goals."""
    area, goals = report.terms.area, report.terms.goal.definite_plural
    each = area.agree("var och en", "vart och ett")
    place = f"de underliggande {goals} inom {each} av {area.definite_plural}" if report.shows_areas else goals
    return (
        f"{capfirst(goals)} gäller perioden {report.period}. Uppföljningen för {report.year} visar hur årets arbete"
        f" har bidragit till {place}."
    )


def _division(report: Report) -> str:
    """Return the sentence that introduces the list of areas; empty when there is no list."""
    if not report.areas or not report.shows_areas:
        return ""
    terms, number = report.terms, len(report.areas)
    if number == 1:
        return f"Programmet har {terms.area.indefinite}, med {terms.area_goal.indefinite}:"
    it, each = terms.overarching_goal.agree("den", "det"), terms.area.agree("var och en", "vart och ett")
    return (
        f"Under {it} ligger {terms.area_goal.indefinite} för {each} av programmets {in_words(number)}"
        f" {terms.area.plural}:"
    )


def _guidelines(report: Report) -> str:
    titles = [f"”{guideline.title}”" for guideline in report.guidelines]
    if not titles:
        return ""
    noun = "riktlinjen" if len(titles) == 1 else "riktlinjerna"
    return f"Rapporten redovisar också hur {noun} {listing(titles)} har följts upp."


# By the meaning of the overall forecast. "{goals}" is the programme's word.
FORECAST_SENTENCES: dict[str, str] = {
    Meaning.REACHED: "Den samlade prognosen är att {goals} nås under perioden.",
    Meaning.PARTLY: "Den samlade prognosen är att {goals} delvis nås under perioden.",
    Meaning.NOT_REACHED: "Den samlade prognosen är att {goals} inte nås under perioden.",
    Meaning.CANNOT_ASSESS: "Det går inte att bedöma om {goals} nås under perioden.",
    Meaning.NOT_APPLICABLE: "En samlad prognos är inte aktuell i år.",
}


def forecast_sentence(report: Report) -> str:
    """Return the overall forecast as a sentence; empty when it is not written."""
    sentence = FORECAST_SENTENCES.get(report.forecast.meaning, "")
    return sentence.format(goals=report.terms.goal.definite_plural)


def overarching_goal_sentence(report: Report) -> str:
    """Return "Det övergripande målet i ”…” är att alla ska …", or the goal after a colon when it is not a clause."""
    overarching_goal = capfirst(report.terms.overarching_goal.definite_phrase)
    start, goal = f"{overarching_goal} i ”{report.programme}”", report.overarching_goal
    if " ska " not in goal:
        return f"{start}: {goal}"
    is_name = goal.startswith(tuple(report.municipality.split()[:1]))
    return f"{start} är att {goal if is_name else goal[:1].lower() + goal[1:]}"


def _joined(*texts: str) -> str:
    return " ".join(text for text in texts if text)


def blocks_of(text: str) -> tuple[Block, ...]:
    """Running text as paragraphs and lists: an empty line parts paragraphs, lines that begin with a dash or a bullet
    are items. Other line breaks stay as they were entered."""
    return tuple(
        Block(items=tuple(line[2:].strip() for line in lines)) if is_list else Block("\n".join(lines))
        for paragraph in re.split(r"\n\s*\n", text.strip())
        for is_list, lines in groupby(map(str.strip, paragraph.splitlines()), lambda line: line.startswith(BULLETS))
    )


def speakers_sentence(speakers: Sequence[str]) -> str:
    """Return the sentence of the minutes about the speakers; empty without any."""
    return f"I ärendet yttrar sig {listing(speakers)}." if speakers else ""


def genitive(name: str) -> str:
    return name if name.endswith(("s", "x", "z")) else f"{name}s"
