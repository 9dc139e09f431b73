"""What people are reminded of by e-mail: who is told what, when, and in which words.

A goal that is owed is at one step at a time, by the day; what is returned or approved is told of when it has happened.
Each is told once (`Reminder`), and all that there is to tell a person goes in one mail.
"""

from __future__ import annotations

import textwrap
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby

from django.db import transaction
from django.urls import reverse
from django.utils.formats import date_format

from followup.answers.worklist import work_of
from followup.mail.outbox import absolute_url, queue
from followup.models import Answer, Event, FollowUp, OutgoingMail, Reminder, SubGoalEntry
from followup.permissions import responsible_units
from organisation.models import Membership, User
from organisation.order import in_swedish_order

Step = Reminder.Step

# What a person may choose to be without. The rest is always sent.
OPTIONAL = frozenset({Step.OPENED, Step.DUE_14, Step.APPROVED})

# What a deputy is told of as long as the unit has somebody else to tell.
FOR_DEPUTIES = frozenset({Step.DUE_3, Step.OVERDUE})

# What happened longer ago is no news, such as when mail is turned on in the middle of a year.
NEWS = timedelta(days=14)

ORDER = {step: place for place, step in enumerate(Step)}


@dataclass(frozen=True)
class Item:
    """One reminder: the step of a goal's year, and the event that caused it, if any."""

    step: Step
    entry: SubGoalEntry
    event: Event | None = None

    @property
    def key(self) -> tuple[str, int]:
        """The key that keeps it from being sent twice."""
        return (self.step, self.event.pk if self.event else self.entry.pk)

    @property
    def follow_up(self) -> FollowUp:
        return self.entry.follow_up


@dataclass(frozen=True)
class News:
    """A return or an approval that still holds, and the units that it concerns."""

    item: Item
    by_id: int | None
    unit_ids: frozenset[int]


@dataclass
class Reminded:
    """Result of a run: the queued mails, and the people without an address."""

    queued: list[OutgoingMail] = field(default_factory=list)
    without_address: list[User] = field(default_factory=list)


def remind(today: date) -> Reminded:
    """Queue the reminders of `today` that each official has not had yet.

    Recipients are active people who report for a unit on that day. Safe to run twice, and twice at once.
    """
    reminded = Reminded()
    news = _news(today)
    for user_id, unit_ids in _told_fully(today).items():
        _remind(user_id, unit_ids, today, news, reminded)
    return reminded


def step_of(follow_up: FollowUp, today: date) -> Step:
    """Which step an open year is at on `today`. One that passed while nobody ran the command is not sent late."""
    days_left = (follow_up.due_on - today).days
    if days_left < 0:
        return Step.OVERDUE
    if days_left <= 3:
        return Step.DUE_3
    return Step.DUE_14 if days_left <= 14 else Step.OPENED


def _told_fully(today: date) -> dict[int, frozenset[int]]:
    """Everybody who reports for a unit, by id, with the ids of the units that they are told everything for.

    Those are a deputy's too when the unit has nobody else.
    """
    memberships = list(
        Membership.objects.current(today)
        .reporting()
        .filter(user__is_active=True)
        .order_by(in_swedish_order("user__last_name"), in_swedish_order("user__first_name"), "user_id")
    )
    with_ordinary = {membership.unit_id for membership in memberships if not membership.is_deputy}
    units: dict[int, set[int]] = defaultdict(set)
    for membership in memberships:
        fully = not membership.is_deputy or membership.unit_id not in with_ordinary
        units[membership.user_id] |= {membership.unit_id} if fully else set()
    return {user_id: frozenset(unit_ids) for user_id, unit_ids in units.items()}


@transaction.atomic
def _remind(user_id: int, unit_ids: frozenset[int], today: date, news: Iterable[News], reminded: Reminded) -> None:
    # Two runs at once take turns for each person: the second sees what the first has told.
    user = User.objects.select_for_update().get(pk=user_id)
    items = [*_owed(user, unit_ids, today), *_happened(user, unit_ids, news)]
    items = _not_told(user, [item for item in items if _wants(user, item.step)])
    if not items:
        return
    if not user.email:
        reminded.without_address.append(user)
        return
    daily = user.mail_choice == User.MailChoice.DAILY
    key = f"reminder {user.pk} {today}" if daily else f"reminder {user.pk} {items[0].step} {items[0].key[1]}"
    if OutgoingMail.objects.filter(key=key).exists():
        return  # has had the mail of the day: the rest waits for tomorrow's
    mail = queue(
        key=key, kind=OutgoingMail.Kind.REMINDER, to=user, subject=subject_of(items), body=body_of(user, items)
    )
    Reminder.objects.bulk_create(
        Reminder(user=user, entry=item.entry, step=item.step, event=item.event, mail=mail) for item in items
    )
    reminded.queued.append(mail)


def _wants(user: User, step: Step) -> bool:
    return user.mail_choice != User.MailChoice.NECESSARY or step not in OPTIONAL


def _not_told(user: User, items: Collection[Item]) -> list[Item]:
    """The most urgent first."""
    told = {
        (step, event or entry)
        for step, entry, event in Reminder.objects.filter(
            user=user, entry__in={item.entry.pk for item in items}
        ).values_list("step", "entry_id", "event_id")
    }
    return sorted((item for item in items if item.key not in told), key=_place)


def _place(item: Item) -> tuple[int, int, str, int, int]:
    goal = item.entry.sub_goal
    return ORDER[item.step], item.follow_up.year, item.follow_up.programme.title, goal.area.number, goal.number


def _owed(user: User, unit_ids: frozenset[int], today: date) -> list[Item]:
    """The goals that the person has not handed in, at the step that their year is at."""
    return [
        Item(step, task.entry)
        for year in work_of(user, today)
        if today >= year.follow_up.opens_on
        for step in [step_of(year.follow_up, today)]
        for task in year.tasks
        for left in [[answer for answer in task.own if answer.is_writable]]
        if any(step in FOR_DEPUTIES or _units_of(answer) & unit_ids for answer in left)
    ]


def _units_of(answer: Answer) -> frozenset[int]:
    return frozenset(unit.pk for unit in responsible_units(answer))


def _happened(user: User, unit_ids: frozenset[int], news: Iterable[News]) -> list[Item]:
    """Return the person's answers that others have returned or approved."""
    return [told.item for told in news if told.unit_ids & unit_ids and told.by_id != user.pk]


def _news(today: date) -> list[News]:
    """Return the latest return or approval of each answer that has not been handed in again since."""
    events = (
        Event.objects.filter(
            action__in=[Event.Action.RETURN, Event.Action.APPROVE],
            at__date__range=(today - NEWS, today),
        )
        .select_related(
            "sub_goal_entry__follow_up",
            "sub_goal_entry__sub_goal__area",
            "measure_entry__follow_up",
            "measure_entry__measure__sub_goal__area",
        )
        .prefetch_related("sub_goal_entry__sub_goal__units", "measure_entry__measure__units")
        .order_by("at", "pk")
    )
    latest: dict[Answer, Event] = {_answer_of(event): event for event in events}
    entries = _entries_of(latest)
    return [
        News(
            Item(
                Step.RETURNED if event.action == Event.Action.RETURN else Step.APPROVED,
                entries[answer.follow_up_id, answer.goal.pk],
                event,
            ),
            event.by_id,
            _units_of(answer),
        )
        for answer, event in latest.items()
        if answer.state == event.to_state and (answer.is_writable or event.action == Event.Action.APPROVE)
    ]


def _answer_of(event: Event) -> Answer:
    return event.sub_goal_entry or event.measure_entry  # type: ignore[return-value]  # a year is never returned


def _entries_of(answers: Iterable[Answer]) -> Mapping[tuple[int, int], SubGoalEntry]:
    """The goals' entries of the years that `answers` are of, by year and goal."""
    entries = SubGoalEntry.objects.filter(follow_up__in={answer.follow_up_id for answer in answers})
    return {
        (entry.follow_up_id, entry.sub_goal_id): entry
        for entry in entries.select_related("follow_up__programme", "sub_goal__area")
    }


WORDS = {
    Step.RETURNED: "återlämnat",
    Step.OVERDUE: "försenat",
    Step.DUE_3: "ska snart vara klar",
    Step.DUE_14: "ska vara klar om två veckor",
    Step.OPENED: "öppen att fylla i",
    Step.APPROVED: "godkänt",
}

LEADS = {
    Step.RETURNED: "Rätta det här och lämna in igen.",
    Step.OVERDUE: "Det här skulle ha varit inlämnat senast {due}.",
    Step.DUE_3: "Det här ska vara inlämnat senast {due}.",
    Step.DUE_14: "Det här ska vara inlämnat senast {due}.",
    Step.OPENED: "Nu går det att fylla i. Det ska vara inlämnat senast {due}.",
    Step.APPROVED: "Du behöver inte göra något mer med det här.",
}


def subject_of(items: Iterable[Item]) -> str:
    """Such as "Uppföljning 2021: återlämnat, försenat"."""
    items = list(items)
    years = sorted({item.follow_up.year for item in items})
    return f"Uppföljning {', '.join(map(str, years))}: {', '.join(dict.fromkeys(WORDS[item.step] for item in items))}"


def body_of(user: User, items: Iterable[Item]) -> str:
    """The mail's text; a goal that was returned is listed as that alone, however late it is."""
    items = list(items)
    returned = {item.entry.pk for item in items if item.step == Step.RETURNED}
    listed = [item for item in items if item.event or item.entry.pk not in returned]
    sections = groupby(listed, key=lambda item: (item.step, item.follow_up))
    return "\n\n".join(
        [
            f"Hej {user.first_name or user.username}!",
            *(_section(step, follow_up, list(group)) for (step, follow_up), group in sections),
            f"Allt som du ska fylla i:\n{absolute_url(reverse('followup:work_list'))}",
            "Mejlet är skickat automatiskt och går inte att svara på. Välj hur ofta du vill få e-post:\n"
            + absolute_url(reverse("followup:mail_choice")),
        ]
    )


def _section(step: Step, follow_up: FollowUp, items: list[Item]) -> str:
    heading = f"{step.label.upper()}\n{follow_up.programme}: uppföljningen för {follow_up.year}"
    lead = LEADS[step].format(due=date_format(follow_up.due_on, "j F Y"))
    goals = groupby(items, key=lambda item: item.entry)
    return f"{heading}\n{lead}\n\n" + "\n".join(_goal(entry, list(group)) for entry, group in goals)


def _goal(entry: SubGoalEntry, items: list[Item]) -> str:
    """Return a goal in words, with the comment and the address of a returned answer."""
    lines = [f"- {entry.sub_goal.code} {textwrap.shorten(entry.sub_goal.text, 120, placeholder=' …')}"]
    comments = dict.fromkeys(item.event.comment for item in items if item.event and item.event.comment)
    lines += [f"  Kommentar: {' '.join(comment.split())}" for comment in comments]
    if items[0].step == Step.RETURNED:
        lines.append(f"  {absolute_url(entry.get_absolute_url())}")
    return "\n".join(lines)
