"""HTTP contracts that other people wrote, mirrored at their documented addresses."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "api"
    verbose_name = "API contracts"

    def ready(self) -> None:
        from api import erasing  # noqa: F401  (registers itself)
