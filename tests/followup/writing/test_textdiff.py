from hypothesis import given
from hypothesis import strategies as st

from followup.writing.textdiff import Piece, differences, only_adds


def joined(pieces: list[Piece], *kinds: str) -> str:
    return "".join(piece.text for piece in pieces if piece.kind in kinds)


def test_differences_are_whole_words():
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


def test_a_removed_word_includes_its_space():
    assert differences("Åtta långa vandringar", "Åtta vandringar") == [
        Piece("same", "Åtta"),
        Piece("removed", " långa"),
        Piece("same", " vandringar"),
    ]


def test_a_text_of_repeated_words_is_replaced_as_a_whole():
    old, new = "ja nej " * 1400, "nej ja " * 1400
    assert differences(old, new) == [Piece("removed", old), Piece("added", new)]
    assert differences(old, old) == [Piece("same", old)]


@given(st.text(), st.text(), st.text())
def test_an_insertion_at_any_position_only_adds(before, inside, after):
    assert only_adds(before + after, before + inside + after)


@given(st.text(), st.text())
def test_all_old_text_remains_when_text_was_only_added(old, new):
    if only_adds(old, new):
        assert joined(differences(old, new), "same", "removed") == old
        assert len(new) >= len(old)


def test_removing_or_changing_is_not_only_adding():
    assert not only_adds("Åtta vandringar", "Åtta")
    assert not only_adds("Åtta vandringar", "Nio vandringar")
    assert not only_adds("ett två", "två ett")
    assert not only_adds("aa", "a")
