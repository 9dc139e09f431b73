"""Admin pages of follow-ups and the outbox, and the extensions of the programme's pages that need follow-ups."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from followup.models import Contribution, Entry, FollowUp, MeasureEntry, OutgoingMail, SubGoalEntry
from followup.programme_changes import refusal_of_draft, refusal_of_move
from followup.workflow import bring_in_new, bring_into_open_years, open_follow_up, year_of
from organisation.admin import HistoryAdmin
from organisation.sentences import counted
from programmes import admin as programme_admin
from programmes.models import Guideline, Measure, Programme, ResponsibilityArea, SubGoal


class ReadOnlyWhenDecidedAdmin(HistoryAdmin):
    """Admin page of a year or an entry, read-only once the board has decided."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not _is_decided(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not _is_decided(obj)


def _is_decided(obj: FollowUp | Entry | None) -> bool:
    return obj is not None and year_of(obj).state == FollowUp.State.DECIDED


@admin.register(FollowUp)
class FollowUpAdmin(ReadOnlyWhenDecidedAdmin):
    instead_of_deleting = "Ett år som någon har börjat följa upp tas inte bort. Det som är skrivet står kvar."
    # The year's texts are written under /granskning/, where two people at once are noticed.
    fields = (
        "programme",
        "year",
        "state",
        ("opens_on", "due_on"),
        "registration_number",
        "is_example",
        "history_reason",
    )
    list_display = ("year", "of_programme", "state", "opens_on", "due_on", "assessed_count", "goal_count")
    list_filter = ("programme", "state", "year")
    list_select_related = ("programme",)
    search_fields = ("programme__title", "year")
    autocomplete_fields = ("programme",)
    actions = ("bring_in",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[FollowUp]:
        return (
            super()
            .get_queryset(request)
            .annotate(
                goal_count=Count("subgoalentry_set"),
                assessed_count=Count("subgoalentry_set", filter=~Q(subgoalentry_set__assessment="")),
            )
        )

    @admin.display(description="program", ordering="programme")
    def of_programme(self, follow_up: FollowUp) -> str:
        return follow_up.programme.picker_label

    @admin.display(description="mål med bedömning", ordering="assessed_count")
    def assessed_count(self, follow_up: Any) -> int:
        return int(follow_up.assessed_count)

    @admin.display(description="mål", ordering="goal_count")
    def goal_count(self, follow_up: Any) -> int:
        return int(follow_up.goal_count)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("programme", "year", "state") if obj else ()

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the states planned and open only: later changes are made by the workflow, on the review page."""
        if db_field.name == "state":
            states = FollowUp.State.PLANNED, FollowUp.State.OPEN
            kwargs["choices"] = [(state.value, state.label) for state in states]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            obj.version += 1  # so that another open form detects the change
        if change or not obj.is_open:
            super().save_model(request, obj, form, change)
        else:
            open_follow_up(obj, by=request.user)  # type: ignore[arg-type]

    @admin.action(description="Hämta nya mål och åtgärder från programmet", permissions=["change"])
    def bring_in(self, request: HttpRequest, queryset: QuerySet[FollowUp]) -> None:
        for follow_up in queryset:
            if follow_up.is_open:
                number = bring_in_new(follow_up, by=request.user)  # type: ignore[arg-type]
                self.message_user(request, f"{follow_up.year}: {counted(number, 'ny rad', 'nya rader')} att fylla i.")
            else:
                self.message_user(request, f"{follow_up.year} är inte öppen och ändrades inte.", messages.WARNING)


@admin.register(SubGoalEntry)
class SubGoalEntryAdmin(ReadOnlyWhenDecidedAdmin):
    readonly_fields = ("state",)  # changed by the workflow alone
    list_display = ("sub_goal", "of_programme", "year", "assessment", "forecast", "is_example")
    list_filter = (
        "follow_up__programme",
        "follow_up__year",
        "sub_goal__area",
        "assessment",
        "forecast",
        "sub_goal__units",
    )
    list_select_related = ("follow_up__programme__framework", "sub_goal__area")
    search_fields = ("sub_goal__text", *SubGoalEntry.text_names())
    ordering = ("-follow_up__year", "sub_goal__area__number", "sub_goal__number")

    @admin.display(description="program", ordering="follow_up__programme")
    def of_programme(self, entry: SubGoalEntry) -> str:
        return entry.follow_up.programme.picker_label

    @admin.display(description="år", ordering="follow_up__year")
    def year(self, entry: SubGoalEntry) -> int:
        return entry.follow_up.year


@admin.register(MeasureEntry)
class MeasureEntryAdmin(ReadOnlyWhenDecidedAdmin):
    readonly_fields = ("state",)  # changed by the workflow alone
    list_display = ("measure", "of_programme", "year", "progress", "is_example")
    list_filter = ("follow_up__programme", "follow_up__year", "measure__sub_goal__area", "progress", "measure__units")
    list_select_related = ("follow_up__programme__framework", "measure__sub_goal__area")
    search_fields = ("measure__text", *MeasureEntry.text_names())
    ordering = (
        "-follow_up__year",
        "measure__sub_goal__area__number",
        "measure__sub_goal__number",
        "measure__number",
    )

    @admin.display(description="program", ordering="follow_up__programme")
    def of_programme(self, entry: MeasureEntry) -> str:
        return entry.follow_up.programme.picker_label

    @admin.display(description="år", ordering="follow_up__year")
    def year(self, entry: MeasureEntry) -> int:
        return entry.follow_up.year


@admin.register(Contribution)
class ContributionAdmin(ReadOnlyWhenDecidedAdmin):
    readonly_fields = ("state",)  # changed by the workflow alone
    list_display = ("item", "unit", "of_programme", "year", "state")
    list_filter = ("follow_up__programme", "follow_up__year", "state", "unit")
    list_select_related = ("follow_up__programme", "unit", "sub_goal__area", "measure__sub_goal__area")
    search_fields = ("text", "unit__name")
    ordering = ("-follow_up__year", "unit")

    @admin.display(description="mål eller åtgärd")
    def item(self, contribution: Contribution) -> str:
        return str(contribution.item)

    @admin.display(description="program", ordering="follow_up__programme")
    def of_programme(self, contribution: Contribution) -> str:
        return contribution.follow_up.programme.picker_label

    @admin.display(description="år", ordering="follow_up__year")
    def year(self, contribution: Contribution) -> int:
        return contribution.follow_up.year


class FollowedUpAdmin(HistoryAdmin):
    """Part of a programme page that needs follow-ups: the programme's own admin knows nothing of them.

    Brings added goals, measures and the like into the open years, and refuses changes that the answers forbid.
    """

    programme_of: Callable[[Any], Programme]
    # The field that a refusal is shown at, and the function that returns the refusal.
    refused_field: str
    refusal_of_change: Callable[[Any], str]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        return _refusing_form(form, self.refused_field, type(self).refusal_of_change) if obj else form

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        programme = type(self).programme_of(form.instance)
        for year, number in bring_into_open_years(programme, by=request.user).items():  # type: ignore[arg-type]
            rows = counted(number, "ny rad", "nya rader")
            self.message_user(request, f"Uppföljningen för {year} fick {rows} att fylla i.")


def _refusing_form(form: Any, field: str, refusal_of_change: Callable[[Any], str]) -> Any:
    """Return the form class with the check of `refusal_of_change`, whose text is shown at `field`."""

    class RefusingForm(form):
        def _post_clean(self) -> None:
            super()._post_clean()
            is_changed = field in self.changed_data and field not in self.errors
            refusal = refusal_of_change(self.instance) if is_changed else ""
            if refusal:
                self.add_error(field, refusal)

    return RefusingForm


@dataclass(frozen=True)
class ExtendedPage:
    """A programme page to register again as a subclass of FollowedUpAdmin."""

    model: type[models.Model]
    page: type[HistoryAdmin]
    programme_of: Callable[[Any], Programme]
    refused_field: str
    refusal_of_change: Callable[[Any], str] = refusal_of_move

    def register(self) -> None:
        attributes = {
            "programme_of": self.programme_of,
            "refused_field": self.refused_field,
            "refusal_of_change": self.refusal_of_change,
        }
        admin.site.unregister(self.model)
        admin.site.register(self.model, type(self.page.__name__, (FollowedUpAdmin, self.page), attributes))


EXTENDED_PAGES = (
    ExtendedPage(Programme, programme_admin.ProgrammeAdmin, lambda programme: programme, "state", refusal_of_draft),
    ExtendedPage(ResponsibilityArea, programme_admin.ResponsibilityAreaAdmin, lambda area: area.programme, "programme"),
    ExtendedPage(SubGoal, programme_admin.SubGoalAdmin, lambda goal: goal.area.programme, "area"),
    ExtendedPage(Measure, programme_admin.MeasureAdmin, lambda measure: measure.sub_goal.area.programme, "sub_goal"),
    ExtendedPage(Guideline, programme_admin.GuidelineAdmin, lambda guideline: guideline.programme, "programme"),
)
for extended in EXTENDED_PAGES:
    extended.register()


class Outcome(admin.SimpleListFilter):
    title = "läge"
    parameter_name = "lage"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("waiting", "Väntar"), ("failed", "Uppgivet"), ("sent", "Skickat")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "waiting":
            return queryset.waiting()
        if self.value() == "failed":
            return queryset.failed()
        return queryset.filter(sent_at__isnull=False) if self.value() == "sent" else queryset


@admin.register(OutgoingMail)
class OutgoingMailAdmin(admin.ModelAdmin):
    """Outbox, read-only: mails that wait, were sent or were given up, and the last error."""

    list_display = ("created_at", "address", "subject", "state", "last_error")
    list_filter = (Outcome, "kind")
    search_fields = ("address", "subject", "recipient__last_name", "recipient__first_name", "last_error")
    date_hierarchy = "created_at"
    actions = ("retry",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("followup.retry_outgoingmail")

    @admin.display(description="läge", ordering="next_attempt_at")
    def state(self, mail: OutgoingMail) -> str:
        return mail.state

    @admin.action(description="Försök skicka igen", permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: Any) -> None:
        number = queryset.retry(timezone.now())
        self.message_user(request, f"{number} mejl skickas vid nästa utskick. Mejl som redan är skickade rördes inte.")
