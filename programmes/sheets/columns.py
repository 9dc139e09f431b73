"""What a workbook holds: its sheets and their columns, by the headings that we write and those that others use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import TextChoices

from organisation.models import Unit
from programmes.models import Indicator, Measure, Programme, TargetStatus
from programmes.sheets import cells
from programmes.sheets.cells import normal

TEXT, CODE, WIDE = 24, 8, 60
# What a workbook of ours says of itself, and nobody is to read in.
INSTRUCTIONS_TITLE = "Så fyller du i"
OF_GOAL = "1.2.3 hör till mål 1.2."


@dataclass(frozen=True)
class Column:
    """`names` are other headings that it goes by. One that is `yearly` stands once for each year: "Utfall 2022"."""

    key: str
    title: str
    read: Callable[[Any], Any] = cells.text
    names: tuple[str, ...] = ()
    width: int = TEXT
    choices: tuple[str, ...] = ()
    yearly: bool = False
    # Whether we write it, or only understand it when others have.
    written: bool = True
    help: str = ""
    # By which other words a choice is known, value by word.
    values: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def headings(self) -> tuple[str, ...]:
        return tuple(normal(name) for name in (self.title, *self.names))


# Equal only to itself: it is asked for its headings at every cell of a file's first rows.
@dataclass(frozen=True, eq=False)
class Sheet:
    """A sheet is known by its `names`, or by its `main` column when its name says nothing."""

    key: str
    title: str
    main: str
    columns: tuple[Column, ...]
    names: tuple[str, ...] = ()
    help: str = ""
    # One thing with a row for each of its facts, instead of a row for each thing.
    upright: bool = False

    def column(self, key: str) -> Column:
        return next(column for column in self.columns if column.key == key)

    def with_columns(self, columns: Iterable[Column]) -> Sheet:
        return replace(self, columns=(*self.columns, *columns))


def chosen(
    key: str, title: str, scale: type[TextChoices], words: Mapping[str, str] | None = None, **more: Any
) -> Column:
    """A column with the steps of `scale` by their labels; `words` are other ways of saying them."""
    labels = {str(label): str(value) for value, label in scale.choices}
    known = {
        normal(word): value for word, value in {**{v: v for v in labels.values()}, **(words or {}), **labels}.items()
    }
    return Column(key, title, cells.choice(known, ", ".join(labels)), choices=tuple(labels), values=labels, **more)


UNITS_NAMES = (
    "ansvar", "ansvarig", "ansvariga", "ansvarig nämnd", "ansvariga nämnder", "ansvarig enhet", "ansvarig förvaltning",
    "ansvarig nämnd/bolag", "ansvarig nämnd/styrelse", "nämnd/bolag", "nämnd", "förvaltning", "enhet", "utförare",
    "ägare", "responsible", "responsible unit", "responsible units", "owner", "unit", "units",
)  # fmt: skip
NUMBER_NAMES = ("nummer", "nr", "no", "number", "id", "kod", "löpnr", "löpnummer", "#", "code")
EXAMPLE = Column("example", "Exempel", cells.flag, ("example",), 10, ("Ja", "Nej"), help="Ja om texten är påhittad.")
AREA_NAMES = (
    "område", "fokusområde", "målområde", "prioriterat område", "strategiskt område", "insatsområde",
    "utvecklingsområde",
    "tema", "perspektiv/område", "avsnitt", "kapitel", "area", "responsibility area", "focus area", "theme",
)  # fmt: skip
GOAL_NAMES = (
    "delmål", "mål för perioden", "nämndmål", "målsättning", "effektmål", "inriktningsmål", "resultatmål", "sub-goal",
    "sub goal", "subgoal", "goal", "objective", "target goal", "prioriterat mål", "önskat läge",
)  # fmt: skip
MEASURE_NAMES = (
    "åtgärder", "aktivitet", "aktiviteter", "insats", "insatser", "uppdrag", "handling", "vad ska göras", "vad",
    "measure", "measures", "action", "activity", "åtgärd/aktivitet", "aktivitet/åtgärd", "åtgärd/insats",
)  # fmt: skip
FIRST_YEAR_NAMES = ("startår", "start", "startdatum", "från", "från och med", "fr.o.m.", "first year")
LAST_YEAR_NAMES = ("slutår", "slut", "till", "till och med", "t.o.m.", "last year")
DEADLINE_NAMES = (
    "klart", "klart senast", "klar senast", "ska vara klart", "ska vara klar", "klardatum", "klart datum", "färdigt",
    "färdigt senast", "färdigställs", "färdigställd senast", "slutdatum", "slutförs", "slutförs senast",
    "slutfört senast", "genomfört senast", "genomförs senast", "avslutas", "avslutas senast", "senast", "sista datum",
    "tidsfrist", "tidsgräns", "måldatum", "deadline", "due", "due date", "end date",
)  # fmt: skip
UNITS = Column("units", "Ansvariga enheter", cells.names, UNITS_NAMES, 32, help="Flera skiljs åt med komma.")
AREA = Column("area", "Ansvarsområde", cells.reference, AREA_NAMES, written=False)
AREA_GOAL = Column(
    "area_goal",
    "Övergripande delmål",
    cells.text,
    ("områdets mål", "övergripande mål", "overarching goal", "overarching sub-goal", "målbild"),
    WIDE,
    written=False,
)

PROGRAMME = Sheet(
    "programme",
    "Program",
    "title",
    (
        Column("title", "Titel", cells.text, ("programmets namn", "program", "namn", "title"), help="Hela namnet."),
        Column("slug", "Kortnamn", cells.text, ("slug",), help="Används i webbadresser, till exempel trygghet-2022."),
        Column("first_year", "Första år", cells.year, ("från och med", "startår", "first year", "från")),
        Column("last_year", "Sista år", cells.year, ("till och med", "slutår", "last year", "till")),
        Column("overarching_goal", "Övergripande mål", cells.text, ("vision", "overarching goal"), help="En mening."),
        chosen("state", "Läge", Programme.State),
        Column("adopted_by", "Antaget av", cells.text, ("beslutat av", "adopted by")),
        Column("adopted_on", "Antaget den", cells.day, ("beslutsdatum", "datum", "adopted on")),
        Column("adopted_paragraph", "Paragraf", cells.text, ("§", "paragraph")),
        Column("registration_number", "Diarienummer", cells.text, ("dnr", "diarienr", "registration number")),
    ),
    ("programmet", "programme", "om programmet"),
    "Programmets egna uppgifter, en på varje rad.",
    upright=True,
)
UNIT_SHEET = Sheet(
    "units",
    "Enheter",
    "name",
    (
        Column("slug", "Kortnamn", cells.text, ("slug",), help="Används i webbadresser. Fylls i av sig självt."),
        Column("name", "Namn", cells.text, ("enhet", "nämnd", "nämnd/bolag", "name", "unit"), 40),
        chosen(
            "kind",
            "Typ",
            Unit.Kind,
            {"styrelse": "committee", "aktiebolag": "company", "kontor": "administration", "förbund": "federation"},
            names=("slag", "kind", "type"),
        ),
        Column("abbreviation", "Förkortning", cells.text, ("abbreviation", "kort"), 14, help="Till exempel KS."),
    ),
    ("nämnder", "nämnder och bolag", "units", "organisation"),
    "Nämnder, bolag och förvaltningar som programmet nämner. Behövs bara för dem som inte redan finns.",
)
PERSPECTIVE_SHEET = Sheet(
    "perspectives",
    "Perspektiv",
    "name",
    (
        Column("slug", "Kortnamn", cells.text, ("slug",)),
        Column("name", "Namn", cells.text, ("perspektiv", "name"), 40),
        Column("description", "Beskrivning", cells.text, ("description",), WIDE),
    ),
    ("perspectives",),
    "Genomgående perspektiv som åtgärder märks med.",
)
AREA_SHEET = Sheet(
    "areas",
    "Ansvarsområden",
    "name",
    (
        Column("number", "Nr", cells.code, NUMBER_NAMES, CODE, help="1, 2, 3 …"),
        Column("name", "Ansvarsområde", cells.text, ("namn", *AREA_NAMES), 40),
        replace(AREA_GOAL, key="overarching_sub_goal", written=True),
        EXAMPLE,
    ),
    ("områden", "fokusområden", "målområden", "areas"),
    "Programmets delar, i ordning.",
)
GOAL_SHEET = Sheet(
    "goals",
    "Mål",
    "text",
    (
        AREA,
        AREA_GOAL,
        Column(
            "number", "Nr", cells.code, ("mål nr", "målnummer", *NUMBER_NAMES), CODE, help="1.2 är område 1, mål 2."
        ),
        Column("text", "Mål", cells.text, GOAL_NAMES, WIDE),
        UNITS,
        Column(
            "predecessor", "Föregångare", cells.text, ("predecessor",), 28,
            help="Målet i ett tidigare program som det fortsätter: programmets kortnamn och målets nummer, "
            "till exempel trygghet-2018 1.2.",
        ),
        EXAMPLE,
    ),
    ("delmål", "goals"),
    "Målen, vart och ett med område och nummer: 1.2 är mål 2 i område 1.",
)  # fmt: skip
MEASURE_SHEET = Sheet(
    "measures",
    "Åtgärder",
    "text",
    (
        AREA,
        AREA_GOAL,
        Column("goal", "Mål", cells.reference, ("mål nr", "målnummer", "tillhör mål", *GOAL_NAMES), written=False),
        Column("goal_units", "Ansvariga för målet", cells.names, ("målansvarig",), written=False),
        Column("number", "Nr", cells.code, ("åtgärd nr", "åtgärdsnummer", *NUMBER_NAMES), CODE, help=OF_GOAL),
        Column("text", "Åtgärd", cells.text, MEASURE_NAMES, WIDE),
        UNITS,
        Column(
            "period", "Tid", cells.period,
            ("tidplan", "period", "tidsplan", "när", "år", "genomförs", "genomförandeår", "timeframe", "when"),
            written=False,
        ),
        Column("deadline", "Klart senast", cells.deadline, DEADLINE_NAMES, written=False),
        Column("first_year", "Första år", cells.year, FIRST_YEAR_NAMES, 11),
        Column("last_year", "Sista år", cells.year, LAST_YEAR_NAMES, 11),
        Column("perspectives", "Perspektiv", cells.names, ("perspectives",), 28, help="Flera skiljs åt med komma."),
        Column("problem", "Problem", cells.text, ("bakgrund", "nuläge", "problembild"), 40),
        Column("problem_source", "Källa till problembilden", cells.text, ("problemets källa",)),
        chosen("change", "Ändring", Measure.Change, {"ny": "added", "reviderad": "changed"}, width=12),
        Column("change_year", "Ändringsår", cells.year, width=12),
        Column("change_reason", "Skäl till ändringen", cells.text, width=40),
        EXAMPLE,
    ),
    ("aktiviteter", "insatser", "handlingsplan", "åtgärdsplan", "measures", "actions"),
    "Åtgärderna, var och en med numret på sitt mål först: 1.2.3 är åtgärd 3 till mål 1.2.",
)  # fmt: skip
DIRECTIONS = {
    "upp": "up", "högre": "up", "öka": "up", "ökar": "up", "ökande": "up", "ska öka": "up", "higher is better": "up",
    "ner": "down", "ned": "down", "lägre": "down", "minska": "down", "minskar": "down", "minskande": "down",
    "ska minska": "down", "lower is better": "down",
}  # fmt: skip
INDICATOR_SHEET = Sheet(
    "indicators",
    "Indikatorer",
    "name",
    (
        AREA,
        Column("goal", "Mål", cells.reference, ("mål nr", "målnummer", "tillhör mål", *GOAL_NAMES), written=False),
        Column("number", "Nr", cells.code, NUMBER_NAMES, CODE, help=OF_GOAL),
        Column("name", "Indikator", cells.text, ("nyckeltal", "mått", "indicator", "key figure", "indikatorer"), WIDE),
        Column("unit", "Enhet", cells.text, ("måttenhet", "sort", "unit")),
        chosen("direction", "Riktning", Indicator.Direction, DIRECTIONS, names=("önskad riktning", "direction")),
        Column("baseline", "Basvärde", cells.figure, ("utgångsvärde", "startvärde", "nuläge", "baseline"), 12),
        Column("baseline_year", "Basår", cells.year, ("baseline year",), 10),
        Column("target", "Målvärde", cells.figure, ("målnivå", "mål för perioden", "target"), 12),
        Column("targets", "Målvärde", cells.figure, ("målnivå", "target"), yearly=True, written=False),
        Column("outcomes", "Utfall", cells.figure, ("resultat", "värde", "outcome"), yearly=True, written=False),
        Column("source", "Källa", cells.text, ("datakälla", "source"), 32),
        Column("kpi", "Nyckeltal i Kolada", cells.text, ("kolada", "kolada-id"), 18, help="Till exempel N00945."),
        EXAMPLE,
    ),
    ("nyckeltal", "mått", "indicators"),
    "Nyckeltal till målen.",
)
TARGET_SHEET = Sheet(
    "targets",
    "Målvärden",
    "value",
    (
        Column("indicator", "Indikator", cells.code, NUMBER_NAMES, 12, help="Indikatorns nummer, till exempel 1.2.3."),
        Column("year", "År", cells.year, ("year",), 8),
        Column("value", "Målvärde", cells.figure, ("target",), 12),
    ),
    ("targets",),
    "Målvärden för enskilda år, där de skiljer sig från periodens.",
)
OUTCOME_SHEET = Sheet(
    "outcomes",
    "Utfall",
    "value",
    (
        Column("indicator", "Indikator", cells.code, NUMBER_NAMES, 12, help="Indikatorns nummer, till exempel 1.2.3."),
        Column("year", "År", cells.year, ("year",), 8),
        Column("value", "Utfall", cells.figure, ("värde", "outcome"), 12),
        Column("women", "Kvinnor", cells.figure, ("utfall för kvinnor", "women"), 12),
        Column("men", "Män", cells.figure, ("utfall för män", "men"), 12),
        chosen("assessment", "Bedömning mot målvärdet", TargetStatus),
        Column("kpi", "Nyckeltal i Kolada", cells.text, ("kolada",), 18),
        Column("dated", "Uppgiftens datum", cells.day, ("datum",), 16),
        EXAMPLE,
    ),
    ("resultat", "outcomes"),
    "Indikatorernas utfall, en rad för varje år.",
)
GUIDELINE_SHEET = Sheet(
    "guidelines",
    "Riktlinjer",
    "title",
    (
        Column("number", "Nr", cells.code, NUMBER_NAMES, CODE),
        Column("title", "Riktlinje", cells.text, ("titel", "namn", "guideline", "title"), 40),
        Column("description", "Beskrivning", cells.text, ("description",), WIDE),
        UNITS,
        EXAMPLE,
    ),
    ("guidelines",),
    "Riktlinjer som följs upp i samma rapport.",
)

SHEETS = (
    PROGRAMME,
    UNIT_SHEET,
    PERSPECTIVE_SHEET,
    AREA_SHEET,
    GOAL_SHEET,
    MEASURE_SHEET,
    INDICATOR_SHEET,
    TARGET_SHEET,
    OUTCOME_SHEET,
    GUIDELINE_SHEET,
)
