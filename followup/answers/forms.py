"""The official's forms. An incomplete answer can be saved; handing it in asks for what is missing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.template.defaultfilters import filesizeformat

from followup.answers.goal_year import LastYear
from followup.answers.outcome_forms import figures_sent, outcomes_of_year, with_confirmation
from followup.models import Answer, MeasureEntry, SubGoalEntry
from followup.permissions import can_report, can_write
from followup.writing.attachments import ALLOWED, KINDS, max_bytes
from followup.writing.forms import EntryForm, PageForms, Unsaved, sent_for
from organisation.models import User
from programmes.models import Indicator


class SubGoalEntryForm(EntryForm):
    class Meta:
        model = SubGoalEntry
        fields = SubGoalEntry.field_names()
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
        fields = MeasureEntry.field_names()
        widgets = {
            "done": forms.Textarea(attrs={"rows": 3}),
            "stop_reason": forms.Textarea(attrs={"rows": 2}),
        }

    @property
    def place(self) -> str:
        return f"Åtgärd {self.instance.measure.code}"


FORMS: Mapping[type[Answer], type[EntryForm]] = {SubGoalEntry: SubGoalEntryForm, MeasureEntry: MeasureEntryForm}


def answer_prefix(answer: Answer) -> str:
    """Return the prefix of the answer's fields on the page."""
    return f"measure-{answer.pk}" if isinstance(answer, MeasureEntry) else "goal"


def answer_form(answer: Answer, data: Any) -> EntryForm:
    """Return the form of an answer, unbound if `data` has none of its fields."""
    prefix = answer_prefix(answer)
    return FORMS[type(answer)](sent_for(prefix, data), instance=answer, prefix=prefix)


def first_missing_field(answer: Answer) -> str:
    """Return the id of the first field on the page that is missing in `answer`, without making its form."""
    name = answer.missing_fields[0].name
    widget = FORMS[type(answer)].base_fields[name].widget
    return f"id_{answer_prefix(answer)}-{name}{'_0' if widget.use_fieldset else ''}"


def started_from_last_year(data: QueryDict, answers: Iterable[Answer], last_year: LastYear) -> QueryDict:
    """Return the sent `data` with last year's texts in the fields that were sent empty."""
    result = data.copy()
    for answer in answers:
        last = last_year.answer_to(answer)
        for field in answer.FIELDS if last else ():
            name = f"{answer_prefix(answer)}-{field.name}"
            if field.continues and name in result and not result.get(name, "").strip():
                result[name] = getattr(last, field.name)
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

    @property
    def summary(self) -> list[tuple[str, str]]:
        """The errors with the id of the field, for the error summary."""
        return [(self["file"].id_for_label, str(error)) for error in self["file"].errors]


@dataclass(frozen=True)
class MeasureAnswer:
    """A measure on the page. Without a form it is only shown."""

    entry: MeasureEntry
    form: EntryForm | None
    last_year: Answer | None


class AnswerForms(PageForms):
    """The forms of one page: the goal's answer and outcomes and its measures, as far as `user` may write them."""

    def __init__(
        self,
        user: User,
        entry: SubGoalEntry,
        measures: Collection[MeasureEntry],
        last_year: LastYear,
        indicators: Collection[Indicator],
        data: QueryDict | None,
        today: date,
    ) -> None:
        self.entry, self.indicators = entry, indicators
        answers: tuple[Answer, ...] = (entry, *measures)
        self.locked = [answer for answer in answers if can_report(user, answer) and not answer.is_writable]
        self.start_from_last_year = bool(data and "start" in data)
        if data:
            data = started_from_last_year(data, answers, last_year) if self.start_from_last_year else data
            data = with_confirmation(data)
        may_write = can_write(user, entry)
        self.goal = answer_form(entry, data) if may_write else None
        self.outcomes = outcomes_of_year(indicators, entry, data, may_write=may_write, today=today)
        self.measures = [
            MeasureAnswer(
                measure,
                answer_form(measure, data) if can_write(user, measure) else None,
                last_year.answer_to(measure),
            )
            for measure in measures
        ]
        parts = (self.goal, *(one.form for one in self.outcomes), *(one.form for one in self.measures))
        # A form of which the sent page had no fields is shown as stored.
        super().__init__([form for form in parts if form and form.is_bound is bool(data)])

    @property
    def are_sent(self) -> bool:
        """Whether the forms show what was sent, and not what is stored."""
        return any(form.is_bound for form in self.all)

    @property
    def of_answers(self) -> list[EntryForm]:
        """The forms of the goal and its measures, without the outcomes."""
        return [form for form in self.all if isinstance(form.instance, Answer)]

    @property
    def lack_texts(self) -> bool:
        """Whether a field is empty that last year's text could be the start of."""
        return any(
            field.continues and not form[field.name].value()
            for form in self.of_answers
            for field in form.instance.FIELDS
        )

    def ask_for_missing(self) -> bool:
        """Show an error at each field that handing in requires and that is empty. Return whether there is any."""
        for form in self.of_answers:
            form.show_errors({field.name: field.request for field in form.instance.missing_fields})
        return bool(self.errors)

    def unsaved(self, data: Mapping[str, str]) -> list[Unsaved]:
        """Return the texts sent for answers that have been handed in or approved since the page was fetched."""
        texts = figures_sent(self.indicators, self.entry, data) if self.entry in self.locked else []
        for answer in self.locked:
            state = answer.get_state_display().lower()
            sent = answer_form(answer, None).texts_sent(data)
            texts += [Unsaved(f"{answer.item.code}", state, text) for _, text in sent]
        return texts
