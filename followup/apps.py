from django.apps import AppConfig

from followup.rules import RULES
from programmes.triggers import keep_with_migrations


class FollowupConfig(AppConfig):
    name = "followup"
    verbose_name = "Uppföljning"

    def ready(self) -> None:
        from followup.stamp import COUNTS  # reads the models, which are there only now

        keep_with_migrations(self, [*RULES, *COUNTS])
