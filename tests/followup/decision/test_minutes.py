"""The minutes extract as a value: what becomes of what was entered."""

from datetime import date

import pytest

from followup.documents.minutes.extract import (
    Block,
    MinutesExtract,
    Note,
    blocks_of,
    genitive,
    listing,
    proposed_summary,
)
from followup.models import FollowUp, ProtocolNote
from followup.report.building import build_report


def extract(**changes):
    values = {
        "municipality": "Exempelby kommun",
        "body": "Socialnämnden",
        "meeting_date": date(2023, 3, 7),
        "paragraph": "§ 12",
        "registration_number": "SN-2023/4",
        "year": 2022,
        "title": "Uppföljning av Plan för trygghet 2022",
        "decision": "Uppföljningen godkänns.",
        "summary": "",
        "speakers": (),
        "deliberation": "",
        "propositions": "",
        "notes": (),
        "recipients": "",
    }
    return MinutesExtract(**values | changes)


def note(person, kind="note", text="Text."):
    """A note as the model words it."""
    row = ProtocolNote(kind=kind)
    return Note(row.get_kind_display(), row.kind_plural, row.verb_phrase, person, text)


def test_parts_without_content_are_left_out():
    assert [section.heading for section in extract().sections] == ["Socialnämndens beslut"]


def test_all_parts_in_order():
    whole = extract(
        summary="Kort.",
        speakers=("A (S)",),
        propositions="Ordförande frågar.",
        notes=(note("A (S)"), note("B (M)", "reservation"), note("C (V)"), note("D (L)", "statement")),
        recipients="Alla",
    )
    assert [section.heading for section in whole.sections] == [
        "Socialnämndens beslut",
        "Sammanfattning",
        "Överläggning",
        "Propositioner",
        "Protokollsanteckningar",
        "Reservationer",
        "Särskilda yttranden",
        "Beslutet ska skickas till",
    ]
    assert whole.sections[4].blocks == (
        Block("A (S) anmäler protokollsanteckning, se bilaga till detta protokoll."),
        Block("C (V) anmäler protokollsanteckning, se bilaga till detta protokoll."),
    )
    assert whole.sections[5].blocks == (Block("B (M) reserverar sig mot beslutet, se bilaga till detta protokoll."),)
    assert whole.sections[6].blocks == (Block("D (L) lämnar ett särskilt yttrande, se bilaga till detta protokoll."),)
    assert [appendix.heading for appendix in whole.appendices] == [
        "Protokollsbilaga 1: Protokollsanteckning, A (S)",
        "Protokollsbilaga 2: Reservation, B (M)",
        "Protokollsbilaga 3: Protokollsanteckning, C (V)",
        "Protokollsbilaga 4: Särskilt yttrande, D (L)",
    ]


@pytest.mark.parametrize(
    ("speakers", "sentence"),
    [
        (("A (S)",), "I ärendet yttrar sig A (S)."),
        (("A (S)", "B (M)"), "I ärendet yttrar sig A (S) och B (M)."),
        (("A (S)", "B (M)", "C (V)"), "I ärendet yttrar sig A (S), B (M) och C (V)."),
    ],
)
def test_the_deliberation_names_the_speakers_and_is_closed(speakers, sentence):
    section = extract(speakers=speakers).sections[1]
    assert section.blocks == (Block(sentence), Block("Härefter förklaras överläggningen avslutad."))


def test_a_correction_names_the_replaced_decision_after_the_decision():
    sentence = "Beslutet ersätter Socialnämndens beslut 7 februari 2023 § 9.\nSkäl: Fel antal lampor."
    section = extract(correction=sentence).sections[1]
    assert (section.heading, section.blocks) == ("Rättelse av tidigare beslut", (Block(sentence),))


def test_running_text_becomes_paragraphs_and_lists():
    text = "Först:\n– ett\n- två\n• tre\nsedan detta.\r\n\r\n\n1. Numrerad sats.\n2. Nästa sats."
    assert blocks_of(text) == (
        Block("Först:"),
        Block(items=("ett", "två", "tre")),
        Block("sedan detta."),
        Block("1. Numrerad sats.\n2. Nästa sats."),
    )
    assert blocks_of("  \n ") == ()


def test_swedish_genitive_and_listing():
    assert [genitive(name) for name in ("Kommunstyrelsen", "Huddinge AB", "Borås")] == [
        "Kommunstyrelsens",
        "Huddinge ABs",
        "Borås",
    ]
    assert listing(["A"]) == "A"


def test_the_file_is_named_for_the_paragraph():
    assert extract(paragraph="§ 24 b").file_name == "protokollsutdrag-2023-03-07-par-24-b"


@pytest.mark.django_db
def test_the_proposed_summary_states_what_the_matter_is(huddinge):
    summary = proposed_summary(build_report(FollowUp.objects.select_related("programme").get(year=2020)))
    blocks = blocks_of(summary)
    assert blocks[0].text.startswith(
        "Det övergripande målet i ”Program för trygghet och säkerhet 2018–2021” är att alla som bor, arbetar eller"
        " vistas i Huddinge ska kunna känna sig trygga och vara säkra."
    )
    assert "programmets fem ansvarsområden" in blocks[0].text
    assert blocks[1].items == (
        "Trygghetsskapande och brottsförebyggande arbete",
        "Skydd mot olyckor",
        "Krisberedskap",
        "Civilt försvar",
        "Internt skydds- och säkerhetsarbete",
    )
    assert "perioden 2018–2021" in blocks[2].text
    assert "Klotterrelaterad skadegörelse" in blocks[3].text
    assert "våldsbejakande extremism" in blocks[3].text
    assert "kommer att nås under programperioden" in blocks[4].text
    assert "flexibla" in blocks[5].text
    assert "barnperspektiv" in blocks[5].text
    assert len(blocks) == 6


@pytest.mark.django_db
def test_a_bare_programme_gets_a_summary_without_holes(huddinge):
    follow_up = FollowUp.objects.select_related("programme").get(year=2021)
    follow_up.areaentry_set.all().delete()
    follow_up.guidelineentry_set.all().delete()
    follow_up.forecast = "partly"
    summary = proposed_summary(build_report(follow_up))
    assert "riktlinje" not in summary
    assert "Den samlade prognosen är att målen delvis nås under perioden." in summary
    assert all(block.text for block in blocks_of(summary))
