"""Ring the doorbell of the background workers. Nothing is lost when it is not heard: they look every minute anyway."""

from __future__ import annotations

import itertools
import logging
from functools import partial

from django.conf import settings
from django.db import DatabaseError, InterfaceError, transaction
from django.utils import timezone
from django_q.models import OrmQ
from django_q.tasks import async_task

#: By name, because the ground floor imports nothing from the floors above.
DRAIN = "sequences.tasks.drain"
HOUSEKEEPING = "crm.housekeeping.run"
DELIVER_WEBHOOKS = "crm.webhook_tasks.deliver"
#: Two workers may start at once; a third waiting bell would find nothing left to do.
_ENOUGH_WAITING = 2
#: Other work is waiting in this number: the queue is long, and the minute's tick will come.
_LONG_QUEUE = 200

log = logging.getLogger(__name__)


def nudge() -> None:
    """After this transaction commits, let a worker look for what is due. Cheap, and may be called for every change."""
    transaction.on_commit(ring, robust=True)


def nudge_webhooks() -> None:
    """After this transaction commits, let a worker send the deliveries that were filed in it."""
    transaction.on_commit(partial(ring, DELIVER_WEBHOOKS), robust=True)


def ring(task: str = DRAIN) -> bool:
    """Queue one look at what is due, unless enough of them wait already. Whether it did."""
    try:
        if _waiting(task) >= _ENOUGH_WAITING:
            return False
        async_task(task, task_name=task.rpartition(".")[2])
    except (DatabaseError, InterfaceError):
        log.warning("The bell could not be rung; the next tick does the work.", exc_info=True)
        return False
    return True


def _waiting(task: str) -> int:
    """How many looks wait that nobody has begun: each of them will see everything committed until now."""
    rows = OrmQ.objects.filter(key=settings.Q_CLUSTER["name"], lock__lte=timezone.now())
    rows = list(rows.order_by("pk")[:_LONG_QUEUE])
    if len(rows) == _LONG_QUEUE:
        return _ENOUGH_WAITING
    waiting = (row for row in rows if row.task.get("func") == task)
    return sum(1 for _ in itertools.islice(waiting, _ENOUGH_WAITING))
