"""The draft of the tjänsteutlåtande: as a value, as a Word document, and its texts to copy."""

import io
from dataclasses import replace
from datetime import date

import docx
import pytest
from docx.enum.text import WD_COLOR_INDEX

from followup.documents.statement import docx as statement_docx
from followup.documents.statement.draft import acts_in_force, build_statement
from followup.models import FollowUp
from followup.report.building import build_report
from followup.report.report import Report
from tests.fixtures import PROGRAMME, client_of
from tests.pages import html_of

PROPOSAL = (
    "Uppföljningen för 2020 av ”Program för trygghet och säkerhet 2018–2021” godkänns enligt bilaga 1 till"
    " tjänsteutlåtandet den 17 februari 2021."
)


@pytest.fixture
def report(huddinge) -> Report:
    return build_report(FollowUp.objects.select_related("programme").get(year=2020))


def part(statement, heading):
    return next(part.text for part in statement.parts if part.heading == heading)


def opened(statement):
    return docx.Document(io.BytesIO(statement_docx.render(statement)))


def placeholders(document):
    return [
        run.text for p in document.paragraphs for run in p.runs if run.font.highlight_color == WD_COLOR_INDEX.YELLOW
    ]


def test_the_proposal_is_a_whole_sentence_of_the_minutes(report):
    statement = build_statement(report)
    assert statement.proposals == (PROPOSAL,)
    assert statement.proposal_text == f"1. {PROPOSAL}"


def test_the_description_counts_goals_and_measures(report):
    text = part(build_statement(report), "Beskrivning av ärendet")
    assert "omfattar 5 ansvarsområden, 24 mål och 68 åtgärder." in text
    assert (
        "Av 24 mål bedöms 8 som uppfyllda, 13 som delvis uppfyllda och 2 som ej uppfyllda. 1 mål kan inte bedömas."
        in text
    )
    assert (
        "Av 68 åtgärder pågår 32, 17 är genomförda, 16 är försenade, 2 är avbrutna och 1 är inte aktuell i år." in text
    )
    assert "– Krisberedskap: uppfyllt i år, och målen väntas nås." in text
    assert report.circumstances in text
    assert all(change.code in text for change in report.changes)


def test_the_opinion_is_the_administrations_own_words(report):
    text = part(build_statement(report), "Förvaltningens synpunkter")
    assert text == "\n\n".join(
        [report.assessment_comment, "Den samlade prognosen är att målen nås under perioden.", report.looking_ahead]
    )


def test_children_are_accounted_for_by_the_perspectives(report):
    text = part(build_statement(report), "Barnkonsekvenser")
    assert text.startswith(report.perspectives)
    account = report.perspective_accounts[0]
    assert f"– {account.name}: {len(account.measures)} av årets 68 åtgärder." in text


def test_acts_are_named_from_the_year_that_they_apply(settings):
    settings.ACTS = [(2018, "kommunallagen"), (2023, "lagen (2023:196)")]
    assert acts_in_force(2017) == []
    assert acts_in_force(2022) == ["kommunallagen"]
    assert acts_in_force(2023) == ["kommunallagen", "lagen (2023:196)"]


def test_the_acts_stand_in_the_text(report, settings):
    settings.ACTS = [(2018, "kommunallagen"), (2023, "lagen (2023:196)")]
    early = part(build_statement(report), "Ekonomiska och juridiska konsekvenser")
    late = part(build_statement(replace(report, report_date=date(2024, 2, 1))), "Ekonomiska och juridiska konsekvenser")
    assert "Ärendet berör kommunallagen. [Fyll i: " in early
    assert "Ärendet berör kommunallagen och lagen (2023:196). [Fyll i: " in late


def test_the_sections_stand_in_the_order_of_a_municipality(report):
    document = opened(build_statement(report))
    assert [p.text for p in document.paragraphs if p.style.name == "Heading 1"] == [report.title]
    assert [p.text for p in document.paragraphs if p.style.name == "Heading 2"] == [
        "Förslag till beslut",
        "Sammanfattning",
        "Beskrivning av ärendet",
        "Förvaltningens synpunkter",
        "Ekonomiska och juridiska konsekvenser",
        "Barnkonsekvenser",
        "Bilagor",
        "Beslutet ska skickas till",
    ]
    texts = [p.text for p in document.paragraphs]
    assert f"1. {PROPOSAL}" in texts
    assert f"Bilaga 1. {report.title}" in texts
    assert "Datum 17 februari 2021" in texts
    assert any(text.startswith("Exempel.") for text in texts)


def test_what_the_application_cannot_know_stands_out(report):
    document = opened(build_statement(report))
    marked = placeholders(document)
    assert len(marked) == 7
    assert all(text.startswith("[Fyll i: ") and text.endswith("]") for text in marked)
    assert sum(p.text.count("[Fyll i: ") for p in document.paragraphs) == 7


def test_a_report_with_nothing_is_all_placeholders(report):
    nothing = replace(
        report,
        report_date=None,
        registration_number="",
        areas=(),
        guidelines=(),
        perspective_accounts=(),
        changes=(),
        circumstances="",
        assessment_comment="",
        perspectives="",
        looking_ahead="",
    )
    statement = build_statement(nothing)
    assert "tjänsteutlåtandet den [Fyll i: tjänsteutlåtandets datum]." in statement.proposal_text
    assert "omfattar 0 ansvarsområden, 0 mål och 0 åtgärder." in part(statement, "Beskrivning av ärendet")
    assert part(statement, "Barnkonsekvenser").startswith("[Fyll i: ")
    assert len(placeholders(opened(statement))) == 12


def test_broken_text_does_no_harm(report):
    statement = build_statement(replace(report, circumstances="a\x00b\ud800 <script>", municipality="\x0b"))
    assert "a\ufffdb\ufffd <script>" in [p.text for p in opened(statement).paragraphs]


def test_the_same_report_gives_the_same_file(report):
    assert statement_docx.render(build_statement(report)) == statement_docx.render(build_statement(report))


def test_the_page_has_both_texts_to_copy(secretary):
    response = client_of(secretary).get(f"{PROGRAMME}2020/tjansteutlatande/")
    statement = response.context["statement"]
    html = response.content.decode()
    assert f'id="forslag" rows="5" readonly>{statement.proposal_text}</textarea>' in html
    assert statement.summary.startswith("Det övergripande målet i ”Program för trygghet och säkerhet 2018–2021”")
    assert f"readonly>{statement.summary}</textarea>" in html


def test_the_word_file_has_a_name(secretary):
    response = client_of(secretary).get(f"{PROGRAMME}2020/tjansteutlatande.docx")
    assert response["Content-Disposition"] == 'attachment; filename="tjansteutlatande-huddinge-2018-2021-2020.docx"'
    assert docx.Document(io.BytesIO(response.content)).core_properties.title.startswith("Tjänsteutlåtande: ")


def test_others_are_told_whom_it_is_for(official):
    response = client_of(official).get(f"{PROGRAMME}2020/tjansteutlatande/")
    assert response.status_code == 403
    assert "till för granskare och nämndsekreterare" in html_of(response)


def test_only_those_who_may_see_it_are_shown_the_way(official, secretary):
    link = f"{PROGRAMME}2020/tjansteutlatande/"
    assert link in html_of(client_of(secretary).get(f"{PROGRAMME}2020/rapport/"))
    assert link not in html_of(client_of(official).get(f"{PROGRAMME}2020/rapport/"))
