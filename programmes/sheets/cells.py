"""Readers of single cells: text as people write it, and the numbers and dates that Excel turns it into."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from organisation.text import clean_cell, fold
from programmes.sheets.periods import Period, parse_deadline, parse_period

DECIMALS = 3
# More digits than the database stores.
LARGEST_FIGURE = Decimal(10) ** 12
MONTHS = (
    *("januari", "februari", "mars", "april", "maj", "juni"),
    *("juli", "augusti", "september", "oktober", "november", "december"),
)
YES = {"ja", "j", "x", "sant", "true", "yes", "1"}
MARKS = {"x", "✓", "✔", "√", "☑", "☒", "✗", "✘", "●", "•", "■", "▪", "◆", "*", "ja"}
NO = {"nej", "n", "", "falskt", "false", "no", "0", "-", "–"}
EXCEL_EPOCH = datetime(1899, 12, 30)
NUMBERED = re.compile(
    r"(?:(?:mål|delmål|område|ansvarsområde|fokusområde|åtgärd|goal|area)\s*)?"
    r"(?:(\d{1,9}(?:\.\d{1,9}){1,9})(?:[.:)]|(?=\s)|$)|(\d{1,9})(?:[.:)](?=\s|$)|\s*$))"
    r"|(?:mål|delmål|område|ansvarsområde|fokusområde|åtgärd|goal|area)\s+(\d{1,9})\b[.:)]?",
    re.IGNORECASE,
)
DATE_PATTERNS = (
    re.compile(r"(?P<year>\d{4})-?(?P<month>\d{2})-?(?P<day>\d{2})(?:\s.*)?"),
    re.compile(r"(?:den\s+)?(?P<day>\d{1,2})\s+(?P<month>[a-zåäö]+)\.?\s+(?P<year>\d{4})"),
    re.compile(r"(?P<day>\d{1,2})[/.](?P<month>\d{1,2})[\s/.-]+(?P<year>\d{4})"),
)
CODE = re.compile(r"^\D{0,20}?(\d{1,9}(?:\s{0,3}[.:,\-]\s{0,3}\d{1,9}){0,9})(?!\d)")

# No goal or measure has a higher number within its parent; years and amounts do.
MAX_NUMBER = 99
AMOUNT = re.compile(r"(?:procent|procentenheter|%|miljoner|mnkr|tkr|kr|kronor|km|kilometer|meter|hektar|timmar)\b|%")
# "A1", "A1.2", "A1a", "1.1.a": letters count as numbers. "3.3:4b" is put in after 3.3.4, and has no number of its own.
LETTERED_CODE = re.compile(r"([A-ZÅÄÖ])(\d{1,2}(?:[.:]\d{1,2})*)([a-z])?\.?|(\d{1,2}(?:[.:]\d{1,2})*)[.:]([a-z])\.?")


class Code(tuple[int, ...]):
    """Parts of a number such as "1.2.3". `is_rounded`: it was a decimal in Excel, where 1.10 is stored as 1.1."""

    is_rounded = False


@dataclass(frozen=True)
class Reference:
    """Number and words by which a row names an item; either may be empty."""

    code: Code
    words: str

    def __bool__(self) -> bool:
        return bool(self.code or self.words)


class UnreadableCellError(Exception):
    """The content does not fit the column. The text is Swedish and names the remedy."""


def normal(value: object) -> str:
    """Return the text for comparison: without case, extra spaces, text in brackets, and punctuation around it."""
    # "[^()]" excludes "(" so that a text of many of them takes linear time.
    folded = re.sub(r"\([^()]*\)", " ", fold(str(value)))
    return " ".join(re.sub(r"[^\w/&+%§-]", " ", folded).split()).strip("-/ ")


def text(cell: Any) -> str:
    """Return the content of any cell as text."""
    value = cell.value
    if isinstance(value, str):
        return clean_cell(value).strip()
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date):
        return value.isoformat()[:10]
    return str(value)


def code(cell: Any) -> Code:
    """Return a number such as "1.2.3", also if Excel has stored a decimal or a date; empty when there is none."""
    value = cell.value
    if isinstance(value, date):
        return Code(_code_of_date(value, str(cell.number_format)))
    if isinstance(value, float):
        return _code_of_decimal(value, str(cell.number_format))
    written = text(cell)
    if lettered := LETTERED_CODE.fullmatch(written):
        return Code(_code_of_letters(lettered))
    match = CODE.match(written)
    return Code(int(part) for part in re.findall(r"\d+", match[1])) if match else Code()


def reference(cell: Any) -> Reference:
    """Return the number and the words of an item that the cell names."""
    if not isinstance(cell.value, str):
        return Reference(code(cell), "")
    return numbered(text(cell))


def numbered(written: str) -> Reference:
    """Split a number from the words after it: "1.2 Fler …", "2. Trygghet", "Mål 3: …", but not "24 timmar"."""
    match = NUMBERED.match(written)
    if not match:
        return Reference(Code(), written)
    digits = re.findall(r"\d+", match[1] or match[2] or match[3])
    rest = written[match.end() :].strip()
    # "Mål 2030: fossilfri kommun" and "3.5 procent ökning" begin with a year and an amount.
    if any(int(part) > MAX_NUMBER for part in digits) or AMOUNT.match(rest):
        return Reference(Code(), written)
    return Reference(Code(map(int, digits)), written[match.end() :].strip())


def _code_of_letters(lettered: re.Match[str]) -> Iterator[int]:
    """Yield the parts of a number with letters: "B2c" is 2.2.3."""
    first, digits, last = lettered[1], lettered[2] or lettered[4], lettered[3] or lettered[5]
    if first:
        yield "ABCDEFGHIJKLMNOPQRSTUVWXYZÅÄÖ".index(first) + 1
    yield from (int(part) for part in re.findall(r"\d+", digits))
    if last:
        yield ord(last) - ord("a") + 1


def _code_of_decimal(value: float, number_format: str) -> Code:
    decimals = re.fullmatch(r"0\.(0+)", number_format)
    shown = f"{value:.{len(decimals[1])}f}" if decimals else f"{value:.10g}"
    result = Code(int(part) for part in shown.split(".") if part.isdigit())
    result.is_rounded = decimals is None
    return result


def _code_of_date(date_of_cell: date, number_format: str) -> tuple[int, ...]:
    """Return the number that was typed: Excel turns 1.2 into 1 February, and 1.2.3 into 1 February 2003.

    In formats with the month first, 1.2 has become 2 January.
    """
    letters = number_format.lower()
    has_both = "d" in letters and "m" in letters
    month_first = has_both and not letters.startswith("y") and letters.index("m") < letters.index("d")
    day, month = date_of_cell.day, date_of_cell.month
    parts = (month, day) if month_first else (day, month)
    # A number of two parts gets the year in which it was typed, which is not a third part.
    return (*parts, date_of_cell.year - 2000) if 2000 < date_of_cell.year < 2020 else parts


def year(cell: Any) -> int | None:
    """Return the only year that the cell names."""
    years = _years(cell)
    if text(cell) and len(set(years)) != 1:
        problem = "är flera år" if years else "är inte ett år"
        raise UnreadableCellError(f"”{text(cell)}” {problem}. Skriv året med fyra siffror, till exempel 2023.")
    return years[0] if years else None


def period(cell: Any) -> Period:
    """Return the years of a measure. UnreadableCellError when the cell names neither a year nor the whole period."""
    return _period(cell, parse_period)


def deadline(cell: Any) -> Period:
    """Return the period of a measure that is to be finished at the time in the cell."""
    return _period(cell, parse_deadline)


def _period(cell: Any, parse: Callable[[str], Period | None]) -> Period:
    period = parse(text(cell))
    if period is None:
        raise UnreadableCellError(
            f"”{text(cell)}” är inte en tid. Skriv ett år eller två, till exempel 2022–2024, eller Löpande."
        )
    return period


def _years(cell: Any) -> list[int]:
    if isinstance(cell.value, date):
        return [cell.value.year]
    return [int(found) for found in re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", text(cell))]


def figure(cell: Any) -> int | float | None:
    """Return the number in the cell with at most three decimals; of a percentage, the number before the sign."""
    value = cell.value
    if value is None or (isinstance(value, str) and normal(value) in ("", "saknas", "uppgift saknas", "-", "na")):
        return None
    if isinstance(value, bool | date):
        raise UnreadableCellError(f"”{text(cell)}” är inte ett tal. Skriv talet med siffror, till exempel 12,5.")
    if isinstance(value, int | float):
        number = Decimal(repr(value))
        if "%" in str(cell.number_format):
            number *= 100
    else:
        plain = re.sub(r"[\s%]|kr$|st$", "", value.casefold()).replace("−", "-").replace(",", ".")
        try:
            number = Decimal(plain)
        except InvalidOperation:
            raise UnreadableCellError(
                f"”{value.strip()}” är inte ett tal. Skriv bara talet, till exempel 12,5."
            ) from None
    if not number.is_finite() or abs(number) >= LARGEST_FIGURE:
        raise UnreadableCellError(f"”{value}” är inte ett tal. Skriv talet med siffror, till exempel 12,5.")
    number = round(number, DECIMALS)
    return int(number) if number == number.to_integral_value() else float(number)


def flag(cell: Any) -> bool:
    """Return whether the cell says yes."""
    written = normal(text(cell)) if not isinstance(cell.value, bool) else str(cell.value).casefold()
    if written in YES:
        return True
    if written in NO:
        return False
    raise UnreadableCellError(f"”{text(cell)}” går inte att tolka. Skriv Ja eller Nej.")


def mark(cell: Any) -> bool:
    """Return whether the cell is marked with an x, a tick or a dot."""
    written = text(cell).casefold().strip("()[] ")
    if written in ("", "-", "–", "nej"):
        return False
    if written in MARKS:
        return True
    raise UnreadableCellError(f"”{text(cell)}” är inget kryss. Skriv x i cellen, eller lämna den tom.")


def day(cell: Any) -> str | None:
    """Return the date in the cell as ISO text."""
    value = cell.value
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, int | float) and not isinstance(value, bool) and 20_000 < value < 80_000:
        return (EXCEL_EPOCH + timedelta(days=int(value))).date().isoformat()
    written = text(cell)
    if not written:
        return None
    parsed = _parse_date(written.casefold())
    if parsed is None:
        raise UnreadableCellError(f"”{written}” är inte ett datum. Skriv till exempel 2021-02-17.")
    return parsed.isoformat()


def _parse_date(written: str) -> date | None:
    for pattern in DATE_PATTERNS:
        match = pattern.fullmatch(written)
        if match is None:
            continue
        month = match["month"]
        try:
            return date(int(match["year"]), int(month) if month.isdigit() else _month(month), int(match["day"]))
        except ValueError:
            return None
    return None


def _month(name: str) -> int:
    """Return the number of a month by its name or the beginning of it; 0 for other words."""
    if len(name) < 3:
        return 0
    return next((number for number, month in enumerate(MONTHS, 1) if month.startswith(name)), 0)


def choice(words: Mapping[str, str], labels: str) -> Callable[[Any], str]:
    """Return a reader of cells that maps compared `words` to values. Its error offers the `labels`."""

    def read(cell: Any) -> str:
        written = normal(text(cell))
        if not written:
            return ""
        if written not in words:
            raise UnreadableCellError(f"”{text(cell)}” känns inte igen. Skriv något av: {labels}.")
        return words[written]

    return read


def names(cell: Any) -> list[str]:
    """Return the text of a cell with names. They are separated later, since "och" may be part of a name."""
    written = text(cell)
    return [written] if written else []
