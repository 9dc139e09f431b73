from hypothesis import given
from hypothesis import strategies as st

from followup.writing.textdiff import Piece, differences, only_adds


def joined(pieces: list[Piece], *kinds: str) -> str:
    return "".join(piece.text for piece in pieces if piece.kind in kinds)


def test_it_marks_words():
    assert differences("Åtta vandringar hölls.", "Nio vandringar hölls i höst.") == [
        Piece("removed", "Åtta"),
        Piece("added", "Nio"),
        Piece("same", " vandringar hölls"),
        Piece("added", " i höst"),
        Piece("same", "."),
    ]


@given(st.text(), st.text())
def test_no_character_is_lost(old, new):
    pieces = differences(old, new)
    assert joined(pieces, "same", "removed") == old
    assert joined(pieces, "same", "added") == new


@given(st.text())
def test_equal_texts_have_no_difference(text):
    assert joined(differences(text, text), "removed", "added") == ""


def test_a_word_that_is_removed_takes_its_space_along():
    assert differences("Åtta långa vandringar", "Åtta vandringar") == [
        Piece("same", "Åtta"),
        Piece("removed", " långa"),
        Piece("same", " vandringar"),
    ]


def test_the_same_words_over_and_over_are_told_as_replaced():
    old, new = "ja nej " * 1400, "nej ja " * 1400
    assert differences(old, new) == [Piece("removed", old), Piece("added", new)]
    assert differences(old, old) == [Piece("same", old)]


@given(st.text(), st.text(), st.text())
def test_what_is_put_in_anywhere_only_adds(before, inside, after):
    assert only_adds(before + after, before + inside + after)


@given(st.text(), st.text())
def test_where_something_was_only_added_all_of_the_old_is_left(old, new):
    if only_adds(old, new):
        assert joined(differences(old, new), "same", "removed") == old
        assert len(new) >= len(old)


def test_taking_away_or_changing_is_no_adding():
    assert not only_adds("Åtta vandringar", "Åtta")
    assert not only_adds("Åtta vandringar", "Nio vandringar")
    assert not only_adds("ett två", "två ett")
    assert not only_adds("aa", "a")
