import pytest
from django.template import Context, Template
from django.urls import NoReverseMatch


def rendered(source: str, **context: object) -> str:
    return Template("{% load components %}" + source).render(Context(context))


def test_breadcrumbs_end_with_the_current_page():
    source = """{% breadcrumbs %}
      {% crumb "followup:home" %}Översikt{% endcrumb %}
      {% crumb address=address %}{{ name }}{% endcrumb %}
      {% crumb %}Här{% endcrumb %}
    {% endbreadcrumbs %}"""
    html = rendered(source, address="/a/?b=1&c=2", name="<Mål>")
    assert "".join(line.strip() for line in html.splitlines()) == (
        '<nav class="breadcrumbs" aria-label="Länkstig"><ol>'
        '<li><a href="/">Översikt</a></li>'
        '<li><a href="/a/?b=1&amp;c=2">&lt;Mål&gt;</a></li>'
        '<li aria-current="page">Här</li>'
        "</ol></nav>"
    )


def test_crumb_of_a_view_with_arguments():
    assert rendered('{% crumb "followup:programme_detail" slug %}P{% endcrumb %}', slug="trygg") == (
        '<li><a href="/program/trygg/">P</a></li>'
    )


def test_crumb_of_an_unknown_view_fails():
    with pytest.raises(NoReverseMatch):
        rendered('{% crumb "followup:no_such_view" %}P{% endcrumb %}')
