"""Key figures of Kolada: found, linked, fetched, and what happens when it is slow or down."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO

import docx
import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from followup.change_counter import change_count
from followup.documents.formats import FORMATS
from followup.models import FollowUp
from followup.report.building import build_report
from followup.report.indicators import compared
from followup.report.serialization import from_json, to_json
from programmes.kolada import FetchLog, fetch_all
from programmes.kolada_api import Kolada, KoladaUnavailableError
from programmes.models import Indicator, IndicatorValue, KeyFigure, KeyFigureValue
from tests.fixtures import client_of
from tests.pages import html_of
from tests.programmes.kolada import FakeKolada, running

URL = "/program/huddinge-2018-2021/mal/1.1/indikator/1/"
SAFE = "N07403"
NOW = datetime(2022, 3, 2, 3, 0, tzinfo=UTC)
ALWAYS = timedelta(0)


@pytest.fixture
def kolada(settings):
    with running() as fake:
        settings.KOLADA_URL = fake.url
        settings.KOLADA_MUNICIPALITY = "0126"
        settings.KOLADA_COMPARE = ["0127", "G35000"]
        for year, value in {2017: 60, 2020: 66.6, 2021: 68.25}.items():
            fake.data[SAFE, "0126", year] = (value, value - 6, value + 6)
            fake.data[SAFE, "0127", year] = (value - 10, None, None)
        fake.data[SAFE, "G35000", 2021] = (63.5, None, None)
        fake.data["N07540", "0126", 2021] = (1200, None, None)
        yield fake


@pytest.fixture
def indicator(huddinge) -> Indicator:
    """The share that feels safe, with outcomes of 2018–2020 that people wrote, linked to Kolada."""
    indicator = Indicator.objects.get(sub_goal__area__number=1, sub_goal__number=1, number=1)
    indicator.kpi = SAFE
    indicator.save()
    return indicator


@pytest.fixture
def pauses(monkeypatch) -> list[float]:
    """The seconds that a client would have waited between its tries."""
    waited: list[float] = []
    monkeypatch.setattr("urllib3.util.retry.time.sleep", waited.append)
    return waited


def outcome(indicator: Indicator, year: int) -> IndicatorValue:
    return IndicatorValue.objects.get(indicator=indicator, year=year)


def test_key_figures_are_found_by_their_title(kolada: FakeKolada):
    [found] = Kolada().search("trygghet")
    assert (found.kpi, found.is_by_sex, found.description) == (SAFE, True, "Andel som svarat att de är trygga.")
    assert Kolada().search("finns inte") == []
    assert kolada.asked[0] == "/v3/kpi?title=trygghet&per_page=50"


def test_all_pages_are_read_at_the_host_that_is_set(kolada: FakeKolada):
    kolada.page_size = 2
    values = list(Kolada().values(SAFE, ["0126", "0127"]))
    assert [(value.municipality, value.year) for value in values] == [
        (place, year) for place in ("0126", "0127") for year in (2017, 2020, 2021)
    ]
    assert (values[1].value, values[1].women, values[1].men) == (Decimal("66.6"), Decimal("60.6"), Decimal("72.6"))
    assert len(kolada.asked) == 3


def test_a_call_names_at_most_25_ids(kolada: FakeKolada):
    ids = [f"{number:04}" for number in range(100, 160)]
    assert {value.municipality for value in Kolada().values(SAFE, ids)} == {"0126", "0127"}
    assert len(kolada.asked) == 3


def test_what_kolada_has_taken_away_is_left_out(kolada: FakeKolada):
    kolada.deleted.add((SAFE, "0126", 2020))
    assert [value.year for value in Kolada().values(SAFE, ["0126"])] == [2017, 2021]


def test_it_waits_as_long_as_it_is_asked_to_and_tries_again(kolada: FakeKolada, pauses):
    kolada.failures = [(429, "7"), (503, ""), (429, "9999")]
    assert Kolada().key_figure(SAFE) is not None
    assert pauses == [7, 4, 120]


def test_a_page_does_not_wait_as_long_as_kolada_asks(kolada: FakeKolada, pauses):
    kolada.failures = [(429, "60")]
    assert Kolada(retries=1, longest_pause=1).key_figure(SAFE) is not None
    assert pauses == [1]


def test_an_answer_without_end_is_refused(kolada: FakeKolada, monkeypatch):
    monkeypatch.setattr("programmes.kolada_api.MAX_BYTES", 10)
    with pytest.raises(KoladaUnavailableError, match="mer data än väntat"):
        Kolada().key_figure(SAFE)


@pytest.mark.parametrize(
    ("failures", "tries", "said"),
    [
        ([(500, "")] * 9, 4, "Kolada svarade med kod 500. Försök igen senare."),
        ([(404, "")], 1, "Kolada avvisade frågan (kod 404)."),
        (["nonsense"], 1, "Kolada svarade med något annat än JSON."),
    ],
)
def test_it_gives_up_and_says_why(kolada: FakeKolada, pauses, failures, tries, said):
    kolada.failures = failures
    with pytest.raises(KoladaUnavailableError) as refusal:
        Kolada().key_figure(SAFE)
    assert str(refusal.value) == said
    assert len(kolada.asked) == tries


def test_one_that_says_nothing_is_not_waited_for(kolada: FakeKolada, settings):
    settings.KOLADA_TIMEOUT = 0.1
    kolada.failures = ["silence"] * 2
    with pytest.raises(KoladaUnavailableError, match="Kolada svarar inte"):
        Kolada(retries=1, longest_pause=0).key_figure(SAFE)


def test_values_become_outcomes_and_what_a_person_wrote_stays(kolada: FakeKolada, indicator):
    IndicatorValue.objects.filter(indicator=indicator, year=2020).update(value=67, is_example=False)
    log = fetch_all(NOW, older_than=ALWAYS)
    assert (log.key_figures, log.changed, log.failed) == (1, 1, [])
    assert log.kept == [f"{indicator} 2020: den egna uppgiften står kvar."]
    fetched = outcome(indicator, 2021)
    assert (fetched.value, fetched.women, fetched.men) == (Decimal("68.25"), Decimal("62.25"), Decimal("74.25"))
    assert (fetched.kpi, fetched.dated, fetched.version) == (SAFE, date(2022, 3, 2), 1)
    assert fetched.history.get().history_change_reason == "Hämtat från Kolada"
    assert outcome(indicator, 2020).value == 67
    assert not IndicatorValue.objects.filter(indicator=indicator, year=2017).exists()  # before the programme


def test_what_is_fetched_again_changes_only_what_differs(kolada: FakeKolada, indicator):
    fetch_all(NOW, older_than=ALWAYS)
    IndicatorValue.objects.filter(indicator=indicator, year=2021).update(assessment="on_the_way")
    log = fetch_all(NOW + timedelta(days=1), older_than=ALWAYS)
    assert (log.changed, outcome(indicator, 2021).assessment) == (0, "on_the_way")
    kolada.data[SAFE, "0126", 2021] = (71, 70, 72)
    assert fetch_all(NOW + timedelta(days=2), older_than=ALWAYS).changed == 1
    changed = outcome(indicator, 2021)
    assert (changed.value, changed.assessment, changed.version) == (71, "", 2)


def test_what_is_fetched_again_unchanged_keeps_its_day_and_makes_no_other_report(kolada: FakeKolada, indicator):
    fetch_all(NOW, older_than=ALWAYS)
    before = change_count()
    report = build_report(FollowUp.objects.select_related("programme").get(year=2021))
    kolada.data[SAFE, "0127", 2017] = (1, None, None)  # before the programme
    fetch_all(NOW + timedelta(days=1), older_than=ALWAYS)
    assert change_count() > before  # the moment of fetching is stored with the key figure
    assert build_report(FollowUp.objects.select_related("programme").get(year=2021)) == report
    kolada.data[SAFE, "0127", 2021] = (59, None, None)
    fetch_all(NOW + timedelta(days=2), older_than=ALWAYS)
    places = {value.municipality_name: value for value in KeyFigureValue.objects.filter(year=2021)}
    assert (places["Botkyrka"].value, places["Botkyrka"].fetched_at) == (59, NOW + timedelta(days=2))
    assert places["Huddinge"].fetched_at == NOW


def test_the_report_shows_other_municipalities_in_every_format(kolada: FakeKolada, indicator, reviewer):
    fetch_all(NOW, older_than=ALWAYS)
    report = build_report(FollowUp.objects.select_related("programme").get(year=2021))
    found = report.areas[0].sub_goals[0].indicators[0]
    assert [(place.name, [(one.year, one.value) for one in place.values]) for place in found.elsewhere] == [
        ("Botkyrka", [(2020, Decimal("56.6")), (2021, Decimal("58.25"))]),
        ("Liknande kommuner, Huddinge", [(2021, Decimal("63.5"))]),
    ]
    assert {place.dated for place in found.elsewhere} == {date(2022, 3, 2)}
    assert from_json(to_json(report)) == report
    [here, there, group] = compared(found, "Huddinge kommun")
    assert (here.values, there.values) == (
        (62, Decimal("64.5"), Decimal("66.6"), Decimal("68.25")),
        (None, None, Decimal("56.6"), Decimal("58.25")),
    )
    assert (here.dated, group.values) == (None, (None, None, None, Decimal("63.5")))
    for html in (
        FORMATS["html"].render(report),
        client_of(reviewer).get("/program/huddinge-2018-2021/2021/rapport/").content.decode(),
        client_of(reviewer).get("/program/huddinge-2018-2021/mal/1.1/").content.decode(),
    ):
        table = html[html.index('<table class="comparison">') :]
        assert "Källa: Kolada N07403" in table
        assert (
            table.index("Huddinge kommun") < table.index("Botkyrka") < table.index("58,25") < table.index("2 mars 2022")
        )
    workbook = load_workbook(BytesIO(FORMATS["xlsx"].render(report)))
    rows = list(workbook["Andra kommuner"].iter_rows(values_only=True))
    assert rows[0] == ("Mål", "Indikator", "Kommun", "2018", "2019", "2020", "2021", "Nyckeltal i Kolada", "Hämtat")
    assert rows[2][2:7] == ("Botkyrka", None, None, 56.6, 58.25)
    [chart] = workbook["Diagram andra kommuner"]._charts
    assert [line.tx.strRef.f for line in chart.series] == [f"'Andra kommuner'!$C${row}" for row in (2, 3, 4)]
    text = "\n".join(
        cell.text
        for table in docx.Document(BytesIO(FORMATS["docx"].render(report))).tables
        for row in table.rows
        for cell in row.cells
    )
    assert "Botkyrka\n–\n–\n56,6\n58,25\n2 mars 2022" in text
    curve = client_of(reviewer).get("/program/huddinge-2018-2021/mal/1.1/").content.decode()
    assert curve.count('class="curve-other"') == 1  # the group has one year, which makes no line


def test_an_invented_outcome_gives_way_to_a_real_one(kolada: FakeKolada, indicator):
    assert outcome(indicator, 2020).is_example
    fetch_all(NOW, older_than=ALWAYS)
    assert (outcome(indicator, 2020).value, outcome(indicator, 2020).is_example) == (Decimal("66.6"), False)


def test_a_fetch_that_broke_off_goes_on_where_it_stopped(kolada: FakeKolada, indicator, settings):
    second = Indicator.objects.get(sub_goal=indicator.sub_goal, number=2)
    second.kpi = "N07540"
    second.save()
    first = fetch_all(NOW, older_than=timedelta(hours=20), kolada=Breaks(after=1))
    assert (first.key_figures, first.failed) == (1, ["N07540: Strömmen gick."])
    kolada.asked.clear()
    rest = fetch_all(NOW + timedelta(hours=1), older_than=timedelta(hours=20))
    assert (rest.key_figures, rest.failed) == (1, [])
    assert not [path for path in kolada.asked if SAFE in path]
    assert outcome(second, 2021).value == 1200


class Breaks(Kolada):
    """Fetches some key figures, and no more."""

    def __init__(self, *, after: int) -> None:
        super().__init__(retries=0)
        self.left = after

    def key_figure(self, kpi):
        if not self.left:
            raise KoladaUnavailableError("Strömmen gick.")
        self.left -= 1
        return super().key_figure(kpi)


def test_the_command_says_what_it_did_and_fails_when_kolada_does(kolada: FakeKolada, indicator, capsys):
    call_command("fetch_kolada")
    assert capsys.readouterr().out.endswith("Hämtade nyckeltal: 1. Nya eller ändrade utfall: 2.\n")
    call_command("fetch_kolada")
    assert capsys.readouterr().out == "Hämtade nyckeltal: 0. Nya eller ändrade utfall: 0.\n"
    kolada.failures = ["nonsense"]
    with pytest.raises(CommandError, match="N07403: Kolada svarade med något annat än JSON"):
        call_command("fetch_kolada", older_than=0)


def test_a_reviewer_searches_links_and_fetches(kolada: FakeKolada, indicator, reviewer):
    Indicator.objects.filter(pk=indicator.pk).update(kpi="")
    client = client_of(reviewer)
    html = html_of(client.get(URL, {"q": "trygghet"}))
    assert "Personer som upplever trygghet utomhus, andel (%)" in html
    client.post(f"{URL}koppla/", {"kpi": SAFE})
    indicator.refresh_from_db()
    assert (indicator.kpi, indicator.history.first().history_user) == (SAFE, reviewer)
    assert "Inget har hämtats från Kolada ännu." in html_of(client.get(URL))
    html = html_of(client.post(f"{URL}hamta/", follow=True))
    assert "Värdena är hämtade. Nya eller ändrade utfall: 2." in html
    assert html.index("<strong>Huddinge</strong>") < html.index("Botkyrka") < html.index("Liknande kommuner, Huddinge")
    assert "68,25" in html
    assert "58,25" in html
    client.post(f"{URL}koppla/", {"kpi": ""})
    indicator.refresh_from_db()
    assert (indicator.kpi, outcome(indicator, 2021).kpi) == ("", SAFE)


def test_a_page_without_kolada_shows_what_it_has_and_how_old_it_is(kolada: FakeKolada, indicator, reviewer, settings):
    log = FetchLog()
    assert fetch_all(NOW, older_than=ALWAYS).failed == log.failed
    settings.KOLADA_URL = "http://127.0.0.1:9"  # nobody answers there
    client = client_of(reviewer)
    html = html_of(client.get(URL, {"q": "trygghet"}))
    assert "Kolada svarar inte" in html
    assert "Det som redan är hämtat står kvar, från 2 mars 2022." in html
    assert "Källa: Kolada, hämtat 2 mars 2022 04.00" in html
    assert "68,25" in html
    assert "Inget hämtades. Kolada svarar inte" in html_of(client.post(f"{URL}hamta/", follow=True))
    assert KeyFigure.objects.get().values.count() == 7


def test_what_is_no_key_figure_is_refused_in_words(indicator, reviewer):
    response = client_of(reviewer).post(f"{URL}koppla/", {"kpi": "1234; DROP"})
    assert response.status_code == 422
    assert "Ett nyckeltal skrivs som en bokstav och fem siffror." in html_of(response)
    indicator.refresh_from_db()
    assert indicator.kpi == SAFE


def test_who_does_not_edit_the_programme_sees_the_figures_alone(indicator, official):
    html = html_of(client_of(official).get(URL, {"q": "trygghet"}))
    assert "Sök nyckeltal" not in html
    assert "Jämförelse med andra kommuner" in html
