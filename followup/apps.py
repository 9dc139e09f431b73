from django.apps import AppConfig

from followup.rules import RULES
from programmes.triggers import keep_with_migrations


class FollowupConfig(AppConfig):
    name = "followup"
    verbose_name = "Uppföljning"

    def ready(self) -> None:
        keep_with_migrations(self, RULES)
