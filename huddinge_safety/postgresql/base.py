"""PostgreSQL backend of Django with a cheaper health check of kept connections (`CONN_HEALTH_CHECKS`)."""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    def is_usable(self) -> bool:
        """Return whether the server still holds the connection, without a query on every page.

        A server that stops or closes a connection sends a message first. Nothing else that matters arrives unasked, so
        a connection with anything to read is replaced.
        """
        if self.connection is None or self.connection.closed:
            return False
        waiting = select.poll()
        waiting.register(self.connection.fileno(), select.POLLIN)
        return not waiting.poll(0)
