"""Reading pasted addresses."""

import pytest

from organisation.people.addresses import pasted_addresses


def read(text: str) -> list[tuple[str, str]]:
    return [(address.name, address.email) for address in pasted_addresses(text)]


@pytest.mark.parametrize("parting", ["\n", "; ", ", ", ";\r\n", "\n\n"])
def test_addresses_are_parted_by_lines_semicolons_and_commas(parting):
    text = parting.join(["Eva Ek <eva@example.se>", "per@example.se", "bo@example.se"])
    assert read(text) == [("Eva Ek", "eva@example.se"), ("", "per@example.se"), ("", "bo@example.se")]


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        ("Ek, Eva <e@example.se>", "Eva Ek"),
        ('"Ek, Eva" <e@example.se>', "Eva Ek"),
        ("'Eva Ek' <e@example.se>", "Eva Ek"),
        ("Anna-Lena von Ek <e@example.se>", "Anna-Lena von Ek"),
        ("<e@example.se>", ""),
        ("e@example.se", ""),
        ("Åsa Öberg\t<e@example.se>", "Åsa Öberg"),
    ],
)
def test_names(entry, name):
    [address] = pasted_addresses(entry)
    assert (address.name, address.email, address.problem) == (name, "e@example.se", "")


def test_a_name_is_read_from_the_address():
    assert read("eva.ek@example.se") == [("Eva Ek", "eva.ek@example.se")]
    assert read("registrator@example.se") == [("", "registrator@example.se")]


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("Eva Ek", "Adressen saknar @. Skriv den som namn@kommun.se."),
        ("Eva Ek <eva.example.se>", "Adressen saknar @. Skriv den som namn@kommun.se."),
        ("eva@", "Det är ingen giltig e-postadress. Skriv den som namn@kommun.se."),
        ("eva@example.se>", "Det är ingen giltig e-postadress. Skriv den som namn@kommun.se."),
        ("Eva <>", "Adressen saknar @. Skriv den som namn@kommun.se."),
    ],
)
def test_faults(entry, problem):
    [address] = pasted_addresses(entry)
    assert (address.text, address.email, address.problem) == (entry, "", problem)


def test_an_address_twice_is_a_fault():
    first, second = pasted_addresses("eva@example.se; Eva <EVA@example.se>")
    assert (first.problem, second.problem) == ("", "Adressen står två gånger i listan.")


def test_nothing_is_left_out_and_empty_lines_are_ignored():
    assert len(pasted_addresses("a@example.se\n\n;;\nskräp\n")) == 2
    assert pasted_addresses(" \n ") == []
