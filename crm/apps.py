"""The ground floor: organisations, people, keys, events and the doors to the outside world."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CrmConfig(AppConfig):
    name = "crm"
    verbose_name = _("Organisations and access")

    def ready(self) -> None:
        from crm import (
            ai_checks,  # noqa: F401  (looks at the settings)
            log_ins,  # noqa: F401  (listens to who comes in)
            production_checks,  # noqa: F401  (the same)
            second_step,  # noqa: F401  (listens to apps that are set up)
            sentences,  # noqa: F401  (teaches crm.wording)
            sessions,  # noqa: F401  (listens to who comes in)
            verbose_names,
            webhooks,  # noqa: F401  (listens to everything that happens)
        )
        from crm.postgresql import wall

        verbose_names.translate()
        post_migrate.connect(wall.keep_up, sender=self, dispatch_uid="crm.wall")
