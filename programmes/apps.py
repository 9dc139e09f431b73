from django.apps import AppConfig

from programmes.rules import RULES
from programmes.triggers import keep_with_migrations


class ProgrammesConfig(AppConfig):
    name = "programmes"
    verbose_name = "Program"

    def ready(self) -> None:
        keep_with_migrations(self, RULES)
