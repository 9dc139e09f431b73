"""Taking years of follow-up from a programme file. A year that the database has is never touched:
its answers belong to those who wrote them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
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
from programmes.source import Node, Problem, Problems, SourceError, unprintable_texts, validate

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
    source: Node, log: ImportLog, found: Sequence[Problem] = (), *, with_pdf: bool, by: User | None = None
) -> Programme:
    """The programme of a file and its years. SourceError tells all faults, with those `found` in reading it.

    Call it in a transaction, which a fault must undo.
    """
    problems = Problems(found)
    with problems.collect():
        programme = import_programme(source, log, by)
    problems.raise_if_any()
    import_follow_ups(source, programme, log, with_pdf=with_pdf)
    log.notes += map(str, unprintable_texts(source))
    return programme


def hold(source: Node) -> None:
    """Until the transaction ends nobody writes answers or outcomes in the file's programme: what was read of them is
    still so when it is written over. To be called before `import_source`; a look at what it would do does without."""
    # A file without a short name is refused by the import, in words.
    slug = source.get("programme", {}).get("slug", "").value
    # Officials lock their year first and then an indicator, and Kolada's figures the indicators in this order.
    list(FollowUp.objects.select_for_update(of=("self",)).filter(programme__slug=slug).order_by("year"))
    indicators = Indicator.objects.filter(sub_goal__area__programme__slug=slug)
    list(indicators.select_for_update(of=("self",), no_key=True).order_by("sub_goal", "number"))


def import_follow_ups(source: Node, programme: Programme, log: ImportLog, *, with_pdf: bool) -> None:
    """The years of the file that the database lacks; a decided one is frozen, `with_pdf` or as JSON alone.

    SourceError names the places of all faults in the first year that has any. PdfUnavailable.
    """
    problems = Problems()
    nodes = problems.unique(source["follow_ups"].items(), "year")
    problems.raise_if_any()
    for node in nodes:
        year = node["year"].integer
        if FollowUp.objects.filter(programme=programme, year=year).exists():
            log.kept.append(f"Uppföljningen för {year} finns redan och lämnades orörd.")
        else:
            follow_up = _open(node, programme)
            _fill(follow_up, node, log)
            if node["state"].text == FollowUp.State.DECIDED:
                _decide(follow_up, node["decision"], log, with_pdf=with_pdf)
    for year, number in bring_into_open_years(programme, by=None).items():
        log.created[f"rader att fylla i för {year}"] += number


def _open(node: Node, programme: Programme) -> FollowUp:
    state = node["state"].text
    follow_up = FollowUp(
        programme=programme,
        year=node["year"].integer,
        # Nothing is written in a decided year: it becomes one when all else is in.
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


def _fill(follow_up: FollowUp, node: Node, log: ImportLog) -> None:
    """Write the file's answers to the entries that opening the year has created."""
    log.count(log.created, FollowUp)
    areas = {str(e.area.number): e for e in AreaEntry.objects.filter(follow_up=follow_up).select_related("area")}
    goals = {
        e.sub_goal.code: e
        for e in SubGoalEntry.objects.filter(follow_up=follow_up).select_related("follow_up", "sub_goal__area")
    }
    measures = {
        e.measure.code: e
        for e in MeasureEntry.objects.filter(follow_up=follow_up).select_related("follow_up", "measure__sub_goal__area")
    }
    guidelines = {
        str(e.guideline.number): e
        for e in GuidelineEntry.objects.filter(follow_up=follow_up).select_related("guideline")
    }
    state = Answer.State.APPROVED if node["state"].text == FollowUp.State.DECIDED else Answer.State.DRAFT
    problems = Problems()
    _answer(node["areas"], "area", areas, ("assessment", "forecast", "summary"), state, log, problems)
    _answer(node["sub_goals"], "sub_goal", goals, SubGoalEntry.field_names(), state, log, problems)
    _answer(node["measures"], "measure", measures, MeasureEntry.field_names(), state, log, problems)
    _answer(node["guidelines"], "guideline", guidelines, ("assessment", "comment"), state, log, problems)
    problems.raise_if_any()


def _answer(
    nodes: Node,
    key: str,
    entries: dict[str, Any],
    fields: tuple[str, ...],
    state: Answer.State,
    log: ImportLog,
    problems: Problems,
) -> None:
    answered = []
    for node in problems.unique(nodes.items(), key):
        with problems.collect():
            entry: Entry | None = entries.get(str(node[key].value))
            if entry is None:
                raise _no_such_item(node[key])
            for name in fields:
                setattr(entry, name, node[name].text)
            entry.is_example = node["example"].flag
            if isinstance(entry, Answer):
                entry.state = state
            validate(entry, node, KEYS)
            answered.append(entry)
    if answered and not problems:
        model = type(answered[0])
        written = (*fields, "is_example", *(["state"] if issubclass(model, Answer) else []))
        bulk_save(model, [], answered, written, {}, REASON)
        log.count(log.created, model, len(answered))


def _decide(follow_up: FollowUp, node: Node, log: ImportLog, *, with_pdf: bool) -> None:
    """Record the board's decision as the file tells it."""
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
    # An invented decision is not worth the time that its PDF takes.
    record_past(decision, names, notes, reason=REASON, with_pdf=with_pdf and not decision.is_example)
    log.count(log.created, Decision)


def _note(decision: Decision, order: int, node: Node) -> ProtocolNote:
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


def _no_such_item(node: Node) -> SourceError:
    return node.error(f"”{node.value}” finns inte i programmet det året.")
