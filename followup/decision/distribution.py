"""Dispatch of a decision: the addresses of each unit, the sent mails and which of them have been opened.

A mail counts as opened when a logged-in user follows its personal link, or when the extract is fetched through the
link. Fetching the link alone proves nothing: mail servers do that to look for dangerous pages. There are no tracking
images: they would report on people without their knowledge, and mail programs block them.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone

from followup.documents.minutes.extract import build_minutes_extract, correction_sentence
from followup.mail.outbox import AttachedFile, absolute_url, queue
from followup.models import Decision, Distribution, OutgoingMail, Rendering
from followup.permissions import can_decide
from followup.queue.wait_for_pdf import finished_pdf
from followup.report.archive import redrawn
from followup.report.serialization import from_json
from followup.workflow import NotAllowedError, RefusedError
from organisation.history import save_as
from organisation.models import Membership, Unit

if TYPE_CHECKING:
    from organisation.models import User

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Addressee:
    """A unit with its present addresses and the mails already sent to it."""

    unit: Unit
    addresses: tuple[str, ...]
    sent: tuple[Distribution, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Addresses that the decision has not been sent to."""
        known = {distribution.email.lower() for distribution in self.sent}
        return tuple(address for address in self.addresses if address.lower() not in known)

    @property
    def failed(self) -> tuple[Distribution, ...]:
        """Mails that the outbox has given up."""
        return tuple(distribution for distribution in self.sent if distribution.mail.failed_at)

    @property
    def lacks_decision(self) -> bool:
        """Whether sending would add or retry a mail."""
        return bool(self.missing or self.failed)

    @property
    def is_committee_or_company(self) -> bool:
        """Whether the unit is one of "Samtliga nämnder och bolag"."""
        return self.unit.kind in Unit.COMMITTEES_AND_COMPANIES


def addressees(decision: Decision, day: date) -> list[Addressee]:
    """Return the possible recipients of a decision: the units of that day, then former units that have got it.

    The number of queries is the same for all decisions.
    """
    sent: dict[int, list[Distribution]] = defaultdict(list)
    for distribution in decision.distributions.select_related("mail", "opened_by", "link_ended_by").order_by("pk"):
        sent[distribution.unit_id].append(distribution)
    members = Membership.objects.current(day).filter(user__is_active=True).select_related("user").order_by("pk")
    units = Unit.objects.valid_on(day)
    units_with_members = units.prefetch_related(Prefetch("memberships", members))
    former_units = Unit.objects.filter(pk__in=sent).exclude(pk__in=units)
    current = [Addressee(unit, _addresses(unit), tuple(sent[unit.pk])) for unit in units_with_members]
    former = [Addressee(unit, (), tuple(sent[unit.pk])) for unit in former_units]
    return current + former


def _addresses(unit: Unit) -> tuple[str, ...]:
    """Return the registrator's address and the members' addresses, each once."""
    once: dict[str, str] = {}
    for address in (unit.email, *(membership.user.email for membership in unit.memberships.all())):
        if address:
            once.setdefault(address.lower(), address)
    return tuple(once.values())


def send_out(decision: Decision, units: Collection[Unit], *, by: User, now: datetime, with_files: bool = True) -> int:
    """Queue the decision for each address of `units` that lacks it, and retry mails that were given up.

    Return the number of mails. Sending twice sends nothing twice. Raise RefusedError when the decision is not recorded,
    or when units have no address: the message names them and nothing is sent. Raise NoPdfError when an attachment
    cannot be made: the mails can then go `with_files=False`, with the link alone.
    """
    if not can_decide(by, decision.follow_up):
        raise NotAllowedError("Bara nämndsekreteraren skickar ut beslut.")
    if not decision.is_recorded:
        raise RefusedError("Beslutet är inte infört och kan inte skickas ut.")
    # The files are made before any row is locked, because that takes seconds.
    files = _files(decision) if with_files and settings.DISTRIBUTION_ATTACH else []
    with transaction.atomic():
        Decision.objects.select_for_update().get(pk=decision.pk)
        chosen = [addressee for addressee in addressees(decision, timezone.localdate(now)) if addressee.unit in units]
        _require_addresses(chosen)
        number_queued = 0
        for addressee in chosen:
            for email in addressee.missing:
                _queue_mail(decision, addressee.unit, email, files, by)
                number_queued += 1
        failed_ids = [distribution.mail_id for addressee in chosen for distribution in addressee.failed]
        number_retried = OutgoingMail.objects.filter(pk__in=failed_ids).retry(now)
        return number_queued + number_retried


def _require_addresses(chosen: list[Addressee]) -> None:
    unreachable = [addressee.unit.name for addressee in chosen if not addressee.addresses and not addressee.sent]
    if unreachable:
        raise RefusedError(f"Inget skickades. Det finns ingen e-postadress till {', '.join(unreachable)}.")


def _queue_mail(decision: Decision, unit: Unit, email: str, files: list[AttachedFile], by: User) -> Distribution:
    """Queue one mail and store it as sent to the unit."""
    distribution = Distribution(decision=decision, unit=unit, email=email, sent_by=by)
    context = {
        "decision": decision,
        "correction": correction_sentence(decision),
        "distribution": distribution,
        "link": absolute_url(distribution.get_absolute_url()),
        "attached": [file.name for file in files],
        "municipality": settings.MUNICIPALITY_NAME,
    }
    distribution.mail = queue(
        key=f"decision-{decision.pk}-{unit.pk}-{email.lower()}",
        kind=OutgoingMail.Kind.DECISION,
        to=email,
        subject=_subject(decision),
        body=render_to_string("followup/decision/decision.txt", context),
        attachments=files,
    )
    distribution.save()
    return distribution


def _subject(decision: Decision) -> str:
    kind = "Rättelse, " if decision.replaces_id else ""
    return f"{kind}{decision.body} § {decision.paragraph}: {build_minutes_extract(decision).title}"


def _files(decision: Decision) -> list[AttachedFile]:
    """Return the files to attach: the minutes extract, and the report when its decision has a PDF."""
    extract = build_minutes_extract(decision)
    extract_name = f"{extract.file_name}.pdf"
    content = finished_pdf(decision.follow_up, extract, Rendering.Document.EXTRACT)
    stored_as = default_storage.save(f"expediering/{decision.pk}/{extract_name}", ContentFile(content))
    files = [AttachedFile(extract_name, stored_as)]
    report = getattr(decision, "report", None)
    if not report or not report.pdf:
        return files
    follow_up = decision.follow_up
    report_name = f"uppfoljning-{follow_up.programme.slug}-{follow_up.year}"
    if report.has_stored_pdf:
        return [*files, AttachedFile(f"{report_name}.pdf", report.pdf.name)]
    return [*files, _redrawn_report(decision, f"{report_name}-ritad-pa-nytt.pdf")]


def _redrawn_report(decision: Decision, name: str) -> AttachedFile:
    """Make the PDF of a decided report again, marked as such, when the stored file is missing. Raise NoPdfError."""
    logger.error("The stored PDF is missing, the report is drawn again: %s", decision.report.pdf.name)
    report = redrawn(from_json(decision.report.json))
    content = finished_pdf(decision.follow_up, report, Rendering.Document.REPORT)
    stored_as = default_storage.save(f"expediering/{decision.pk}/{name}", ContentFile(content))
    return AttachedFile(name, stored_as)


def mark_opened(distribution: Distribution, *, by: User | None, now: datetime) -> None:
    """Store when a mail was first opened, and by which user if one was logged in."""
    Distribution.objects.unopened().filter(pk=distribution.pk).update(opened_at=now, opened_by=by)


def end_links(sent: QuerySet[Distribution], *, by: User, now: datetime) -> int:
    """End the links of `sent`, so that they no longer show the decision. Return the number that were open."""
    return _set_links(sent.filter(link_ended_at__isnull=True), by, now, "Länken avslutades")


def reopen_links(sent: QuerySet[Distribution], *, by: User) -> int:
    """Let ended links show the decision again. Return the number that were ended."""
    return _set_links(sent.filter(link_ended_at__isnull=False), by, None, "Länken öppnades igen")


@transaction.atomic
def _set_links(sent: QuerySet[Distribution], by: User, ended_at: datetime | None, reason: str) -> int:
    found = list(sent.select_related("decision__follow_up").select_for_update(of=("self",)))
    for distribution in found:
        if not can_decide(by, distribution.decision.follow_up):
            raise NotAllowedError("Bara nämndsekreteraren avslutar länkar till beslut.")
        distribution.link_ended_at, distribution.link_ended_by = ended_at, by if ended_at else None
        save_as(distribution, by=by, reason=reason, update_fields=["link_ended_at", "link_ended_by"])
    return len(found)
