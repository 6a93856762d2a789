"""A follow-up that rests says nothing, and goes on where it was."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.models import Actor, Advisor, Event
from leads.models import Lead, Message, MessageState
from sequences import engine, pausing, planning
from sequences.models import Enrollment, EnrollmentStatus
from sequences.report import TickReport
from tests.conftest import ClientOf, MakeLead
from tests.sequences.conftest import Enroll, MakeSequence, Sent, reply, step

pytestmark = pytest.mark.django_db
ALICE = Actor.system("Alice Archer")
HOUR = dt.timedelta(hours=1)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def lead(make_lead: MakeLead) -> Lead:
    return make_lead(name="Curtis Boyd")


def test_it_works(lead: Lead, make_sequence: MakeSequence, enroll: Enroll, now: dt.datetime, sent: Sent) -> None:
    enrollment = enroll(lead, make_sequence(step("one"), step("two", delay_hours=24)))
    engine.tick(now)
    assert pausing.pause(enrollment, reason=" on holiday ", by=ALICE, now=now)
    engine.tick(now + 30 * HOUR)
    enrollment.refresh_from_db()
    assert enrollment.held_by == "Paused by Alice Archer: on holiday"
    assert [each["body"] for each in sent()] == ["one"]
    assert pausing.resume(enrollment, by=ALICE, now=now + 31 * HOUR)
    engine.tick(now + 31 * HOUR)
    assert [each["body"] for each in sent()] == ["one", "two"]
    assert list(Event.objects.filter(name__startswith="sequence.").values_list("name", flat=True))[-3:] == [
        "sequence.paused",
        "sequence.resumed",
        "sequence.completed",
    ]


def test_it_goes_on_no_earlier_than_planned(
    lead: Lead, make_sequence: MakeSequence, enroll: Enroll, now: dt.datetime
) -> None:
    enrollment = enroll(lead, make_sequence(step("one"), step("two", delay_hours=24)))
    engine.tick(now)
    enrollment.refresh_from_db()
    planned = enrollment.next_step_at
    pausing.pause(enrollment, by=ALICE, now=now + HOUR)
    pausing.resume(enrollment, by=ALICE, now=now + 2 * HOUR)
    enrollment.refresh_from_db()
    assert (enrollment.next_step_at, enrollment.held_by) == (planned, "")


def test_what_was_written_but_not_sent_is_called_back_and_said_later(
    lead: Lead, make_sequence: MakeSequence, enroll: Enroll, now: dt.datetime, sent: Sent
) -> None:
    enrollment = enroll(lead, make_sequence(step("one"), step("two", delay_hours=24)))
    planning.plan(now, 10, TickReport())
    pausing.pause(enrollment, by=ALICE, now=now)
    assert Message.objects.get().state == MessageState.CANCELLED
    engine.tick(now + HOUR)
    assert sent() == []
    pausing.resume(enrollment, by=ALICE, now=now + 2 * HOUR)
    engine.tick(now + 2 * HOUR)
    assert [each["body"] for each in sent()] == ["one"]


def test_a_reply_while_it_rests_counts(
    lead: Lead, make_sequence: MakeSequence, enroll: Enroll, now: dt.datetime, sent: Sent
) -> None:
    enrollment = enroll(lead, make_sequence(step("one"), step("two", delay_hours=24, skip_if_replied=True)))
    engine.tick(now)
    pausing.pause(enrollment, by=ALICE, now=now + HOUR)
    reply(lead, "Thanks!", now + 2 * HOUR)
    pausing.resume(enrollment, by=ALICE, now=now + 40 * HOUR)
    engine.tick(now + 40 * HOUR)
    assert [each["body"] for each in sent()] == ["one"]
    assert enrollment.runs.get(order=1).skipped_because == "The borrower replied"


def test_a_stop_ends_it_while_it_rests(
    lead: Lead, make_sequence: MakeSequence, enroll: Enroll, now: dt.datetime
) -> None:
    enrollment = enroll(lead, make_sequence())
    pausing.pause(enrollment, by=ALICE, now=now)
    reply(lead, "STOP", now + HOUR)
    enrollment.refresh_from_db()
    assert enrollment.status == EnrollmentStatus.CANCELLED
    assert not pausing.resume(enrollment, by=ALICE, now=now + 2 * HOUR)


def test_only_what_is_active_can_be_paused(
    lead: Lead, make_sequence: MakeSequence, enroll: Enroll, now: dt.datetime
) -> None:
    enrollment = enroll(lead, make_sequence())
    assert not pausing.resume(enrollment, by=ALICE, now=now)
    assert pausing.pause(enrollment, by=ALICE, now=now)
    assert not pausing.pause(enrollment, by=ALICE, now=now)
    assert Event.objects.filter(name="sequence.paused").count() == 1


def test_the_lead_page_pauses_and_resumes(
    client_of: ClientOf, alice: Advisor, lead: Lead, make_sequence: MakeSequence, enroll: Enroll
) -> None:
    client: Client = client_of(alice)
    enrollment = enroll(lead, make_sequence(step("one"), step("two", delay_hours=24)))
    page = f"/leads/{lead.uuid}/enrollments/{enrollment.pk}"
    html = client.post(f"{page}/pause", {"reason": "<b>ill</b>"}, headers=HTMX).content.decode()
    assert "paused at step 1 of 2" in html
    assert "Paused by Alice Archer: &lt;b&gt;ill&lt;/b&gt;" in html
    assert "Resume" in html
    html = client.post(f"{page}/resume", headers=HTMX).content.decode()
    assert "step 1 of 2" in html
    assert "Pause" in html
    assert Enrollment.objects.get().status == EnrollmentStatus.ACTIVE
    assert client.post(f"{page}/pause").status_code == 302


def test_strangers_can_do_neither(
    client_of: ClientOf, charlie: Advisor, lead: Lead, make_sequence: MakeSequence, enroll: Enroll
) -> None:
    enrollment = enroll(lead, make_sequence())
    page = f"/leads/{lead.uuid}/enrollments/{enrollment.pk}"
    for what in ("pause", "resume"):
        assert client_of(charlie).post(f"{page}/{what}").status_code == 404
    assert Enrollment.objects.get().status == EnrollmentStatus.ACTIVE


def test_a_whole_sequence_rests_and_goes_on_but_for_those_who_rest_by_themselves(
    make_lead: MakeLead, make_sequence: MakeSequence, enroll: Enroll, now: dt.datetime, sent: Sent
) -> None:
    sequence = make_sequence(step("one"), step("two", delay_hours=24), step("three", delay_hours=24))
    first, second, resting = (enroll(make_lead(), sequence) for _ in range(3))
    elsewhere = enroll(make_lead(), make_sequence(step("else"), name="Other"))
    engine.tick(now)
    planning.plan(now + 25 * HOUR, 1, TickReport(), enrollments=[first.pk])  # written, and not sent
    pausing.pause(resting, reason="on holiday", by=ALICE, now=now)
    assert pausing.pause_running(sequence, by=ALICE, now=now + 25 * HOUR) == 2
    engine.tick(now + 26 * HOUR)
    assert sorted(each["body"] for each in sent()) == ["else", "one", "one", "one"]
    second.refresh_from_db()
    assert (second.status, second.held_by) == (EnrollmentStatus.PAUSED, "Paused with the sequence by Alice Archer")
    assert pausing.resume_running(sequence, by=ALICE, now=now + 27 * HOUR) == 2
    engine.tick(now + 27 * HOUR)
    assert sorted(each["body"] for each in sent()) == ["else", "one", "one", "one", "two", "two"]
    elsewhere.refresh_from_db()
    resting.refresh_from_db()
    assert (elsewhere.status, resting.status) == (EnrollmentStatus.COMPLETED, EnrollmentStatus.PAUSED)


def test_the_last_message_of_who_is_at_the_end_rests_too(
    make_lead: MakeLead, make_sequence: MakeSequence, enroll: Enroll, now: dt.datetime, sent: Sent
) -> None:
    sequence = make_sequence(step("one"), step("last", delay_hours=24))
    waiting, _ = enroll(make_lead(), sequence), enroll(make_lead(), sequence)
    engine.tick(now)
    planning.plan(now + 25 * HOUR, 1, TickReport(), enrollments=[waiting.pk])
    waiting.refresh_from_db()
    assert waiting.status == EnrollmentStatus.COMPLETED
    assert pausing.pause_running(sequence, by=ALICE, now=now + 25 * HOUR) == 2
    waiting.refresh_from_db()
    assert (waiting.status, waiting.next_order, waiting.ended_at) == (EnrollmentStatus.PAUSED, 1, None)
    engine.tick(now + 26 * HOUR)
    assert [each["body"] for each in sent()] == ["one", "one"]
    assert pausing.resume_running(sequence, by=ALICE, now=now + 27 * HOUR) == 2
    engine.tick(now + 27 * HOUR)
    assert [each["body"] for each in sent()] == ["one", "one", "last", "last"]
    waiting.refresh_from_db()
    assert waiting.status == EnrollmentStatus.COMPLETED
    assert pausing.pause_running(sequence, by=ALICE, now=now + 28 * HOUR) == 0


def test_last_words_are_called_back_for_good_when_the_sequence_began_anew_with_that_lead(
    lead: Lead, make_sequence: MakeSequence, enroll: Enroll, now: dt.datetime, sent: Sent
) -> None:
    sequence = make_sequence(step("only"))
    first = enroll(lead, sequence)
    planning.plan(now, 1, TickReport())
    first.refresh_from_db()
    anew = Enrollment.objects.create(
        organization=first.organization, sequence=sequence, version=first.version, lead=lead, next_order=0,
        next_step_at=now + HOUR, started_at=now, created_at=now,
    )  # fmt: skip
    assert pausing.pause_running(sequence, by=ALICE, now=now) == 1
    first.refresh_from_db()
    assert first.status == EnrollmentStatus.COMPLETED
    pausing.resume_running(sequence, by=ALICE, now=now + 2 * HOUR)
    engine.tick(now + 2 * HOUR)
    anew.refresh_from_db()
    assert [each["body"] for each in sent()] == ["only"]
    assert anew.status == EnrollmentStatus.COMPLETED


def test_a_sequence_with_many_under_way_rests_in_a_fixed_number_of_statements(
    make_lead: MakeLead, make_sequence: MakeSequence, enroll: Enroll, now: dt.datetime
) -> None:
    counts = []
    for size in (3, 30):
        sequence = make_sequence(step("one"), step("two", delay_hours=24), name=f"For {size}")
        for _ in range(size):
            enroll(make_lead(), sequence)
        planning.plan(now, 100, TickReport())
        with CaptureQueriesContext(connection) as taken:
            assert pausing.pause_running(sequence, by=ALICE, now=now) == size
            assert pausing.resume_running(sequence, by=ALICE, now=now) == size
        counts.append(len(taken))
    assert counts[0] == counts[1]
