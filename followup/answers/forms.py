"""Forms of the answer page. An incomplete answer can be saved but not handed in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.template.defaultfilters import filesizeformat
from django.utils.text import capfirst

from followup.answers.goal_year import GoalYear
from followup.answers.outcome_forms import outcomes_of_year, unsaved_figures, with_confirmed_assessment
from followup.models import Answer, Contribution, MeasureEntry, SubGoalEntry
from followup.writing.attachments import ALLOWED, FILE_TYPES, max_bytes
from followup.writing.forms import EntryForm, PageForms, Unsaved, data_for_form


def place_of(answer: Answer) -> str:
    """Return the name of an answer as a heading: "Mål 1.2" or "Åtgärd 1.2.1"."""
    return capfirst(answer.name)


class AnswerForm(EntryForm):
    """Form of the answer to a goal or a measure."""

    @property
    def place(self) -> str:
        return place_of(self.instance)


class SubGoalEntryForm(AnswerForm):
    class Meta:
        model = SubGoalEntry
        fields = SubGoalEntry.field_names()
        widgets = {
            "assessment": forms.RadioSelect,
            "forecast": forms.RadioSelect,
            "comment": forms.Textarea(attrs={"rows": 8}),
        }
        help_texts = {"comment": "Vad har hänt under året, och varför bedömer ni så?"}


class MeasureEntryForm(AnswerForm):
    class Meta:
        model = MeasureEntry
        fields = MeasureEntry.field_names()
        widgets = {
            "done": forms.Textarea(attrs={"rows": 3}),
            "stop_reason": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stop_reason"].label = f"Skäl till att {self.instance.term.definite} avbröts"


class GoalContributionForm(AnswerForm):
    """Form of a unit's contribution to a goal, with its own judgement if it wants to make one."""

    class Meta:
        model = Contribution
        fields = ("assessment", "forecast", "text")
        widgets = {"text": forms.Textarea(attrs={"rows": 5})}
        labels = {"assessment": "Er bedömning", "forecast": "Er prognos", "text": "Ert bidrag"}
        help_texts = {"text": "Vad har er enhet gjort i år, och vad ser ni?"}


class MeasureContributionForm(AnswerForm):
    class Meta:
        model = Contribution
        fields = ("progress", "text")
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}
        labels = {"progress": "Genomförande hos er", "text": "Ert bidrag"}


FORMS: Mapping[type[Answer], type[AnswerForm]] = {SubGoalEntry: SubGoalEntryForm, MeasureEntry: MeasureEntryForm}


def form_class_of(answer: Answer) -> type[AnswerForm]:
    """Return the form of an answer. A contribution to a goal has other fields than one to a measure."""
    if isinstance(answer, Contribution):
        return MeasureContributionForm if answer.measure_id else GoalContributionForm
    return FORMS[type(answer)]


def answer_prefix(answer: Answer) -> str:
    """Return the prefix of the answer's fields on the page."""
    if isinstance(answer, Contribution):
        return f"contribution-{answer.pk}"
    return f"measure-{answer.pk}" if isinstance(answer, MeasureEntry) else "goal"


def answer_form(answer: Answer, data: Any) -> AnswerForm:
    """Return the form of an answer, unbound if `data` has none of its fields."""
    prefix = answer_prefix(answer)
    return form_class_of(answer)(data_for_form(prefix, data), instance=answer, prefix=prefix)


def first_missing_field(answer: Answer) -> str:
    """Return the HTML id of the first empty field that `answer` needs, without building its form."""
    name = answer.missing_fields[0].name
    widget = form_class_of(answer).base_fields[name].widget
    return f"id_{answer_prefix(answer)}-{name}{'_0' if widget.use_fieldset else ''}"


@dataclass(frozen=True)
class CheckItem:
    """An answer on a check list: the names of its empty required fields, and the HTML id of the first of them."""

    key: str
    place: str
    missing: tuple[str, ...]
    field: str


def check_item(answer: Answer) -> CheckItem:
    """Describe `answer` in its present state. Later changes of the object do not change the item."""
    missing = tuple(answer.missing)
    return CheckItem(
        key=answer_prefix(answer),
        place=place_of(answer),
        missing=missing,
        field=first_missing_field(answer) if missing else "",
    )


def started_from_last_year(data: QueryDict, goal_year: GoalYear) -> QueryDict:
    """Return a copy of the posted `data` with last year's texts in the fields that were posted empty."""
    result = data.copy()
    for answer, last in goal_year.last_year.by_answer(goal_year.answers).items():
        for field in answer.FIELDS:
            name = f"{answer_prefix(answer)}-{field.name}"
            if field.continues and name in result and not result.get(name, "").strip():
                result[name] = getattr(last, field.name)
    return result


class AttachmentForm(forms.Form):
    """Form for one file, which `attachments.attach` checks and stores."""

    file = forms.FileField(
        label="Fil att bifoga",
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ",".join(FILE_TYPES)}),
        error_messages={"required": "Välj en fil att bifoga."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.fields["file"].help_text = f"{ALLOWED}, högst {filesizeformat(max_bytes())}."

    @property
    def summary(self) -> list[tuple[str, str]]:
        """Errors with the id of the field, for the error summary."""
        return [(self["file"].id_for_label, str(error)) for error in self["file"].errors]


def contribution_to_add(data: Mapping[str, str] | None, goal_year: GoalYear) -> Contribution | None:
    """Return the contribution whose button "Lägg till i svaret" was pressed."""
    key = data.get("add", "") if data else ""
    return next((one for one in goal_year.contributions if str(one.pk) == key), None)


def with_contribution(data: QueryDict, contribution: Contribution, goal_year: GoalYear) -> QueryDict:
    """Return a copy of the posted `data` with the contribution last in the text of the joint answer.

    The name of the unit comes first, so that the joint text says whose part it is.
    """
    joint = goal_year.joint_answer_of(contribution)
    text_name = next(field.name for field in joint.FIELDS if field.continues)
    name = f"{answer_prefix(joint)}-{text_name}"
    result = data.copy()
    if name in result:
        written, part = str(result[name]).strip(), f"{contribution.unit}: {contribution.text}"
        result[name] = f"{written}\n\n{part}" if written else part
    return result


@dataclass(frozen=True)
class ContributionPart:
    """A contribution on the page: with a form if the user may write it, or to add to the joint answer."""

    contribution: Contribution
    form: EntryForm | None
    may_add: bool
    last_year: Answer | None


@dataclass(frozen=True)
class MeasureAnswer:
    """A measure on the page, with a form if the user may write its answer, and the contributions to it."""

    entry: MeasureEntry
    form: EntryForm | None
    goal_year: GoalYear
    contributions: tuple[ContributionPart, ...]

    @property
    def last_year(self) -> Answer | None:
        return self.goal_year.last_year.answer_to(self.entry)


class AnswerForms(PageForms):
    """Forms of one page: the goal's answer, its outcomes and its measures, those of `own` that can be written."""

    def __init__(self, goal_year: GoalYear, own: Collection[Answer], data: QueryDict | None, today: date) -> None:
        """Make a form of each answer in `own` that can be written, bound to the posted `data`, if any.

        The button that starts from last year and the one that adds a contribution change the data before the forms
        are bound, so that the page shows the result without saving it.
        """
        self.goal_year = goal_year
        self.locked = [answer for answer in own if not answer.is_writable]
        self.start_from_last_year = bool(data and "start" in data)
        self.added = contribution_to_add(data, goal_year)
        if data and self.start_from_last_year:
            data = started_from_last_year(data, goal_year)
        if data and self.added:
            data = with_contribution(data, self.added, goal_year)
        if data:
            data = with_confirmed_assessment(data)

        forms = {answer: answer_form(answer, data) for answer in own if answer.is_writable}
        entry = goal_year.entry
        self.goal = forms.get(entry)
        self.outcomes = outcomes_of_year(
            goal_year.indicators, entry, data, may_write=self.goal is not None, today=today
        )
        self.contributions = self._contributions_to(entry, forms)
        self.measures = [
            MeasureAnswer(measure, forms.get(measure), goal_year, self._contributions_to(measure, forms))
            for measure in goal_year.measures
        ]

        parts = (
            self.goal,
            *(outcome.form for outcome in self.outcomes),
            *(answer.form for answer in self.measures),
            *(forms.get(contribution) for contribution in goal_year.contributions),
        )
        # A form is unbound when the posted page had none of its fields. It is then shown and not saved.
        super().__init__([form for form in parts if form and form.is_bound is bool(data)])

    def _contributions_to(
        self, joint: SubGoalEntry | MeasureEntry, forms: Mapping[Answer, AnswerForm]
    ) -> tuple[ContributionPart, ...]:
        """Return the contributions to the goal or measure of the `joint` answer."""
        return tuple(
            ContributionPart(
                contribution,
                forms.get(contribution),
                may_add=joint in forms and bool(contribution.text) and contribution not in forms,
                last_year=self.goal_year.last_year.answer_to(contribution) if contribution in forms else None,
            )
            for contribution in self.goal_year.contributions
            if contribution.item == joint.item
        )

    @property
    def is_proposal(self) -> bool:
        """Whether the forms show texts of last year or of a contribution, which are not saved yet."""
        return self.start_from_last_year or self.added is not None

    @property
    def are_sent(self) -> bool:
        """Whether the forms show posted values instead of stored ones."""
        return any(form.is_bound for form in self.all)

    @property
    def of_answers(self) -> list[EntryForm]:
        """Forms of the goal and its measures, without the outcomes."""
        return [form for form in self.all if isinstance(form.instance, Answer)]

    @property
    def lack_texts(self) -> bool:
        """Whether an empty field could start from last year's text."""
        return any(
            field.continues and not form[field.name].value()
            for form in self.of_answers
            for field in form.instance.FIELDS
        )

    def ask_for_missing(self) -> bool:
        """Add an error to each empty field that handing in requires. Return whether there are errors."""
        for form in self.of_answers:
            form.show_errors(form.instance.requests_for_missing)
        return bool(self.errors)

    def unsaved(self, data: Mapping[str, str]) -> list[Unsaved]:
        """Return the posted texts of answers that were handed in or approved after the page was fetched."""
        texts = []
        if self.goal_year.entry in self.locked:
            texts += unsaved_figures(self.goal_year.indicators, self.goal_year.entry, data)
        for answer in self.locked:
            state = answer.get_state_display().lower()
            changed = answer_form(answer, None).changed_texts(data)
            texts += [Unsaved(answer.item.code, state, text) for text in changed.values()]
        return texts
