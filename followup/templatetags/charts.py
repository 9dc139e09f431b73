"""Charts in a page or a document: a table with bars, and the line of an indicator."""

from decimal import Decimal
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.safestring import SafeString

from followup.renderers import charts
from followup.report import IndicatorStatus, Report

register = template.Library()


@register.inclusion_tag("followup/_chart.html")
def assessment_chart(report: Report, heading: str) -> dict[str, Any]:
    """`heading` is the id of the heading that names the table."""
    return {"chart": charts.assessments(report), "heading": heading}


@register.inclusion_tag("followup/_chart.html")
def progress_chart(report: Report, heading: str) -> dict[str, Any]:
    return {"chart": charts.progress(report), "heading": heading}


@register.simple_tag
def sparkline(indicator: IndicatorStatus) -> SafeString:
    return charts.sparkline(indicator)


@register.filter
def figure(value: Decimal) -> str:
    """With a decimal comma and without zeros at the end: 45,5 and 120."""
    return number_format(value.normalize() if value % 1 else int(value))
