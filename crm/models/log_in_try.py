"""How often somebody has tried a password lately."""

from __future__ import annotations

import datetime as dt

from django.db import connection, models
from django.utils.translation import gettext_lazy


class LogInTry(models.Model):
    """
    One row for each address that passwords were tried at, known or not; tries counts those since opened_at.

    It is counted before the password is looked at, in one statement, so that fifty tries at the same moment on several
    machines are fifty.
    """

    digest = models.CharField(
        max_length=64, primary_key=True, help_text=gettext_lazy("SHA-256 of the address in small letters")
    )
    opened_at = models.DateTimeField(db_index=True)
    tries = models.PositiveIntegerField()

    class Meta:
        verbose_name = gettext_lazy("log-in try")
        verbose_name_plural = gettext_lazy("log-in tries")

    def __str__(self) -> str:
        return f"{self.tries} since {self.opened_at:%Y-%m-%d %H:%M}"

    @classmethod
    def count(cls, digest: str, now: dt.datetime, window: dt.timedelta) -> int:
        """Count one more; how many there are since the window was opened."""
        old = now - window
        opened, limit = (each.isoformat(" ") if connection.vendor == "sqlite" else each for each in (now, old))
        with connection.cursor() as cursor:
            cursor.execute(_UPSERT, [digest, opened, limit, limit])
            return int(cursor.fetchone()[0])


_UPSERT = """
INSERT INTO crm_logintry AS kept (digest, opened_at, tries) VALUES (%s, %s, 1)
ON CONFLICT (digest) DO UPDATE SET
    tries = CASE WHEN kept.opened_at < %s THEN 1 ELSE kept.tries + 1 END,
    opened_at = CASE WHEN kept.opened_at < %s THEN excluded.opened_at ELSE kept.opened_at END
RETURNING tries
"""
