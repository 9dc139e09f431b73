"""Memory in megabytes of `verify_reports` over a thousand decided reports, in a separate process."""

import resource
import subprocess
import sys
from dataclasses import replace
from datetime import date

from tests.benchmarks.prepare import YEAR, programme

REPORTS = 1_000
YEARS = range(1990, 2090)


def decide_all() -> None:
    """Create programmes of a hundred years each, with one small decided report a year."""
    from django.db import transaction
    from django.utils import timezone

    from followup.models import DecidedReport, Decision, FollowUp
    from followup.report.archive import freeze
    from followup.report.building import build_report
    from followup.report.serialization import to_json
    from programmes.models import Programme

    whole = build_report(FollowUp.objects.select_related("programme").get(year=YEAR))
    small = to_json(replace(whole, areas=whole.areas[:1], perspective_accounts=(), changes=()))
    missing = REPORTS - DecidedReport.objects.count()
    with transaction.atomic():
        for number in range(missing):
            index, year = divmod(number, len(YEARS))
            period = {"title": "Program", "first_year": YEARS[0], "last_year": YEARS[-1]}
            follow_up = FollowUp.objects.create(
                programme=Programme.objects.get_or_create(slug=f"program-{index}", defaults=period)[0],
                year=YEARS[year],
                state=FollowUp.State.PROPOSED,
                opens_on=date(2020, 1, 1),
                due_on=date(2020, 2, 1),
            )
            decision = Decision.objects.create(
                follow_up=follow_up,
                registration_number="KS-2020/1",
                statement_date=date(2020, 3, 1),
                meeting_date=date(2020, 4, 1),
                paragraph=str(number + 1),
                # The rows of a year that was approved would be compared with the report, and this one has none.
                outcome=Decision.Outcome.REJECTED,
                outcome_reason="Exempel",
                decision_text="Uppföljningen avslås.",
                recorded_at=timezone.now(),
            )
            freeze(decision, small, b"")


def main() -> None:
    with programme():
        decide_all()
        subprocess.run([sys.executable, "manage.py", "verify_reports"], check=True, stdout=subprocess.DEVNULL)
        most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(f"verify-reports-memory: {most / 1024:.0f} MB for {REPORTS} reports")


if __name__ == "__main__":
    main()
