"""The forms of the entry page. An answer may be left for later: what is missing is said, not refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from followup.models import Answer, MeasureEntry, SubGoalEntry
from followup.permissions import can_write
from followup.scales import Progress
from organisation.models import User


class EntryForm(forms.ModelForm):
    """Carries the version that was fetched, so that a save on top of another's is noticed."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    instance: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.initial["version"] = self.instance.version
        for field in self.fields.values():
            if isinstance(field, forms.TypedChoiceField):
                field.choices = [("", "Ej ifyllt"), *list(field.choices)[1:]]  # type: ignore[arg-type]

    @property
    def place(self) -> str:
        """Where on the page the form stands, for error texts."""
        raise NotImplementedError


class SubGoalEntryForm(EntryForm):
    class Meta:
        model = SubGoalEntry
        fields = ["assessment", "forecast", "comment"]
        widgets = {
            "assessment": forms.RadioSelect,
            "forecast": forms.RadioSelect,
            "comment": forms.Textarea(attrs={"rows": 8}),
        }
        help_texts = {"comment": "Vad har hänt under året, och varför bedömer ni så?"}

    @property
    def place(self) -> str:
        return f"Mål {self.instance.sub_goal.code}"


class MeasureEntryForm(EntryForm):
    class Meta:
        model = MeasureEntry
        fields = ["progress", "done", "stop_reason"]
        widgets = {
            "done": forms.Textarea(attrs={"rows": 3}),
            "stop_reason": forms.Textarea(attrs={"rows": 2}),
        }

    @property
    def place(self) -> str:
        return f"Åtgärd {self.instance.measure.code}"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        stopped = cleaned.get("progress") == Progress.STOPPED
        if stopped and not cleaned.get("stop_reason") and "stop_reason" not in self.errors:
            self.add_error("stop_reason", "Skriv varför åtgärden avbröts.")
        return cleaned


def first_missing_field(answer: Answer) -> str:
    """The id of the first field on the entry page that `answer` still lacks."""
    if isinstance(answer, MeasureEntry):
        return f"id_measure-{answer.pk}-progress"
    field = next(name for name in ("assessment", "forecast", "comment") if not getattr(answer, name).strip())
    return "id_goal-comment" if field == "comment" else f"id_goal-{field}_0"


@dataclass(frozen=True)
class MeasureAnswer:
    """A measure on the entry page: with a form where this user may write it, else to read."""

    entry: MeasureEntry
    form: MeasureEntryForm | None
    last_year: MeasureEntry | None


class AnswerForms:
    """The forms of one entry page: the goal's own and its measures', as far as `user` may write them."""

    def __init__(
        self,
        user: User,
        entry: SubGoalEntry,
        measures: Iterable[MeasureEntry],
        last_year: Mapping[int, MeasureEntry],
        data: Any,
    ) -> None:
        self.goal = SubGoalEntryForm(data, instance=entry, prefix="goal") if can_write(user, entry) else None
        self.measures = [
            MeasureAnswer(
                measure,
                MeasureEntryForm(data, instance=measure, prefix=f"measure-{measure.pk}")
                if can_write(user, measure)
                else None,
                last_year.get(measure.measure_id),
            )
            for measure in measures
        ]

    @property
    def all(self) -> list[EntryForm]:
        goal: list[EntryForm] = [self.goal] if self.goal else []
        return goal + [answer.form for answer in self.measures if answer.form]

    def are_valid(self) -> bool:
        """Every form is checked, so that all errors are shown at once."""
        return not [form for form in self.all if not form.is_valid()]

    @property
    def errors(self) -> list[tuple[str, str]]:
        """Each error with the id of its field, for the summary at the top of the page."""
        return [
            (
                form[name].id_for_label if name in form.fields else "",
                f"{form.place}, {form[name].label.lower()}: {text}",
            )
            for form in self.all
            for name, texts in form.errors.items()
            for text in texts
        ]
