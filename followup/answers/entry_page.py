"""The answer page: a goal's year with the answers that one official may write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from followup.answers.forms import AnswerForms, AttachmentForm
from followup.answers.goal_year import (
    LastYear,
    attachments_of,
    entry_or_404,
    indicators_of,
    last_year_of,
    measures_of,
)
from followup.answers.thread import remarks_of, said, thread_of
from followup.answers.worklist import CheckItem, check_item, neighbours, own_answers
from followup.models import Answer, FollowUp, MeasureEntry, SubGoalEntry
from followup.permissions import can_comment, can_write
from followup.web.lookups import follow_up_or_404, user_of
from followup.workflow import available
from organisation.models import User


@dataclass(frozen=True)
class EntryPage:
    """The stored answers of a goal's year, and those of them that `user` reports: `own`, at least one."""

    user: User
    today: date
    entry: SubGoalEntry
    measures: list[MeasureEntry]
    last_year: LastYear
    own: list[Answer]
    # Made before a form writes what was sent to the entries, so it describes what is stored.
    checklist: list[CheckItem]

    @property
    def follow_up(self) -> FollowUp:
        return self.entry.follow_up

    @property
    def writable(self) -> list[Answer]:
        return [answer for answer in self.own if answer.is_writable]

    def forms(self, data: QueryDict | None) -> AnswerForms:
        """Return the forms of the page, with the sent `data` or with what is stored."""
        indicators = list(indicators_of(self.entry.sub_goal))
        return AnswerForms(self.user, self.entry, self.measures, self.last_year, indicators, data, self.today)

    def context(self, forms: AnswerForms) -> dict[str, Any]:
        """Return what the template shows."""
        return {
            "follow_up": self.follow_up,
            "entry": self.entry,
            "forms": forms,
            "last_year": self.last_year,
            "own": self.own,
            "may_withdraw": any("withdraw" in available(answer, self.user) for answer in self.own),
            "thread": remarks_of(said(thread_of(self.entry, self.measures))),
            "may_comment": can_comment(self.user, self.own),
            "checklist": self.checklist,
            "is_complete": not any(item.missing for item in self.checklist),
            "neighbours": neighbours(self.user, self.entry, self.today),
            "attachments": attachments_of(self.entry),
            "may_attach": can_write(self.user, self.entry),
            "attachment_form": AttachmentForm(),
            "may_start": self.last_year.has_texts and forms.lack_texts,
            "shows_example": self.entry.sub_goal.is_example or self.entry.is_example,
        }


def entry_page_or_404(request: HttpRequest, slug: str, year: int, area: int, number: int) -> EntryPage:
    """Fetch the page of a goal that this user reports, as a whole or by one of its measures."""
    user = user_of(request)
    entry = entry_or_404(follow_up_or_404(request, slug, year), area, number)
    measures = measures_of(entry)
    own = own_answers(user, entry, measures)
    if not own:
        raise PermissionDenied(f"Du rapporterar inte för någon enhet som ansvarar för mål {entry.sub_goal.code}.")
    return EntryPage(
        user=user,
        today=timezone.localdate(),
        entry=entry,
        measures=measures,
        last_year=last_year_of(entry),
        own=own,
        checklist=[check_item(answer) for answer in own],
    )
