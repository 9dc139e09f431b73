"""Sheets and columns that can be read and written, with our own headings and those of other people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import TextChoices

from organisation.models import Unit
from programmes.models import Indicator, Measure, Programme, TargetStatus
from programmes.scales import Scale
from programmes.sheets import cells
from programmes.sheets.cells import normal
from programmes.sheets.steps import StepWords

# Widths of columns, in characters.
TEXT, CODE, WIDE = 24, 8, 60
# The sheet of instructions in our own workbook, which is never read.
INSTRUCTIONS_TITLE = "Så fyller du i"
# Texts of help have the programme's words in braces: `own_words.in_sentence` fills them in.
OF_GOAL = "1.2.3 hör till {goal} 1.2."


@dataclass(frozen=True)
class ColumnSpec:
    """A column that can be read and written. `names` are other people's headings for it.

    `read` returns the value of a cell, or raises UnreadableCellError. A `yearly` column occurs once for each year, such
    as "Utfall 2022". A column that is not `written` is only understood in other people's files. A column `of_goal` on a
    sheet of measures tells about the goal of the measure.
    """

    key: str
    title: str
    read: Callable[[Any], Any] = cells.text
    names: tuple[str, ...] = ()
    width: int = TEXT
    choices: tuple[str, ...] = ()
    yearly: bool = False
    written: bool = True
    of_goal: bool = False
    help: str = ""
    # Stored value by the word that is shown for it.
    values: Mapping[str, str] = field(default_factory=dict, hash=False)
    # Words of the scale of a column of steps, and the key of the column that gets the comment of "Grön – klart i maj".
    steps: StepWords | None = field(default=None, hash=False)
    comment_key: str = ""


# Compared by identity: specs are keys of a small cache that is asked for every cell of a file's first rows.
@dataclass(frozen=True, eq=False)
class SheetSpec:
    """A kind of sheet. It is recognised by its title or `names`, otherwise by its `main` column.

    An `upright` sheet has one fact on each row. `bare_year_keys` are the columns that a heading of nothing but a year
    may stand for.
    """

    key: str
    title: str
    main: str
    columns: tuple[ColumnSpec, ...]
    names: tuple[str, ...] = ()
    help: str = ""
    upright: bool = False
    bare_year_keys: tuple[str, ...] = ()

    def find(self, key: str) -> ColumnSpec | None:
        return next((column for column in self.columns if column.key == key), None)

    def column(self, key: str) -> ColumnSpec:
        return next(column for column in self.columns if column.key == key)

    def with_columns(self, columns: Iterable[ColumnSpec], bare_year_keys: Iterable[str] = ()) -> SheetSpec:
        return replace(self, columns=(*self.columns, *columns), bare_year_keys=(*self.bare_year_keys, *bare_year_keys))


def choice_column(
    key: str, title: str, scale: type[TextChoices] | Scale, words: Mapping[str, str] | None = None, **more: Any
) -> ColumnSpec:
    """Return a column with the steps of `scale` by their labels; `words` are other people's words for the values."""
    labels = {str(label): str(value) for value, label in scale.choices}
    values_by_word = {**{value: value for value in labels.values()}, **(words or {}), **labels}
    known = {normal(word): value for word, value in values_by_word.items()}
    return ColumnSpec(key, title, cells.choice(known, ", ".join(labels)), choices=tuple(labels), values=labels, **more)


UNITS_NAMES = (
    "ansvarar", "vem", "vem ansvarar", "vem gör", "vilka", "driver frågan", "organisation",
    "ansvarig organisation", "huvudansvar", "huvudansvarig", "ansvarig aktör", "aktör", "ansvarig part",
    "genomförs av", "utförs av", "ansvarlig", "ansvarlige", "ansvarlig enhet", "tovholder", "ansvarig instans",
    "ansvarsinstans",
    "ansvar", "ansvarig", "ansvariga", "ansvarig nämnd", "ansvariga nämnder", "ansvarig enhet", "ansvarig förvaltning",
    "ansvarig nämnd/bolag", "ansvarig nämnd/styrelse", "nämnd/bolag", "nämnd", "förvaltning", "enhet", "utförare",
    "medverkande", "medverkande enhet", "medverkande enheter", "medverkande nämnder",
    "ägare", "responsible", "responsible unit", "responsible units", "owner", "unit", "units",
)  # fmt: skip
NUMBER_NAMES = ("nummer", "nr", "no", "number", "id", "kod", "löpnr", "löpnummer", "code")
EXAMPLE = ColumnSpec(
    "example", "Exempel", cells.flag, ("example",), 10, ("Ja", "Nej"), help="Ja om texten är påhittad."
)
AREA_NAMES = (
    "inriktning", "målområde", "spår", "del av programmet", "tillhör område", "huvudområde", "delområde",
    "prioritering", "prioritet", "tyngdpunktsområde", "satsningsområde", "innsatsområde", "indsatsområde",
    "satsingsområde",
    "område", "fokusområde", "målområde", "prioriterat område", "strategiskt område", "insatsområde",
    "utvecklingsområde",
    "tema", "perspektiv/område", "avsnitt", "kapitel", "area", "responsibility area", "focus area", "theme",
)  # fmt: skip
GOAL_NAMES = (
    "det här vill vi", "det vill vi", "vad vi vill uppnå", "effekt vi vill se", "önskad effekt", "operativa mål",
    "operativt mål", "målformulering", "mål/delmål", "målsetting", "målsætning", "delmål/mål",
    "delmål", "mål för perioden", "nämndmål", "målsättning", "effektmål", "inriktningsmål", "resultatmål", "sub-goal",
    "sub goal", "subgoal", "goal", "objective", "target goal", "prioriterat mål", "önskat läge",
)  # fmt: skip
MEASURE_NAMES = (
    "så gör vi", "det gör vi", "vi ska", "det här gör vi", "åtagande", "åtaganden", "leverans", "leveranser",
    "initiativ", "projekt", "tiltak", "tiltag", "indsats", "indsatser", "aktivitet/insats", "konkret åtgärd",
    "åtgärder", "aktivitet", "aktiviteter", "insats", "insatser", "uppdrag", "handling", "vad ska göras", "vad",
    "measure", "measures", "action", "activity", "åtgärd/aktivitet", "aktivitet/åtgärd", "åtgärd/insats",
)  # fmt: skip
FIRST_YEAR_NAMES = ("startår", "start", "planerad start", "startdatum", "från", "från och med", "fr.o.m.", "first year")
LAST_YEAR_NAMES = ("slutår", "slut", "planerat slut", "sluttdato", "till", "till och med", "t.o.m.", "last year")
DEADLINE_NAMES = (
    "klart", "klart senast", "klar senast", "ska vara klart", "ska vara klar", "klardatum", "klart datum",
    "färdigt senast", "färdigställs", "färdigställd senast", "slutdatum", "slutförs", "slutförs senast",
    "slutfört senast", "genomfört senast", "genomförs senast", "avslutas", "avslutas senast", "senast", "sista datum",
    "tidsfrist", "tidsgräns",
    "klart när", "när klart", "färdig", "planerat klart", "måldatum", "deadline", "due", "due date", "end date",
)  # fmt: skip
PERIOD_NAMES = (
    "tidplan", "period", "tidsplan", "tidsram", "tidtabell", "tidpunkt", "frist", "hvornår", "når", "när", "år",
    "genomförs", "genomförandeår", "timeframe", "when",
)  # fmt: skip
PROBLEM_NAMES = (
    "bakgrund", "nuläge", "problembild", "orsak", "orsaker", "identifierat problem", "årsak", "årsag",
)  # fmt: skip
UNITS = ColumnSpec("units", "Ansvariga enheter", cells.names, UNITS_NAMES, 32, help="Flera skiljs åt med komma.")
LEAD = ColumnSpec(
    "lead", "Huvudansvarig", cells.names, ("huvudansvarig enhet", "huvudansvarig nämnd", "lead", "lead unit"), 28,
    help="En av de ansvariga enheterna, som skriver det gemensamma svaret. Behövs bara när flera är ansvariga.",
)  # fmt: skip
AREA = ColumnSpec("area", "Ansvarsområde", cells.reference, AREA_NAMES, written=False, of_goal=True)
GOAL = ColumnSpec(
    "goal", "Mål", cells.reference, ("mål nr", "målnummer", "tillhör mål", *GOAL_NAMES), written=False, of_goal=True
)
AREA_GOAL = ColumnSpec(
    "area_goal",
    "Övergripande delmål",
    cells.text,
    ("områdets mål", "övergripande mål", "overarching goal", "overarching sub-goal", "målbild"),
    WIDE,
    written=False,
    of_goal=True,
)

PROGRAMME = SheetSpec(
    "programme",
    "Program",
    "title",
    (
        ColumnSpec("title", "Titel", cells.text, ("programmets namn", "program", "namn", "title"), help="Hela namnet."),
        ColumnSpec(
            "slug", "Kortnamn", cells.text, ("slug",), help="Används i webbadresser, till exempel trygghet-2022."
        ),
        ColumnSpec("first_year", "Första år", cells.year, ("från och med", "startår", "first year", "från")),
        ColumnSpec("last_year", "Sista år", cells.year, ("till och med", "slutår", "last year", "till")),
        ColumnSpec(
            "overarching_goal", "Övergripande mål", cells.text, ("vision", "overarching goal"), help="En mening."
        ),
        choice_column("state", "Läge", Programme.State),
        ColumnSpec("adopted_by", "Antaget av", cells.text, ("beslutat av", "adopted by")),
        ColumnSpec("adopted_on", "Antaget den", cells.day, ("beslutsdatum", "datum", "adopted on")),
        ColumnSpec("adopted_paragraph", "Paragraf", cells.text, ("§", "paragraph")),
        ColumnSpec("registration_number", "Diarienummer", cells.text, ("dnr", "diarienr", "registration number")),
    ),
    ("programmet", "programme", "om programmet"),
    "Programmets egna uppgifter, en på varje rad.",
    upright=True,
)
UNIT_SHEET = SheetSpec(
    "units",
    "Enheter",
    "name",
    (
        ColumnSpec("slug", "Kortnamn", cells.text, ("slug",), help="Används i webbadresser. Fylls i av sig självt."),
        ColumnSpec("name", "Namn", cells.text, ("enhet", "nämnd", "nämnd/bolag", "name", "unit"), 40),
        choice_column(
            "kind",
            "Typ",
            Unit.Kind,
            {"styrelse": "committee", "aktiebolag": "company", "kontor": "administration", "förbund": "federation"},
            names=("slag", "kind", "type"),
        ),
        ColumnSpec("abbreviation", "Förkortning", cells.text, ("abbreviation", "kort"), 14, help="Till exempel KS."),
    ),
    ("nämnder", "nämnder och bolag", "units", "organisation"),
    "Nämnder, bolag och förvaltningar som programmet nämner. Behövs bara för dem som inte redan finns.",
)
PERSPECTIVE_SHEET = SheetSpec(
    "perspectives",
    "Perspektiv",
    "name",
    (
        ColumnSpec("slug", "Kortnamn", cells.text, ("slug",)),
        ColumnSpec("name", "Namn", cells.text, ("perspektiv", "name"), 40),
        ColumnSpec("description", "Beskrivning", cells.text, ("description",), WIDE),
    ),
    ("perspectives",),
    "Genomgående perspektiv som {measures} märks med.",
)
AREA_SHEET = SheetSpec(
    "areas",
    "Ansvarsområden",
    "name",
    (
        ColumnSpec("number", "Nr", cells.code, NUMBER_NAMES, CODE, help="1, 2, 3 …"),
        ColumnSpec("name", "Ansvarsområde", cells.text, ("namn", *AREA_NAMES), 40),
        replace(AREA_GOAL, key="overarching_sub_goal", written=True),
        EXAMPLE,
    ),
    ("områden", "fokusområden", "målområden", "areas"),
    "Programmets delar, i ordning.",
)
GOAL_SHEET = SheetSpec(
    "goals",
    "Mål",
    "text",
    (
        AREA,
        AREA_GOAL,
        ColumnSpec(
            "number", "Nr", cells.code, ("mål nr", "målnummer", *NUMBER_NAMES), CODE, help="1.2 är {area} 1, {goal} 2."
        ),
        ColumnSpec("text", "Mål", cells.text, GOAL_NAMES, WIDE),
        ColumnSpec("short_name", "Kortnamn", cells.text, ("målets kortnamn",), 28, help="Högst 35 tecken."),
        UNITS,
        LEAD,
        ColumnSpec(
            "predecessor", "Föregångare", cells.text, ("predecessor",), 28,
            help="{The_goal} i ett tidigare program som {goal_it} fortsätter: programmets kortnamn och {goal_genitive} "
            "nummer, till exempel trygghet-2018 1.2.",
        ),
        EXAMPLE,
    ),
    ("delmål", "goals"),
    "{The_goals}, {each_goal} med {area} och nummer: 1.2 är {goal} 2 i {area} 1.",
)  # fmt: skip
MEASURE_SHEET = SheetSpec(
    "measures",
    "Åtgärder",
    "text",
    (
        AREA,
        AREA_GOAL,
        GOAL,
        ColumnSpec("goal_units", "Ansvariga för målet", cells.names, ("målansvarig",), written=False, of_goal=True),
        ColumnSpec("number", "Nr", cells.code, ("åtgärd nr", "åtgärdsnummer", *NUMBER_NAMES), CODE, help=OF_GOAL),
        ColumnSpec("text", "Åtgärd", cells.text, MEASURE_NAMES, WIDE),
        UNITS,
        LEAD,
        ColumnSpec(
            "period", "Tid", cells.period, PERIOD_NAMES,
            written=False,
        ),
        ColumnSpec("deadline", "Klart senast", cells.deadline, DEADLINE_NAMES, written=False),
        ColumnSpec("planned_years", "Genomförs", cells.mark, yearly=True, written=False),
        ColumnSpec("first_year", "Första år", cells.year, FIRST_YEAR_NAMES, 11),
        ColumnSpec("last_year", "Sista år", cells.year, LAST_YEAR_NAMES, 11),
        ColumnSpec("perspectives", "Perspektiv", cells.names, ("perspectives",), 28, help="Flera skiljs åt med komma."),
        ColumnSpec("problem", "Problem", cells.text, PROBLEM_NAMES, 40),
        ColumnSpec("problem_source", "Källa till problembilden", cells.text, ("problemets källa",)),
        choice_column("change", "Ändring", Measure.Change, {"ny": "added", "reviderad": "changed"}, width=12),
        ColumnSpec("change_year", "Ändringsår", cells.year, width=12),
        ColumnSpec("change_reason", "Skäl till ändringen", cells.text, width=40),
        EXAMPLE,
    ),
    ("aktiviteter", "insatser", "handlingsplan", "åtgärdsplan", "measures", "actions"),
    "{The_measures}, {each_measure} med numret på {own_goal} först: 1.2.3 är {measure} 3 till {goal} 1.2.",
    bare_year_keys=("planned_years",),
)  # fmt: skip
DIRECTIONS = {
    "upp": "up", "högre": "up", "öka": "up", "ökar": "up", "ökande": "up", "ska öka": "up", "higher is better": "up",
    "ner": "down", "ned": "down", "lägre": "down", "minska": "down", "minskar": "down", "minskande": "down",
    "ska minska": "down", "lower is better": "down",
}  # fmt: skip
INDICATOR_SHEET = SheetSpec(
    "indicators",
    "Indikatorer",
    "name",
    (
        AREA,
        GOAL,
        ColumnSpec("number", "Nr", cells.code, NUMBER_NAMES, CODE, help=OF_GOAL),
        ColumnSpec(
            "name", "Indikator", cells.text, ("nyckeltal", "mått", "indicator", "key figure", "indikatorer"), WIDE
        ),
        ColumnSpec("unit", "Enhet", cells.text, ("måttenhet", "sort", "unit")),
        choice_column("direction", "Riktning", Indicator.Direction, DIRECTIONS, names=("önskad riktning", "direction")),
        ColumnSpec("baseline", "Basvärde", cells.figure, ("utgångsvärde", "startvärde", "nuläge", "baseline"), 12),
        ColumnSpec("baseline_year", "Basår", cells.year, ("baseline year",), 10),
        ColumnSpec("target", "Målvärde", cells.figure, ("målnivå", "mål för perioden", "target"), 12),
        ColumnSpec("targets", "Målvärde", cells.figure, ("målnivå", "target"), yearly=True, written=False),
        ColumnSpec("outcomes", "Utfall", cells.figure, ("resultat", "värde", "outcome"), yearly=True, written=False),
        ColumnSpec("source", "Källa", cells.text, ("datakälla", "source"), 32),
        ColumnSpec("kpi", "Nyckeltal i Kolada", cells.text, ("kolada", "kolada-id"), 18, help="Till exempel N00945."),
        EXAMPLE,
    ),
    ("nyckeltal", "mått", "indicators"),
    "Nyckeltal till {the_goals}.",
    bare_year_keys=("outcomes",),
)
TARGET_SHEET = SheetSpec(
    "targets",
    "Målvärden",
    "value",
    (
        ColumnSpec(
            "indicator", "Indikator", cells.code, NUMBER_NAMES, 12, help="Indikatorns nummer, till exempel 1.2.3."
        ),
        ColumnSpec("year", "År", cells.year, ("year",), 8),
        ColumnSpec("value", "Målvärde", cells.figure, ("target",), 12),
    ),
    ("targets",),
    "Målvärden för enskilda år, där de skiljer sig från periodens.",
)
OUTCOME_SHEET = SheetSpec(
    "outcomes",
    "Utfall",
    "value",
    (
        ColumnSpec(
            "indicator", "Indikator", cells.code, NUMBER_NAMES, 12, help="Indikatorns nummer, till exempel 1.2.3."
        ),
        ColumnSpec("year", "År", cells.year, ("year",), 8),
        ColumnSpec("value", "Utfall", cells.figure, ("värde", "outcome"), 12),
        ColumnSpec("women", "Kvinnor", cells.figure, ("utfall för kvinnor", "women"), 12),
        ColumnSpec("men", "Män", cells.figure, ("utfall för män", "men"), 12),
        choice_column("assessment", "Bedömning mot målvärdet", TargetStatus),
        ColumnSpec("kpi", "Nyckeltal i Kolada", cells.text, ("kolada",), 18),
        ColumnSpec("dated", "Uppgiftens datum", cells.day, ("datum",), 16),
        EXAMPLE,
    ),
    ("resultat", "outcomes"),
    "Indikatorernas utfall, en rad för varje år.",
)
GUIDELINE_SHEET = SheetSpec(
    "guidelines",
    "Riktlinjer",
    "title",
    (
        ColumnSpec("number", "Nr", cells.code, NUMBER_NAMES, CODE),
        ColumnSpec("title", "Riktlinje", cells.text, ("titel", "namn", "guideline", "title"), 40),
        ColumnSpec("description", "Beskrivning", cells.text, ("description",), WIDE),
        UNITS,
        LEAD,
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
