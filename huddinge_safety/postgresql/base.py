"""PostgreSQL as Django knows it, but for how a connection that is kept between requests is looked at before it is used
again (`CONN_HEALTH_CHECKS`)."""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    def is_usable(self) -> bool:
        """Whether the server still holds its end, without a question to it for every page.

        A server that has ended, or ended the connection, has told so, and there is something to read. Nothing else is
        sent unasked that matters: who has anything to read gets another connection.
        """
        if self.connection is None or self.connection.closed:
            return False
        waiting = select.poll()
        waiting.register(self.connection.fileno(), select.POLLIN)
        return not waiting.poll(0)
