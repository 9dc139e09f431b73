"""Seconds to build the report and fill its template, beside the seconds of WeasyPrint's own work on it."""

import time
from collections.abc import Callable
from statistics import median
from typing import TypeVar

from tests.benchmarks.prepare import YEAR, programme

T = TypeVar("T")
ROUNDS = 5


def seconds(work: Callable[[], T]) -> tuple[float, T]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def main() -> None:
    with programme():
        from followup.models import FollowUp
        from followup.renderers import html, pdf
        from followup.report import build_report

        follow_up = FollowUp.objects.select_related("programme").get(year=YEAR)
        # The first time loads templates and libraries: it counts for neither.
        pdf.layout(html.render(build_report(follow_up)))
        building, layout = [], []
        for _ in range(ROUNDS):
            took, document = seconds(lambda: html.render(build_report(follow_up)))
            building.append(took)
            took, _pdf = seconds(lambda document=document: pdf.layout(document))
            layout.append(took)
    print(f"report-build-time: {median(building):.4f} s")
    print(f"report-weasyprint-time: {median(layout):.3f} s")
    print(f"report-build-relative-time: {median(building) / median(layout):.4f} of WeasyPrint")


if __name__ == "__main__":
    main()
