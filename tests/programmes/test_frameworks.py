"""Frameworks: shipped ones, their plain values, and the rules of their scales."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from programmes.models import Framework, ScaleStep
from programmes.models.framework import check_scale
from programmes.scales import BLANK, Kind, Meaning, ranks
from programmes.shipped_frameworks import SHIPPED
from tests.factories import make_programme

pytestmark = pytest.mark.django_db


@pytest.fixture
def standard():
    return Framework.objects.get(slug="standard")


def test_migrate_creates_the_shipped_frameworks():
    assert set(Framework.objects.values_list("slug", flat=True)) == {"standard", "klimat", "enkel"}


def test_every_shipped_scale_is_one():
    for framework in Framework.objects.all():
        for scale in framework.scale_rows.all():
            check_scale(Kind(scale.kind), list(scale.steps.all()))


def test_shipped_terms_and_steps_are_read_as_plain_values():
    for shipped in SHIPPED:
        framework = Framework.objects.get(slug=shipped.slug)
        assert framework.terms == shipped.terms
        for kind, (name, steps) in shipped.scales.items():
            scale = framework.scales.of(kind)
            assert scale.name == name
            assert [step.word for step in scale.steps] == [step.word for step in steps]


def test_a_new_programme_has_the_standard_framework(standard):
    assert make_programme().framework == standard


def test_values_are_read_once_for_all_requests(standard, django_assert_num_queries):
    assert standard.terms
    assert standard.scales
    again = Framework.objects.get(slug="standard")
    with django_assert_num_queries(0):
        assert again.terms.measure.definite == "åtgärden"
        assert again.scales.progress.step("done").word == "Genomförd"


def test_a_changed_word_is_read_at_once(standard):
    assert standard.terms.goal.plural == "mål"
    term = standard.term_rows.get(level="goal")
    term.singular = "delmål"
    term.save()
    assert Framework.objects.get(slug="standard").terms.goal.singular == "delmål"


def test_a_renamed_step_keeps_its_key(standard):
    step = ScaleStep.objects.get(scale__framework=standard, key="done")
    step.word = "Klar"
    step.save()
    assert Framework.objects.get(slug="standard").scales.progress.step("done").word == "Klar"


def test_a_new_step_gets_a_key_that_no_step_has_had(standard):
    scale = standard.scale_rows.get(kind="progress")
    new = {"scale": scale, "meaning": "late", "symbol": "clock", "tone": "middling"}
    first = ScaleStep.objects.create(word="På gång", position=9, **new)
    first.delete()
    second = ScaleStep.objects.create(word="På gång", position=9, **new)
    assert (first.key, second.key) == ("pa_gang", "pa_gang_2")


def test_two_steps_of_the_same_word_are_refused(standard):
    scale = standard.scale_rows.get(kind="progress")
    with pytest.raises(IntegrityError), transaction.atomic():
        ScaleStep.objects.create(scale=scale, word="Pågår", meaning="late", symbol="clock", tone="poor")


def test_a_framework_in_use_is_not_deleted(standard):
    make_programme()
    with pytest.raises(ProtectedError):
        standard.delete()


@pytest.mark.parametrize(
    ("meanings", "expected"),
    [
        (["reached", "partly", "not_reached", "cannot_assess"], [0, 1, 2, None]),
        (["not_reached", "partly", "reached"], [2, 1, 0]),
        (["reached", "partly", "partly", "not_reached"], [0, 1, 2, 3]),
        (["not_reached", "partly", "partly", "reached"], [3, 2, 1, 0]),
        (["reached", "not_reached", "partly"], [0, 2, 1]),
        ([], []),
    ],
)
def test_rank_follows_the_meaning_and_then_the_direction_of_the_scale(meanings, expected):
    assert ranks(meanings) == expected


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda steps: steps[:1], "En skala har två till nio steg. Skalan för genomförande har 1."),
        (lambda steps: [*steps, ScaleStep(word="pågår", meaning="late")], "Ordet ”Pågår” står på två steg"),
        (lambda steps: [step for step in steps if step.meaning != Meaning.DONE], "innebörden ”genomfört”"),
    ],
)
def test_a_scale_that_cannot_be_used_is_refused(standard, change, error):
    steps = list(standard.scale_rows.get(kind="progress").steps.all())
    with pytest.raises(ValidationError, match=error):
        check_scale(Kind.PROGRESS, change(steps))


def test_an_empty_value_is_the_blank_step(standard):
    assert standard.scales.assessment.step("") == BLANK
