import unicodedata

import pytest
from hypothesis import given, strategies

from organisation.text import clean, clean_cell, clean_line, fold

# Characters of every kind that misbehave, next to ordinary ones.
ODD = "\0\a\b\t\n\v\f\r\x1b\x1e\x1f\x7f\x80\x85\x93\xa0\xad\u0308\u200b\u200d\u200e\u2028\u2029\u202e\u2066\ud83d\udc4d"
ODD += "\ufb01\ufeff\uf0b7\uf0d8\ue000\ufffe\U0001f44d\U000e0001 aåÅ_x0"


@pytest.mark.parametrize(
    ("entered", "stored"),
    [
        ("Rad ett\vRad två", "Rad ett\nRad två"),
        ("Rad ett\fRad två", "Rad ett\nRad två"),
        ("Rad ett \u2029Rad två", "Rad ett \nRad två"),
        ("Rad ett\u2028Rad två\x85Rad tre\rRad fyra\r\nRad fem", "Rad ett\nRad två\nRad tre\nRad fyra\nRad fem"),
        ("Rad ett_x000D_\nRad två_x000b_Rad tre", "Rad ett\nRad två\nRad tre"),
        ("_x0041_ och _x005F_x000D_ är vanliga ord", "_x0041_ och _x005F_x000D_ är vanliga ord"),
        (unicodedata.normalize("NFD", "Kvällsöppet på ön"), "Kvällsöppet på ön"),
        ("\uf0b7 Punkt ett\n\uf0a7\tPunkt två", "• Punkt ett\n•\tPunkt två"),
        ("\uf0b3 5 och \uf0e0 klart \uf0fc", "≥ 5 och → klart ✓"),
        ("Ett\t2\t3", "Ett\t2\t3"),
        ("abc\u202edef\u202c ghi \u2067jkl", "abcdef ghi jkl"),
        ("lag\u200eom", "lag\u200eom"),
        ("Barn\x1eoch ung\x1fdom", "Barn‑och ung\xaddom"),
        ("\x93Trygg\x94 \x96 säker\x99", "“Trygg” – säker™"),
        ("a\x01\x1b\x7fb", "ab"),
        ("\ud83d\udc4d \ud83d", "👍 �"),
        ("\ufeffBOM", "BOM"),
        ("\u200b\u2060\xad", ""),
        ("en\xa0dag", "en\xa0dag"),
        ("Nul\0", "Nul\0"),
    ],
)
def test_pasted_characters_become_the_intended_ones(entered, stored):
    assert clean(entered) == stored
    assert clean(stored) == stored


@given(strategies.text(alphabet=ODD))
def test_cleaning_twice_is_cleaning_once(text):
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    ("entered", "stored"), [("Kultur-\nnämnden", "Kultur- nämnden"), ("a \t b\v\vc", "a b c"), ("två  ord", "två  ord")]
)
def test_a_line_has_no_line_breaks(entered, stored):
    assert clean_line(entered) == stored


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("Rad ett_x000D_\nRad två", "Rad ett\nRad två"),
        ("Kultur_x000B_nämnden", "Kultur\nnämnden"),
        ("Tv_x00e5_ _x005F_x000D_ _xD83D__xDC4D_", "Två _x000D_ 👍"),
    ],
)
def test_escapes_of_workbooks_are_decoded(cell, read):
    assert clean_cell(cell) == read


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zebratra\ufb01k", "zebratrafik"),
        ("Zebrabinde\u00adstreck", "zebrabindestreck"),
        (unicodedata.normalize("NFD", "KVÄLLSÖPPET"), "kvällsöppet"),
        ("no\u200bll\u2060 \u200ebredd\ufeff", "noll bredd"),
        ("e\u0301", "é"),
    ],
)
def test_folding_ignores_invisible_differences(one, other):
    assert fold(one) == fold(other) == other


def test_folding_keeps_different_letters_apart():
    assert len({fold(letter) for letter in "aåäeéoöøuü"}) == 10
