"""Reminders by e-mail to officials.

A goal that is not handed in is at one step at a time, by the day. A returned or approved answer is reported when it has
happened. Each step is sent once (`Reminder`), and everything for a person goes in one mail.
"""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from followup.answers.worklist import work_of
from followup.mail.outbox import absolute_url, queue
from followup.models import Answer, Event, FollowUp, OutgoingMail, Reminder, SubGoalEntry
from followup.permissions import answering_units
from organisation.models import Membership, User
from organisation.order import in_swedish_order

Step = Reminder.Step

# Steps that a person may choose not to get mail about.
OPTIONAL = frozenset({Step.OPENED, Step.DUE_14, Step.APPROVED})

# Steps that a deputy gets mail about while the unit has another official.
FOR_DEPUTIES = frozenset({Step.DUE_3, Step.OVERDUE})

# Older returns and approvals are not sent, such as when mail is turned on in the middle of a year.
MAX_NEWS_AGE = timedelta(days=14)

URGENCY = {step: position for position, step in enumerate(Step)}


@dataclass(frozen=True)
class Item:
    """One reminder: the step of a goal's year, and the event that caused it, if any."""

    step: Step
    entry: SubGoalEntry
    event: Event | None = None

    @property
    def key(self) -> tuple[str, int]:
        """The key of the reminder, so that it is sent once."""
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

    def concerns(self, user: User, since_by_unit: Mapping[int, date | None]) -> bool:
        """Return whether somebody else did it, in a unit of `since_by_unit`, the units by the day the person came.

        An approval before that day is no news to the person. A returned answer is theirs to mend.
        """
        own = self.unit_ids & since_by_unit.keys()
        if self.by_id == user.pk or not own:
            return False
        if self.item.step != Step.APPROVED or self.item.event is None:
            return True
        day = timezone.localdate(self.item.event.at)
        return any(since is None or since <= day for since in (since_by_unit[unit_id] for unit_id in own))


@dataclass
class Reminded:
    """Result of a run: the queued mails, and the people without an address."""

    queued: list[OutgoingMail] = field(default_factory=list)
    without_address: list[User] = field(default_factory=list)


def remind(today: date) -> Reminded:
    """Queue the reminders of `today` that each official has not had yet.

    Recipients are active users that report for a unit on that day. Safe to run twice, also at the same time.
    """
    reminded = Reminded()
    news = _news(today)
    for user_id, unit_ids in _units_by_recipient(today).items():
        _remind(user_id, unit_ids, today, news, reminded)
    return reminded


def step_of(follow_up: FollowUp, today: date) -> Step:
    """Return the step of an open year on `today`. A step that passed while nobody ran the command is not sent late."""
    days_left = (follow_up.due_on - today).days
    if days_left < 0:
        return Step.OVERDUE
    if days_left <= 3:
        return Step.DUE_3
    return Step.DUE_14 if days_left <= 14 else Step.OPENED


def _units_by_recipient(today: date) -> dict[int, frozenset[int]]:
    """Return the ids of the units that each official gets all steps for, by the id of the official.

    A deputy gets all steps when the unit has no other official.
    """
    memberships = list(
        Membership.objects.current(today)
        .reporting()
        .filter(user__is_active=True)
        .order_by(in_swedish_order("user__last_name"), in_swedish_order("user__first_name"), "user_id")
    )
    with_ordinary = {membership.unit_id for membership in memberships if not membership.is_deputy}
    units: dict[int, set[int]] = {membership.user_id: set() for membership in memberships}
    for membership in memberships:
        if not membership.is_deputy or membership.unit_id not in with_ordinary:
            units[membership.user_id].add(membership.unit_id)
    return {user_id: frozenset(unit_ids) for user_id, unit_ids in units.items()}


@transaction.atomic
def _remind(user_id: int, unit_ids: frozenset[int], today: date, news: Iterable[News], reminded: Reminded) -> None:
    """Queue one mail with all reminders of a person, and record them and the mail in `reminded`."""
    # Lock the person, so that two runs at once do not send the same reminder.
    user = User.objects.select_for_update().get(pk=user_id)
    items = [*_not_handed_in(user, unit_ids, today), *_items_of_news(user, unit_ids, news)]
    items = _not_sent(user, [item for item in items if _wants(user, item.step)])
    if not items:
        return
    if not user.email:
        reminded.without_address.append(user)
        return
    key = _mail_key(user, items[0], today)
    if OutgoingMail.objects.filter(key=key).exists():
        return  # At most one mail a day: the other reminders wait until tomorrow.
    mail = queue(
        key=key, kind=OutgoingMail.Kind.REMINDER, to=user, subject=subject_of(items), body=body_of(user, items)
    )
    Reminder.objects.bulk_create(
        Reminder(user=user, entry=item.entry, step=item.step, event=item.event, mail=mail) for item in items
    )
    reminded.queued.append(mail)


def _mail_key(user: User, most_urgent: Item, today: date) -> str:
    """Return the key of a person's mail: one for each day if chosen so, otherwise one for its most urgent reminder."""
    if user.mail_choice == User.MailChoice.DAILY:
        return f"reminder {user.pk} {today}"
    step, source_id = most_urgent.key
    return f"reminder {user.pk} {step} {source_id}"


def _wants(user: User, step: Step) -> bool:
    """Return whether the person wants mail about the step."""
    return user.mail_choice != User.MailChoice.NECESSARY or step not in OPTIONAL


def _not_sent(user: User, items: Collection[Item]) -> list[Item]:
    """Return the items that the person has not had yet, the most urgent first."""
    reminders = Reminder.objects.filter(user=user, entry__in={item.entry.pk for item in items})
    sent = {(step, event or entry) for step, entry, event in reminders.values_list("step", "entry_id", "event_id")}
    return sorted((item for item in items if item.key not in sent), key=_sort_key)


def _sort_key(item: Item) -> tuple[int, int, str, int, int]:
    """Order reminders by urgency, then by year, programme and goal."""
    goal = item.entry.sub_goal
    return URGENCY[item.step], item.follow_up.year, item.follow_up.programme.title, goal.area.number, goal.number


def _not_handed_in(user: User, unit_ids: frozenset[int], today: date) -> list[Item]:
    """Return the goals that the person has not handed in, at the step of their year.

    `unit_ids` are the units that the person gets all steps for, and not only those for deputies.
    """
    items = []
    open_years = [year for year in work_of(user, today) if year.follow_up.opens_on <= today]
    for year in open_years:
        step = step_of(year.follow_up, today)
        for task in year.tasks:
            missing = [answer for answer in task.own if answer.is_writable]
            if step not in FOR_DEPUTIES:
                missing = [answer for answer in missing if _units_of(answer) & unit_ids]
            if missing:
                items.append(Item(step, task.entry))
    return items


def _units_of(answer: Answer) -> frozenset[int]:
    return frozenset(unit.pk for unit in answering_units(answer))


def _items_of_news(user: User, unit_ids: frozenset[int], news: Iterable[News]) -> list[Item]:
    """Return the person's answers that others have returned or approved."""
    memberships = user.memberships.filter(unit__in=unit_ids)
    since_by_unit = dict(memberships.values_list("unit_id", "since"))
    return [one.item for one in news if one.concerns(user, since_by_unit)]


def _news(today: date) -> list[News]:
    """Return the latest return or approval of each answer that has not been handed in again since."""
    events = (
        Event.objects.filter(
            action__in=[Event.Action.RETURN, Event.Action.APPROVE],
            at__date__range=(today - MAX_NEWS_AGE, today),
        )
        .select_related(
            "sub_goal_entry__follow_up",
            "sub_goal_entry__sub_goal__area",
            "measure_entry__follow_up",
            "measure_entry__measure__sub_goal__area",
            "contribution__follow_up",
            "contribution__unit",
            "contribution__sub_goal__area",
            "contribution__measure__sub_goal__area",
        )
        .prefetch_related(
            "sub_goal_entry__sub_goal__responsibilities",
            "measure_entry__measure__responsibilities",
            "contribution__sub_goal__responsibilities",
            "contribution__measure__responsibilities",
        )
        .order_by("at", "pk")
    )
    latest: dict[Answer, Event] = {_answer_of(event): event for event in events}
    entries = _entries_of(latest)
    news = []
    for answer, event in latest.items():
        is_approval = event.action == Event.Action.APPROVE
        still_holds = answer.state == event.to_state and (is_approval or answer.is_writable)
        if still_holds:
            step = Step.APPROVED if is_approval else Step.RETURNED
            item = Item(step, entries[answer.follow_up_id, answer.goal.pk], event)
            news.append(News(item, event.by_id, _units_of(answer)))
    return news


def _answer_of(event: Event) -> Answer:
    return event.answer  # type: ignore[return-value]  # a year is never returned


def _entries_of(answers: Iterable[Answer]) -> Mapping[tuple[int, int], SubGoalEntry]:
    """Return the goal entries of the years of `answers`, by year and goal."""
    entries = SubGoalEntry.objects.filter(follow_up__in={answer.follow_up_id for answer in answers})
    return {
        (entry.follow_up_id, entry.sub_goal_id): entry
        for entry in entries.select_related("follow_up__programme__framework", "sub_goal__area")
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
    """Return the subject of a mail: "Uppföljning 2021: återlämnat, försenat"."""
    items = list(items)
    years = sorted({item.follow_up.year for item in items})
    steps = dict.fromkeys(WORDS[item.step] for item in items)
    return f"Uppföljning {', '.join(map(str, years))}: {', '.join(steps)}"


def body_of(user: User, items: Iterable[Item]) -> str:
    """Return the text of a mail. A returned goal is listed as returned alone, however late it is."""
    items = list(items)
    returned = {item.entry.pk for item in items if item.step == Step.RETURNED}
    listed = [item for item in items if item.event or item.entry.pk not in returned]
    groups = groupby(listed, key=lambda item: (item.step, item.follow_up))
    sections = [_section(step, follow_up, list(group)) for (step, follow_up), group in groups]
    work_list = absolute_url(reverse("followup:work_list"))
    mail_choice = absolute_url(reverse("followup:mail_choice"))
    paragraphs = [
        f"Hej {user.first_name or user.username}!",
        *sections,
        f"Allt som du ska fylla i:\n{work_list}",
        "Mejlet är skickat automatiskt och går inte att svara på. Välj hur ofta du vill få e-post:\n" + mail_choice,
    ]
    return "\n\n".join(paragraphs)


def _section(step: Step, follow_up: FollowUp, items: list[Item]) -> str:
    """Return the part of a mail about one step of one year: a heading, an instruction and the goals."""
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
