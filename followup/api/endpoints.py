"""Endpoints of the API: read-only, with the same access rules as the pages."""

from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from ninja import NinjaAPI, Path, Query
from ninja.errors import AuthenticationError, ValidationError
from ninja.pagination import paginate

from followup.api.auth import ReadOnlySessionAuth, TokenAuth
from followup.api.paging import Pages
from followup.api.values import (
    DecidedReportValue,
    GoalValue,
    IndicatorValueOut,
    MeasureValue,
    Problem,
    ProgrammeValue,
    YearValue,
)
from followup.documents.report import json
from followup.models import DecidedReport, Decision, FollowUp
from followup.report.archive import report_of
from followup.report.serialization import json_schema
from followup.web.conditional import etag_of_state, not_modified
from followup.web.lookups import follow_up_or_404, programme_or_404
from programmes.models import Indicator, Measure, Programme, SubGoal

Slug = Annotated[str, Path(pattern=r"^[-a-zA-Z0-9_]{1,80}$", description="Programmets kortnamn", example="program")]
Year = Annotated[int, Path(ge=1990, le=2100)]
Number = Annotated[int, Path(ge=1, le=10_000)]
AreaFilter = Annotated[int | None, Query(ge=1, le=10_000, description="Bara ett områdes")]

SCHEMA_NAME = "Rapport"


class Api(NinjaAPI):
    """API whose OpenAPI description includes the JSON Schema of the report."""

    def get_openapi_schema(self, **options: Any) -> Any:
        description = super().get_openapi_schema(**options)
        report = json_schema()
        definitions = report["$defs"] | {SCHEMA_NAME: report}
        schemas = {name: _with_api_references(definition) for name, definition in definitions.items()}
        description["components"]["schemas"] |= schemas
        return description


def _with_api_references(schema: Any) -> Any:
    """Return a part of the report's schema with its references changed from `$defs` to the OpenAPI components."""
    if isinstance(schema, dict):
        return {key: _with_api_references(value) for key, value in schema.items() if key not in ("$defs", "$schema")}
    if isinstance(schema, list):
        return [_with_api_references(item) for item in schema]
    return schema.replace("#/$defs/", "#/components/schemas/") if isinstance(schema, str) else schema


api = Api(
    title="Uppföljning av kommunens program",
    version="1",
    description="Läser program, uppföljningar och beslutade rapporter. Logga in, eller sänd en nyckel.",
    docs_url=None,
    urls_namespace="api",
    auth=[TokenAuth(), ReadOnlySessionAuth()],
)


def answered_when_changed(operation: Callable[..., Any]) -> Callable[..., Any]:
    """Answer 304 while nothing has changed. ninja has authenticated the caller by now, as the ETag needs."""

    @wraps(operation)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        request.etag = etag = etag_of_state(request)  # type: ignore[attr-defined]
        unchanged = not_modified(request, etag)
        return operation(request, *args, **kwargs) if unchanged is None else unchanged

    return wrapper


api.add_decorator(answered_when_changed)

REFUSALS = {401: Problem, 404: Problem, 422: Problem}


@api.exception_handler(AuthenticationError)
def answer_unauthenticated(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    answer = _problem(request, 401, "Logga in, eller sänd en giltig nyckel: Authorization: Bearer …")
    answer["WWW-Authenticate"] = "Bearer"
    return answer


@api.exception_handler(Http404)
def answer_not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return _problem(request, 404, str(error) or "Det finns inget på den adressen.")


@api.exception_handler(PermissionDenied)
def answer_forbidden(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    return _problem(request, 403, str(error) or "Du har inte behörighet att läsa det.")


@api.exception_handler(ValidationError)
def answer_invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    names = sorted({str(problem["loc"][-1]) for problem in error.errors})
    return _problem(request, 422, f"Frågan kan inte besvaras. Fel värde för: {', '.join(names)}.")


def _problem(request: HttpRequest, status: int, detail: str) -> HttpResponse:
    return api.create_response(request, {"detail": detail}, status=status)


@api.get("programmes", response={200: list[ProgrammeValue], **REFUSALS}, summary="Alla program")
@paginate(Pages)
def programmes(request: HttpRequest) -> QuerySet[Programme]:
    return Programme.objects.visible_to(request.user)


@api.get("programmes/{slug}", response={200: ProgrammeValue, **REFUSALS}, summary="Ett program")
def programme(request: HttpRequest, slug: Slug) -> Programme:
    return programme_or_404(request, slug)


@api.get("programmes/{slug}/years", response={200: list[YearValue], **REFUSALS}, summary="Programmets uppföljningar")
@paginate(Pages)
def years(request: HttpRequest, slug: Slug) -> QuerySet[FollowUp]:
    found = programme_or_404(request, slug)
    return FollowUp.objects.visible_to(request.user).filter(programme=found).order_by("year")


@api.get("programmes/{slug}/years/{year}", response={200: YearValue, **REFUSALS}, summary="En uppföljning")
def year(request: HttpRequest, slug: Slug, year: Year) -> FollowUp:
    return follow_up_or_404(request, slug, year)


@api.get(
    "programmes/{slug}/years/{year}/report",
    response=REFUSALS,
    summary="Årets rapport: den beslutade, eller den som den nu står",
    openapi_extra={
        "responses": {
            200: {
                "description": "Rapporten",
                "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{SCHEMA_NAME}"}}},
            }
        }
    },
)
def report(request: HttpRequest, slug: Slug, year: Year) -> HttpResponse:
    return _json(json.render(report_of(follow_up_or_404(request, slug, year))))


@api.get("programmes/{slug}/goals", response={200: list[GoalValue], **REFUSALS}, summary="Programmets mål")
@paginate(Pages)
def goals(request: HttpRequest, slug: Slug, area: AreaFilter = None) -> QuerySet[SubGoal]:
    found = SubGoal.objects.filter(area__programme=programme_or_404(request, slug))
    if area:
        found = found.filter(area__number=area)
    return found.select_related("area").prefetch_related("units").order_by("area__number", "number")


@api.get("programmes/{slug}/measures", response={200: list[MeasureValue], **REFUSALS}, summary="Programmets åtgärder")
@paginate(Pages)
def measures(request: HttpRequest, slug: Slug, area: AreaFilter = None) -> QuerySet[Measure]:
    found = Measure.objects.filter(sub_goal__area__programme=programme_or_404(request, slug))
    if area:
        found = found.filter(sub_goal__area__number=area)
    return (
        found.select_related("sub_goal__area")
        .prefetch_related("units", "perspectives")
        .order_by("sub_goal__area__number", "sub_goal__number", "number")
    )


@api.get(
    "programmes/{slug}/indicators",
    response={200: list[IndicatorValueOut], **REFUSALS},
    summary="Programmets indikatorer, med mål och utfall",
)
@paginate(Pages)
def indicators(request: HttpRequest, slug: Slug, area: AreaFilter = None) -> QuerySet[Indicator]:
    found = Indicator.objects.filter(sub_goal__area__programme=programme_or_404(request, slug))
    if area:
        found = found.filter(sub_goal__area__number=area)
    return (
        found.select_related("sub_goal__area")
        .prefetch_related("targets", "outcomes")
        .order_by("sub_goal__area__number", "sub_goal__number", "number")
    )


@api.get("reports", response={200: list[DecidedReportValue], **REFUSALS}, summary="Alla beslutade rapporter")
@paginate(Pages)
def reports(request: HttpRequest) -> QuerySet[DecidedReport]:
    return _decided(request).defer("json", "minutes").order_by("-decision__follow_up__year", "-number")


@api.get(
    "reports/{slug}/{year}/{decision}",
    response=REFUSALS,
    summary="En beslutad rapport, ordagrant som den beslutades",
    openapi_extra={
        "responses": {
            200: {
                "description": "Rapporten, i den schemaversion som gällde när den beslutades",
                "content": {"application/json": {"schema": {"type": "object", "required": ["schema", "year"]}}},
            }
        }
    },
)
def decided_report(request: HttpRequest, slug: Slug, year: Year, decision: Number) -> HttpResponse:
    found = _decided(request).filter(
        decision__follow_up__programme__slug=slug, decision__follow_up__year=year, decision__number=decision
    )
    stored = found.first()
    if stored is None:
        raise Http404(f"Det finns ingen beslutad rapport {decision} om {year}.")
    return _json(stored.json.encode())


def _decided(request: HttpRequest) -> QuerySet[DecidedReport]:
    decisions = Decision.objects.visible_to(request.user).recorded()
    return DecidedReport.objects.filter(decision__in=decisions).select_related(
        "decision__follow_up__programme__framework"
    )


def _json(content: bytes) -> HttpResponse:
    schema = reverse("followup:report_schema")
    return HttpResponse(content, content_type="application/json", headers={"Link": f'<{schema}>; rel="describedby"'})
