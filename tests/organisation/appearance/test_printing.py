"""Characters that no font of the PDF documents has are named where a text is saved."""

import pytest
from django import forms

from organisation.appearance.printing import describe_unprintable, form_warnings, unprintable_characters


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Räksmörgås på Ågatan – ”tryggt”, 50 % av 1 000 kr…",
        "É ß ł ş č Ž Ğ € ≤ ± → ✓ •",
        "Привет, κόσμε",
        "👍 😀 👍🏽 1\ufe0f\u20e3 👨\u200d👩\u200d👧",
        "soft\u00adhyphen, tab\t, line\n, no\u00a0break, \u202d\u2060",
    ],
)
def test_usual_texts_print(text):
    assert unprintable_characters(text) == []
    assert describe_unprintable(text) == ""


def test_each_character_is_named_once_in_the_order_of_the_text():
    assert unprintable_characters("b𒀁a𒀀c𒀁") == ["𒀁", "𒀀"]


def test_one_character():
    assert describe_unprintable("Tecknet 𒀀.") == (
        "tecknet 𒀀 (U+12000) finns inte i typsnitten och blir en tom ruta i PDF-filen"
    )


def test_two_characters():
    assert describe_unprintable("𒀀𒀁") == (
        "tecknen 𒀀 (U+12000) och 𒀁 (U+12001) finns inte i typsnitten och blir tomma rutor i PDF-filen"
    )


def test_a_whole_text_in_a_script_without_font_is_cut_short():
    warning = describe_unprintable("".join(map(chr, range(0x12000, 0x12064))))
    assert "𒀉 (U+12009) och 90 till finns inte" in warning
    assert "U+1200A" not in warning


class LetterForm(forms.Form):
    title = forms.CharField(label="Rubrik")
    number = forms.IntegerField(label="Nummer")


def test_a_form_names_the_place_and_the_field():
    form = LetterForm({"title": "Ur 𒀀", "number": "1"})
    assert form.is_valid()
    end = "tecknet 𒀀 (U+12000) finns inte i typsnitten och blir en tom ruta i PDF-filen. Texten är sparad."
    assert form_warnings(form) == [f"Rubrik: {end}"]
    assert form_warnings(form, "Brev 1") == [f"Brev 1, rubrik: {end}"]
