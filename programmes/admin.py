"""Admin pages of the programme: a programme with its areas, an area with its goals, a goal with its measures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from organisation.admin import (
    HistoryAdmin,
    IdAutocompleteSelect,
    IdAutocompleteSelectMultiple,
    ReasonForm,
    StackedInline,
    TabularInline,
)
from organisation.fields import ManyRowsField
from organisation.models import Unit
from programmes.forms import FigureInput
from programmes.models import (
    Guideline,
    Indicator,
    IndicatorTarget,
    IndicatorValue,
    Measure,
    Perspective,
    Programme,
    ResponsibilityArea,
    ResponsiblePerson,
    SubGoal,
    set_responsible,
)
from programmes.moving import next_free_number, obstacle_of_period, record_move_of_area, record_move_of_goal
from programmes.numbering import NumberedFormSet, YearlyFormSet
from programmes.short_names import proposed_short_name

SMALL_TEXT: Mapping[type[models.Field[Any, Any]], Mapping[str, Any]] = {
    models.TextField: {"widget": forms.Textarea(attrs={"rows": 3, "cols": 60})}
}

FIGURES: Mapping[type[models.Field[Any, Any]], Mapping[str, Any]] = {
    models.DecimalField: {"localize": True, "widget": FigureInput(attrs={"size": 10})}
}


class ResponsibilityForm(forms.ModelForm):
    """Form of a goal, measure or guideline, with its responsible units and their lead."""

    responsible_units = ManyRowsField(
        Unit.objects.all(),
        label="Ansvariga enheter",
        required=False,
        widget=IdAutocompleteSelectMultiple(SubGoal._meta.get_field("units"), admin.site),
    )
    lead = forms.ModelChoiceField(
        Unit.objects.all(),
        label="Huvudansvarig",
        required=False,
        widget=IdAutocompleteSelect(SubGoal._meta.get_field("units"), admin.site),
        help_text="När flera enheter är ansvariga: den som skriver det gemensamma svaret. De andra lämnar bidrag.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            responsibilities = list(self.instance.responsibilities.all())
            self.initial["responsible_units"] = [one.unit_id for one in responsibilities]
            self.initial["lead"] = next((one.unit_id for one in responsibilities if one.is_lead), None)

    def _save_m2m(self) -> None:
        super()._save_m2m()  # type: ignore[misc]
        set_responsible(self.instance, self.cleaned_data["responsible_units"], self.cleaned_data["lead"])


class AreaInline(TabularInline):
    model = ResponsibilityArea
    formset = NumberedFormSet
    extra = 0
    show_change_link = True
    formfield_overrides = SMALL_TEXT
    ordering = ("number",)


class GuidelineInline(TabularInline):
    model = Guideline
    form = ResponsibilityForm
    formset = NumberedFormSet
    extra = 0
    formfield_overrides = SMALL_TEXT
    ordering = ("number",)


class SubGoalInline(TabularInline):
    model = SubGoal
    form = ResponsibilityForm
    formset = NumberedFormSet
    extra = 0
    exclude = ("predecessor",)  # on the goal's own page
    show_change_link = True
    formfield_overrides = SMALL_TEXT
    ordering = ("number",)


class MeasureForm(ResponsibilityForm):
    """Form of a measure. Its reason for a change is printed in the report, unlike the reason for a save."""

    class Meta:
        labels = {"change_reason": "Skäl till ändringen (visas i rapporten)"}


class GuidelineForm(ReasonForm, ResponsibilityForm):
    pass


class MeasureAdminForm(ReasonForm, MeasureForm):
    class Meta(MeasureForm.Meta):
        pass


class ResponsiblePersonInline(StackedInline):
    """The person to ask, whom only reviewers and the unit see."""

    model = ResponsiblePerson
    fields = (("user", "name"),)
    autocomplete_fields = ("user",)
    max_num = 1
    extra = 0


class MeasureInline(StackedInline):
    model = Measure
    form = MeasureForm
    formset = NumberedFormSet
    extra = 0
    show_change_link = True
    autocomplete_fields = ("perspectives",)
    formfield_overrides = SMALL_TEXT
    ordering = ("number",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("number", "first_year", "last_year"),
                    "text",
                    ("responsible_units", "lead"),
                    "perspectives",
                    "is_example",
                )
            },
        ),
        (
            "Problem och ändringar",
            {
                "classes": ("collapse",),
                "fields": ("problem", "problem_source", "change", "change_year", "change_reason"),
            },
        ),
    )


class IndicatorInline(TabularInline):
    model = Indicator
    formfield_overrides = FIGURES
    formset = NumberedFormSet
    extra = 0
    show_change_link = True
    ordering = ("number",)


class TargetInline(TabularInline):
    model = IndicatorTarget
    formfield_overrides = FIGURES
    formset = YearlyFormSet
    extra = 0
    ordering = ("year",)


class OutcomeForm(forms.ModelForm):
    fetched_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["fetched_version"] = self.instance.version if self.instance.pk else None


class OutcomeFormSet(YearlyFormSet):
    """Rows of outcomes. Refuses to overwrite an outcome that a page or Kolada saved after the form was fetched."""

    def clean(self) -> None:
        super().clean()
        if self.instance.pk:
            # Outcomes are saved under a lock on their indicator.
            Indicator.objects.select_for_update().get(pk=self.instance.pk)
        stored = dict(self.instance.outcomes.values_list("pk", "version")) if self.instance.pk else {}
        for form in self.initial_forms:
            if form.has_changed() and form.cleaned_data.get("fetched_version") != stored.get(form.instance.pk):
                form.add_error(
                    None, "Någon annan har ändrat utfallet sedan sidan hämtades. Ladda om sidan och ändra sedan igen."
                )

    def save_existing(self, form: Any, obj: Any, commit: bool = True) -> Any:
        """Save the outcome as a new version, so that another open form detects the change."""
        obj.version += 1
        return super().save_existing(form, obj, commit)


class OutcomeInline(TabularInline):
    model = IndicatorValue
    form = OutcomeForm
    formset = OutcomeFormSet
    formfield_overrides = FIGURES
    extra = 0
    ordering = ("year",)


class AreaForm(ReasonForm):
    """An area may be moved to another programme whose period covers its measures."""

    def clean_programme(self) -> Programme:
        programme: Programme = self.cleaned_data["programme"]
        if self.instance.pk and "programme" in self.changed_data:
            measures = Measure.objects.filter(sub_goal__area=self.instance)
            indicators = Indicator.objects.filter(sub_goal__area=self.instance)
            if obstacle := obstacle_of_period(programme, measures, indicators):
                raise forms.ValidationError(obstacle)
        return programme


class GoalForm(ReasonForm, ResponsibilityForm):
    """A goal may be moved to another area, with its measures and indicators."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        proposal = "" if self.instance.short_name else proposed_short_name(self.instance.text)
        if proposal:
            self.fields["short_name"].help_text += f" Förslag: {proposal}."

    def clean_area(self) -> ResponsibilityArea:
        area: ResponsibilityArea = self.cleaned_data["area"]
        if self.instance.pk and "area" in self.changed_data:
            measures = Measure.objects.filter(sub_goal=self.instance)
            indicators = Indicator.objects.filter(sub_goal=self.instance)
            if obstacle := obstacle_of_period(area.programme, measures, indicators):
                raise forms.ValidationError(obstacle)
        return area

    def clean(self) -> dict[str, Any] | None:
        """Suggest a free number when the area has another goal of the goal's number."""
        cleaned = super().clean()
        area, number = self.cleaned_data.get("area"), self.cleaned_data.get("number")
        if not area or not number:
            return cleaned
        others = SubGoal.objects.filter(area=area).exclude(pk=self.instance.pk)
        if others.filter(number=number).exists():
            free = next_free_number(others)
            self.add_error("number", f"Ansvarsområdet har redan ett mål med det numret. Nästa lediga nummer är {free}.")
        return cleaned


@admin.register(Programme)
class ProgrammeAdmin(HistoryAdmin):
    instead_of_deleting = (
        "Ett program som har gällt tas inte bort. Sätt läget till Avslutat. "
        "Ett program som har lästs in av misstag töms först på det som står i listan."
    )
    inlines = (AreaInline, GuidelineInline)
    list_display = ("title", "slug", "first_year", "last_year", "state", "area_count", "goal_count", "measure_count")
    list_filter = ("state",)
    search_fields = ("title", "slug")
    ordering = tuple(Programme._meta.ordering or ())
    prepopulated_fields = {"slug": ("title",)}
    formfield_overrides = SMALL_TEXT

    def get_queryset(self, request: HttpRequest) -> QuerySet[Programme]:
        return (
            super()
            .get_queryset(request)
            .annotate(
                area_count=Count("areas", distinct=True),
                goal_count=Count("areas__sub_goals", distinct=True),
                measure_count=Count("areas__sub_goals__measures", distinct=True),
            )
        )

    @admin.display(description="ansvarsområden", ordering="area_count")
    def area_count(self, programme: Any) -> int:
        return int(programme.area_count)

    @admin.display(description="mål", ordering="goal_count")
    def goal_count(self, programme: Any) -> int:
        return int(programme.goal_count)

    @admin.display(description="åtgärder", ordering="measure_count")
    def measure_count(self, programme: Any) -> int:
        return int(programme.measure_count)


@admin.register(ResponsibilityArea)
class ResponsibilityAreaAdmin(HistoryAdmin):
    instead_of_deleting = (
        "Ta först bort ansvarsområdets mål, eller flytta dem till ett annat område. Ett område som har följts upp tas "
        "inte bort."
    )
    form = AreaForm
    inlines = (SubGoalInline,)
    list_display = ("number", "name", "of_programme", "goal_count", "is_example")
    list_display_links = ("name",)
    list_filter = ("programme", "is_example")
    list_select_related = ("programme",)
    search_fields = ("name", "overarching_sub_goal")
    autocomplete_fields = ("programme",)
    ordering = ("programme", "programme_id", "number")
    formfield_overrides = SMALL_TEXT

    def get_queryset(self, request: HttpRequest) -> QuerySet[ResponsibilityArea]:
        return super().get_queryset(request).select_related("programme").annotate(goal_count=Count("sub_goals"))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        earlier = Programme.objects.get(areas=obj) if change else obj.programme
        super().save_model(request, obj, form, change)
        if obj.programme != earlier:
            record_move_of_area(obj, earlier)

    @admin.display(description="program", ordering="programme")
    def of_programme(self, area: ResponsibilityArea) -> str:
        return area.programme.picker_label

    @admin.display(description="mål", ordering="goal_count")
    def goal_count(self, area: Any) -> int:
        return int(area.goal_count)


@admin.register(SubGoal)
class SubGoalAdmin(HistoryAdmin):
    instead_of_deleting = (
        "Ta först bort målets åtgärder och indikatorer. Ett mål som har följts upp tas inte bort: "
        "låt dess åtgärder sluta gälla genom att ange ett sista år för dem."
    )
    form = GoalForm
    inlines = (ResponsiblePersonInline, MeasureInline, IndicatorInline)
    list_display = ("code", "text", "area", "of_programme", "unit_names", "measure_count", "is_example")
    list_display_links = ("code", "text")
    list_filter = ("area__programme", "area", "units", "is_example")
    search_fields = ("text",)
    autocomplete_fields = ("area", "predecessor")
    ordering = ("area__programme", "area__programme_id", "area__number", "number")
    formfield_overrides = SMALL_TEXT

    def get_queryset(self, request: HttpRequest) -> QuerySet[SubGoal]:
        goals = super().get_queryset(request).select_related("area__programme").prefetch_related("units")
        return goals.annotate(measure_count=Count("measures"))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        stored = SubGoal.objects.select_related("area__programme").get(pk=obj.pk) if change else obj
        super().save_model(request, obj, form, change)
        if obj.area != stored.area:
            record_move_of_goal(obj, stored.code)

    @admin.display(description="program", ordering="area__programme")
    def of_programme(self, goal: SubGoal) -> str:
        return goal.area.programme.picker_label

    @admin.display(description="nr", ordering="number")
    def code(self, goal: SubGoal) -> str:
        return goal.code

    @admin.display(description="ansvariga enheter")
    def unit_names(self, goal: SubGoal) -> str:
        return ", ".join(unit.name for unit in goal.units.all())

    @admin.display(description="åtgärder", ordering="measure_count")
    def measure_count(self, goal: Any) -> int:
        return int(goal.measure_count)


@admin.register(Measure)
class MeasureAdmin(HistoryAdmin):
    form = MeasureAdminForm
    inlines = (ResponsiblePersonInline,)
    instead_of_deleting = (
        "En åtgärd som har följts upp tas inte bort. "
        "Ange ett sista år för den i stället, så finns den inte med i senare års uppföljningar."
    )
    list_display = ("code", "text", "of_programme", "first_year", "last_year", "unit_names", "change", "is_example")
    list_display_links = ("code", "text")
    list_filter = ("sub_goal__area__programme", "sub_goal__area", "units", "perspectives", "change", "is_example")
    list_select_related = ("sub_goal__area__programme",)
    search_fields = ("text", "problem")
    autocomplete_fields = ("sub_goal", "perspectives")
    ordering = (
        "sub_goal__area__programme",
        "sub_goal__area__programme_id",
        "sub_goal__area__number",
        "sub_goal__number",
        "number",
    )
    formfield_overrides = SMALL_TEXT

    def get_queryset(self, request: HttpRequest) -> QuerySet[Measure]:
        return super().get_queryset(request).prefetch_related("units")

    @admin.display(description="program", ordering="sub_goal__area__programme")
    def of_programme(self, measure: Measure) -> str:
        return measure.sub_goal.area.programme.picker_label

    @admin.display(description="nr", ordering="number")
    def code(self, measure: Measure) -> str:
        return measure.code

    @admin.display(description="ansvariga enheter")
    def unit_names(self, measure: Measure) -> str:
        return ", ".join(unit.name for unit in measure.units.all())


@admin.register(Indicator)
class IndicatorAdmin(HistoryAdmin):
    instead_of_deleting = (
        "Ta först bort indikatorns målvärden och utfall, om de är fel. "
        "En indikator som har använts får annars stå kvar."
    )
    inlines = (TargetInline, OutcomeInline)
    formfield_overrides = FIGURES
    list_display = ("name", "goal", "of_programme", "unit", "direction", "baseline", "target", "is_example")
    list_filter = ("sub_goal__area__programme", "sub_goal__area", "is_example")
    list_select_related = ("sub_goal__area__programme",)
    search_fields = ("name", "source", "kpi")
    autocomplete_fields = ("sub_goal",)
    readonly_fields = ("kolada",)
    ordering = (
        "sub_goal__area__programme",
        "sub_goal__area__programme_id",
        "sub_goal__area__number",
        "sub_goal__number",
        "number",
    )

    @admin.display(description="program", ordering="sub_goal__area__programme")
    def of_programme(self, indicator: Indicator) -> str:
        return indicator.sub_goal.area.programme.picker_label

    @admin.display(description="Kolada")
    def kolada(self, indicator: Indicator) -> str:
        if indicator.pk is None:
            return "Spara indikatorn först."
        address = indicator.get_absolute_url()
        return format_html('<a href="{}#kolada">Sök nyckeltal i Kolada och hämta värden</a>', address)

    @admin.display(description="mål", ordering="sub_goal__number")
    def goal(self, indicator: Indicator) -> str:
        return indicator.sub_goal.code


@admin.register(Guideline)
class GuidelineAdmin(HistoryAdmin):
    form = GuidelineForm
    instead_of_deleting = "En riktlinje som har följts upp tas inte bort."
    list_display = ("title", "number", "of_programme", "is_example")
    list_filter = ("programme", "is_example")
    list_select_related = ("programme",)
    search_fields = ("title",)
    autocomplete_fields = ("programme",)
    ordering = ("programme", "programme_id", "number")

    @admin.display(description="program", ordering="programme")
    def of_programme(self, guideline: Guideline) -> str:
        return guideline.programme.picker_label


@admin.register(Perspective)
class PerspectiveAdmin(HistoryAdmin):
    instead_of_deleting = (
        "Ta först bort perspektivet från åtgärderna i listan, eller byt namn på det om det bara heter fel."
    )
    list_display = ("name", "slug")
    search_fields = ("name",)
    prepopulated_fields = {"slug": ("name",)}
