"""The reviewer's reasons, a line for each goal: read, and refused with the number of the line."""

import pytest

from followup.report.reasons import faults_of_reasons, reasons_by_code
from programmes.terms import NEUTRAL


def test_each_line_is_the_reason_of_one_goal():
    text = "1.3 Grupperna ställdes in.\n\nMål 2.2: Fallen ökade under våren.\n"
    assert reasons_by_code(text) == {"1.3": "Grupperna ställdes in.", "2.2": "Fallen ökade under våren."}


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("", []),
        ("1.3 Grupperna ställdes in.", []),
        (
            "Grupperna ställdes in.",
            [
                "Rad 1: börja raden med målets nummer och skriv skälet efter det, "
                "till exempel 1.3 Grupperna ställdes in."
            ],
        ),
        ("1.3 Inställt.\n9.9 Inställt.", ["Rad 2: mål 9.9 finns inte i programmet."]),
        ("1.3 " + "x" * 91, ["Rad 1: skälet har 91 tecken. Högst 90 får plats på första sidan."]),
    ],
)
def test_faults_name_their_line(text, faults):
    assert faults_of_reasons(text, {"1.3"}, NEUTRAL.goal) == faults
