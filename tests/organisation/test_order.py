import random

import pytest
from django.db import connection

from followup.report.building import build_report
from organisation.models import Unit, User
from organisation.order import COLLATION, order_key, swedish_sorted
from tests.factories import make_area, make_goal, make_programme, make_unit, open_year

IN_ORDER = [
    "Barn- och utbildningsnämnden",
    "Barnrådet",
    "Edouard",
    "Édouard",
    "Edvin",
    "Socialnämnden",
    "SRV",
    "vård",
    "Vård",
    "Vårdbolaget",
    "waxholm",
    "Zebra",
    "Ånge",
    "ÅVS",
    "Älvstranden",
    "Östra",
]


def test_python_sorts_in_swedish_order():
    assert swedish_sorted(reversed(IN_ORDER)) == IN_ORDER


@pytest.mark.django_db
def test_lists_of_units_are_in_swedish_order():
    for number, name in enumerate(random.Random(1).sample(IN_ORDER, len(IN_ORDER))):
        make_unit(name, slug=f"enhet-{number}")
    assert [unit.name for unit in Unit.objects.all()] == IN_ORDER
    assert [unit.name for unit in Unit.objects.reverse()] == IN_ORDER[::-1]


@pytest.mark.django_db
def test_people_are_in_swedish_order():
    names = [("Åsa", "Berg"), ("Örjan", "Berg"), ("Anna", "berglund"), ("Ada", "Ek"), ("Bo", "Élan"), ("Ada", "Öberg")]
    for number, (first_name, last_name) in enumerate(reversed(names)):
        User.objects.create_user(f"user-{number}", first_name=first_name, last_name=last_name)
    assert [(user.first_name, user.last_name) for user in User.objects.all()] == names


@pytest.mark.django_db
def test_a_report_names_units_in_swedish_order():
    units = [make_unit(name, slug=f"enhet-{number}") for number, name in enumerate(reversed(IN_ORDER))]
    programme = make_programme()
    make_goal(make_area(programme), units=units)
    report = build_report(open_year(programme))
    assert report.units == report.sub_goals[0].units == tuple(IN_ORDER)


@pytest.mark.django_db
def test_the_database_and_python_agree_on_any_name():
    dice = random.Random(1)
    letters = "aAbBeEéèÉêåÅäÄöÖvVwWzZsSüÜyæøþôłčñ -_,.()&/019"
    names = list({"".join(dice.choices(letters, k=dice.randint(1, 5))) for _ in range(500)})
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE names (name text)")
        cursor.executemany("INSERT INTO names VALUES (%s)", [[name] for name in names])
        cursor.execute(f'SELECT name FROM names ORDER BY name COLLATE "{COLLATION}"')
        assert [name for [name] in cursor.fetchall()] == sorted(names, key=order_key)
        cursor.execute("DROP TABLE names")
