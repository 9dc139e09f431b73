from django.apps import AppConfig

from organisation.roles import synchronise_after_migrate


class OrganisationConfig(AppConfig):
    name = "organisation"
    verbose_name = "Organisation"

    def ready(self) -> None:
        synchronise_after_migrate()
