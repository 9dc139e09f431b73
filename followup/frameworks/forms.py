"""Forms of a framework: its questions, its words and its scales, on one page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import QueryDict

from followup.frameworks.usage import Uses
from organisation.fields import ManyRowsField
from organisation.history import save_as
from organisation.models import User
from programmes.models import Framework, FrameworkScale, FrameworkTerm, ScaleStep
from programmes.models.framework import check_scale
from programmes.scales import MAX_STEPS, MEANINGS, Kind, Meaning, Step

# Empty rows for new steps below those of a scale.
NEW_STEPS = 2


class FrameworkForm(forms.ModelForm):
    """Form of the framework itself. Posts the fetched version back, to detect that another user has saved since."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Framework
        fields = (
            "name",
            "description",
            "deciding_body",
            "further_bodies",
            "asks_forecast",
            "requires_comment",
            "asks_stop_reason",
            "shows_areas",
            "allows_goals_without_measures",
            "shows_contributions",
            "asks_committee_decision",
            "requires_texts",
        )
        widgets = {"description": forms.Textarea(attrs={"rows": 2}), "further_bodies": forms.CheckboxSelectMultiple}
        error_messages = {"name": {"required": "Skriv styrmodellens namn."}}
        field_classes = {"further_bodies": ManyRowsField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.initial["version"] = self.instance.version

    def clean_version(self) -> int:
        version: int = self.cleaned_data["version"]
        if version != self.instance.version:
            raise ValidationError("Någon annan har ändrat styrmodellen sedan sidan hämtades. Ladda om sidan.")
        return version

    @property
    def questions(self) -> list[forms.BoundField]:
        """The fields that are ticked or not."""
        return [field for field in self if isinstance(field.field, forms.BooleanField)]


class TermForm(forms.ModelForm):
    class Meta:
        model = FrameworkTerm
        fields = ("article", "singular", "definite", "plural", "definite_plural")
        error_messages = {
            name: {"required": "Skriv ordet i den här formen."}
            for name in ("singular", "definite", "plural", "definite_plural")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""


class StepForm(forms.ModelForm):
    """Form of a step. A step that answers have can be retired but not removed."""

    remove = forms.BooleanField(label="Ta bort", required=False)

    class Meta:
        model = ScaleStep
        fields = ("position", "word", "plural", "explanation", "meaning", "symbol", "tone", "is_retired")
        widgets = {"explanation": forms.Textarea(attrs={"rows": 2})}
        labels = {"position": "Ordning"}
        error_messages = {"word": {"required": "Skriv stegets ord."}}

    def __init__(self, *args: Any, kind: Kind, uses: int, shown: Step | None, **kwargs: Any) -> None:
        """Build the form of a step, stored as `shown` and chosen in `uses` judgements; a new step is not shown yet."""
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.uses = uses
        self.shown = shown
        meanings: Any = self.fields["meaning"]
        meanings.choices = [("", "Välj"), *((value, Meaning(value).label.capitalize()) for value in MEANINGS[kind])]
        if not self.instance.pk:
            self.empty_permitted = True
            self.use_required_attribute = False

    def clean_remove(self) -> bool:
        remove: bool = self.cleaned_data["remove"]
        if remove and self.uses:
            raise ValidationError(
                f"”{self.instance.word}” är vald i {self.uses} bedömningar. Markera steget som utgånget i stället."
            )
        return remove

    @property
    def is_left_out(self) -> bool:
        """Whether the row is an empty one for a new step, or is to be removed."""
        is_new = not self.instance.pk
        return (is_new and not self.has_changed()) or bool(self.cleaned_data.get("remove"))


class ScaleForm(forms.ModelForm):
    """Form of a scale with its steps."""

    class Meta:
        model = FrameworkScale
        fields = ("name",)

    def __init__(self, data: QueryDict | None, *, scale: FrameworkScale, uses: Uses) -> None:
        """Make a form of each step, and empty ones for new steps as long as the scale has room for them."""
        super().__init__(data, instance=scale, prefix=scale.kind)
        self.label_suffix = ""
        self.kind = Kind(scale.kind)
        stored = scale.value()
        self.steps = [
            self._step_form(data, step, f"step-{step.pk}", uses, shown=stored.step(step.key))
            for step in scale.steps.all()
        ]
        room = max(MAX_STEPS - len(self.steps), 0)
        self.new_steps = [
            self._step_form(data, ScaleStep(scale=scale), f"{scale.kind}-new-{number}", uses)
            for number in range(min(NEW_STEPS, room))
        ]

    def _step_form(
        self, data: QueryDict | None, step: ScaleStep, prefix: str, uses: Uses, shown: Step | None = None
    ) -> StepForm:
        number = uses[self.kind][step.key]
        return StepForm(data, instance=step, prefix=prefix, kind=self.kind, uses=number, shown=shown)

    @property
    def rows(self) -> list[StepForm]:
        return [*self.steps, *self.new_steps]

    def is_valid(self) -> bool:
        """Validate the steps one by one, and then as a scale."""
        invalid = [form for form in self.rows if not form.is_valid()]
        if not super().is_valid() or invalid:
            return False
        try:
            check_scale(self.kind, [form.instance for form in self.rows if not form.is_left_out])
        except ValidationError as error:
            self.add_error(None, error)
        return not self.errors

    def save_all(self, *, by: User) -> None:
        """Save the scale and its steps, after those that are removed."""
        for form in self.steps:
            if form.is_left_out:
                form.instance.delete()
        kept: list[forms.ModelForm] = [self, *(form for form in self.rows if not form.is_left_out)]
        for changed in kept:
            if changed.has_changed():
                save_as(changed.instance, by=by)


class FrameworkForms:
    """All forms of the page of a framework, which are validated and saved together."""

    def __init__(self, framework: Framework, uses: Uses, data: QueryDict | None) -> None:
        self.framework = FrameworkForm(data, instance=framework)
        self.terms = [TermForm(data, instance=row, prefix=row.level) for row in framework.term_rows.all()]
        scale_rows = framework.scale_rows.prefetch_related("steps")
        self.scales = [ScaleForm(data, scale=scale, uses=uses) for scale in scale_rows]

    def are_valid(self) -> bool:
        """Validate every form, so that all errors are shown at once."""
        invalid = [form for form in (self.framework, *self.terms, *self.scales) if not form.is_valid()]
        return not invalid

    @property
    def errors(self) -> list[tuple[str, str]]:
        """HTML id of the field and text of each error, for the summary at the top of the page."""
        found: list[tuple[str, str]] = []
        for form in (self.framework, *self.terms, *self.scales, *(row for scale in self.scales for row in scale.rows)):
            for name, texts in form.errors.items():
                link = form[name].id_for_label if name in form.fields else ""
                found += [(link, str(text)) for text in texts]
        return found

    @transaction.atomic
    def save(self, *, by: User) -> Framework:
        """Save the framework as a new version. All forms must be valid."""
        framework: Framework = self.framework.save(commit=False)
        framework.version += 1
        save_as(framework, by=by)
        self.framework.save_m2m()
        for term in self.terms:
            if term.has_changed():
                save_as(term.instance, by=by)
        for scale in self.scales:
            scale.save_all(by=by)
        return framework
