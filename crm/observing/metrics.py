"""
Counters for Prometheus, kept by all processes of a server together.

They count only where PROMETHEUS_MULTIPROC_DIR names a folder; begin() makes one before any of them is loaded.
"""

from __future__ import annotations

import os

from prometheus_client import Counter, Histogram

from crm.observing.exposing import VARIABLE

is_on = VARIABLE in os.environ

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

REQUESTS = Counter("leadwright_http_requests_total", "Requests answered", ["door", "method", "status"])
REQUEST_SECONDS = Histogram("leadwright_http_request_seconds", "Until the answer began", ["door"], buckets=_SECONDS)
MESSAGES = Counter("leadwright_messages_total", "Messages by what became of them", ["channel", "outcome"])
DELIVERIES = Counter("leadwright_webhook_deliveries_total", "Webhook deliveries tried", ["outcome"])
TASKS = Counter("leadwright_tasks_total", "Background tasks begun", ["task"])
SECURITY = Counter("leadwright_security_events_total", "Log-ins and refusals by why", ["event", "why"])
READS = Counter("leadwright_reads_total", "Lists, reports and exports by where they were read", ["database", "reason"])


def count(counter: Counter, *labels: str, by: int = 1) -> None:
    """One more, where anybody counts."""
    if is_on:
        counter.labels(*labels).inc(by)
