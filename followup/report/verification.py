"""Check that every decided report, its decision, its file and the rows of its year are as they were when decided."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db.models import Model

from followup.models import (
    AreaEntry,
    DecidedReport,
    Decision,
    Entry,
    Event,
    FollowUp,
    GuidelineEntry,
    MeasureEntry,
    SubGoalEntry,
)
from followup.report.archive import as_plain, canonical, minutes_of, seal, sha256_hex, sha256_of
from followup.report.decided_rows import ENTRIES, REPORTED, DecidedRows, Status, code_now, reported_value
from followup.report.serialization import from_json
from followup.report.signing import can_sign, is_signature_of, trusted_keys

NOT_SIGNED = "ej signerad. Kontrollera resten av listan och kör sedan manage.py sign_reports"
UNREADABLE = (ValueError, TypeError, KeyError, AttributeError)


@dataclass(frozen=True)
class Check:
    """One link of the chain with its problems in words. `is_signed` tells whether it has a signature at all."""

    link: DecidedReport
    problems: tuple[str, ...]
    is_signed: bool


def check_chain() -> Iterator[Check]:
    """Compute every link again, in order. One report at a time is held in memory, however long the chain is."""
    links = (
        DecidedReport.objects.order_by("number")
        .select_related("signature", "decision__follow_up__programme__framework", "decision__replaces")
        .prefetch_related("decision__speakers", "decision__notes")
    )
    keys = trusted_keys()
    number, previous = 0, ""
    for link in links.iterator(chunk_size=10):
        problems = [*_gap(link, number), *_own_problems(link), *_signature_problems(link, keys)]
        if link.previous_sha256 != previous:
            problems.append("kontrollsumman för föregående länk stämmer inte med den länken")
        yield Check(link, tuple(problems), hasattr(link, "signature"))
        number, previous = link.number, link.sha256


def check_years() -> Iterator[str]:
    """Yield where the rows of a year contradict its decision: a decision without report, a state, or an entry."""
    lost = Decision.objects.recorded().filter(report=None).select_related("follow_up__programme__framework")
    for decision in lost.order_by("pk"):
        yield f"{decision}: den beslutade rapporten saknas."
    approved = Decision.objects.approving().values("follow_up")
    years = FollowUp.objects.select_related("programme__framework").order_by("pk")
    for year in years.filter(state=FollowUp.State.DECIDED).exclude(pk__in=approved):
        yield f"{year}: läget är Beslutad, men beslutet saknas."
    for year in years.filter(pk__in=approved).iterator(chunk_size=10):
        for problem in _year_problems(year):
            yield f"{year}: {problem}."


def _gap(link: DecidedReport, number: int) -> Iterator[str]:
    missing = range(number + 1, link.number)
    if missing:
        yield f"före den saknas länk {', '.join(map(str, missing))}"


def _own_problems(link: DecidedReport) -> Iterator[str]:
    if sha256_hex(link.json.encode()) != link.json_sha256:
        yield "rapportens JSON stämmer inte med sin kontrollsumma"
    yield from _content_problems(link)
    if link.pdf or link.pdf_sha256:
        yield from _pdf_problems(link)
    yield from _minutes_problems(link)
    if seal(link) != link.sha256:
        yield "länkens uppgifter stämmer inte med länkens kontrollsumma"


def _content_problems(link: DecidedReport) -> Iterator[str]:
    """Yield problems of the report's content: unreadable, of another schema, or of another year."""
    try:
        report = from_json(link.json)
        schema = json.loads(link.json)["schema"]
    except UNREADABLE as error:
        yield f"rapportens JSON kan inte läsas ({error})"
        return
    if schema != link.schema:
        yield "schemaversionen är inte rapportens"
    year = link.decision.follow_up.year
    if report.year != year:
        yield f"rapporten är om {report.year}, men beslutet är om {year}"


def _pdf_problems(link: DecidedReport) -> Iterator[str]:
    found = sha256_of(link.pdf)
    if not found:
        yield f"PDF-filen {link.pdf.name or '(utan namn)'} saknas"
    elif found != link.pdf_sha256:
        yield "PDF-filen stämmer inte med sin kontrollsumma"


def _minutes_problems(link: DecidedReport) -> Iterator[str]:
    """Yield where the rows of the decision differ from the sealed minutes."""
    try:
        sealed = dict(json.loads(link.minutes))
    except (ValueError, TypeError):
        yield "det förseglade beslutet kan inte läsas"
        return
    now = json.loads(canonical(minutes_of(link.decision)))
    # Fields that a later version of the application added were not sealed.
    changed = [name for name in sealed if sealed[name] != now.get(name)]
    if changed:
        yield f"beslutet har ändrats: {', '.join(_verbose(name) for name in changed)}"
    if sealed.get("recorded_by") != link.by_id or sealed.get("recorded_at") != as_plain(link.at):
        yield "vem som förde in beslutet, eller när, har ändrats"


def _verbose(name: str) -> str:
    other = {"programme": "program", "year": "år", "speakers": "talare", "notes": "anteckningar till protokollet"}
    return other.get(name) or str(getattr(Decision._meta.get_field(name), "verbose_name", name))


def _signature_problems(link: DecidedReport, keys: Mapping[str, Ed25519PublicKey]) -> Iterator[str]:
    """Yield a missing or false signature. Without a key there is nothing to compare with."""
    signature = getattr(link, "signature", None)
    if signature is None:
        if can_sign():
            yield NOT_SIGNED
        return
    if not keys:
        return
    if signature.key_id not in keys:
        yield f"signaturen är gjord med en okänd nyckel ({signature.key_id})"
    elif not is_signature_of(link.number, link.sha256, signature.signature, keys):
        yield "signaturen gäller inte länkens kontrollsumma"


def _year_problems(follow_up: FollowUp) -> Iterator[str]:
    """Yield the differences between the rows of a year and its decided report, unless a correction is under way."""
    if follow_up.state != FollowUp.State.DECIDED:
        # A correction opens the year again; until it is decided, the rows may differ from the report.
        if not _is_under_correction(follow_up):
            yield f"läget är {follow_up.get_state_display()}, fast det finns ett gällande beslut och ingen rättelse"
        return
    link = DecidedReport.objects.in_force(follow_up).first()
    if link is None:
        return
    try:
        report = from_json(link.json)
    except UNREADABLE:
        return  # already reported as a problem of the link
    yield from _differences(follow_up, REPORTED[FollowUp], report, "")
    yield from _entry_problems(follow_up, DecidedRows(report, link.at))


def _is_under_correction(follow_up: FollowUp) -> bool:
    actions = (Event.Action.CORRECT, Event.Action.CANCEL_CORRECTION, Event.Action.DECIDE)
    last = follow_up.events.filter(action__in=actions).last()
    return last is not None and last.action == Event.Action.CORRECT


def _entry_problems(follow_up: FollowUp, decided: DecidedRows) -> Iterator[str]:
    """Yield the entries that differ from the decided report or are not in it, and parts of it without an entry."""
    entries = [entry for kind in ENTRIES for entry in _entries(kind, follow_up)]
    statuses = decided.statuses(entries)
    for entry in entries:
        label = _label(type(entry), code_now(entry))
        if entry in statuses:
            yield from _differences(entry, REPORTED[type(entry)], statuses[entry], label)
        else:
            yield f"{label} finns inte i den beslutade rapporten"
    yield from _parts_without_entry(decided, statuses.values())


def _parts_without_entry(decided: DecidedRows, statuses: Iterable[Status]) -> Iterator[str]:
    """Yield the parts of the decided report that no entry belongs to; `statuses` are those that have one."""
    # By identity, because two parts with the same content are equal.
    with_entry = {id(status) for status in statuses}
    for kind in ENTRIES:
        for code, status in decided.by_code[kind].items():
            if id(status) not in with_entry:
                yield f"{_label(kind, code)} saknas bland årets svar"


_RELATED: Mapping[type[Entry], str] = {
    AreaEntry: "area",
    SubGoalEntry: "sub_goal__area",
    MeasureEntry: "measure__sub_goal__area",
    GuidelineEntry: "guideline",
}
_KINDS: Mapping[type[Entry], str] = {
    AreaEntry: "ansvarsområde",
    SubGoalEntry: "mål",
    MeasureEntry: "åtgärd",
    GuidelineEntry: "riktlinje",
}


def _entries(kind: type[Entry], follow_up: FollowUp) -> list[Entry]:
    return list(kind.objects.filter(follow_up=follow_up).select_related(_RELATED[kind]).order_by("pk"))  # type: ignore[attr-defined]


def _label(kind: type[Entry], code: str) -> str:
    return f"{_KINDS[kind]} {code}"


def _differences(row: Model, names: tuple[str, ...], status: Status, label: str) -> Iterator[str]:
    """Yield each field of `row` that is not as `status`, a part of the decided report, has it."""
    for name in names:
        if getattr(row, name) != reported_value(status, name):
            field = str(row._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
            yield f"{', '.join(filter(None, (label, field)))} är inte som i den beslutade rapporten"
