"""Names of units as people write them in one cell: lists of names, abbreviations, and persons among them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from programmes.sheets.cells import normal
from programmes.sheets.periods import DASHES

MAX_ABBREVIATION = 6
# "Kultur- och fritidsnämnden & SBN": a conjunction after a hyphen is inside a name.
_SEPARATOR = re.compile(r"\s*[,;\n/|+]\s*")
_CONJUNCTION = re.compile(r"(?<!-)\s+(?:och|samt|and|og|&|med|tillsammans med)\s+", re.IGNORECASE)
# Ends of names of units, each of which is a letter in an abbreviation: SBN is samhälls-byggnads-nämnden.
_TAILS = (
    *("nämnd", "styrelse", "byggnad", "bolag", "förvaltning", "kontor", "utskott", "förbund", "fullmäktige", "bygg"),
    *("utbildning", "vård", "stad", "avdelning", "service", "tjänst"),
)
_IS_UNIT = re.compile(
    r"(?:nämnd|nämnden|styrelse|styrelsen|fullmäktige|bolag|bolaget|förvaltning|förvaltningen|kontor|kontoret|förbund|"
    r"förbundet|avdelning|avdelningen|enhet|enheten|utskott|utskottet|råd|rådet|\bab|gruppen|staben|nemnd|nemnda|"
    r"utvalg|utvalget|udvalg|udvalget|forvaltningen|avdelingen)$"
)
_TELEPHONE = re.compile(r"(?<!\d)(?:\+\d{2}|0\d{1,3})[\s-]?\d[\d\s-]{4,}")
_E_MAIL = re.compile(r"\S+@\S+")
_LAST_NAME_FIRST = re.compile(r"[A-ZÅÄÖÉ][a-zåäöéü-]+, [A-ZÅÄÖÉ][a-zåäöéü-]+")


def split_names(written: str, is_known: Callable[[str], bool]) -> list[str]:
    """Return the names in a cell. "och" parts two names only where that makes known names or whole names of units."""
    plain = written.translate(DASHES).strip()
    if not plain:
        return []
    # "Nämnd A<new line>Nämnd B", but also "Kultur- och<new line>fritidsnämnden".
    plain = re.sub(r"(-|\boch|&)\s*\n\s*", r"\1 ", plain)
    if is_known(plain):
        return [plain]
    names: list[str] = []
    for part in _SEPARATOR.split(plain):
        if part.strip(" .-"):
            names += _parts_of_enumeration(part.strip(), is_known)
    return names


def _parts_of_enumeration(text: str, is_known: Callable[[str], bool]) -> list[str]:
    """Split at conjunctions, joining again the pieces that only together are a known name."""
    pieces = _CONJUNCTION.split(text)
    joints = _CONJUNCTION.findall(text)
    names: list[str] = []
    at = 0
    while at < len(pieces):
        end = _end_of_known_name(pieces, joints, at, is_known)
        names.append(_together(pieces, joints, at, end))
        at = end
    are_names = all(is_known(name) or is_name_of_unit(name) for name in names)
    return names if are_names or any(map(is_known, names)) else [text]


def _end_of_known_name(
    pieces: Sequence[str], joints: Sequence[str], start: int, is_known: Callable[[str], bool]
) -> int:
    """Return the end of the longest known name that begins with piece `start`, or of that piece alone."""
    for end in range(len(pieces), start + 1, -1):
        if is_known(_together(pieces, joints, start, end)):
            return end
    return start + 1


def _together(pieces: Sequence[str], joints: Sequence[str], start: int, end: int) -> str:
    joined = pieces[start]
    for index in range(start + 1, end):
        joined += joints[index - 1] + pieces[index]
    return joined.strip()


def is_name_of_unit(name: str) -> bool:
    """Return whether the name ends like that of a board, company or office, or is an abbreviation."""
    return bool(_IS_UNIT.search(normal(name))) or _is_abbreviation(name)


def _is_abbreviation(name: str) -> bool:
    return 2 <= len(name) <= 6 and sum(letter.isupper() for letter in name) >= 2


def is_person(name: str) -> bool:
    """Return whether the text gives a telephone number or an e-mail address, or a last name and then a first name.

    "Rad Ost" may be a person or a unit; it counts as a unit.
    """
    if _TELEPHONE.search(name) or _E_MAIL.search(name):
        return True
    return is_last_name_first(name)


def is_last_name_first(name: str) -> bool:
    """Return whether the text is "Testlund, Alex", whose comma parts no names of units."""
    words = normal(name).split()
    return bool(_LAST_NAME_FIRST.fullmatch(name.strip())) and not any(map(_IS_UNIT.search, words))


def is_contact(text: str) -> bool:
    """Return whether the text is nothing but a telephone number or an e-mail address."""
    return bool(_TELEPHONE.fullmatch(text.strip()) or _E_MAIL.fullmatch(text.strip()))


def letters_left_out(abbreviation: str, name: str) -> int | None:
    """Return how many parts of the name an abbreviation of it leaves out; None when it abbreviates something else.

    Its letters begin the words of the name and the parts of compounds: "BUN" is Barn- och utbildningsnämnden, "KoF"
    Kultur- och föreningsnämnden, "ÅBAB" Åsmyra Bostads AB. The first letter and those of the other words are needed.
    """
    letters = normal(abbreviation).replace(" ", "")
    heads = list(_heads(name))
    if not 2 <= len(letters) <= MAX_ABBREVIATION or not heads or heads[0].letter != letters[0]:
        return None
    return _left_out(letters, heads)


@dataclass(frozen=True)
class _Head:
    """A letter that an abbreviation of the name may take; one that is `needed` must be taken."""

    letter: str
    needed: bool
    # Small words such as "och" are left out as a rule.
    is_small: bool = False


def _heads(name: str) -> Iterator[_Head]:
    """Yield the beginnings of the words of a name and of the last parts of its compounds."""
    for word in re.findall(r"[^\W\d_]+", normal(name.translate(DASHES))):
        if word == "ab":
            yield _Head("a", needed=False, is_small=True)
            yield _Head("b", needed=False, is_small=True)
            continue
        is_small = word in ("och", "för", "i", "av", "med", "samt")
        yield _Head(word[0], needed=not is_small, is_small=is_small)
        places = sorted({found.start() for tail in _TAILS for found in re.finditer(tail, word) if found.start() > 0})
        for place in places:
            yield _Head(word[place], needed=False)


def _left_out(letters: str, heads: Sequence[_Head]) -> int | None:
    """Return the fewest heads to leave out so that the others are the letters, in order; None when there is no way."""
    if not heads:
        return None if letters else 0
    head, rest = heads[0], heads[1:]
    taken = _left_out(letters[1:], rest) if letters and letters[0] == head.letter else None
    if head.needed:
        return taken
    skipped = _left_out(letters, rest)
    ways = [] if taken is None else [taken]
    if skipped is not None:
        ways.append(skipped + (not head.is_small))
    return min(ways, default=None)
