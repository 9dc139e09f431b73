"""How it went: one year's follow-up of a programme and all that belongs to it."""

from followup.models.comments import Comment
from followup.models.entries import Answer, AreaEntry, Entry, GuidelineEntry, MeasureEntry, SubGoalEntry
from followup.models.events import Event
from followup.models.year import FollowUp

__all__ = [
    "Answer",
    "AreaEntry",
    "Comment",
    "Entry",
    "Event",
    "FollowUp",
    "GuidelineEntry",
    "MeasureEntry",
    "SubGoalEntry",
]
