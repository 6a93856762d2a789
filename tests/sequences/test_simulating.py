"""A follow-up runs ahead of the clock, step by step, by the engine's own rules."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from crm.models import Advisor
from leads import simulation
from leads.models import Lead, Message
from sequences import engine
from sequences.models import EnrollmentStatus
from sequences.simulating import run_ahead
from tests.conftest import ClientOf, MakeLead
from tests.sequences.conftest import Enroll, MakeSequence, Sent, ai_step, step

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def lead(make_lead: MakeLead) -> Lead:
    return make_lead(name="Curtis Boyd")


def test_it_works(lead: Lead, make_sequence: MakeSequence, enroll: Enroll, now: dt.datetime, sent: Sent) -> None:
    enrollment = enroll(lead, make_sequence(step("one"), ai_step(delay_hours=24), step("three", delay_hours=72)))
    assert run_ahead(enrollment) == now
    second, third = run_ahead(enrollment), run_ahead(enrollment)
    assert second
    assert third
    assert second - now >= 24 * HOUR
    assert third - second >= 72 * HOUR
    assert [each["body"] for each in sent()][0::2] == ["one", "three"]
    assert enrollment.status == EnrollmentStatus.COMPLETED
    assert run_ahead(enrollment) is None


def test_steps_that_are_too_close_wait_as_they_would(
    lead: Lead, make_sequence: MakeSequence, enroll: Enroll, now: dt.datetime, sent: Sent
) -> None:
    enrollment = enroll(lead, make_sequence(step("one"), step("two", delay_hours=2)))
    run_ahead(enrollment)
    at = run_ahead(enrollment)
    assert at
    assert at - now >= 20 * HOUR
    assert [each["body"] for each in sent()] == ["one", "two"]


def test_a_reply_skips_the_next_step(
    lead: Lead, make_sequence: MakeSequence, enroll: Enroll, now: dt.datetime, sent: Sent
) -> None:
    enrollment = enroll(
        lead, make_sequence(step("one"), step("two", delay_hours=24, skip_if_replied=True), step("three"))
    )
    run_ahead(enrollment)
    lead.refresh_from_db()
    simulation.say(lead, "Yes", channel="sms", token="a", now=now)
    run_ahead(enrollment)
    assert enrollment.next_order == 2
    assert [each["body"] for each in sent()] == ["one"]


def test_stop_ends_it(lead: Lead, make_sequence: MakeSequence, enroll: Enroll, now: dt.datetime) -> None:
    enrollment = enroll(lead, make_sequence(step("one"), step("two", delay_hours=24)))
    run_ahead(enrollment)
    lead.refresh_from_db()
    simulation.say(lead, "STOP", channel="sms", token="a", now=now)
    assert run_ahead(enrollment) is None
    enrollment.refresh_from_db()
    assert enrollment.status == EnrollmentStatus.CANCELLED


def test_a_reply_comes_after_what_it_answers(
    lead: Lead, make_sequence: MakeSequence, enroll: Enroll, now: dt.datetime
) -> None:
    enrollment = enroll(lead, make_sequence(step("one"), step("two", delay_hours=24)))
    run_ahead(enrollment)
    run_ahead(enrollment)
    lead.refresh_from_db()
    simulation.say(lead, "Yes", channel="sms", token="a", now=now)
    bodies = list(Message.objects.order_by("created_at").values_list("body", flat=True))
    assert bodies == ["one", "two", "Yes"]


def test_the_page_runs_it_and_says_why_not(
    lead: Lead,
    alice: Advisor,
    client_of: ClientOf,
    make_sequence: MakeSequence,
    enroll: Enroll,
    now: dt.datetime,
    sent: Sent,
) -> None:
    client: Client = client_of(alice)
    address, htmx = f"/leads/{lead.uuid}/ahead", {"HX-Request": "true"}
    answer = client.post(address, headers=htmx)
    assert answer.status_code == 422
    assert "No sequence is under way" in answer.content.decode()
    enroll(lead, make_sequence(step("one"), step("two", delay_hours=24)))
    engine.tick(now)
    assert client.post(address, headers=htmx).headers["HX-Trigger"] == "lead-changed"
    assert [each["body"] for each in sent()] == ["one", "two"]
