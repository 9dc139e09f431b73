from organisation.sentences import counted, listing


def test_names_are_joined_with_commas_and_a_last_och():
    assert listing(["A"]) == "A"
    assert listing(["A", "B"]) == "A och B"
    assert listing(["A", "B", "C"]) == "A, B och C"


def test_the_words_agree_with_the_number():
    assert counted(0, "ny rad", "nya rader") == "0 nya rader"
    assert counted(1, "ny rad", "nya rader") == "1 ny rad"
    assert counted(2, "ny rad", "nya rader") == "2 nya rader"
