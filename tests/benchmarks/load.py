"""The last week before the deadline: 200 officials, 20 reviewers and 100 readers, at the pace of people.

Bounded in time and, by that pace, in requests. Every acknowledged save is looked for afterwards. The same people then
ask a bare Django view for a page of the same size: the ratio is the product's share.
"""

import random
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from http.client import HTTPConnection, HTTPException
from statistics import median, quantiles
from threading import Thread

import django
from django.conf import settings
from django.core.management import call_command

from organisation.roles import REVIEWER
from tests.benchmarks.server import connect, headers_of_a_user, server

OFFICIALS, REVIEWERS, READERS = 200, 20, 100
UNITS, AREAS = 10, 10
PAUSE = 10  # seconds between what one person does, on average
WARM_UP = 10  # seconds that are not measured: processes that have just started load their code and their templates
RENDER_EVERY = 15  # seconds
SLUG, YEAR = "sista-veckan", 2024
TOKEN = "0" * 32
SITE = f"/program/{SLUG}/{YEAR}/"
WORDS = "Fler känner sig trygga på torget sedan lyktorna har bytts och vandringarna har kommit igång. "


@dataclass
class Person:
    """Somebody with a session, who does one thing after the other; what came of it, and how long each took."""

    headers: dict[str, str]
    steps: Iterator[tuple[str, dict[str, str] | None]]
    times: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    acknowledged: int = 0

    def work(self, port: int, since: float, until: float, chance: random.Random) -> None:
        """Do one thing after the other until a moment; what was begun before `since` is not measured."""
        time.sleep(chance.uniform(0, PAUSE))
        while time.monotonic() < until:
            path, form = next(self.steps)
            start = time.monotonic()
            try:
                status, size = ask(connect(port), path, self.headers, form)
            except (OSError, HTTPException) as error:
                self.errors.append(repr(error))
                continue
            if start >= since:
                self.times.append(time.monotonic() - start)
                self.sizes.append(size)
            if status in (200, 202):
                self.acknowledged += form is not None
            else:
                self.errors.append(f"{status} {path}")
            time.sleep(chance.uniform(0.5, 1.5) * PAUSE)


def ask(connection: HTTPConnection, path: str, headers: dict[str, str], form: dict[str, str] | None) -> tuple[int, int]:
    """Status and size of the answer."""
    from urllib.parse import urlencode

    body = urlencode(form) if form is not None else None
    kind = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
    try:
        connection.request("GET" if body is None else "POST", path, body, headers | kind)
        response = connection.getresponse()
        return response.status, len(response.read())
    finally:
        connection.close()


def municipality() -> tuple[list[Person], Callable[[], int]]:
    """Create the people, with a programme of one goal for each official. Return them with a counter of lost saves."""
    from followup.models import FollowUp, SubGoalEntry
    from followup.workflow import open_follow_up
    from organisation.models import Membership, Unit, User
    from programmes.models import Programme

    programme = Programme.objects.create(
        title="Program för trygghet 2024", slug=SLUG, first_year=YEAR, last_year=YEAR, state="active"
    )
    units = [Unit.objects.create(slug=f"namnd-{n}", name=f"Nämnd {n}", kind="committee") for n in range(UNITS)]
    for number in range(1, AREAS + 1):
        area = programme.areas.create(number=number, name=f"Område {number}", overarching_sub_goal="Alla är trygga.")
        for goal in range(1, OFFICIALS // AREAS + 1):
            area.sub_goals.create(number=goal, text="Torgen är trygga.").units.add(units[goal % UNITS])
    days = {"opens_on": date(YEAR, 11, 1), "due_on": date(2099, 1, 15)}
    open_follow_up(FollowUp(programme=programme, year=YEAR, **days), by=None)
    entries = list(
        SubGoalEntry.objects.select_related("sub_goal__area").order_by("sub_goal__area__number", "sub_goal__number")
    )

    writers: list[Person] = []
    for entry in entries:
        headers = headers_of_a_user(f"official-{entry.pk}")
        unit = units[entry.sub_goal.number % UNITS]
        Membership.objects.create(user=User.objects.latest("pk"), unit=unit, may_report=True)
        writers.append(Person(headers, iter(())))
    for writer, entry in zip(writers, entries, strict=True):
        writer.steps = writing(writer, entry.sub_goal.code)
    from django.contrib.auth.models import Group

    others = []
    for number in range(REVIEWERS):
        headers = headers_of_a_user(f"reviewer-{number}")
        User.objects.latest("pk").groups.add(Group.objects.get(name=REVIEWER.name))
        others.append(Person(headers, reviewing(number)))
    others += [Person(headers_of_a_user(f"reader-{number}"), reading(number)) for number in range(READERS)]
    for person in writers + others:
        person.headers["Cookie"] += f"; {settings.CSRF_COOKIE_NAME}={TOKEN}"
        person.headers |= {"X-CSRFToken": TOKEN, "Host": "127.0.0.1", "Referer": "https://127.0.0.1/"}

    def lost() -> int:
        stored = dict(SubGoalEntry.objects.values_list("pk", "comment"))
        return sum(stored[e.pk].count("[") < w.acknowledged for w, e in zip(writers, entries, strict=True))

    return writers + others, lost


def writing(person: Person, code: str) -> Iterator[tuple[str, dict[str, str] | None]]:
    """An official that keeps writing: each save adds a sentence with a unique mark, which is looked for afterwards."""
    text = ""
    while True:
        text += f"[{person.acknowledged}] {WORDS}"
        fields = {"assessment": "partly", "forecast": "will", "comment": text, "version": str(person.acknowledged + 1)}
        path = f"/mina-uppfoljningar/{SLUG}/{YEAR}/{code}/autospara/"
        yield path, {f"goal-{name}": value for name, value in fields.items()}


def reviewing(number: int) -> Iterator[tuple[str, dict[str, str] | None]]:
    review = f"/granskning/{SLUG}/{YEAR}/"
    while True:
        for goal in range(1, OFFICIALS // AREAS + 1):
            yield review, None
            yield f"{review}{number % AREAS + 1}.{goal}/", None


def reading(number: int) -> Iterator[tuple[str, dict[str, str] | None]]:
    while True:
        for page in ("", f"omrade/{number % AREAS + 1}/", "rapport/"):
            yield SITE + page, None


def asking_for(path: str) -> Iterator[tuple[str, None]]:
    while True:
        yield path, None


def render(port: int, headers: dict[str, str], until: float) -> None:
    """A reader that requests an area's report as PDF again and again, while it changes."""
    while time.monotonic() < until:
        ask(connect(port), f"{SITE}rapport.pdf?urval=omrade-1", headers, None)
        time.sleep(RENDER_EVERY)


def play(people: list[Person], port: int, seconds: float, *also: Thread) -> list[float]:
    """Run all people for the given seconds. Return the durations of their requests."""
    since = time.monotonic() + WARM_UP
    works = [
        Thread(target=person.work, args=(port, since, since + seconds, random.Random(number)))
        for number, person in enumerate(people)
    ]
    for work in [*works, *also]:
        work.start()
    for work in [*works, *also]:
        work.join()
    return [each for person in people for each in person.times]


def main(seconds: float) -> None:
    try:
        django.setup()
        from followup.models import Rendering

        call_command("migrate", verbosity=0)
        people, lost = municipality()
        with server() as port:
            asker = Thread(target=render, args=(port, people[-1].headers, time.monotonic() + WARM_UP + seconds))
            times = play(people, port, seconds, asker)
            missing = lost()
            # A rendering that still runs would slow down the bare view; its worker stops when the row is gone.
            Rendering.objects.all().delete()
            time.sleep(5)
            size = round(median(size for person in people for size in person.sizes))
            bare = [Person(person.headers, asking_for(f"/bare/{size}/")) for person in people]
            bare_times = play(bare, port, min(seconds, 30))
    finally:
        shutil.rmtree(settings.FOLDER)
    errors = [error for person in people for error in person.errors]
    for error in sorted(set(errors))[:5]:
        print(error, file=sys.stderr)
    ours, bares = quantiles(times, n=100), quantiles(bare_times, n=100)
    print(f"load-people: {len(people)} people")
    print(f"load-rate: {len(times) / seconds:.1f} requests/s")
    print(f"load-median-time: {median(times):.4f} s")
    print(f"load-95th-percentile-time: {ours[94]:.4f} s")
    print(f"load-99th-percentile-time: {ours[98]:.4f} s")
    print(f"load-errors: {len(errors)} requests")
    print(f"load-saves-acknowledged: {sum(person.acknowledged for person in people)} saves")
    print(f"load-saves-lost: {missing} saves")
    print(f"load-bare-median-time: {median(bare_times):.4f} s")
    print(f"load-relative-median: {median(times) / median(bare_times):.1f} times a bare view")
    print(f"load-relative-95th-percentile: {ours[94] / bares[94]:.1f} times a bare view")


if __name__ == "__main__":
    main(float(sys.argv[1]))
