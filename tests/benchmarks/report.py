"""PDF of the example's report and of a report of 1,000 measures, next to Chromium's print of the same HTML.

The product's work is to build the report and render its template; the rest is WeasyPrint's. Memory is that of a process
that does nothing else.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, TypeVar

from tests.benchmarks.prepare import YEAR, programme

if TYPE_CHECKING:
    from followup.models import FollowUp

T = TypeVar("T")
ROUNDS = 5
MANY_MEASURES = 1000
CHROMIUM = ("--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer")
# Fonts and libraries are loaded by a first small layout, which counts for nothing but the memory.
LAY_OUT = """
import io, json, resource, sys, time
import django, pikepdf
django.setup()
from followup.documents.report import pdf
document = open(sys.argv[1]).read()
pdf.layout("<html lang='sv'><title>-</title><p>-")
start = time.perf_counter()
content = pdf.layout(document)
took = time.perf_counter() - start
pages = len(pikepdf.open(io.BytesIO(content)).pages)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": took, "pages": pages, "memory": peak}))
"""


@dataclass(frozen=True)
class Layout:
    seconds: float
    pages: int
    memory: float


def seconds(work: Callable[[], T]) -> tuple[float, T]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def lay_out(document: Path) -> Layout:
    """Lay out in a separate process."""
    done = subprocess.run([sys.executable, "-c", LAY_OUT, str(document)], stdout=subprocess.PIPE, check=True)
    return Layout(**json.loads(done.stdout))


def print_with_chromium(document: Path) -> float:
    """Return the seconds of Chromium from start to exit."""
    target = document.with_suffix(".chromium.pdf")
    command = ["chromium", *CHROMIUM, f"--print-to-pdf={target}", document.as_uri()]
    took, _done = seconds(lambda: subprocess.run(command, stderr=subprocess.DEVNULL, check=True))
    return took


def grow(follow_up: "FollowUp") -> None:
    """Copy measures with their answers, goal by goal, up to the wanted number."""
    from followup.models import MeasureEntry
    from programmes.models import Measure

    answers = list(MeasureEntry.objects.filter(follow_up=follow_up).select_related("measure__sub_goal"))
    copies = 0
    while Measure.objects.count() < MANY_MEASURES:
        copies += 1
        for answer in answers:
            measure = copy(answer.measure, number=answer.measure.number + 100 * copies)
            measure.units.set(answer.measure.units.all())
            copy(answer, measure=measure)


def copy(row: T, **changed: object) -> T:
    """Save a copy of `row` with changes, without history."""
    model = type(row)
    values = {field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields}
    values.pop("id")
    new = model(**values)
    for name, value in changed.items():
        setattr(new, name, value)
    [saved] = model._base_manager.bulk_create([new])
    return saved


def measure(name: str, follow_up: "FollowUp", folder: Path, rounds: int) -> Layout:
    """Print the figures of one report. Return the layout of the median time."""
    from followup.documents.report import html
    from followup.report.building import build_report

    path = folder / f"{name}.html"
    path.write_text(html.render(build_report(follow_up)))
    building, layouts, chromium = [], [], []
    for _ in range(rounds):
        building.append(seconds(lambda: html.render(build_report(follow_up)))[0])
        layouts.append(lay_out(path))
        if shutil.which("chromium"):
            chromium.append(print_with_chromium(path))
    typical = sorted(layouts, key=lambda layout: layout.seconds)[len(layouts) // 2]
    total = median(building) + typical.seconds
    print(f"{name}-pages: {typical.pages} pages")
    print(f"{name}-build-time: {median(building):.4f} s")
    print(f"{name}-weasyprint-time: {typical.seconds:.3f} s")
    print(f"{name}-build-relative-time: {median(building) / typical.seconds:.4f} of WeasyPrint")
    print(f"{name}-peak-memory: {typical.memory:.0f} MiB")
    if chromium:
        print(f"{name}-chromium-time: {median(chromium):.3f} s")
        print(f"{name}-relative-time: {total / median(chromium):.2f} of Chromium", flush=True)
    return typical


def main() -> None:
    with programme(), tempfile.TemporaryDirectory() as folder:
        from followup.models import FollowUp

        follow_up = FollowUp.objects.select_related("programme").get(year=YEAR)
        real = measure("report", follow_up, Path(folder), ROUNDS)
        # A decided year takes no more entries: as in a correction, it is under review again.
        FollowUp.objects.filter(pk=follow_up.pk).update(state=FollowUp.State.UNDER_REVIEW)
        grow(follow_up)
        large = measure("large-report", follow_up, Path(folder), rounds=1)
    print(f"large-report-relative-page-time: {large.seconds / large.pages / (real.seconds / real.pages):.2f} of report")


if __name__ == "__main__":
    main()
