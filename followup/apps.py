from django.apps import AppConfig

from followup.database_rules import RULES
from programmes.triggers import keep_with_migrations


class FollowupConfig(AppConfig):
    name = "followup"
    verbose_name = "Uppföljning"

    def ready(self) -> None:
        from followup.change_counter import COUNTS

        keep_with_migrations(self, [*RULES, *COUNTS])
