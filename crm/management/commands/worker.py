"""manage.py worker: do the background work, supervised."""

from __future__ import annotations

from typing import Any

import structlog
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django_q.models import Schedule
from django_q.signals import pre_execute

from crm.heartbeat import beat
from crm.migrated import wait_until_migrated
from crm.observing import exposing, metrics
from crm.processes import StopRequest, end_with_parent
from crm.supervisor import Patience, Supervisor, cluster_command
from crm.tasks import DRAIN, HOUSEKEEPING


class Command(BaseCommand):
    help = "Run the background work: send what is due, import, deliver. Restarts itself when it gets stuck."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--unsupervised",
            action="store_true",
            help="only the work itself, which ends with the process that started it",
        )

    def handle(self, *args: Any, unsupervised: bool, **options: Any) -> None:
        end_with_parent()
        if unsupervised:
            run_cluster()
            return
        stop = StopRequest()
        wait_until_migrated(stop)
        if stop:
            return
        ensure_schedules()
        exposing.begin("worker", settings.VAR_DIR)
        exposing.serve("worker", with_rows=True)
        Supervisor(cluster_command(), Patience.from_environment()).run(stop)


def run_cluster() -> None:
    """django-q's cluster in this process and its children."""
    pre_execute.connect(_beat_before_each_task)
    call_command("qcluster")


def _beat_before_each_task(task: dict[str, Any], **_: object) -> None:
    beat()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(task=task.get("name", ""))
    metrics.count(metrics.TASKS, str(task.get("name", "")))


def ensure_schedules() -> None:
    """In every minute one look at what is due, for all that nobody rang for, and the chores."""
    for name, task in (("tick", DRAIN), ("housekeeping", HOUSEKEEPING)):
        Schedule.objects.get_or_create(
            name=name, defaults={"func": task, "schedule_type": Schedule.MINUTES, "minutes": 1, "repeats": -1}
        )
