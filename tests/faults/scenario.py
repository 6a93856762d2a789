"""
python -m tests.faults.scenario COMMAND…: what the fault tests do to a database of their own, in a process of its own.

load:N    an organisation with N enrollments, all due
forward   with every worker dead: their leases run out now instead of in a minute
hurry     for ever: no pauses between attempts
finish    the same until nothing is left to do
work      the same, doing what is due here, for tests without a worker
pump      for ever: do what is due, whatever happens to the database

Each command prints one line of JSON.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

from django.db import DatabaseError, InterfaceError, close_old_connections  # noqa: E402
from django.db.models import Count  # noqa: E402
from django.utils import timezone  # noqa: E402

from crm.models import Actor  # noqa: E402
from crm.organizations import found  # noqa: E402
from leads.bulk_intake import receive_leads  # noqa: E402
from leads.intake import Received  # noqa: E402
from leads.models import Direction, Message, MessageState  # noqa: E402
from leads.models.message import PENDING  # noqa: E402
from sequences import authoring, engine, enrolling  # noqa: E402
from sequences.models import Enrollment, EnrollmentStatus, StepRun  # noqa: E402

ME = Actor.system("fault test")
MINUTE = dt.timedelta(minutes=1)


def load(count: int) -> int:
    now = timezone.now()
    organization = found(name=f"Fault {now.timestamp()}", quiet_hours=False, now=now)
    sequence = authoring.create_sequence(
        organization=organization,
        name="Two at once",
        steps=[
            {"kind": "fixed", "message": "Hi {{first_name}}", "skip_if_replied": False},
            {"kind": "ai", "instructions": "Follow up", "delay_hours": 48},
        ],
        by=ME,
        now=now,
    )
    rows = [{"name": f"Borrower {index}", "phone": f"+1415{5550002 + index * 7:07d}"} for index in range(count)]
    rows = [row for row in rows if not row["phone"].endswith(("0000", "0001"))]
    received = receive_leads(organization=organization, rows=rows, by=ME, now=now)
    leads = [each.lead for each in received if isinstance(each, Received)]
    enrolling.enroll_many(leads, sequence, by=ME, now=now)
    return len(leads)


def forward() -> int:
    return Message.objects.filter(state=MessageState.SENDING).update(leased_until=timezone.now() - MINUTE)


def finish(*, working: bool = False, seconds: float = 75) -> dict[str, object]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and _is_left():
        _skip_pauses()
        if working:
            engine.tick()
        time.sleep(0.2)
    outbound = Message.objects.filter(direction=Direction.OUTBOUND)
    states = dict(outbound.values_list("state").annotate(count=Count("pk")))
    runs = StepRun.objects.filter(message__isnull=False).count()
    return {"states": states, "runs": runs, "left": _is_left()}


def hurry() -> None:
    while True:
        _skip_pauses()
        time.sleep(0.2)


def pump() -> None:
    while True:
        with contextlib.suppress(DatabaseError, InterfaceError):
            close_old_connections()
            _skip_pauses()
            engine.tick(seconds=2)
        time.sleep(0.05)


def _skip_pauses() -> None:
    again = Message.objects.filter(state=MessageState.QUEUED, attempts__gt=0, not_before__gt=timezone.now())
    again.update(not_before=timezone.now() - MINUTE)


def _is_left() -> bool:
    due = Enrollment.objects.filter(status=EnrollmentStatus.ACTIVE, next_step_at__lte=timezone.now())
    return due.exists() or Message.objects.filter(state__in=PENDING).exists()


def obey(command: str) -> object:
    match command.split(":"):
        case ["load", count]:
            return load(int(count))
        case ["forward"]:
            return forward()
        case ["hurry"]:
            return hurry()
        case ["finish"]:
            return finish()
        case ["pump"]:
            return pump()
        case ["work"]:
            return finish(working=True)
    sys.exit(__doc__)


if __name__ == "__main__":
    for command in sys.argv[1:]:
        print(json.dumps(obey(command)))
