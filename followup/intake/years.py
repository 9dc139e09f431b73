"""Import of a programme file with its years of follow-up.

A year that the database has is never changed: its answers belong to their authors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from followup.decision.cases import Name
from followup.decision.recording import record_past
from followup.models import (
    Answer,
    AreaEntry,
    Decision,
    Entry,
    FollowUp,
    GuidelineEntry,
    MeasureEntry,
    ProtocolNote,
    SubGoalEntry,
)
from followup.workflow import bring_into_open_years, open_follow_up
from programmes.bulk import bulk_save
from programmes.importing import REASON, ImportLog, import_programme
from programmes.item_types import KEYS
from programmes.models import Indicator, Programme
from programmes.source import Node, Problem, Problems, unprintable_texts, validate

if TYPE_CHECKING:
    from organisation.models import User

DECISION_TEXTS = (
    "title",
    "registration_number",
    "preparing_committee",
    "proposal",
    "body",
    "paragraph",
    "decision_text",
    "summary",
    "deliberation",
    "propositions",
    "recipients",
)
DECISION_DAYS = ("statement_date", "preparing_meeting_date", "meeting_date")


def import_source(
    source: Node, log: ImportLog, known_problems: Sequence[Problem] = (), *, with_pdf: bool, by: User | None = None
) -> Programme:
    """Import the programme of a file and its years. SourceError lists all faults, the `known_problems` included.

    Call it in a transaction, so that a fault undoes everything.
    """
    problems = Problems(known_problems)
    with problems.collect():
        programme = import_programme(source, log, by)
    problems.raise_if_any()
    import_follow_ups(source, programme, log, with_pdf=with_pdf)
    log.notes += map(str, unprintable_texts(source))
    return programme


def lock_follow_ups(source: Node) -> None:
    """Lock the years and indicators of the file's programme, so that nobody saves answers or outcomes meanwhile.

    Call it before `import_source`. A preview needs no locks, since it is rolled back.
    """
    # Without a slug nothing is locked, and the import refuses the file in words.
    slug = source.get("programme", {}).get("slug", "").value
    # Saving an answer locks the year and then the indicators. The same order here avoids deadlocks.
    _lock(FollowUp.objects.select_for_update(of=("self",)).filter(programme__slug=slug).order_by("year"))
    indicators = Indicator.objects.filter(sub_goal__area__programme__slug=slug).order_by("sub_goal", "number")
    _lock(indicators.select_for_update(of=("self",), no_key=True))


def _lock(rows: QuerySet[Any]) -> None:
    """Evaluate the query, which locks its rows until the end of the transaction."""
    len(rows)


def import_follow_ups(source: Node, programme: Programme, log: ImportLog, *, with_pdf: bool) -> None:
    """Import the years that the database lacks. The report of a decided year is stored as JSON, and `with_pdf`.

    SourceError lists all faults of the first year with any. Raise PdfUnavailableError when a PDF cannot be made.
    """
    problems = Problems()
    nodes = problems.unique(source["follow_ups"].items(), "year")
    problems.raise_if_any()
    for node in nodes:
        year = node["year"].integer
        if FollowUp.objects.filter(programme=programme, year=year).exists():
            log.kept.append(f"Uppföljningen för {year} finns redan och lämnades orörd.")
        else:
            follow_up = _open_year(node, programme)
            _import_answers(follow_up, node, log)
            if node["state"].text == FollowUp.State.DECIDED:
                _record_decision(follow_up, node["decision"], log, with_pdf=with_pdf)
    for year, number in bring_into_open_years(programme, by=None).items():
        log.created[f"rader att fylla i för {year}"] += number


def _open_year(node: Node, programme: Programme) -> FollowUp:
    """Open a year of the programme with the texts in the file. Raise SourceError at the place of a wrong field."""
    state = node["state"].text
    follow_up = FollowUp(
        programme=programme,
        year=node["year"].integer,
        # A decided year cannot be written to, so it becomes decided last.
        state=FollowUp.State.UNDER_REVIEW if state == FollowUp.State.DECIDED else state,
        opens_on=node["opens_on"].day,
        due_on=node["due_on"].day,
        report_date=node["report_date"].day_or_none,
        registration_number=node["registration_number"].text,
        summary=node["summary"].text,
        circumstances=node["circumstances"].text,
        assessment=node["assessment"].text,
        forecast=node["forecast"].text,
        assessment_comment=node["assessment_comment"].text,
        perspectives=node["perspectives"].text,
        looking_ahead=node["looking_ahead"].text,
        is_example=node["example"].flag,
    )
    try:
        return open_follow_up(follow_up, by=None, reason=REASON)
    except ValidationError as error:
        field, problems = next(iter(error.message_dict.items()))
        place = node[field] if field in node.value else node
        raise place.error(problems[0]) from error


def _import_answers(follow_up: FollowUp, node: Node, log: ImportLog) -> None:
    """Save the file's answers in the entries that were created when the year was opened."""
    log.count(log.created, FollowUp)
    areas = AreaEntry.objects.filter(follow_up=follow_up).select_related("area")
    goals = SubGoalEntry.objects.filter(follow_up=follow_up).select_related(
        "follow_up__programme__framework", "sub_goal__area"
    )
    measures = MeasureEntry.objects.filter(follow_up=follow_up).select_related(
        "follow_up__programme__framework", "measure__sub_goal__area"
    )
    guidelines = GuidelineEntry.objects.filter(follow_up=follow_up).select_related("guideline")
    area_entries = {str(entry.area.number): entry for entry in areas}
    goal_entries = {entry.sub_goal.code: entry for entry in goals}
    measure_entries = {entry.measure.code: entry for entry in measures}
    guideline_entries = {str(entry.guideline.number): entry for entry in guidelines}
    state = Answer.State.APPROVED if node["state"].text == FollowUp.State.DECIDED else Answer.State.DRAFT
    answers = _AnswerImport(state, log)
    answers.save(node["areas"], "area", area_entries, ("assessment", "forecast", "summary"))
    answers.save(node["sub_goals"], "sub_goal", goal_entries, SubGoalEntry.field_names())
    answers.save(node["measures"], "measure", measure_entries, MeasureEntry.field_names())
    answers.save(node["guidelines"], "guideline", guideline_entries, ("assessment", "comment"))
    answers.problems.raise_if_any()


class _AnswerImport:
    """Import of the answers of one year. Nothing more is saved after a problem."""

    def __init__(self, state: Answer.State, log: ImportLog) -> None:
        self.state = state
        self.log = log
        self.problems = Problems()

    def save(self, nodes: Node, key: str, entries: Mapping[str, Entry], fields: tuple[str, ...]) -> None:
        """Save the answers in their entries, found by the number under `key`."""
        answered: list[Entry] = []
        for node in self.problems.unique(nodes.items(), key):
            with self.problems.collect():
                entry = entries.get(str(node[key].value))
                if entry is None:
                    raise node[key].error(f"”{node[key].value}” finns inte i programmet det året.")
                self._set_fields(entry, node, fields)
                answered.append(entry)
        if not answered or self.problems:
            return
        model = type(answered[0])
        saved_fields = [*fields, "is_example"]
        if issubclass(model, Answer):
            saved_fields.append("state")
        bulk_save(model, [], answered, saved_fields, {}, REASON)
        self.log.count(self.log.created, model, len(answered))

    def _set_fields(self, entry: Entry, node: Node, fields: tuple[str, ...]) -> None:
        for name in fields:
            setattr(entry, name, node[name].text)
        entry.is_example = node["example"].flag
        if isinstance(entry, Answer):
            entry.state = self.state
        validate(entry, node, KEYS)


def _record_decision(follow_up: FollowUp, node: Node, log: ImportLog, *, with_pdf: bool) -> None:
    """Record the board's decision that the file has of the year."""
    decision = Decision(
        follow_up=follow_up,
        outcome=Decision.Outcome.APPROVED,
        **{name: node[name].text for name in DECISION_TEXTS},
        **{name: node[name].day_or_none for name in DECISION_DAYS},
        is_example=node["example"].flag,
    )
    validate(decision, node, KEYS)
    for field, problem in decision.obstacles(timezone.localdate()).items():
        raise node[field].error(problem)
    names = [Name(speaker["name"].text, speaker["party"].text) for speaker in node["speakers"].items()]
    notes = [_note(decision, order, item) for order, item in enumerate(node["notes"].items(), start=1)]
    # Example data need no PDF, which takes long to make.
    record_past(decision, names, notes, reason=REASON, with_pdf=with_pdf and not decision.is_example)
    log.count(log.created, Decision)


def _note(decision: Decision, order: int, node: Node) -> ProtocolNote:
    """Return an unsaved note for the minutes. Raise SourceError with all its wrong fields."""
    note = ProtocolNote(
        decision=decision,
        order=order,
        kind=node["kind"].text,
        name=node["name"].text,
        party=node["party"].text,
        text=node["text"].text,
        is_example=node["example"].flag,
    )
    validate(note, node, KEYS)
    return note
