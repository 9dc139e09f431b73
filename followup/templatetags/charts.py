"""Template tags for charts: tables with bars, and line charts of indicators."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.template import Context
from django.utils.safestring import SafeString

from followup.documents.tools import svg_charts, svg_lines
from followup.documents.tools.wording import figure, judgements_in_words, scope_in_words, source_in_words
from followup.report.indicators import IndicatorStatus, compared
from followup.report.report import Report, Tally

register = template.Library()


@register.inclusion_tag("followup/documents/_chart.html")
def assessment_chart(report: Report, heading: str) -> dict[str, Any]:
    """Render the distribution of assessments. `heading` is the id of the heading that labels the table."""
    return {"chart": svg_charts.assessments(report), "heading": heading, "report": report}


@register.inclusion_tag("followup/documents/_chart.html")
def progress_chart(report: Report, heading: str) -> dict[str, Any]:
    return {"chart": svg_charts.progress(report), "heading": heading, "report": report}


@register.simple_tag
def sparkline(indicator: IndicatorStatus) -> SafeString:
    return svg_lines.sparkline(indicator)


@register.simple_tag
def curve(indicator: IndicatorStatus) -> SafeString:
    return svg_lines.curve(indicator)


@register.simple_tag
def bar(tallies: Iterable[Tally], longest: int) -> SafeString:
    return svg_charts.bar(tallies, longest)


@register.inclusion_tag("followup/documents/_comparison.html", takes_context=True)
def comparison(context: Context, indicator: IndicatorStatus, goal: Any, number: int) -> dict[str, Any]:
    """Render the indicator next to those of other municipalities.

    The municipality's name comes from the report where the page has one, since a decided report keeps its name.
    """
    report = context.get("report")
    municipality = report.municipality if report else context["municipality"]
    return {"indicator": indicator, "places": compared(indicator, municipality), "name": f"{goal.code}-{number}"}


register.filter(figure)
register.filter(judgements_in_words)
register.filter(scope_in_words)
register.filter(source_in_words)
