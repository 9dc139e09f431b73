import pytest
from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models

from organisation.fields import NUL_MESSAGE, LineField, LineFormField, ProseField, ProseFormField
from organisation.models import AccessibilityStatement, Unit
from tests.factories import make_unit

# Texts that programs write and compare byte by byte.
MACHINE_WRITTEN = {
    "followup.Attachment.content_type",
    "followup.Attachment.sha256",
    "followup.DecidedReport.json",
    "followup.DecidedReport.json_sha256",
    "followup.DecidedReport.minutes",
    "followup.DecidedReport.pdf_sha256",
    "followup.DecidedReport.previous_sha256",
    "followup.DecidedReport.sha256",
    "followup.Event.from_state",
    "followup.Event.to_state",
    "followup.OutgoingMail.key",
    "followup.OutgoingMail.last_error",
    "followup.Rendering.key",
    "followup.Rendering.problem",
    "followup.Rendering.shortcut",
    "followup.Rendering.source",
    "followup.RenderingRequest.requester",
    "followup.ReportSignature.key_id",
    "followup.ReportSignature.signature",
    "followup.Withholding.place",
    "followup.Workbook.digest",
    "followup.Workbook.problem",
    "organisation.Appearance.accent",
    "organisation.User.password",
    "programmes.Indicator.kpi",
    "programmes.IndicatorValue.kpi",
    "programmes.KeyFigure.kpi",
    "programmes.KeyFigureValue.municipality",
}


def test_every_field_for_written_text_is_cleaned():
    uncleaned = {
        f"{field.model._meta.label}.{field.name}"
        for app in ("organisation", "programmes", "followup")
        for model in apps.get_app_config(app).get_models()
        if not model.__name__.startswith("Historical")
        for field in model._meta.concrete_fields
        if type(field) in (models.CharField, models.TextField) and not field.choices and field.editable
    }
    assert uncleaned == MACHINE_WRITTEN


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["save", "create", "bulk_create", "update", "bulk_update", "get_or_create"])
def test_every_kind_of_write_cleans_the_text(way):
    dirty, unit = "Kultur-\u2028na\u0308mnden\x01", make_unit("Annan", slug="kultur")
    new = {"slug": "ny", "kind": Unit.Kind.COMMITTEE}
    if way == "save":
        unit.name = dirty
        unit.save()
        assert unit.name == "Kultur- nämnden"
        assert unit.history.latest().name == "Kultur- nämnden"
    elif way == "create":
        Unit.objects.create(name=dirty, **new)
    elif way == "bulk_create":
        Unit.objects.bulk_create([Unit(name=dirty, **new)])
    elif way == "update":
        Unit.objects.update(name=dirty)
    elif way == "bulk_update":
        unit.name = dirty
        Unit.objects.bulk_update([unit], ["name"])
    else:
        Unit.objects.get_or_create(name=dirty, defaults=new)
    assert Unit.objects.filter(name="Kultur- nämnden").count() == 1


@pytest.mark.django_db
def test_a_lookup_finds_the_same_name_in_another_form():
    unit = make_unit("Kulturnämnden på Öa")
    assert Unit.objects.get(name="Kulturna\u0308mnden pa\u030a O\u0308a") == unit
    assert Unit.objects.get(name__in=["Kulturna\u0308mnden pa\u030a O\u0308a"]) == unit
    assert not Unit.objects.filter(name="Kulturnämnden på Öa\0").exists()


@pytest.mark.parametrize("name", ["Kultur\0nämnden", "\0"])
def test_nul_is_refused_by_models_and_names_the_field(name):
    with pytest.raises(ValidationError) as refused:
        Unit(name=name, slug="kultur", kind=Unit.Kind.COMMITTEE).clean_fields()
    assert refused.value.message_dict == {"name": [NUL_MESSAGE]}


class Form(forms.Form):
    line = LineFormField(max_length=5)
    prose = ProseFormField(max_length=5)


def test_forms_measure_and_store_the_clean_text():
    form = Form({"line": "a\r\no\u0308u\u0308", "prose": "\r\n a\r\no\u0308\u2029u\u0308 "})
    assert form.is_valid(), form.errors
    assert form.cleaned_data == {"line": "a öü", "prose": "a\nö\nü"}


def test_forms_refuse_nul_and_texts_of_nothing_visible():
    form = Form({"line": "a\0", "prose": "\u200b\u00ad"})
    assert form.errors == {"line": [NUL_MESSAGE], "prose": [form.fields["prose"].error_messages["required"]]}


def test_opening_a_form_does_not_change_a_text_stored_uncleaned():
    # A browser sends the line breaks of a text area as CRLF.
    form = Form({"line": "a", "prose": "b\r\nc"}, initial={"line": "a", "prose": "b\u2029c"})
    assert not form.has_changed()


def test_model_forms_clean_too():
    for model, name, kind in [(Unit, "name", LineFormField), (AccessibilityStatement, "method", ProseFormField)]:
        assert isinstance(model._meta.get_field(name).formfield(), kind)
    assert isinstance(ProseField().formfield().widget, forms.Textarea)
    assert not isinstance(LineField(choices=[("a", "A")]).formfield(), LineFormField)
