from decimal import Decimal

import pytest
from hypothesis import given, strategies
from lxml import etree

from followup.documents.tools.wording import figure, legible


@given(strategies.text(alphabet=strategies.characters()))
def test_what_is_legible_can_stand_in_any_xml(text):
    element = etree.Element("t")
    element.text = legible(text)
    assert etree.fromstring(etree.tostring(element)).text in (legible(text), None)
    legible(text).encode()


def test_line_breaks_are_of_one_kind_and_the_rest_is_kept():
    assert legible("a\r\nb\rc\n\td å 👍") == "a\nb\nc\n\td å 👍"


@pytest.mark.parametrize(
    ("value", "shown"), [("45.5", "45,5"), ("120.00", "120"), ("0.10", "0,1"), ("-3", "-3"), ("1E+3", "1000")]
)
def test_figures_have_a_decimal_comma(value, shown):
    assert figure(Decimal(value)) == shown
