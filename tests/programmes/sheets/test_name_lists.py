"""Names of units in one cell."""

import pytest

from programmes.sheets.name_lists import is_person, letters_left_out, split_names
from programmes.sheets.names import name_key

KNOWN = {
    name_key(name)
    for name in (
        *("Kommunstyrelsen", "KS", "SBN", "Kultur- och fritidsnämnden", "Byggnads- och miljönämnden", "ÅEV"),
        *("Åsmyra Energi och Vatten AB", "Barn och unga"),
    )
}


def is_known(name):
    return name_key(name) in KNOWN


LISTS = {
    "KS": ["KS"],
    "KS, SN och BUN": ["KS", "SN", "BUN"],
    "SBN & KS": ["SBN", "KS"],
    "SBN/ÅEV": ["SBN", "ÅEV"],
    "SBN + UN": ["SBN", "UN"],
    "SBN samt ÅBAB": ["SBN", "ÅBAB"],
    "KS\nSBN": ["KS", "SBN"],
    "Byggnads‑ och miljönämnden": ["Byggnads- och miljönämnden"],
    "Byggnads– och miljönämnden & SBN": ["Byggnads- och miljönämnden", "SBN"],
    "Kultur- och\nfritidsnämnden": ["Kultur- och fritidsnämnden"],
    "Åsmyra Energi och Vatten AB och Kommunstyrelsen": ["Åsmyra Energi och Vatten AB", "Kommunstyrelsen"],
    "Barn- och ungdomsnämnden och Vård- och äldrenämnden": [
        *("Barn- och ungdomsnämnden", "Vård- och äldrenämnden"),
    ],
    "Plan- och byggnadsnämnden": ["Plan- och byggnadsnämnden"],
    "Natur & Miljö": ["Natur & Miljö"],
    "Kyrkan och skolan": ["Kyrkan och skolan"],
    "–": [],
}


@pytest.mark.parametrize(("written", "names"), LISTS.items(), ids=LISTS)
def test_lists_are_split_between_names_only(written, names):
    assert split_names(written, is_known) == names


ABBREVIATIONS = {
    "KS": "Kommunstyrelsen",
    "KF": "Kommunfullmäktige",
    "BUN": "Barn- och utbildningsnämnden",
    "SN": "Socialnämnden",
    "KoF": "Kultur- och föreningsnämnden",
    "PMN": "Plan- och miljönämnden",
    "SBN": "Samhällsbyggnadsnämnden",
    "VÄN": "Vård- och äldrenämnden",
    "IFN": "Individ- och familjenämnden",
    "GVN": "Gymnasie- och vuxenutbildningsnämnden",
    "UN": "Utbildningsnämnden",
    "ÅBAB": "Åsmyra Bostads AB",
    "ÅEV": "Åsmyra Energi och Vatten AB",
    "RMS": "Räddningstjänsten Mellersta Slätten",
}


@pytest.mark.parametrize(("abbreviation", "name"), ABBREVIATIONS.items(), ids=ABBREVIATIONS)
def test_abbreviations_are_matched_to_their_own_name_alone(abbreviation, name):
    counts = {other: letters_left_out(abbreviation, other) for other in ABBREVIATIONS.values()}
    fitting = {other: count for other, count in counts.items() if count is not None}
    assert [other for other, count in fitting.items() if count == min(fitting.values())] == [name]


@pytest.mark.parametrize(
    "written", ["Lin Exempelsson 070-000 00 00", "Provberg, Kim", "alex@asmyra.example", "08-123 456 78"]
)
def test_persons_are_told_from_units(written):
    assert is_person(written)


@pytest.mark.parametrize(
    "written", ["Kommunstyrelsen", "Tekniska nämnden", "Åsmyra Bostads AB", "Regionen", "ÅEV", "Råd Öst"]
)
def test_units_are_no_persons(written):
    assert not is_person(written)
