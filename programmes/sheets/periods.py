"""Parse the years in which a measure is carried out, as people write them: "2024-25", "från 2024", "klart HT25"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from organisation.text import fold

WHOLE_PERIOD = (
    *("löpande", "årlig", "varje år", "hela perioden", "tills vidare", "kontinuerlig", "vid behov"),
    *("ongoing", "annually"),
)
DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−→➔"), "-")
_YEAR = r"(?:19|20)\d\d"
_MONTHS = (
    "jan(?:uari)?|feb(?:ruari)?|mars?|apr(?:il)?|maj|juni?|juli?|aug(?:usti)?|sept?(?:ember)?|okt(?:ober)?|"
    "nov(?:ember)?|dec(?:ember)?"
)
_PARTS_OF_YEAR = (
    rf"{_MONTHS}|ht|vt|vår(?:en|terminen)?|höst(?:en|terminen)?|sommar(?:en)?|vinter(?:n)?|q[1-4]|kv\.?\s*[1-4]|"
    r"kvartal\s*[1-4]|[1-4]\s*kvartalet|t[1-3]|tertial\s*[1-3]|årsskiftet|halvåret"
)
# "HT25", "okt-24", "Q3 25": two digits are a year only after a part of one.
_SHORT_YEAR = re.compile(rf"\b({_PARTS_OF_YEAR})[\s./'-]*(\d\d)(?!\d|-\d)")
_DATES = re.compile(rf"({_YEAR})-(?:0?[1-9]|1[0-2])-\d\d?(?!\d)|(?<!\d)\d\d?[/.]\s?\d\d?[\s/.-]+({_YEAR})(?!\d)")
_SHORT_RANGE = re.compile(rf"(?<!\d)({_YEAR})(\s?[-/]\s?)(\d\d)(?!\d)")
_TWO_SHORT_YEARS = re.compile(r"(\d\d)\s?[-/]\s?(\d\d)")
_YEAR_ALONE = re.compile(rf"(?<!\d){_YEAR}(?!\d)")

# In the patterns below each year of the text is the letter Y, and each part of a year (a month, "HT") a P.
_BETWEEN = r"[\s:,(]*(?:(?:i|av|under|början|slutet|mitten|den|\d\d?|P)\s+)*"
_STARTS = re.compile(
    r"(?:\b(?:från(?:\s+och\s+med)?|fr\.?\s?o\.?\s?m\.?|f\.?\s?o\.?\s?m\.?|from|since|startar|startas|start|"
    rf"påbörjas|börjar|inleds)(?:\s+år)?){_BETWEEN}(Y)"
)
_GOES_ON = re.compile(
    r"Y\s*(?:-+\s*(?=$|[,;.)])|-?\s*(?:och\s+|o\s+|&\s*|and\s+)?(?:framåt|framöver|vidare|ff\b|följande|därefter|onwards?|"
    r"tills\s+vidare|löpande|pågår))"
)
_ENDS = re.compile(
    r"(?:(?:^|[,;(]\s*)-|\b(?:till(?:\s+och\s+med)?|t\.?\s?o\.?\s?m\.?|senast|klart?|klara|färdigt?|färdiga|slutförs|"
    r"slutfört?|avslutas|upphör|slutdatum|slutår|deadline|until|by|utgången\s+av|slut)(?:\s+år)?)"
    rf"{_BETWEEN}Y"
)
_UNDERSTOOD = re.compile(
    r"[YP]|\b(?:och|med|år|i|av|under|början|slutet|mitten|den|vara|ska|ca|cirka|samt|senast|klart?|pågår|\d\d?)\b|[\W_]+"
)


@dataclass(frozen=True)
class Period:
    """First and last year of a measure; None stands for the programme's own. `doubtful_text` is the text of the cell
    when more than years was written in it."""

    first: int | None = None
    last: int | None = None
    doubtful_text: str = ""

    def __str__(self) -> str:
        if self.first == self.last:
            return str(self.first) if self.first else "hela perioden"
        if self.last is None:
            return f"från {self.first}"
        return f"{self.first}–{self.last}" if self.first else f"till {self.last}"


def parse_period(text: str) -> Period | None:
    """Return the years that the text names, all years for "löpande" or an empty text, and None for anything else."""
    plain = fold(text).translate(DASHES).replace("->", "-").strip()
    written = _with_full_years(plain)
    years = [int(year) for year in _YEAR_ALONE.findall(written)]
    is_whole = any(word in written for word in WHOLE_PERIOD)
    if not years:
        return Period() if is_whole or not written.strip(" .-") else None

    pattern = re.sub(rf"\b(?:{_PARTS_OF_YEAR})\b", "P", _YEAR_ALONE.sub("Y", written))
    first, last = min(years), max(years)
    goes_on = bool(_GOES_ON.search(pattern) or (len(years) == 1 and _STARTS.search(pattern)))
    has_no_start = len(years) == 1 and not goes_on and bool(_ENDS.search(pattern))
    if len(years) > 1 or goes_on or has_no_start:
        # "Löpande" adds nothing to these, but it contradicts a single year.
        pattern = re.sub(rf"(?:{'|'.join(WHOLE_PERIOD)})\w*", " ", pattern)
    doubtful_text = text.strip() if _has_other_words(pattern) else ""
    return Period(None if has_no_start else first, None if goes_on else last, doubtful_text)


def parse_deadline(text: str) -> Period | None:
    """Return the period of a measure whose cell says when it has to be finished: a single year is the last one."""
    period = parse_period(text)
    if period and period.first == period.last:
        return Period(None, period.last, period.doubtful_text)
    return period


def _with_full_years(written: str) -> str:
    """Replace dates by their year and years of two digits by four digits."""
    if short := _TWO_SHORT_YEARS.fullmatch(written):
        return f"20{short[1]}-20{short[2]}" if short[1] < short[2] else written
    written = _DATES.sub(lambda date: date[1] or date[2], written)
    written = _SHORT_RANGE.sub(_full_range, written)
    return _SHORT_YEAR.sub(r"\1 20\2", written)


def _full_range(found: re.Match[str]) -> str:
    """Return "2024-25" as two years, but "2024-05" as the year of that month."""
    first, separator, short = found[1], found[2], found[3]
    if short > first[2:]:
        return f"{first}{separator}{first[:2]}{short}"
    return first if "-" in separator and 1 <= int(short) <= 12 else found[0]


def _has_other_words(pattern: str) -> bool:
    rest = _ENDS.sub(" ", _STARTS.sub(" ", _GOES_ON.sub(" ", pattern)))
    return bool(_UNDERSTOOD.sub(" ", rest).strip())
