"""Periods of measures in all the ways that people write them."""

import pytest

from programmes.sheets.periods import Period, parse_deadline, parse_period

PERIODS = {
    "": (None, None),
    "–": (None, None),
    "Löpande": (None, None),
    "vid behov": (None, None),
    "2024": (2024, 2024),
    "År 2024": (2024, 2024),
    "2024–2026": (2024, 2026),
    "2024 och 2025": (2024, 2025),
    "från 2024 till 2026": (2024, 2026),
    "Påbörjas 2024, klart 2026": (2024, 2026),
    "Löpande 2024–2026": (2024, 2026),
    "2024-25": (2024, 2025),
    "2024/25": (2024, 2025),
    "2023 – 26": (2023, 2026),
    "24/25": (2024, 2025),
    "24-27": (2024, 2027),
    "2024–": (2024, None),
    "2025 ->": (2025, None),
    "2024 och framåt": (2024, None),
    "2023 & framöver": (2023, None),
    "2023–2024 och framåt": (2023, None),
    "2024 tills vidare": (2024, None),
    "2024 – tills vidare": (2024, None),
    "löpande från 2025": (2025, None),
    "Årligen fr.o.m. 2023": (2023, None),
    "från och med hösten 2024": (2024, None),
    "Startar HT 2024": (2024, None),
    "Löpande, klart 2026": (None, 2026),
    "–2026": (None, 2026),
    "t.o.m. 2025": (None, 2025),
    "Senast 31 mars 2026": (None, 2026),
    "klart senast Q2 2025": (None, 2025),
    "slutet av 2025": (2025, 2025),
    "HT25": (2025, 2025),
    "VT24–HT25": (2024, 2025),
    "okt-24": (2024, 2024),
    "jan–mars 2024": (2024, 2024),
    "kvartal 3 2024": (2024, 2024),
    "2024-05": (2024, 2024),
    "2024-05-31": (2024, 2024),
    "31/12 2025": (2025, 2025),
}


@pytest.mark.parametrize(("text", "years"), PERIODS.items(), ids=PERIODS)
def test_years_are_read_and_no_word_remains(text, years):
    assert parse_period(text) == Period(*years)


@pytest.mark.parametrize("text", ["kv 3", "ej beslutat", "snart", "12 st"])
def test_a_text_without_years_is_no_period(text):
    assert parse_period(text) is None


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [("2024 (om medel finns)", 2024, 2024), ("före 2026", 2026, 2026), ("Löpande 2025", 2025, 2025)],
)
def test_a_text_with_other_words_is_marked_as_doubtful(text, first, last):
    assert parse_period(text) == Period(first, last, text)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [("2026", None, 2026), ("31 mars 2026", None, 2026), ("2024–2026", 2024, 2026), ("Löpande", None, None)],
)
def test_a_single_year_of_a_deadline_is_the_last_one(text, first, last):
    assert parse_deadline(text) == Period(first, last)


@pytest.mark.parametrize(
    ("period", "words"),
    [
        (Period(), "hela perioden"),
        (Period(2024, 2024), "2024"),
        (Period(2024, 2026), "2024–2026"),
        (Period(2024, None), "från 2024"),
        (Period(None, 2026), "till 2026"),
    ],
)
def test_a_period_is_described_in_swedish(period, words):
    assert str(period) == words
