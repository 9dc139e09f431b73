"""Page where each person chooses which e-mail to get."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from followup.mail.forms import MailChoiceForm
from followup.mail.reminders import OPTIONAL
from followup.models import Reminder
from followup.web.lookups import user_of


def mail_choice(request: HttpRequest) -> HttpResponse:
    """Let a user choose how often to get reminders by mail, with a list of the mails that are always sent."""
    form = MailChoiceForm(request.POST or None, instance=user_of(request))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Ditt val är sparat.")
        return redirect("followup:mail_choice")
    context = {
        "form": form,
        "always": [step.label for step in Reminder.Step if step not in OPTIONAL],
        "optional": [step.label for step in Reminder.Step if step in OPTIONAL],
    }
    return render(request, "followup/mail/mail_choice.html", context)
