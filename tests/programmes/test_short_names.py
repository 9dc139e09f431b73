"""Short names of goals: proposed by cutting at a clause, kept in programme files, shown in the administration."""

import pytest

from programmes.exporting import export_programme
from programmes.models import SubGoal
from programmes.short_names import proposed_short_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ingen ska drunkna i Huddinge, och alla barn ska kunna simma.", "Ingen ska drunkna i Huddinge"),
        ("Torgen är trygga.", "Torgen är trygga"),
        ("Färre barn och unga ska dras in i kriminalitet, och fler ska få stöd.", ""),
        ("Trygghetsskapandeochbrottsförebyggandesamverkan ska öka.", ""),
        ("", ""),
    ],
)
def test_a_name_is_the_beginning_up_to_a_clause(text, name):
    assert proposed_short_name(text) == name


def test_the_programme_file_has_the_short_names(huddinge):
    goal = SubGoal.objects.get(area__number=2, number=3)
    assert goal.short_name == "Drunkning och simkunnighet"
    exported = export_programme(huddinge)["areas"][1]["sub_goals"][2]
    assert exported["short_name"] == "Drunkning och simkunnighet"
