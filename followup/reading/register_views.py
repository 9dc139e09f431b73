"""Register of all follow-ups and their decisions."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from followup.models import FollowUp
from followup.reading.forms import RegisterForm
from followup.reading.register import shows_example, with_decisions
from organisation.order import in_swedish_order

PER_PAGE = 25


def register(request: HttpRequest) -> HttpResponse:
    """List the follow-ups, newest first, in pages; an invalid search shows only its errors."""
    form = RegisterForm(request.GET)
    follow_ups = FollowUp.objects.none()
    if form.is_valid():
        wanted = form.cleaned_data
        matching = FollowUp.objects.visible_to(request.user).matching(
            registration_number=wanted["dnr"], year=wanted["year"], text=wanted["q"]
        )
        follow_ups = with_decisions(matching.order_by("-year", in_swedish_order("programme__title"), "pk"))
    page = Paginator(follow_ups, PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "shows_example": shows_example(page.object_list)}
    return render(request, "followup/reading/register.html", context)
