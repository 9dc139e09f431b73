"""Import of a programme of 10,000 rows from a workbook, next to bare openpyxl reading the same file.

Queries are counted at the database. Memory is that of a process that does nothing else.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from tests.benchmarks.prepare import programme

ROUNDS = 3
AREAS, GOALS, MEASURES = 10, 25, 39  # goals of an area, measures of a goal
UNITS = ("Kommunstyrelsen", "Socialnämnden", "Grundskolenämnden", "Huge Fastigheter AB")
BARE = """
import json, sys, time
from openpyxl import load_workbook
start = time.perf_counter()
workbook = load_workbook(sys.argv[1], read_only=sys.argv[2] == "quick")
rows = sum(1 for sheet in workbook for row in sheet.iter_rows(values_only=True))
print(json.dumps({"seconds": time.perf_counter() - start, "rows": rows}))
"""
OURS = """
import json, resource, sys, time
from pathlib import Path
import django
django.setup()
from django.db import connection, transaction
from followup.intake.years import import_source
from followup.intake.workbook import read_workbook
from programmes.importing import ImportLog
from programmes.sheets.assembling import ProgrammeFacts
from programmes.sheets.mapping import MappingChoices
queries = 0
def count(execute, *args):
    global queries
    queries += 1
    return execute(*args)
connection.ensure_connection()
start = time.perf_counter()
with connection.execute_wrapper(count), transaction.atomic():
    source, tables = read_workbook(Path(sys.argv[1]).read_bytes(), ProgrammeFacts(), MappingChoices())
    import_source(source, ImportLog(), tables.problems, with_pdf=False)
    seconds = time.perf_counter() - start
    transaction.set_rollback(True)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": seconds, "queries": queries, "memory": peak}))
"""


def write(path: Path) -> int:
    """Write a workbook as a municipality could have it, of a heading and 10,000 rows. Return its number of rows."""
    from openpyxl import Workbook

    workbook = Workbook(write_only=True)
    sheets = {
        "Program": [
            ("Titel", "Ett stort program"),
            ("Första år", 2022),
            ("Sista år", 2025),
            ("Övergripande mål", "En trygg kommun."),
        ],
        "Ansvarsområden": [("Nr", "Ansvarsområde"), *((area, f"Område {area}") for area in range(1, AREAS + 1))],
        "Mål": [("Nr", "Mål", "Ansvariga enheter")],
        "Åtgärder": [
            ("Nr", "Åtgärd", "Ansvariga enheter", "Första år", "Sista år", "Perspektiv", "Problem", "Exempel")
        ],
    }
    for area in range(1, AREAS + 1):
        for goal in range(1, GOALS + 1):
            code = f"{area}.{goal}"
            sheets["Mål"].append((code, f"Fler ska känna sig trygga i stadsdel {goal} i område {area}", UNITS[0]))
            for measure in range(1, MEASURES + 1):
                units = ", ".join(UNITS[: 1 + measure % 3])
                text = f"Åtgärd {measure}: trygghetsvandringar tillsammans med boende, fastighetsägare och polis"
                row = (
                    f"{code}.{measure}",
                    text,
                    units,
                    2022,
                    2022 + measure % 4,
                    "Barnperspektiv",
                    "Otrygghet.",
                    "Nej",
                )
                sheets["Åtgärder"].append(row)
    for title, rows in sheets.items():
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(row)
    workbook.save(path)
    return sum(map(len, sheets.values()))


def run(code: str, *arguments: str) -> dict[str, float]:
    """Run the code in a separate process."""
    done = subprocess.run([sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, check=True)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def main() -> None:
    with programme(), tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "programme.xlsx"
        rows = write(path)
        # Side by side in each round, so that a busy machine slows all.
        rounds = [
            (run(OURS, str(path)), run(BARE, str(path), "thorough"), run(BARE, str(path), "quick"))
            for _ in range(ROUNDS)
        ]
    ours = [ours for ours, _, _ in rounds]
    print(f"import-rows: {rows} rows")
    print(f"import-rate: {rows / median(one['seconds'] for one in ours):.0f} rows/s")
    print(
        f"import-relative-rate: {median(bare['seconds'] / one['seconds'] for one, bare, _ in rounds):.2f} of openpyxl"
    )
    print(
        "import-relative-rate-read-only: "
        f"{median(bare['seconds'] / one['seconds'] for one, _, bare in rounds):.2f} of openpyxl in its quick way"
    )
    print(f"import-queries: {100 * ours[0]['queries'] / rows:.2f} per 100 rows")
    print(f"import-peak-memory: {max(one['memory'] for one in ours):.0f} MiB")


if __name__ == "__main__":
    main()
