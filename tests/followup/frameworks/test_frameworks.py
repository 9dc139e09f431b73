"""Pages of frameworks: words, steps and questions are edited as one, and nothing half is saved."""

import pytest

from programmes.models import Framework, ScaleStep
from tests.factories import make_area, make_goal, make_programme, open_year
from tests.fixtures import client_of
from tests.pages import html_of

pytestmark = pytest.mark.django_db
PAGE = "/styrmodeller/klimat/"


@pytest.fixture
def client(reviewer):
    return client_of(reviewer)


def posted(client, **changes):
    """Return the fields of the page as a browser posts them, with changes."""
    forms = client.get(PAGE).context["forms"]
    data = {}
    rows = [row for scale in forms.scales for row in scale.rows]
    for form in (forms.framework, *forms.terms, *forms.scales, *rows):
        for field in form:
            value = field.value()
            if isinstance(value, bool):
                if value:
                    data[field.html_name] = "on"
            elif value not in (None, []):
                data[field.html_name] = value
    return data | changes


def step(key, kind="progress"):
    return ScaleStep.objects.get(scale__framework__slug="klimat", scale__kind=kind, key=key)


def test_the_list_names_the_programmes_of_each_framework(client):
    make_programme("Program för parker", framework=Framework.objects.get(slug="klimat"))
    page = html_of(client.get("/styrmodeller/"))
    assert "Program för parker" in page
    assert "Fokusområden, mål och insatser" in page


def test_saving_unchanged_changes_nothing_but_the_version(client):
    before = Framework.objects.get(slug="klimat")
    response = client.post(PAGE, posted(client))
    assert response.status_code == 302, response.context["forms"].errors
    after = Framework.objects.get(slug="klimat")
    assert after.version == before.version + 1
    assert (after.terms, after.scales.progress.steps) == (before.terms, before.scales.progress.steps)


def test_words_and_steps_are_changed_together(client):
    done = step("done")
    data = posted(client, **{"measure-singular": "aktivitet", f"step-{done.pk}-word": "Färdig"})
    client.post(PAGE, data)
    framework = Framework.objects.get(slug="klimat")
    assert framework.terms.measure.singular == "aktivitet"
    assert framework.scales.progress.step("done").word == "Färdig"
    assert done.history.first().history_user.username == "reviewer"


def test_a_new_step_is_added_in_its_place(client):
    new = {
        "word": "Till stor del",
        "plural": "",
        "position": "1",
        "meaning": "partly",
        "symbol": "half",
        "tone": "good",
    }
    client.post(PAGE, posted(client, **{f"assessment-new-0-{name}": value for name, value in new.items()}))
    words = [one.word for one in Framework.objects.get(slug="klimat").scales.assessment.steps]
    assert words[:3] == ["Grön", "Gul", "Till stor del"]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"goal-definite": ""}, "Skriv ordet i den här formen."),
        ({"version": "0"}, "Någon annan har ändrat styrmodellen"),
        ({"name": ""}, "Skriv styrmodellens namn."),
    ],
)
def test_a_fault_is_told_and_nothing_is_saved(client, changes, error):
    data = posted(client, **{"measure-singular": "aktivitet"} | changes)
    response = client.post(PAGE, data)
    assert response.status_code == 422
    assert error in html_of(response)
    assert Framework.objects.get(slug="klimat").terms.measure.singular == "insats"


def test_two_steps_of_the_same_word_are_refused(client):
    response = client.post(PAGE, posted(client, **{f"step-{step('done').pk}-word": "pågår"}))
    assert "Ordet ”Pågår” står på två steg" in html_of(response)


def test_a_scale_keeps_a_step_that_means_reached(client):
    response = client.post(PAGE, posted(client, **{f"step-{step('green', 'assessment').pk}-remove": "on"}))
    assert "behöver ett steg med innebörden ”uppnått”" in html_of(response)
    assert step("green", "assessment")


def test_a_step_in_use_is_retired_instead_of_removed(client, reviewer):
    goal = make_goal(make_area(make_programme(framework=Framework.objects.get(slug="klimat"))))
    year = open_year(goal.area.programme)
    year.subgoalentry_set.update(assessment="yellow")
    partly = step("yellow", "assessment")
    refused = client.post(PAGE, posted(client, **{f"step-{partly.pk}-remove": "on"}))
    assert "”Gul” är vald i 1 bedömningar. Markera steget som utgånget i stället." in html_of(refused)
    client.post(PAGE, posted(client, **{f"step-{partly.pk}-is_retired": "on"}))
    scale = Framework.objects.get(slug="klimat").scales.assessment
    assert "yellow" not in dict(scale.choices)
    assert year.subgoalentry_set.get().assessment_step.word == "Gul"


def test_an_unused_step_is_removed(client):
    client.post(PAGE, posted(client, **{f"step-{step('stopped').pk}-remove": "on"}))
    assert "stopped" not in Framework.objects.get(slug="klimat").scales.progress


def test_a_copy_has_all_that_the_original_has(client):
    client.post(f"{PAGE}kopiera/")
    client.post(f"{PAGE}kopiera/")
    original = Framework.objects.get(slug="klimat")
    names = ["Kopia av Fokusområden, mål och insatser", "Kopia 2 av Fokusområden, mål och insatser"]
    copies = list(Framework.objects.filter(name__in=names))
    assert len(copies) == 2
    for copied in copies:
        assert copied.terms == original.terms
        assert copied.scales.assessment == original.scales.assessment


def test_only_a_framework_without_programmes_is_removed(client):
    client.post("/styrmodeller/enkel/ta-bort/")
    assert not Framework.objects.filter(slug="enkel").exists()
    make_programme("Program för parker", framework=Framework.objects.get(slug="klimat"))
    response = client.post(f"{PAGE}ta-bort/")
    assert response.status_code == 409
    assert "Välj först en annan styrmodell för" in html_of(response)
    assert Framework.objects.filter(slug="klimat").exists()


def test_the_page_takes_as_many_queries_for_many_answers(client, django_assert_max_num_queries):
    goal = make_goal(make_area(make_programme(framework=Framework.objects.get(slug="klimat"))))
    open_year(goal.area.programme)
    with django_assert_max_num_queries(30):
        client.get(PAGE)
