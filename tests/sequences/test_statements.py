"""What a batch costs: as many statements for 500 enrollments as for 50."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Organization
from leads import claiming, outbox
from leads.bulk_intake import receive_leads
from leads.intake import Received
from leads.models import Message, MessageState, Task
from sequences import enrolling
from sequences.models import Enrollment, Sequence
from sequences.planning import plan
from sequences.report import TickReport
from tests.sequences.conftest import ME, MakeSequence, step

FEW, MANY = 50, 500


def enroll(organization: Organization, sequence: Sequence, count: int, now: dt.datetime) -> None:
    begin = Enrollment.objects.count()
    rows = [{"name": f"Mary {begin + number}", "phone": f"+1415{2000100 + begin + number}"} for number in range(count)]
    received = receive_leads(organization=organization, rows=rows, by=ME, now=now)
    leads = [each.lead for each in received if isinstance(each, Received)]
    assert len(leads) == count
    enrolling.enroll_many(leads, sequence, by=ME, now=now)


def statements(work: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as queries:
        work()
    return len(queries)


@pytest.fixture(params=[step(), {"kind": "task", "message": "Call {{first_name}}"}], ids=["message", "task"])
def sequence(request: pytest.FixtureRequest, make_sequence: MakeSequence) -> Sequence:
    return make_sequence(request.param, step("later", delay_hours=1))


def test_planning(organization: Organization, sequence: Sequence, now: dt.datetime) -> None:
    enroll(organization, sequence, FEW, now)
    few = statements(lambda: plan(now, MANY, TickReport()))
    enroll(organization, sequence, MANY, now)
    assert statements(lambda: plan(now, MANY, TickReport())) <= few <= 40
    assert Message.objects.count() + Task.objects.count() == FEW + MANY


def test_claiming_and_sending(organization: Organization, make_sequence: MakeSequence, now: dt.datetime) -> None:
    sequence = make_sequence()

    def carry(count: int) -> int:
        enroll(organization, sequence, count, now)
        plan(now, count, TickReport())

        def work() -> None:
            for claimed in claiming.claims(now, Message.objects.all(), count + 1):
                outbox.deliver(claimed)

        return statements(work)

    few, many = carry(FEW), carry(MANY)
    assert Message.objects.filter(state=MessageState.SENT).count() == FEW + MANY
    reports = math.ceil(MANY / outbox.BATCH) - 1  # outcomes are written two hundred at a time
    assert few <= 30
    assert many <= few + reports * 12
