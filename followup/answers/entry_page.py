"""Answer page: the answers to a goal in one year that one official writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from followup.answers.forms import AnswerForms, AttachmentForm, CheckItem, check_item
from followup.answers.goal_year import GoalYear, attachments_of, goal_year_or_404
from followup.answers.thread import remarks_of, thread_of, with_comments
from followup.answers.worklist import neighbours
from followup.models import Answer, Contribution, FollowUp, SubGoalEntry
from followup.permissions import can_comment, can_report
from followup.web.lookups import user_of
from followup.workflow import available
from organisation.models import User


@dataclass(frozen=True)
class EntryPage:
    """Stored answers to a goal in one year. The user reports at least one of them: those in `own`."""

    user: User
    today: date
    goal_year: GoalYear
    own: list[Answer]
    # Describes the stored answers. A form later writes the posted values to the same objects.
    checklist: list[CheckItem]

    @property
    def entry(self) -> SubGoalEntry:
        return self.goal_year.entry

    @property
    def follow_up(self) -> FollowUp:
        return self.entry.follow_up

    @property
    def address(self) -> tuple[str, int, int, int]:
        """Arguments of the addresses of the goal's pages in the year."""
        goal = self.entry.sub_goal
        return self.follow_up.programme.slug, self.follow_up.year, goal.area.number, goal.number

    @property
    def writable(self) -> list[Answer]:
        return [answer for answer in self.own if answer.is_writable]

    @property
    def _contributes_to_goal(self) -> bool:
        return any(isinstance(answer, Contribution) and answer.sub_goal_id for answer in self.writable)

    def forms(self, data: QueryDict | None) -> AnswerForms:
        """Return the forms of the page, bound to `data` if there is any."""
        return AnswerForms(self.goal_year, self.own, data, self.today)

    def context(self, forms: AnswerForms) -> dict[str, Any]:
        """Return the context of the template."""
        last_year = self.goal_year.last_year
        thread = thread_of(self.entry, self.goal_year.measures)
        return {
            "follow_up": self.follow_up,
            "entry": self.entry,
            "forms": forms,
            "last_year": last_year,
            "own": self.own,
            "may_withdraw": any("withdraw" in available(answer, self.user) for answer in self.own),
            "thread": remarks_of(with_comments(thread)),
            "may_comment": can_comment(self.user, self.own),
            "checklist": self.checklist,
            "is_complete": not any(item.missing for item in self.checklist),
            "neighbours": neighbours(self.user, self.entry, self.today),
            "attachments": attachments_of(self.entry),
            "may_attach": self.entry in self.writable or self._contributes_to_goal,
            "may_remove_all": self.entry in self.writable,
            "attachment_form": AttachmentForm(),
            "may_start": last_year.has_texts and forms.lack_texts,
            "shows_example": self.entry.sub_goal.is_example or self.entry.is_example,
        }


def entry_page_or_404(request: HttpRequest, slug: str, year: int, area: int, number: int) -> EntryPage:
    """Fetch the answer page of a goal. The user reports the goal or one of its measures; all others get 403."""
    user = user_of(request)
    goal_year = goal_year_or_404(request, slug, year, area, number)
    own = [answer for answer in goal_year.answers if can_report(user, answer)]
    if not own:
        raise PermissionDenied(f"Du rapporterar inte för någon enhet som ansvarar för {goal_year.entry.name}.")
    checklist = [check_item(answer) for answer in own]
    return EntryPage(user=user, today=timezone.localdate(), goal_year=goal_year, own=own, checklist=checklist)
