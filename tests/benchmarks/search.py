"""Search page over 290,000 entries on PostgreSQL, next to one bare query by the index."""

import time
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any

from django.core.management import call_command
from django.db import connection

from tests.benchmarks import large
from tests.benchmarks.prepare import programme

ROUNDS = 7
# No words, a word that every programme has, one that few have, several words, filters, a late page, and no hit.
SEARCHES = {
    "everything": "/sok/",
    "measures": "/sok/?show=measures",
    "common-word": "/sok/?q=trygghet",
    "common-word-in-measures": "/sok/?q=trygghet&show=measures",
    "rare-word": "/sok/?q=217",
    "rare-words": "/sok/?q=trygga+skolor+217",
    "three-words": "/sok/?q=trygga+skolor+kommunen",
    "three-words-in-measures": "/sok/?q=trygga+skolor+kommunen&show=measures",
    "filtered": f"/sok/?q=trygghet&programme={large.SLUG}-120&year=2020&assessment=met",
    "assessed": "/sok/?assessment=not_met&forecast=partly&unit=socialnamnden",
    "last-page": "/sok/?page=99999",
    "nonsense": f"/sok/?q={'x' * 10_000}",
}
# As much as the page shows of one search, and nothing else.
BARE = """
    SELECT e.id, e.comment FROM followup_subgoalentry e JOIN followup_subgoalentrywords w ON w.entry_id = e.id
    WHERE w.words @@ plainto_tsquery('swedish'::regconfig, '217') ORDER BY e.id LIMIT 25
"""


def seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def bare() -> None:
    with connection.cursor() as cursor:
        cursor.execute(BARE)
        cursor.fetchall()


def main() -> None:
    with programme():
        from django.test import Client

        from followup.models import MeasureEntry, SubGoalEntry
        from organisation.models import User

        call_command("collectstatic", interactive=False, verbosity=0)
        large.make(large.one_programme())
        client = Client(HTTP_HOST="127.0.0.1", HTTP_X_FORWARDED_PROTO="https")
        client.force_login(User.objects.create_user("benchmark"))
        taken: dict[str, list[float]] = {name: [] for name in SEARCHES}
        index: list[float] = []
        for _ in range(ROUNDS):
            for name, address in SEARCHES.items():
                taken[name].append(seconds(partial(client.get, address)))
            index.append(seconds(bare))
        print(f"search-entries: {SubGoalEntry.objects.count() + MeasureEntry.objects.count()} entries")
        for name, times in taken.items():
            print(f"search-{name}-median: {median(times) * 1000:.0f} ms")
        every = median(time for times in taken.values() for time in times)
        print(f"search-bare-query-median: {median(index) * 1000:.1f} ms")
        print(f"search-median: {every * 1000:.0f} ms")
        print(f"search-relative-time: {every / median(index):.1f} times a bare query")


if __name__ == "__main__":
    main()
