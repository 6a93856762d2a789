"""Refuse to start for the world with what is fit for a desk: a key made up on the spot, DEBUG, any host name."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connection

TAG = "production"
_SHORTEST_KEY = 40


@register(TAG)
def production_settings(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """What is wrong of a site that the world reaches (settings.IS_PRODUCTION); nothing elsewhere."""
    if not settings.IS_PRODUCTION:
        return []
    wrong = {
        "crm.E010": settings.DEBUG and "DEBUG shows strangers our code and data: leave it off.",
        "crm.E011": "*" in settings.ALLOWED_HOSTS and "ALLOWED_HOSTS must name the hosts; * lets anybody forge links.",
        "crm.E012": not _given("SECRET_KEY")
        and "SECRET_KEY must be given (or SECRET_KEY_FILE): one that a machine made up is lost with it.",
        "crm.E013": (len(settings.SECRET_KEY) < _SHORTEST_KEY or settings.SECRET_KEY.startswith("django-insecure"))
        and f"SECRET_KEY must be random and have at least {_SHORTEST_KEY} characters.",
        "crm.E014": not _given("ENCRYPTION_KEYS")
        and "ENCRYPTION_KEYS must be given (or ENCRYPTION_KEYS_FILE): without it a restored database stays closed.",
        "crm.E015": not settings.HTTPS_ONLY and "HTTPS_ONLY must be on: sessions and keys would travel readable.",
    }
    return [Error(str(words), id=name) for name, words in wrong.items() if words]


def _given(name: str) -> bool:
    return bool(os.environ.get(name) or os.environ.get(f"{name}_FILE"))


@register(Tags.security, deploy=True)
def restricted_role(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """On PostgreSQL a site should not log in as somebody whom row-level security does not bind."""
    login = connection.settings_dict["USER"]
    if not settings.IS_PRODUCTION or connection.vendor != "postgresql" or login == settings.DATABASE_ROLE:
        return []
    words = (
        f"DATABASE_URL logs in as {login}, not as {settings.DATABASE_ROLE}: nothing in the database keeps organisations"
        " apart. See row-level security in docs/security.md."
    )
    return [Warning(words, id="crm.W016")]
