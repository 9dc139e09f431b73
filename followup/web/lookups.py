"""Access-checked lookups at the start of views: an object that the user may not see gives 404."""

from django.http import Http404, HttpRequest

from followup.models import Decision, FollowUp
from followup.models.decisions import DecisionQuerySet
from organisation.models import User
from programmes.models import Programme, SubGoal


def user_of(request: HttpRequest) -> User:
    """Return the logged-in user. The middleware has sent all others to the login page."""
    assert isinstance(request.user, User)
    return request.user


def programme_or_404(request: HttpRequest, slug: str) -> Programme:
    visible = Programme.objects.visible_to(request.user)
    programme = visible.filter(slug=slug).select_related("framework__deciding_body").first()
    if programme is None:
        raise Http404("Det finns inget program med den adressen.")
    return programme


def follow_up_or_404(request: HttpRequest, slug: str, year: int) -> FollowUp:
    """Return a year of a programme that the user may see; 404 with the reason why there is none."""
    follow_up = (
        FollowUp.objects.visible_to(request.user)
        .filter(programme__slug=slug, year=year)
        .select_related("programme__framework__deciding_body")
        .first()
    )
    if follow_up:
        return follow_up
    programme = programme_or_404(request, slug)
    if year not in programme.years:
        raise Http404(f"Programmet gäller {programme.period}, så det finns ingen uppföljning för {year}.")
    raise Http404(f"Uppföljningen för {year} har inte öppnats.")


def goal_or_404(programme: Programme, area: int, number: int) -> SubGoal:
    goal = (
        SubGoal.objects.filter(area__programme=programme, area__number=area, number=number)
        .select_related("area")
        .prefetch_related("responsibilities__unit")
        .first()
    )
    if goal is None:
        raise Http404(f"Programmet har {programme.terms.goal.negated} {area}.{number}.")
    goal.area.programme = programme
    return goal


def decision_or_404(
    request: HttpRequest, slug: str, year: int, number: int, among: DecisionQuerySet | None = None
) -> Decision:
    """Return the decision with this number, `among` the given ones or all that the user may see."""
    candidates = Decision.objects.all() if among is None else among
    decision = (
        candidates.visible_to(request.user)
        .filter(follow_up__programme__slug=slug, follow_up__year=year, number=number)
        .select_related("follow_up__programme__framework__deciding_body")
        .first()
    )
    if decision is None:
        follow_up_or_404(request, slug, year)
        raise Http404(f"Det finns inget infört beslut {number} om uppföljningen för {year}.")
    return decision
