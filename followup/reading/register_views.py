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
    matters = FollowUp.objects.none()
    if form.is_valid():
        wanted = {"registration_number": "dnr", "year": "year", "text": "q"}
        matters = with_decisions(
            FollowUp.objects.visible_to(request.user)
            .matching(**{name: form.cleaned_data[field] for name, field in wanted.items()})
            .order_by("-year", in_swedish_order("programme__title"), "pk")
        )
    page = Paginator(matters, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "followup/reading/register.html",
        {"form": form, "page": page, "shows_example": shows_example(page.object_list)},
    )
