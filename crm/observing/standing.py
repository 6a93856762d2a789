"""What the rows say when Prometheus asks: what waits and for how long, what failed, who waits for whose lock."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.models import OrmQ
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from crm import reach
from crm.models import WebhookEndpoint
from crm.progress import oldest_due
from crm.replica import standing as replica

#: By name, because the ground floor imports nothing from the floors above: a function that gives {state: how many}.
_TROUBLED = "leads.troubled.by_state"
_LOCKS = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


class Standing(Collector):
    def describe(self) -> Iterator[GaugeMetricFamily]:
        yield from ()  # says what there is only when asked, for that needs the database

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            with reach.everybody():
                gauges = list(_gauges())
            yield from gauges
            answers = 1
        except (DatabaseError, InterfaceError):
            answers = 0
        yield GaugeMetricFamily("leadwright_database_answers", "1 when the database answers", value=answers)


def _gauges() -> Iterator[GaugeMetricFamily]:
    now = timezone.now()
    due = GaugeMetricFamily("leadwright_oldest_due_seconds", "How long the oldest row has been due", labels=["kind"])
    waiting = oldest_due(now)
    for kind in ("step", "text to write", "message"):
        age = (now - waiting[kind].since).total_seconds() if kind in waiting else 0.0
        due.add_metric([kind.replace(" ", "_")], age)
    yield due
    yield GaugeMetricFamily("leadwright_queue_length", "Tasks in django-q's queue", value=OrmQ.objects.count())
    troubled = GaugeMetricFamily("leadwright_messages_waiting_for_people", "Messages by state", labels=["state"])
    for state, number in import_string(_TROUBLED)().items():
        troubled.add_metric([state], number)
    yield troubled
    off = WebhookEndpoint.objects.filter(is_active=False).exclude(switched_off_because="").count()
    yield GaugeMetricFamily("leadwright_webhook_endpoints_off", "Endpoints switched off for failing", value=off)
    yield GaugeMetricFamily("leadwright_lock_waits", "Statements that wait for a lock", value=_lock_waits())
    if replica.is_there():
        yield from _of_the_replica(replica.watch.now())


def _of_the_replica(look: replica.Look) -> Iterator[GaugeMetricFamily]:
    """How far behind it is stays unknown while it is away."""
    yield GaugeMetricFamily("leadwright_replica_usable", "1 when lists are read from it", value=int(not look.why_not))
    if look.lag is not None:
        yield GaugeMetricFamily("leadwright_replica_lag_seconds", "How far behind the primary it is", value=look.lag)


def _lock_waits() -> int:
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_LOCKS)
        return int(cursor.fetchone()[0])
