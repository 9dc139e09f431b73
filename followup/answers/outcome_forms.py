"""The form of an indicator's outcome, a part of the page where a goal's year is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict

from followup.models import SubGoalEntry
from followup.scales import Step, step
from followup.workflow import StaleEntry
from followup.writing.forms import EntryForm, Unsaved, sent_for
from programmes.forms import FigureInput
from programmes.models import Indicator, IndicatorValue, TargetStatus

FIGURES = ("value", "women", "men")


def outcome_of(indicator: Indicator, year: int) -> IndicatorValue:
    """The outcome of that year, or one to be written, with version 0. Takes no query when outcomes are prefetched."""
    known = {outcome.year: outcome for outcome in indicator.outcomes.all()}
    return known.get(year) or IndicatorValue(indicator=indicator, year=year, version=0)


class OutcomeForm(EntryForm):
    """An outcome has no state of its own: it may be written as long as the answer to its goal may."""

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
        """A figure that a person writes is no longer Kolada's."""
        if set(FIGURES) & set(self.changed_data):
            self.instance.kpi = ""
            self.instance.dated = self.today

    def stored(self) -> IndicatorValue:
        return outcome_of(Indicator.objects.get(pk=self.instance.indicator_id), self.instance.year)

    def locked(self) -> IndicatorValue:
        """The indicator is locked: an outcome that nobody has written yet has no row to lock."""
        Indicator.objects.select_for_update().get(pk=self.instance.indicator_id)
        self.entry.refresh_from_db(fields=["state"])
        if not self.entry.is_writable:
            raise StaleEntry
        return self.stored()


def outcome_form(indicator: Indicator, entry: SubGoalEntry, data: Any, today: date) -> OutcomeForm:
    """Return the form of the indicator's outcome in the year of `entry`, unbound if `data` has no outcome of it."""
    sent = sent_for(f"outcome-{indicator.pk}", data)
    return OutcomeForm(sent, entry=entry, outcome=outcome_of(indicator, entry.follow_up.year), today=today)


@dataclass(frozen=True)
class OutcomeOfYear:
    """An indicator on the page where its goal's year is written: with a form where this user may write it."""

    indicator: Indicator
    outcome: IndicatorValue
    form: OutcomeForm | None
    earlier: tuple[IndicatorValue, ...]

    @property
    def target(self) -> Any:
        return self.indicator.target_of(self.outcome.year)

    @property
    def assessment(self) -> Step:
        return step(TargetStatus, self.outcome.assessment)

    @property
    def suggestion(self) -> Step:
        return step(TargetStatus, self.outcome.suggestion)

    @property
    def is_unconfirmed(self) -> bool:
        """Whether there is something that the figures say, and nobody has said yet whether it is so."""
        return not self.outcome.assessment and self.outcome.suggestion != TargetStatus.CANNOT_ASSESS

    @property
    def is_contradicted(self) -> bool:
        """Whether a person has said otherwise than the figures do."""
        return self.outcome.assessment not in ("", self.outcome.suggestion)


def outcomes_of_year(
    indicators: Iterable[Indicator], entry: SubGoalEntry, data: Any, *, may_write: bool, today: date
) -> list[OutcomeOfYear]:
    """The goal's indicators on its page. One that was added after the page was fetched is shown and left alone."""
    year = entry.follow_up.year
    found = []
    for indicator in indicators:
        earlier = sorted((o for o in indicator.outcomes.all() if o.year < year), key=lambda o: o.year)
        form = outcome_form(indicator, entry, data, today) if may_write else None
        outcome = form.instance if form else outcome_of(indicator, year)
        found.append(OutcomeOfYear(indicator, outcome, form, tuple(earlier)))
    return found


def with_confirmation(data: QueryDict) -> QueryDict:
    """What the page sent, with the judgement that was confirmed by its own button chosen in its field."""
    prefix, _, status = data.get("confirm", "").rpartition(":")
    if status not in TargetStatus.values:
        return data
    result = data.copy()
    result[f"{prefix}-assessment"] = status
    return result


def figures_sent(indicators: Iterable[Indicator], entry: SubGoalEntry, data: Mapping[str, str]) -> list[Unsaved]:
    """The figures in `data` that differ from what is stored, when the goal's answer can no longer be written."""
    texts = []
    for indicator in indicators:
        form = OutcomeForm(None, entry=entry, outcome=outcome_of(indicator, entry.follow_up.year), today=date.min)
        for name in FIGURES:
            text = data.get(form.add_prefix(name), "").strip()
            if text and form.fields[name].has_changed(form.initial[name], text):
                texts.append(Unsaved(f"{form.place}, {form[name].label}", entry.get_state_display().lower(), text))
    return texts
