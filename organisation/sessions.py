"""Session and user of a request: the two queries that every page begins with.

Both are Django's, `SessionStore` and `ModelBackend`, with the SQL written out: building these queries by the ORM takes
longer than running them, and an unchanged page does little else.

The module stays at the top of the app because the path of `Backend` is stored in every session.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends import db
from django.db import connection
from django.utils import timezone

from organisation.models import User

# Keys of the session: seconds since the epoch at sign-in and at the latest request.
SIGNED_IN_AT, SEEN_AT = "signed_in_at", "seen_at"

SESSION = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"
# `has_role` is read with the user, because every request needs it to decide about the second factor.
USER = """
    SELECT u.*, EXISTS (SELECT 1 FROM organisation_user_groups g WHERE g.user_id = u.id) AS has_role
    FROM organisation_user u WHERE u.id = %s
"""


class SessionStore(db.SessionStore):
    def load(self) -> dict[str, Any]:
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        with connection.cursor() as cursor:
            cursor.execute(SESSION, [self.session_key, now])
            row = cursor.fetchone()
        if row is None:
            # Never adopt an unknown key, against session fixation: the visitor gets a new one.
            self._session_key = None
            return {}
        return self.decode(row[0])


class Backend(ModelBackend):
    def get_user(self, user_id: Any) -> User | None:
        for user in User.objects.raw(USER, [user_id]):
            if self.user_can_authenticate(user):
                return user
        return None

    def user_can_authenticate(self, user: User | None) -> bool:  # type: ignore[override]
        """Refuse closed accounts, and those of people whose last day has passed."""
        return super().user_can_authenticate(user) and not (user and user.has_left(timezone.localdate()))
