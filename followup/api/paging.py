"""Pagination of the API's lists."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Field, Schema
from ninja.pagination import PaginationBase


class Pages(PaginationBase):
    """Numbered pages. `next` is the address of the next page, null on the last one."""

    class Input(Schema):
        page: int = Field(1, ge=1, le=100_000)
        per_page: int = Field(100, ge=1, le=500)

    class Output(Schema):
        items: list[Any]
        count: int
        next: str | None

    def paginate_queryset(
        self, queryset: QuerySet, pagination: Any, request: HttpRequest, **params: Any
    ) -> dict[str, Any]:
        first = (pagination.page - 1) * pagination.per_page
        count = queryset.count()
        following = None
        if first + pagination.per_page < count:
            query = request.GET.copy()
            query["page"] = str(pagination.page + 1)
            following = request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
        return {"items": list(queryset[first : first + pagination.per_page]), "count": count, "next": following}
