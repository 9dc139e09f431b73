"""Follow-ups of a programme: answers, workflow events, decisions, and the queues and logs around them."""

from followup.models.attachments import Attachment
from followup.models.comments import Comment
from followup.models.contributions import Contribution
from followup.models.decisions import DecidedReport, Decision, ProtocolNote, ReportSignature, Speaker
from followup.models.distribution import Distribution
from followup.models.entries import Answer, AreaEntry, Entry, GuidelineEntry, MeasureEntry, SubGoalEntry
from followup.models.events import Event
from followup.models.mail import OutgoingMail
from followup.models.maintenance import MaintenanceRun
from followup.models.reminders import Reminder
from followup.models.renderings import Rendering, RenderingRequest
from followup.models.ticks import Tick
from followup.models.tokens import ApiToken
from followup.models.withholdings import Withholding
from followup.models.words import EntryWords, MeasureEntryWords, SubGoalEntryWords
from followup.models.workbooks import Workbook
from followup.models.year import FollowUp

__all__ = [
    "Answer",
    "ApiToken",
    "AreaEntry",
    "Attachment",
    "Comment",
    "Contribution",
    "DecidedReport",
    "Decision",
    "Distribution",
    "Entry",
    "EntryWords",
    "Event",
    "FollowUp",
    "GuidelineEntry",
    "MaintenanceRun",
    "MeasureEntry",
    "MeasureEntryWords",
    "OutgoingMail",
    "ProtocolNote",
    "Reminder",
    "Rendering",
    "RenderingRequest",
    "ReportSignature",
    "Speaker",
    "SubGoalEntry",
    "SubGoalEntryWords",
    "Tick",
    "Withholding",
    "Workbook",
]
