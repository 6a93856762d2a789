"""What the settings say of the replica."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

ROUTER = "crm.replica.reading.Router"
MIDDLEWARE = "crm.replica.requests.ReadYourWrites"

_OPTIONS = {
    # A machine that is gone says nothing: after so long the primary is asked instead.
    "connect_timeout": 2,
    "tcp_user_timeout": 5000,  # milliseconds
    # A server that became a primary meanwhile takes no write from here either. PgBouncer leaves this out.
    "options": "-c default_transaction_read_only=on",
}


def database(url: str, *, redis_url: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """For settings.DATABASES, from REPLICA_URL; options are the primary's. Raises ImproperlyConfigured."""
    config: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True))
    if config["ENGINE"] != "django.db.backends.postgresql":
        raise ImproperlyConfigured("REPLICA_URL must be that of a PostgreSQL server: postgres://…")
    if not redis_url:
        raise ImproperlyConfigured(
            "REPLICA_URL needs REDIS_URL: there all web processes find who has just written and reads from the primary."
        )
    config["ENGINE"] = "crm.replica"
    config["OPTIONS"] = {**options, **_OPTIONS, **config.get("OPTIONS", {})}
    config["TEST"] = {"MIRROR": "default"}
    return config
