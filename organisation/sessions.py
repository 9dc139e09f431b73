"""Who asks for a page: the two questions that every page begins with.

They are Django's own, `SessionStore` and `ModelBackend`, but written out: to put such a question together anew takes
longer than its answer, and a page that has not changed has hardly anything else to do.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends import db
from django.db import connection
from django.utils import timezone

from organisation.models import User

SESSION = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"
# With whether they have a role, which decides on the second step (organisation.adapters).
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
            # One that is unknown is never taken over: who brought it gets another.
            self._session_key = None
            return {}
        return self.decode(row[0])


class Backend(ModelBackend):
    def get_user(self, user_id: Any) -> User | None:
        for user in User.objects.raw(USER, [user_id]):
            if self.user_can_authenticate(user):
                return user
        return None
