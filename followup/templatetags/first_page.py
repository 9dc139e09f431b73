"""Template tags for the first page of a report and its matrix of goals."""

from collections.abc import Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from followup.documents.tools.colours import colours
from followup.documents.tools.first_page_fit import fitted_first_page
from followup.documents.tools.matrix_fit import MatrixPage, pages_of
from followup.documents.tools.svg_lines import sparkline
from followup.documents.tools.svg_shares import LARGE, SMALL, share_bar, tallies_in_words
from followup.report import sentences
from followup.report.deviations import Deviation, deviations_of
from followup.report.first_page import FirstPage
from followup.report.matrix import Matrix, MatrixRow, matrix_of
from followup.report.off_target import Measured
from followup.report.report import AreaStatus, PerspectiveAccount, Report, Tally
from programmes.scales import Step

register = template.Library()

# The most goals of an area that are shown by a symbol each; more are shown as a bar.
MOST_SYMBOLS = 6


@register.simple_tag
def first_page(report: Report) -> FirstPage:
    """Return the first page of the report, with as many rows as one page has room for."""
    return fitted_first_page(report)


@register.simple_tag
def deviations_in(area: AreaStatus, report: Report) -> list[Deviation]:
    """Return the deviating goals of one area, by number."""
    in_area = [deviation for deviation in deviations_of(report) if deviation.goal.area == area.number]
    return sorted(in_area, key=lambda deviation: deviation.goal.number)


@register.simple_tag
def perspective_sentence(account: PerspectiveAccount, report: Report) -> str:
    return sentences.perspective_sentence(len(account.measures), len(report.measures), report.terms.measure)


@register.simple_tag
def matrix(report: Report) -> Matrix:
    return matrix_of(report)


@register.simple_tag
def matrix_pages(of_report: Matrix) -> tuple[MatrixPage, ...]:
    return pages_of(of_report)


@register.simple_tag
def row_name(page: MatrixPage, row: MatrixRow) -> str:
    return page.name_of(row)


@register.simple_tag
def total_bar(tallies: Sequence[Tally]) -> SafeString:
    return share_bar(tallies, LARGE)


@register.simple_tag
def area_bar(tallies: Sequence[Tally]) -> SafeString:
    return share_bar(tallies, SMALL)


@register.simple_tag
def goal_symbols(tallies: Sequence[Tally]) -> SafeString:
    """Return a symbol for each goal of an area, or a bar of many goals."""
    if sum(item.number for item in tallies) > MOST_SYMBOLS:
        return share_bar(tallies, SMALL)
    symbols = [symbol(item.step) for item in tallies for _ in range(item.number)]
    return format_html(
        '<span class="goal-symbols" role="img" aria-label="{}">{}</span>',
        tallies_in_words(tallies),
        format_html_join("", "{}", ((drawn,) for drawn in symbols)),
    )


@register.simple_tag
def symbol(step: Step, label: str = "") -> SafeString:
    """Return the symbol of a step alone. Without a `label` it is decoration, next to the words."""
    name = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="step-symbol tone-{}" viewBox="0 0 16 16" width="16" height="16" {}><path fill="{}"'
        ' fill-rule="evenodd" d="{}"/></svg>',
        step.tone,
        name,
        colours()[step.tone],
        step.path,
    )


@register.simple_tag
def indicator_line(measured: Measured) -> SafeString:
    return sparkline(measured.indicator)
