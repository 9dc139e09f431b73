"""Forms of the outcomes of indicators, a part of the answer page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict

from followup.models import SubGoalEntry
from followup.scales import TARGET_STATUS
from followup.workflow import StaleEntryError
from followup.writing.forms import EntryForm, Unsaved, data_for_form
from programmes.forms import FigureInput
from programmes.models import Indicator, IndicatorValue, TargetStatus
from programmes.scales import Step

FIGURES = ("value", "women", "men")


def outcome_of(indicator: Indicator, year: int) -> IndicatorValue:
    """Return the stored outcome of the year, or a new one with version 0. No query when outcomes are prefetched."""
    stored = {outcome.year: outcome for outcome in indicator.outcomes.all()}
    return stored.get(year) or IndicatorValue(indicator=indicator, year=year, version=0)


class OutcomeForm(EntryForm):
    """Form of an outcome. An outcome has no state: it can be changed while the answer to its goal can."""

    class Meta:
        model = IndicatorValue
        fields = [*FIGURES, "assessment"]
        localized_fields = FIGURES
        labels = {"women": "Kvinnor", "men": "Män"}
        help_texts = {"assessment": ""}
        widgets = dict.fromkeys(FIGURES, FigureInput)

    def __init__(self, data: Any = None, *, entry: SubGoalEntry, outcome: IndicatorValue, today: date) -> None:
        super().__init__(data, instance=outcome, prefix=f"outcome-{outcome.indicator_id}")
        self.entry = entry
        self.today = today
        choices: Any = self.fields["assessment"]
        choices.choices = [("", "Ej bekräftad"), *TargetStatus.choices]

    @property
    def belongs_to(self) -> SubGoalEntry:
        return self.entry

    @property
    def place(self) -> str:
        return self.instance.indicator.name

    def clean(self) -> None:
        """Remove the reference to Kolada when a person changes a figure."""
        if set(FIGURES) & set(self.changed_data):
            self.instance.kpi = ""
            self.instance.dated = self.today

    def fetch_stored(self) -> IndicatorValue:
        return outcome_of(Indicator.objects.get(pk=self.instance.indicator_id), self.instance.year)

    def lock_stored(self) -> IndicatorValue:
        """Lock the indicator instead of the outcome: a new outcome has no row yet."""
        Indicator.objects.select_for_update().get(pk=self.instance.indicator_id)
        self.entry.refresh_from_db(fields=["state"])
        if not self.entry.is_writable:
            raise StaleEntryError
        return self.fetch_stored()


def outcome_form(indicator: Indicator, entry: SubGoalEntry, data: Any, today: date) -> OutcomeForm:
    """Return the form of the indicator's outcome in the year of `entry`, unbound if `data` has none of its fields."""
    form_data = data_for_form(f"outcome-{indicator.pk}", data)
    return OutcomeForm(form_data, entry=entry, outcome=outcome_of(indicator, entry.follow_up.year), today=today)


@dataclass(frozen=True)
class OutcomeOfYear:
    """An indicator on the answer page, with a form if the user may write its outcome."""

    indicator: Indicator
    outcome: IndicatorValue
    form: OutcomeForm | None
    earlier: tuple[IndicatorValue, ...]

    @property
    def target(self) -> Any:
        return self.indicator.target_of(self.outcome.year)

    @property
    def assessment(self) -> Step:
        return TARGET_STATUS.step(self.outcome.assessment)

    @property
    def suggestion(self) -> Step:
        return TARGET_STATUS.step(self.outcome.suggestion)

    @property
    def is_unconfirmed(self) -> bool:
        """Whether the figures suggest an assessment that nobody has confirmed or rejected."""
        return not self.outcome.assessment and self.outcome.suggestion != TargetStatus.CANNOT_ASSESS

    @property
    def is_contradicted(self) -> bool:
        """Whether a person has chosen another assessment than the figures suggest."""
        return self.outcome.assessment not in ("", self.outcome.suggestion)


def outcomes_of_year(
    indicators: Iterable[Indicator], entry: SubGoalEntry, data: Any, *, may_write: bool, today: date
) -> list[OutcomeOfYear]:
    """Return the goal's indicators with their outcomes, and with forms if the user may write them.

    The form of an indicator that was added after the page was fetched is unbound.
    """
    year = entry.follow_up.year
    result = []
    for indicator in indicators:
        form = outcome_form(indicator, entry, data, today) if may_write else None
        outcome = form.instance if form else outcome_of(indicator, year)
        earlier = [other for other in indicator.outcomes.all() if other.year < year]
        earlier.sort(key=lambda other: other.year)
        result.append(OutcomeOfYear(indicator, outcome, form, tuple(earlier)))
    return result


def with_confirmed_assessment(data: QueryDict) -> QueryDict:
    """Return the posted `data` with the suggested assessment chosen, if it was confirmed by the button next to it."""
    prefix, _, status = data.get("confirm", "").rpartition(":")
    if status not in TargetStatus.values:
        return data
    result = data.copy()
    result[f"{prefix}-assessment"] = status
    return result


def unsaved_figures(indicators: Iterable[Indicator], entry: SubGoalEntry, data: Mapping[str, str]) -> list[Unsaved]:
    """Return the posted figures that differ from the stored ones, for a goal whose answer is locked."""
    state = entry.get_state_display().lower()
    figures = []
    for indicator in indicators:
        form = OutcomeForm(None, entry=entry, outcome=outcome_of(indicator, entry.follow_up.year), today=date.min)
        for name in FIGURES:
            text = data.get(form.add_prefix(name), "").strip()
            if text and form.fields[name].has_changed(form.initial[name], text):
                figures.append(Unsaved(f"{form.place}, {form[name].label}", state, text))
    return figures
