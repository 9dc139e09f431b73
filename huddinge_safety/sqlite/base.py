"""SQLite backend of Django with two additions that queries need: Swedish order, and folding for searches."""

from typing import Any

from django.db.backends.sqlite3 import base

from organisation.order import COLLATION, compare
from organisation.text import fold


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.create_collation(COLLATION, compare)
        # NULL stays NULL, as in PostgreSQL.
        connection.create_function("search_fold", 1, lambda text: text and fold(text), deterministic=True)
        return connection
