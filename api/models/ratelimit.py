"""How often a key has knocked in the running window."""

from __future__ import annotations

from django.db import connections, models, router
from django.utils.translation import gettext_lazy

from crm.models import Credential


class RateWindow(models.Model):
    """
    One row for each key and bucket. It is turned over in place when a new window opens, so old windows never pile up.
    """

    credential = models.ForeignKey(Credential, on_delete=models.CASCADE, related_name="+", db_index=False)
    bucket = models.CharField(max_length=80)
    opened_at = models.BigIntegerField(help_text=gettext_lazy("Unix seconds"))
    requests = models.PositiveBigIntegerField()

    class Meta:
        verbose_name = gettext_lazy("rate window")
        verbose_name_plural = gettext_lazy("rate windows")
        constraints = [models.UniqueConstraint(fields=["credential", "bucket"], name="rate_window_once")]

    def __str__(self) -> str:
        return f"{self.requests} in {self.bucket}"

    @classmethod
    def count(cls, credential_id: int, bucket: str, opened_at: int) -> int:
        """Count one request in the window that opened at that second; how many there are now. One statement."""
        connection = connections[router.db_for_write(cls)]
        statement = _QUICKLY if connection.vendor == "postgresql" else _UPSERT
        with connection.cursor() as cursor:
            cursor.execute(statement, [credential_id, bucket, opened_at])
            return int(cursor.fetchone()[0])


# A window never goes back: a process whose clock is behind counts in the newer window.
_UPSERT = """
INSERT INTO api_ratewindow AS kept (credential_id, bucket, opened_at, requests) VALUES (%s, %s, %s, 1)
ON CONFLICT (credential_id, bucket) DO UPDATE SET
    requests = CASE WHEN excluded.opened_at > kept.opened_at THEN 1 ELSE kept.requests + 1 END,
    opened_at = CASE WHEN excluded.opened_at > kept.opened_at THEN excluded.opened_at ELSE kept.opened_at END
RETURNING requests
"""
# Losing the last counts in a crash is harmless: this commit need not wait for the disk.
_QUICKLY = _UPSERT.replace(
    "VALUES (%s, %s, %s, 1)",
    "SELECT %s::bigint, %s::text, %s::bigint, 1"
    " FROM (SELECT set_config('synchronous_commit', 'off', true) OFFSET 0) AS quick",
)
