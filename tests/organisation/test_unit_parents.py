"""A unit may lie under another one: of the right kind, and never in a circle."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from organisation.models import Unit
from tests.factories import make_unit
from tests.fixtures import client_of
from tests.pages import html_of

pytestmark = pytest.mark.django_db

Kind = Unit.Kind


def test_a_subcommittee_and_an_administration_lie_under_their_committee():
    committee = make_unit("Kulturnämnden")
    for name, kind in (("Kulturutskottet", Kind.SUBCOMMITTEE), ("Kulturförvaltningen", Kind.ADMINISTRATION)):
        make_unit(name, kind=kind, parent=committee).full_clean()
    assert [unit.name for unit in committee.children.all()] == ["Kulturförvaltningen", "Kulturutskottet"]


@pytest.mark.parametrize("kind", [Kind.COMPANY, Kind.FEDERATION, Kind.SUBCOMMITTEE, Kind.PREPARATION])
def test_these_kinds_have_no_units_under_them(kind):
    unit = make_unit("Enheten", kind=Kind.ADMINISTRATION, parent=make_unit("Överst", kind=kind))
    with pytest.raises(ValidationError) as refusal:
        unit.full_clean()
    assert refusal.value.message_dict == {
        "parent": ["Överst kan inte ha enheter under sig. Välj en nämnd, en styrelse eller en förvaltning."]
    }


@pytest.mark.parametrize("length", [2, 3])
def test_no_circle(length):
    top = unit = make_unit("Enhet 1")
    for number in range(2, length + 1):
        unit = make_unit(f"Enhet {number}", parent=unit)
    top.parent = unit
    with pytest.raises(ValidationError) as refusal:
        top.full_clean()
    assert refusal.value.message_dict == {
        "parent": [f"Enhet {length} är eller hör till Enhet 1. Välj en annan överordnad enhet."]
    }


def test_no_unit_is_its_own_parent_in_the_database():
    unit = make_unit("Nämnden")
    with pytest.raises(IntegrityError), transaction.atomic():
        Unit.objects.filter(pk=unit.pk).update(parent=unit)


def test_a_unit_with_others_under_it_keeps_a_kind_that_may_have_them():
    committee = make_unit("Nämnden")
    make_unit("Förvaltningen", kind=Kind.ADMINISTRATION, parent=committee)
    committee.kind = Kind.COMPANY
    with pytest.raises(ValidationError) as refusal:
        committee.full_clean()
    assert refusal.value.message_dict == {
        "kind": ["Enheten har andra enheter under sig. Flytta dem innan du byter typ."]
    }


def test_the_pages_of_both_show_it(reader):
    committee = make_unit("Kulturnämnden")
    administration = make_unit("Kulturförvaltningen", kind=Kind.ADMINISTRATION, parent=committee)
    client = client_of(reader)
    assert "<dt>Hör till</dt>" in html_of(client.get(f"/enheter/{administration.slug}/"))
    assert "<dt>Under enheten</dt>" in html_of(client.get(f"/enheter/{committee.slug}/"))


@pytest.mark.parametrize(
    ("name", "kind", "in_text"),
    [
        ("Kommunstyrelsen", Kind.BOARD, "kommunstyrelsen"),
        ("Äldreomsorgsnämnden", Kind.COMMITTEE, "äldreomsorgsnämnden"),
        ("VA-nämnden", Kind.COMMITTEE, "VA-nämnden"),
        ("Huge Bostäder AB", Kind.COMPANY, "Huge Bostäder AB"),
        ("Södertörns brandförsvarsförbund", Kind.FEDERATION, "Södertörns brandförsvarsförbund"),
    ],
)
def test_name_in_the_middle_of_a_sentence(name, kind, in_text):
    assert Unit(name=name, kind=kind).name_in_text == in_text
