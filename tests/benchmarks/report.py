"""Seconds to build the report and fill its template, beside the seconds of WeasyPrint's own work on it."""

import time
from collections.abc import Callable
from typing import TypeVar

from tests.benchmarks.prepare import YEAR, clean_up, load_programme

T = TypeVar("T")
ROUNDS = 3


def seconds(work: Callable[[], T]) -> tuple[float, T]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def main() -> None:
    load_programme()
    from followup.models import FollowUp
    from followup.renderers import html, pdf
    from followup.report import build_report

    follow_up = FollowUp.objects.select_related("programme").get(year=YEAR)
    rounds = []
    for _ in range(ROUNDS):
        own, document = seconds(lambda: html.render(build_report(follow_up)))
        layout, _pdf = seconds(lambda document=document: pdf.layout(document))
        rounds.append((own, layout))
    own, layout = (sorted(times)[ROUNDS // 2] for times in zip(*rounds, strict=True))
    clean_up()
    print(f"report-build-and-template: {own:.3f} s")
    print(f"report-weasyprint: {layout:.3f} s")
    print(f"report-build-to-weasyprint: {own / layout:.4f} ratio")


if __name__ == "__main__":
    main()
