"""The official's forms. An answer may be left for later: what is missing is said, not refused."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.template.defaultfilters import filesizeformat

from followup.answers.outcome_forms import figures_sent, outcomes_of_year
from followup.models import Answer, MeasureEntry, SubGoalEntry
from followup.permissions import can_report, can_write
from followup.web.fields import TextArea
from followup.writing.attachments import ALLOWED, KINDS, max_bytes
from followup.writing.forms import EntryForm, PageForms, Unsaved, sent_for
from organisation.models import User
from programmes.models import Indicator


class SubGoalEntryForm(EntryForm):
    class Meta:
        model = SubGoalEntry
        fields = ["assessment", "forecast", "comment"]
        widgets = {
            "assessment": forms.RadioSelect,
            "forecast": forms.RadioSelect,
            "comment": TextArea(attrs={"rows": 8}),
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
            "done": TextArea(attrs={"rows": 3}),
            "stop_reason": TextArea(attrs={"rows": 2}),
        }

    @property
    def place(self) -> str:
        return f"Åtgärd {self.instance.measure.code}"


def answer_form(answer: Answer, data: Any) -> EntryForm:
    """The form of an answer as it stands on the entry page."""
    if isinstance(answer, MeasureEntry):
        prefix = f"measure-{answer.pk}"
        return MeasureEntryForm(sent_for(prefix, data), instance=answer, prefix=prefix)
    return SubGoalEntryForm(sent_for("goal", data), instance=answer, prefix="goal")


def first_missing_field(answer: Answer) -> str:
    """The id of the first field on the entry page that `answer` still lacks."""
    if isinstance(answer, MeasureEntry):
        return f"id_measure-{answer.pk}-progress"
    field = next(name for name in ("assessment", "forecast", "comment") if not getattr(answer, name).strip())
    return "id_goal-comment" if field == "comment" else f"id_goal-{field}_0"


def started_from_last_year(
    data: QueryDict,
    measures: Iterable[MeasureEntry],
    last_goal: SubGoalEntry | None,
    last_measures: Mapping[int, MeasureEntry],
) -> QueryDict:
    """What the entry page sent, with last year's words in each field where no words of this year stand.

    Only running text is brought over: a judgement is made anew every year, and why a measure was stopped belongs to it.
    """
    result = data.copy()
    last: list[tuple[str, str]] = [("goal-comment", last_goal.comment)] if last_goal else []
    last += [
        (f"measure-{measure.pk}-done", last_measures[measure.measure_id].done)
        for measure in measures
        if measure.measure_id in last_measures
    ]
    for name, text in last:
        if name in result and not result.get(name, "").strip():
            result[name] = text
    return result


class AttachmentForm(forms.Form):
    """Asks for a file; `attachments.attach` judges it."""

    file = forms.FileField(
        label="Fil att bifoga",
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ",".join(KINDS)}),
        error_messages={"required": "Välj en fil att bifoga."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.fields["file"].help_text = f"{ALLOWED}, högst {filesizeformat(max_bytes())}."


@dataclass(frozen=True)
class MeasureAnswer:
    """A measure on the entry page: with a form where this user may write it, else to read."""

    entry: MeasureEntry
    form: EntryForm | None
    last_year: MeasureEntry | None


class AnswerForms(PageForms):
    """The forms of one entry page: the goal's own and its measures', as far as `user` may write them."""

    def __init__(
        self,
        user: User,
        entry: SubGoalEntry,
        measures: Collection[MeasureEntry],
        last_year: Mapping[int, MeasureEntry],
        indicators: Collection[Indicator],
        data: Any,
        today: date,
    ) -> None:
        self.entry, self.indicators = entry, indicators
        self.locked = [
            (answer, prefix)
            for answer, prefix in [
                (entry, "goal"),
                *((measure, f"measure-{measure.pk}") for measure in measures),
            ]
            if can_report(user, answer) and not answer.is_writable
        ]
        may_write = can_write(user, entry)
        self.goal = answer_form(entry, data) if may_write else None
        self.outcomes = outcomes_of_year(indicators, entry, data, may_write=may_write, today=today)
        self.measures = [
            MeasureAnswer(
                measure,
                answer_form(measure, data) if can_write(user, measure) else None,
                last_year.get(measure.measure_id),
            )
            for measure in measures
        ]
        parts = (self.goal, *(one.form for one in self.outcomes), *(one.form for one in self.measures))
        # What the page that was sent had no form for is shown, and left alone.
        super().__init__([form for form in parts if form and form.is_bound is bool(data)])

    @property
    def lack_words(self) -> bool:
        """Whether any of the fields that last year's words could be brought into is empty."""
        return any(not form[name].value() for form in self.all for name in ("comment", "done") if name in form.fields)

    def unsaved(self, data: Mapping[str, str]) -> list[Unsaved]:
        """Texts sent for answers of this user's that were handed in, or approved, since the page was fetched."""
        texts = []
        if any(answer is self.entry for answer, _ in self.locked):
            texts += figures_sent(self.indicators, self.entry, data)
        for answer, prefix in self.locked:
            for field in ("comment", "done", "stop_reason"):
                text = data.get(f"{prefix}-{field}", "").strip().replace("\r\n", "\n")
                if text and text != getattr(answer, field):
                    texts.append(Unsaved(f"{answer.item.code}", answer.get_state_display().lower(), text))
        return texts
