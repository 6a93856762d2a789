"""HTTP contracts that other people wrote, mirrored at their documented addresses."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApiConfig(AppConfig):
    name = "api"
    verbose_name = _("Contracts")

    def ready(self) -> None:
        from api import erasing  # noqa: F401  (registers itself)
