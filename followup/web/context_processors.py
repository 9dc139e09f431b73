from django.conf import settings
from django.http import HttpRequest

from followup.permissions import can_follow_review


def page_frame(request: HttpRequest) -> dict[str, object]:
    """Return the facts that the frame of every page shows."""
    user = getattr(request, "user", None)
    return {
        "municipality": settings.MUNICIPALITY_NAME,
        "is_public": settings.PUBLIC_REPORTS,
        # Asked for by the page alone: an error page must not depend on the database, a public one not on the reader.
        "may_open_admin": lambda: bool(user and user.is_staff),
        "may_follow_review": lambda: bool(user and can_follow_review(user)),
    }
