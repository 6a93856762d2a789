"""
python -m tests.faults.scenario COMMAND…: what the fault tests do to a database of their own, in a process of its own.

load:N    an organisation with N enrollments, all due
forward   with every worker dead: their leases run out now instead of in a minute
empty     the queue's table, as if every task in it had been lost
hurry     for ever: no pauses between attempts
finish    the same until nothing is left to do
work      the same, doing what is due here, for tests without a worker
stops     a STOP of every lead's, one after another: {its number: when that had committed}
at_once:N    N enrollments one after another: the seconds from each commit until the channel had its message
scheduled:N  N enrollments whose time comes by itself: the seconds from then until the channel had their messages
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

from django.db import DatabaseError, InterfaceError, close_old_connections, transaction  # noqa: E402
from django.db.models import Count, Q  # noqa: E402
from django.utils import timezone  # noqa: E402
from django_q.models import OrmQ  # noqa: E402

from crm.models import Actor  # noqa: E402
from crm.organizations import found  # noqa: E402
from leads import messaging  # noqa: E402
from leads.bulk_intake import receive_leads  # noqa: E402
from leads.intake import Received  # noqa: E402
from leads.models import Direction, Lead, Message, MessageState  # noqa: E402
from leads.models.message import PENDING  # noqa: E402
from sequences import authoring, engine, enrolling  # noqa: E402
from sequences.models import Enrollment, EnrollmentStatus, Sequence, StepRun  # noqa: E402
from sequences.stuck import stuck  # noqa: E402

ME = Actor.system("fault test")
MINUTE = dt.timedelta(minutes=1)


def load(count: int) -> int:
    leads, sequence, now = _prepare(count)
    enrolling.enroll_many(leads, sequence, by=ME, now=now)
    return len(leads)


def _prepare(count: int) -> tuple[list[Lead], Sequence, dt.datetime]:
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
    return [each.lead for each in received if isinstance(each, Received)], sequence, now


def stops() -> dict[str, str]:
    """In any order, a few milliseconds apart, from when the first text is on its way."""
    leads = list(Lead.objects.select_related("organization").order_by("?"))
    under_way = (MessageState.SENDING, MessageState.SENT)
    while not Message.objects.filter(state__in=under_way).exists():
        time.sleep(0.01)
    committed = {}
    for lead in leads:
        messaging.receive(lead.organization, address=lead.phone_e164 or "", body="STOP", now=timezone.now())
        committed[lead.phone_e164 or ""] = timezone.now().isoformat()
    return committed


def at_once(count: int) -> list[float]:
    leads, sequence, _ = _prepare(count)
    committed = {}
    for lead in leads:
        enrolling.enroll(lead, sequence, by=ME, now=timezone.now())
        committed[lead.pk] = timezone.now()
        time.sleep(0.3)
    return _waits(committed)


def scheduled(count: int) -> list[float]:
    """Their times are spread over some seconds from three on, and nobody rings for them."""
    leads, sequence, now = _prepare(count)
    enrolling.enroll_many(leads, sequence, by=ME, now=now + dt.timedelta(hours=1))
    begin = timezone.now() + dt.timedelta(seconds=3)
    planned = {lead.pk: begin + dt.timedelta(seconds=12 * place / count) for place, lead in enumerate(leads)}
    for pk, moment in planned.items():
        Enrollment.objects.filter(lead=pk).update(next_step_at=moment)
    return _waits(planned)


def _waits(since: dict[int, dt.datetime]) -> list[float]:
    mine = Message.objects.filter(lead__in=since, sent_at__isnull=False)
    deadline = time.monotonic() + 90
    while mine.count() < len(since) and time.monotonic() < deadline:
        time.sleep(0.2)
    return [(sent_at - since[lead]).total_seconds() for lead, sent_at in mine.values_list("lead", "sent_at") if lead]


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
    return {"states": states, "runs": runs, "left": _is_left(), "stuck": _stuck()}


def _stuck() -> list[str]:
    """What check_engine would say; a minute's patience, because finish() may have given up at any moment."""
    return [str(row) for row in stuck(timezone.now(), late=MINUTE)]


def empty() -> int:
    return OrmQ.objects.all().delete()[0]


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
    tried = Message.objects.filter(Q(attempts__gt=0) | Q(crashes__gt=0), state=MessageState.QUEUED)
    again = tried.filter(not_before__gt=timezone.now()).select_for_update(skip_locked=True, no_key=True)
    with transaction.atomic():  # two of us at once would wait for each other in a ring
        mine = list(again.values_list("pk", flat=True))
        Message.objects.filter(pk__in=mine).update(not_before=timezone.now() - MINUTE)


def _is_left() -> bool:
    due = Enrollment.objects.filter(status=EnrollmentStatus.ACTIVE, next_step_at__lte=timezone.now())
    return due.exists() or Message.objects.filter(state__in=PENDING).exists()


def obey(command: str) -> object:
    match command.split(":"):
        case ["load", count]:
            return load(int(count))
        case ["forward"]:
            return forward()
        case ["empty"]:
            return empty()
        case ["hurry"]:
            return hurry()
        case ["finish"]:
            return finish()
        case ["stops"]:
            return stops()
        case ["at_once", count]:
            return at_once(int(count))
        case ["scheduled", count]:
            return scheduled(int(count))
        case ["pump"]:
            return pump()
        case ["work"]:
            return finish(working=True)
    sys.exit(__doc__)


if __name__ == "__main__":
    for command in sys.argv[1:]:
        print(json.dumps(obey(command)))
