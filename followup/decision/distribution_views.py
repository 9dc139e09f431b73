"""Pages of a dispatch: the secretary's list with the form for sending, and the page behind the link of a mail."""

from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from followup.decision.distribution import Addressee, addressees, end_links, mark_opened, reopen_links, send_out
from followup.decision.forms import DistributionForm
from followup.decision.minutes_views import extract_as_pdf
from followup.documents.minutes.extract import build_minutes_extract
from followup.models import Decision, Distribution
from followup.permissions import can_decide, can_follow_review
from followup.queue.wait_for_pdf import NoPdfError
from followup.web.conditional import NOT_STORED
from followup.web.failed_pdfs import failing_texts_of
from followup.web.lookups import decision_or_404, user_of
from followup.workflow import RefusedError
from organisation.models import User


def distribution(request: HttpRequest, slug: str, year: int, number: int) -> HttpResponse:
    """List the recipients of the decision, with the times of sending and opening. The secretary sends from here."""
    user = user_of(request)
    decision = decision_or_404(request, slug, year, number)
    if not can_follow_review(user):
        raise PermissionDenied("Sidan är för nämndsekreterare och granskare.")
    if not decision.is_recorded:
        raise PermissionDenied("Beslutet är inte infört och kan inte skickas ut än.")
    may_send = can_decide(user, decision.follow_up)
    if request.method == "POST" and not may_send:
        raise PermissionDenied("Beslut skickas ut av nämndsekreteraren.")
    found = addressees(decision, timezone.localdate())
    form = DistributionForm([addressee.unit for addressee in found], request.POST if request.method == "POST" else None)
    if form.is_valid() and _send(request, user, decision, form):
        return redirect(request.path)
    context = {
        "decision": decision,
        "groups": _groups(found),
        "unreachable": [addressee.unit for addressee in found if not addressee.addresses and not addressee.sent],
        "counts": _counts(found),
        "form": form,
        "failing_texts": failing_texts_of(form.missing_pdf.texts, decision.follow_up) if form.missing_pdf else (),
        "has_open_links": any(not sent.link_ended_at for addressee in found for sent in addressee.sent),
        "may_send": may_send,
        "attaches": settings.DISTRIBUTION_ATTACH,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if request.method == "POST" else HTTPStatus.OK
    return render(request, "followup/decision/distribution.html", context, status=status)


def _send(request: HttpRequest, user: User, decision: Decision, form: DistributionForm) -> bool:
    """Send the decision to the chosen units. Return False with an error in the form when nothing was sent."""
    with_files = "without_files" not in request.POST
    try:
        number = send_out(decision, form.cleaned_data["units"], by=user, now=timezone.now(), with_files=with_files)
    except NoPdfError as missing:
        form.add_error("units", f"Inget skickades, för en bilaga kunde inte skapas. {missing}")
        form.missing_pdf = missing
        return False
    except RefusedError as refusal:
        form.add_error("units", str(refusal))
        return False
    if number:
        messages.success(request, f"{number} utskick ligger i utkorgen och skickas inom kort.")
    else:
        messages.info(request, "De enheterna har redan fått beslutet. Inget nytt skickades.")
    return True


def _groups(found: list[Addressee]) -> list[tuple[str, list[Addressee]]]:
    return [
        ("Nämnder och bolag", [addressee for addressee in found if addressee.is_committee_or_company]),
        ("Övriga", [addressee for addressee in found if not addressee.is_committee_or_company]),
    ]


def _counts(found: list[Addressee]) -> list[tuple[str, int]]:
    sent = [distribution for addressee in found for distribution in addressee.sent]
    return [
        ("Utskick", len(sent)),
        ("Skickade", sum(distribution.mail.sent_at is not None for distribution in sent)),
        ("Väntar i utkorgen", sum(distribution.is_waiting for distribution in sent)),
        ("Kunde inte levereras", sum(distribution.mail.failed_at is not None for distribution in sent)),
        ("Öppnade", sum(distribution.opened_at is not None for distribution in sent)),
    ]


@require_POST
def distribution_links(request: HttpRequest, slug: str, year: int, number: int) -> HttpResponse:
    """End one link or all links in the mails of a decision, or reopen one. The button pressed says which."""
    user = user_of(request)
    decision = decision_or_404(request, slug, year, number)
    if not can_decide(user, decision.follow_up):
        raise PermissionDenied("Bara nämndsekreteraren avslutar länkar till beslut.")
    if "end_all" in request.POST:
        ended = end_links(decision.distributions.all(), by=user, now=timezone.now())
        messages.success(request, "1 länk är avslutad." if ended == 1 else f"{ended} länkar är avslutade.")
    elif request.POST.get("end"):
        end_links(_mail_or_404(decision, request.POST["end"]), by=user, now=timezone.now())
        messages.success(request, "Länken är avslutad.")
    elif request.POST.get("reopen"):
        reopen_links(_mail_or_404(decision, request.POST["reopen"]), by=user)
        messages.success(request, "Länken är öppen igen.")
    return redirect("followup:distribution", slug, year, number)


def _mail_or_404(decision: Decision, chosen: str) -> QuerySet[Distribution]:
    """Return the chosen mail of the dispatch as a queryset. Http404 when there is none."""
    found = decision.distributions.filter(pk=chosen if chosen.isdecimal() else 0)
    if not found.exists():
        raise Http404("Det finns inget sådant utskick.")
    return found


@login_not_required
@require_safe
def received(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show the decision behind the link of a mail, without login, because a registrator often has no account.

    The report itself still asks for a login.
    """
    found = _distribution_or_404(token)
    if found.link_ended_at:
        return _ended(request, found)
    _opened_by_user(request, found)
    context = {
        "decision": found.decision,
        "distribution": found,
        "replaced_by": found.decision.replaced_by,
        "extract": build_minutes_extract(found.decision),
    }
    return _private(render(request, "followup/decision/distribution_received.html", context))


@login_not_required
def received_extract(request: HttpRequest, token: str) -> HttpResponseBase:
    found = _distribution_or_404(token)
    if found.link_ended_at:
        return _ended(request, found)
    if request.method == "GET":
        mark_opened(found, by=request.user if isinstance(request.user, User) else None, now=timezone.now())
    return _private(extract_as_pdf(request, found.decision, found.get_absolute_url()))


def _ended(request: HttpRequest, found: Distribution) -> HttpResponseBase:
    context = {"distribution": found, "decision": found.decision}
    page = render(request, "followup/decision/distribution_ended.html", context, status=HTTPStatus.GONE)
    return _private(page)


def _opened_by_user(request: HttpRequest, found: Distribution) -> None:
    if isinstance(request.user, User) and request.method == "GET":
        mark_opened(found, by=request.user, now=timezone.now())


def _distribution_or_404(token: str) -> Distribution:
    found = (
        Distribution.objects.filter(token=token)
        .select_related("decision__follow_up__programme__framework", "unit")
        .first()
    )
    if found is None:
        raise Http404("Länken stämmer inte. Kontrollera att hela adressen kom med från mejlet.")
    return found


def _private(response: HttpResponseBase) -> HttpResponseBase:
    """Keep the address, which works as a key, away from other sites and shared caches."""
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = NOT_STORED
    return response
