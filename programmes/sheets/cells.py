"""Reading one cell: what people write in it, and what Excel has made of that."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
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
CODE = re.compile(r"^\D{0,20}?(\d{1,9}(?:\s{0,3}[.:,\-]\s{0,3}\d{1,9}){0,9})(?!\d)")


class Code(tuple[int, ...]):
    """A number such as "1.2.3" as its parts. `is_rounded`: Excel cannot tell 1.1 from 1.10."""

    is_rounded = False


@dataclass(frozen=True)
class Reference:
    """How a row names what it belongs to: by number, by words, or both."""

    code: Code
    words: str

    def __bool__(self) -> bool:
        return bool(self.code or self.words)


class Unreadable(Exception):
    """What is in the cell cannot be taken for what the column holds. The text is Swedish and says how to mend it."""


def normal(value: object) -> str:
    """Return a word for comparison: without case, extra spaces, text in brackets, and punctuation around it."""
    # The class leaves out "(" so that a text of many of them is searched once, not once for each.
    folded = re.sub(r"\([^()]*\)", " ", fold(str(value)))
    return " ".join(re.sub(r"[^\w/&+%§-]", " ", folded).split()).strip("-/ ")


def text(cell: Any) -> str:
    value = cell.value
    if isinstance(value, str):
        return clean_cell(value).strip()
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    return str(value)


def code(cell: Any) -> Code:
    """A number such as "1.2.3", also when Excel has made a decimal or a day of it; empty when there is none."""
    value = cell.value
    if isinstance(value, datetime):
        return Code(_code_of_day(value, str(cell.number_format)))
    if isinstance(value, float):
        places = re.fullmatch(r"0\.(0+)", str(cell.number_format))
        shown = f"{value:.{len(places[1])}f}" if places else f"{value:.10g}"
        found = Code(int(part) for part in shown.split(".") if part.isdigit())
        found.is_rounded = not places
        return found
    match = CODE.match(text(cell))
    return Code(int(part) for part in re.findall(r"\d+", match[1])) if match else Code()


def reference(cell: Any) -> Reference:
    if not isinstance(cell.value, str):
        return Reference(code(cell), "")
    return numbered(text(cell))


def numbered(written: str) -> Reference:
    """A number in front of words, when it can be nothing else: "1.2 Fler …", "2. Trygghet", "Mål 3: …", but not
    "24 timmar"."""
    match = NUMBERED.match(written)
    if not match:
        return Reference(Code(), written)
    digits = re.findall(r"\d+", match[1] or match[2] or match[3])
    return Reference(Code(map(int, digits)), written[match.end() :].strip())


def _code_of_day(day: datetime, number_format: str) -> tuple[int, ...]:
    """Excel takes 1.2 for the first of February, 1.2.3 for that day in 2003; where months come first, for January."""
    form = number_format.lower()
    month_first = not form.startswith("y") and "d" in form and "m" in form and form.index("m") < form.index("d")
    parts = (day.month, day.day) if month_first else (day.day, day.month)
    # A day without a year is given the year in which it was typed.
    return (*parts, day.year - 2000) if 2000 < day.year < 2020 else parts


def year(cell: Any) -> int | None:
    years = _years(cell)
    if text(cell) and len(set(years)) != 1:
        problem = "är flera år" if years else "är inte ett år"
        raise Unreadable(f"”{text(cell)}” {problem}. Skriv året med fyra siffror, till exempel 2023.")
    return years[0] if years else None


def period(cell: Any) -> Period:
    """Return the years of a measure. Unreadable when the cell names neither a year nor the whole period."""
    return _period(cell, parse_period)


def deadline(cell: Any) -> Period:
    """Return the period of a measure that is to be finished at the time in the cell."""
    return _period(cell, parse_deadline)


def _period(cell: Any, parse: Callable[[str], Period | None]) -> Period:
    period = parse(text(cell))
    if period is None:
        raise Unreadable(
            f"”{text(cell)}” är inte en tid. Skriv ett år eller två, till exempel 2022–2024, eller Löpande."
        )
    return period


def _years(cell: Any) -> list[int]:
    if isinstance(cell.value, datetime):
        return [cell.value.year]
    return [int(found) for found in re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", text(cell))]


def figure(cell: Any) -> int | float | None:
    """A number however it is written, with at most three decimals; of per cent, the number before the sign."""
    value = cell.value
    if value is None or (isinstance(value, str) and normal(value) in ("", "saknas", "uppgift saknas", "-", "na")):
        return None
    if isinstance(value, bool | datetime):
        raise Unreadable(f"”{text(cell)}” är inte ett tal. Skriv talet med siffror, till exempel 12,5.")
    if isinstance(value, int | float):
        number = Decimal(repr(value))
        if "%" in str(cell.number_format):
            number *= 100
    else:
        plain = re.sub(r"[\s%]|kr$|st$", "", value.casefold()).replace("−", "-").replace(",", ".")
        try:
            number = Decimal(plain)
        except InvalidOperation:
            raise Unreadable(f"”{value.strip()}” är inte ett tal. Skriv bara talet, till exempel 12,5.") from None
    if not number.is_finite() or abs(number) >= LARGEST_FIGURE:
        raise Unreadable(f"”{value}” är inte ett tal. Skriv talet med siffror, till exempel 12,5.")
    number = round(number, DECIMALS)
    return int(number) if number == number.to_integral_value() else float(number)


def flag(cell: Any) -> bool:
    written = normal(text(cell)) if not isinstance(cell.value, bool) else str(cell.value).casefold()
    if written in YES:
        return True
    if written in NO:
        return False
    raise Unreadable(f"”{text(cell)}” går inte att tolka. Skriv Ja eller Nej.")


def mark(cell: Any) -> bool:
    """Return whether the cell is marked with an x, a tick or a dot."""
    written = text(cell).casefold().strip("()[] ")
    if written in ("", "-", "–", "nej"):
        return False
    if written in MARKS:
        return True
    raise Unreadable(f"”{text(cell)}” är inget kryss. Skriv x i cellen, eller lämna den tom.")


def day(cell: Any) -> str | None:
    """The day as ISO text."""
    value = cell.value
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool) and 20_000 < value < 80_000:
        return (EXCEL_EPOCH + timedelta(days=int(value))).date().isoformat()
    written = text(cell)
    if not written:
        return None
    found = _day(written.casefold())
    if found is None:
        raise Unreadable(f"”{written}” är inte ett datum. Skriv till exempel 2021-02-17.")
    return found.isoformat()


def _day(written: str) -> date | None:
    patterns = (
        (r"(\d{4})-?(\d{2})-?(\d{2})(?:\s.*)?", (1, 2, 3)),
        (r"(?:den\s+)?(\d{1,2})\s+([a-zåäö]+)\.?\s+(\d{4})", (3, 2, 1)),
        (r"(\d{1,2})[/.](\d{1,2})[\s/.-]+(\d{4})", (3, 2, 1)),
    )
    for pattern, order in patterns:
        if found := re.fullmatch(pattern, written):
            y, m, d = (found[place] for place in order)
            try:
                return date(int(y), int(m) if m.isdigit() else _month(m), int(d))
            except ValueError:
                return None
    return None


def _month(name: str) -> int:
    """ValueError when it is none."""
    return next((number for number, month in enumerate(MONTHS, 1) if len(name) > 2 and month.startswith(name)), 0)


def choice(words: Mapping[str, str], labels: str) -> Callable[[Any], str]:
    """The reader of a cell that holds one of `words`, as they are compared; `labels` are offered to who writes another
    one."""

    def read(cell: Any) -> str:
        written = normal(text(cell))
        if not written:
            return ""
        if written not in words:
            raise Unreadable(f"”{text(cell)}” känns inte igen. Skriv något av: {labels}.")
        return words[written]

    return read


def names(cell: Any) -> list[str]:
    """Several names in one cell: kept whole here, since a name may hold what also parts names."""
    written = text(cell)
    return [written] if written else []
