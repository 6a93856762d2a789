"""Planned follow-up: sequences, who is enrolled in them, and the engine that sends their steps."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SequencesConfig(AppConfig):
    name = "sequences"
    verbose_name = _("Sequences")

    def ready(self) -> None:
        from sequences import bulk, erasing, listeners, sentences, triggering  # noqa: F401  (they register themselves)
