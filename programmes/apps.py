from django.apps import AppConfig

from programmes.rules import RULES
from programmes.triggers import keep_with_migrations


class ProgrammesConfig(AppConfig):
    name = "programmes"
    verbose_name = "Program"

    def ready(self) -> None:
        # Imported here, since models cannot be imported before all apps are ready.
        from organisation.people.duties import add_duty_source
        from programmes.duties import responsibilities_left_by
        from programmes.shipped_frameworks import create_after_migrate

        keep_with_migrations(self, RULES)
        create_after_migrate()
        add_duty_source(responsibilities_left_by)
