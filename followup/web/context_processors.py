from django.conf import settings
from django.http import HttpRequest

from followup.permissions import can_follow_review


def page_frame(request: HttpRequest) -> dict[str, object]:
    """Return the facts that the frame of every page shows."""
    user = getattr(request, "user", None)
    return {
        "municipality": settings.MUNICIPALITY_NAME,
        "is_public": settings.PUBLIC_REPORTS,
        # Functions, so that an error page does not query the database and a public page does not depend on the user.
        "may_open_admin": lambda: bool(user and user.is_staff),
        "may_manage_people": lambda: bool(user and user.has_perm("organisation.change_user")),
        "may_follow_review": lambda: bool(user and can_follow_review(user)),
    }
