"""Many at once: one enrollment, one message, and nothing after a STOP."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections
from django.utils import timezone

from crm.models import Actor, Organization
from crm.organizations import found
from leads import messaging
from leads.intake import receive_lead
from leads.models import Lead, Message, MessageState
from sequences import authoring, engine, enrolling
from sequences.models import Enrollment, Sequence, StepRun
from tests.sequences.conftest import ME, Sent, step

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 8


@pytest.fixture
def acme() -> Organization:
    return found(name="Acme", quiet_hours=False, now=timezone.now())


def lead_in(organization: Organization, number: int = 1) -> Lead:
    fields = {"phone": f"+1415555{1000 + number}", "name": "Jane Doe"}
    return receive_lead(organization=organization, fields=fields, by=Actor.system(), now=timezone.now()).lead


def sequence_in(organization: Organization, *steps: dict[str, object]) -> Sequence:
    return authoring.create_sequence(
        organization=organization, name="Race", steps=steps or [step()], by=ME, now=timezone.now()
    )


def at_once[T](work: Callable[[int], T], count: int = THREADS) -> list[T]:
    gate = Barrier(count)

    def run(number: int) -> T:
        try:
            gate.wait()
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_many_enrolls_of_one_lead_make_one_enrollment(acme: Organization) -> None:
    lead, sequence = lead_in(acme), sequence_in(acme)
    results = at_once(lambda _: enrolling.enroll(lead, sequence, by=ME, now=timezone.now()))
    assert Counter(each.action for each in results) == {"enrolled": 1, "already_enrolled": THREADS - 1}
    assert Enrollment.objects.count() == 1


def test_many_reactivations_raise_the_generation_once(acme: Organization) -> None:
    lead, sequence = lead_in(acme), sequence_in(acme)
    enrollment = enrolling.enroll(lead, sequence, by=ME, now=timezone.now()).enrollment
    enrolling.cancel([enrollment], reason="enough", by=ME, now=timezone.now())
    results = at_once(lambda _: enrolling.enroll(lead, sequence, by=ME, now=timezone.now()))
    assert Counter(each.action for each in results) == {"reactivated": 1, "already_enrolled": THREADS - 1}
    assert Enrollment.objects.get().generation == 2


def test_many_who_wait_for_one_step_send_it_once_and_all_hear_of_it(acme: Organization, sent: Sent) -> None:
    enrollment = enrolling.enroll(lead_in(acme), sequence_in(acme), by=ME, now=timezone.now()).enrollment
    answers = at_once(lambda _: engine.run_enrollment_now(Enrollment.objects.get(pk=enrollment.pk)))
    assert answers == [True] * THREADS
    assert len(sent()) == 1
    assert StepRun.objects.count() == 1


def test_many_ticks_send_everything_once(acme: Organization, sent: Sent) -> None:
    sequence = sequence_in(acme, step("one"), step("two"))
    leads = [lead_in(acme, number) for number in range(60)]
    enrolling.enroll_many(leads, sequence, by=ME, now=timezone.now())
    at_once(lambda _: engine.tick(seconds=20), 4)
    engine.tick(timezone.now() + dt.timedelta(hours=21))
    assert Counter(Counter(each["reference"] for each in sent()).values()) == {1: 120}
    assert Message.objects.filter(state=MessageState.SENT).count() == 120


def test_nothing_is_sent_after_a_stop_has_committed(acme: Organization, sent: Sent) -> None:
    """STOP against the engine: what was not in a carrier's hands when STOP committed never leaves."""
    sequence = sequence_in(acme, *(step(f"{number}") for number in range(6)))
    leads = [lead_in(acme, number) for number in range(12)]
    enrolling.enroll_many(leads, sequence, by=ME, now=timezone.now())
    stopped: dict[str, dt.datetime] = {}

    def work(number: int) -> None:
        if number:
            engine.tick(seconds=10)
            return
        for lead in random.Random(7).sample(leads, len(leads)):
            messaging.receive(acme, address=lead.phone_e164 or "", body="STOP", now=timezone.now())
            stopped[lead.phone_e164 or ""] = timezone.now()

    at_once(work, 3)
    claimed_before = dt.timedelta(seconds=1)  # a message in a carrier's hands can't be called back
    late = [
        each
        for each in sent()
        if "unsubscribed" not in each["body"]
        and dt.datetime.fromisoformat(each["at"]) > stopped[each["to"]] + claimed_before
    ]
    assert late == []
    assert len(stopped) == 12
    assert not Enrollment.objects.filter(status="active").exists()
    assert not Message.objects.filter(state__in=[MessageState.QUEUED, MessageState.DRAFTING]).exists()
