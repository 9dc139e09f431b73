"""Lines of text above a table: the programme's title and years, the year of the statuses, and the area or goal."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from programmes.sheets.cells import Reference
from programmes.sheets.shape.labels import Level, read_label

_YEARS = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*[-–—]\s*((?:19|20)\d\d)(?!\d)(?!-\d)")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_KIND_OF_PROGRAMME = re.compile(r"(?:program|programmet|plan|planen|strategi|strategin|policy|agenda)\b", re.IGNORECASE)
_ABOUT_STATUS = re.compile(
    r"\b(?:läget?|lägesredovisning|uppföljning|årsuppföljning|sammanställning|rapport\w*|status|till och med|avser|"
    r"uppf|redovisning|bokslut|årsbokslut|opfølgning|oppfølging)\b",
    re.IGNORECASE,
)
_DECIDED = re.compile(r"\b(?:beslut\w*|antag\w*|fastställ\w*|vedtatt|vedtaget)\b", re.IGNORECASE)
MAX_TITLE = 200
MIN_WORDS_OF_TITLE, MAX_WORDS_OF_TITLE = 3, 16


@dataclass(frozen=True)
class TableContext:
    """Facts that the lines above a table tell about all its rows, and about the programme."""

    area: Reference | None = None
    goal: Reference | None = None
    title: str = ""
    first_year: int | None = None
    last_year: int | None = None
    status_year: int | None = None


def read_lines(lines: Iterable[str]) -> TableContext:
    """Return the facts in the lines above a table; of several areas or goals the last one, right above it."""
    area = goal = None
    title = ""
    years: tuple[int | None, int | None] = (None, None)
    status_year = None
    for line in lines:
        label = read_label(line)
        if label.level is Level.AREA:
            area = label.reference
        elif label.level is Level.GOAL:
            goal = label.reference
        else:
            status_year = status_year or status_year_in(line)
            title = title or title_in(line)
            years = years_in(line) if years == (None, None) else years
    return TableContext(area, goal, title, years[0], years[1], status_year)


def title_in(line: str) -> str:
    """Return the title of a programme in the line: up to its years, or the whole line when it names a plan."""
    text = " ".join(line.split())
    years = _YEARS.search(text)
    head = text[: years.end()] if years else re.split(r"[,.;–]", text)[0]
    is_title = bool(_KIND_OF_PROGRAMME.search(head)) and len(head) <= MAX_TITLE and not _DECIDED.match(head)
    # "Efter tidplan" and "Plan- och miljönämnden" are no titles, and long lines are sentences.
    number_of_words = len(head.split())
    has_length = number_of_words <= MAX_WORDS_OF_TITLE and (bool(years) or number_of_words >= MIN_WORDS_OF_TITLE)
    return head.strip(" ,.–-") if is_title and has_length and not head.casefold().endswith("nämnden") else ""


def years_in(line: str) -> tuple[int | None, int | None]:
    """Return the first and last year of a period such as "2023–2027"; dates are none."""
    found = _YEARS.search(line)
    return (int(found[1]), int(found[2])) if found else (None, None)


def status_year_in(line: str) -> int | None:
    """Return the year that a line about the follow-up names: "Läget 2024-12-31", "Uppföljning av år 2025"."""
    about = _ABOUT_STATUS.search(line)
    if about is None:
        return None
    before_decision = _DECIDED.split(line[about.start() :])[0]
    years = _YEAR.findall(_YEARS.sub(" ", before_decision))
    return int(years[0]) if years else None
