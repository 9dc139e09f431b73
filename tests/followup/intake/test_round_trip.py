"""Workbooks of our own are imported again without a change, and the template can be filled in."""

import io
import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from openpyxl import load_workbook

from followup.intake.workbook import ALL_SHEETS
from programmes.exporting import export_programme
from programmes.models import Measure, Programme
from programmes.sheets.assembling import ProgrammeFacts
from programmes.sheets.writing import programme_workbook, template
from programmes.shipped_frameworks import STANDARD_FRAMEWORK
from tests.followup.intake.workbooks import goals, load, refused
from tests.programmes.test_exporting import PROGRAMMES, read, written


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(source=PROGRAMMES)
def test_any_programme_is_read_back_from_its_workbook_identical(earlier, source):
    with transaction.atomic():
        read(source)
        exported = written(Programme.objects.get(slug="nytt-program"))
        content = programme_workbook(
            export_programme(Programme.objects.get(slug="nytt-program")), STANDARD_FRAMEWORK.terms
        )
        log, _ = load(content, ProgrammeFacts())
        assert log.nothing_changed
        transaction.set_rollback(True)
    with transaction.atomic():
        load(content, ProgrammeFacts())
        again = written(Programme.objects.get(slug="nytt-program"))
        for key in ("programme", "areas", "guidelines"):
            assert again[key] == exported[key]
        transaction.set_rollback(True)


def test_the_real_programme_is_read_back_by_the_command(huddinge, tmp_path, capsys):
    file = tmp_path / "program.xlsx"
    call_command("export_programme", huddinge.slug, format="xlsx", output=file)
    capsys.readouterr()
    call_command("import_programme", str(file))
    assert capsys.readouterr().out == (
        "Inget ändrades: Program för trygghet och säkerhet 2018–2021 stämmer redan med filen.\n"
    )
    sheet = load_workbook(file)["Mål"]
    sheet["B2"] = "Ny lydelse."
    sheet.parent.save(file)
    call_command("import_programme", str(file))
    out = capsys.readouterr().out
    assert out.endswith("Ändrade: 1 mål.\n")
    assert "Mål 1.1, som har svar, fick ny lydelse: ”" in out
    assert goals()[0] == ("1.1", "Ny lydelse.")


@pytest.mark.django_db
def test_the_template_lacks_a_programme_until_it_is_filled_in():
    content = template(ALL_SHEETS)
    assert refused(content, facts=ProgrammeFacts()) == [
        "Bladet Program, kolumn B (Titel), rad 1: titel måste fyllas i.",
        "Bladet Program, kolumn B (Kortnamn), rad 2: det här måste fyllas i.",
        "Bladet Program, kolumn B (Första år), rad 3: första år måste fyllas i.",
        "Bladet Program, kolumn B (Sista år), rad 4: sista år måste fyllas i.",
    ]
    filled = load_workbook(io.BytesIO(content))
    for cell, value in {"B1": "Trygghet", "B3": 2022, "B4": 2025, "B5": "Trygg kommun."}.items():
        filled["Program"][cell] = value
    filled["Mål"].append(["1.1", "Trygga hem", "Kommunstyrelsen"])
    filled["Mål"].delete_rows(2, 1000)
    filled["Mål"]["A2"], filled["Mål"]["B2"] = "1.1", "Trygga hem"
    load(filled, ProgrammeFacts())
    assert Programme.objects.get().slug == "trygghet-2022"
    assert any(validation.formula1 == '"Ja,Nej"' for validation in filled["Åtgärder"].data_validations.dataValidation)


def through_libreoffice(file: Path) -> Path:
    """Return the workbook as LibreOffice saves it after opening it."""
    folder = file.parent / "saved"
    profile = f"-env:UserInstallation={(file.parent / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(folder), str(file)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=180)
    return folder / file.name


def test_a_workbook_saved_by_libreoffice_is_imported_without_a_change(huddinge, tmp_path):
    content = programme_workbook(export_programme(huddinge), STANDARD_FRAMEWORK.terms)
    file = tmp_path / "program.xlsx"
    file.write_bytes(content)
    saved = through_libreoffice(file).read_bytes()
    assert saved != content
    log, tables = load(saved, ProgrammeFacts())
    assert log.nothing_changed
    assert dict(log.unchanged)["åtgärder"] == Measure.objects.count()
    assert [sheet.title for sheet in tables.sheets if not sheet.spec] == []
