"""What goes out when, and what does not, with the clock in our hands."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from crm.ai.base import Brief, Draft
from crm.models import Event, Organization
from leads.models import ContactDecision, Conversation, Lead, Message, MessageState
from sequences import authoring, engine, enrolling
from sequences.models import Enrollment, EnrollmentStatus, StepRun
from sequences.planning import plan
from sequences.report import TickReport
from tests.sequences.conftest import ME, Enroll, MakeSequence, Sent, ai_step, reply, step

if TYPE_CHECKING:
    from tests.conftest import MakeLead

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def test_it_works(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, sent: Sent, now: dt.datetime
) -> None:
    lead = make_lead(name="Mary Major")
    enrollment = enroll(
        lead, make_sequence(step("Hi {{first_name}}, this is {{company}}"), step("And?", delay_hours=24))
    )
    report = engine.tick(now)
    assert (report.planned, report.sent, report.completed) == (1, 1, 0)
    assert [(each["to"], each["body"]) for each in sent()] == [(lead.phone_e164, "Hi Mary, this is Acme Lending")]
    enrollment.refresh_from_db()
    assert (enrollment.next_order, enrollment.next_step_at) == (1, now + 24 * HOUR)

    assert str(engine.tick(now + 23 * HOUR)) == "nothing was due"
    report = engine.tick(now + 24 * HOUR + dt.timedelta(minutes=1))
    assert (report.planned, report.sent, report.completed) == (1, 1, 1)
    assert [each["body"] for each in sent()] == ["Hi Mary, this is Acme Lending", "And?"]
    enrollment.refresh_from_db()
    assert enrollment.status == EnrollmentStatus.COMPLETED
    assert Event.objects.filter(name="sequence.completed", lead_id=lead.pk).count() == 1


def test_the_message_says_why_it_exists(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, now: dt.datetime
) -> None:
    sequence = make_sequence()
    enrollment = enroll(make_lead(), sequence)
    engine.tick(now)
    message = Message.objects.get()
    assert message.reason["words"] == "Step 1 of Welcome, version 1"
    assert message.reason["sequence"] == sequence.public_id
    assert message.step_run.enrollment == enrollment
    assert message.conversation.leads.get() == enrollment.lead


def test_steps_without_delay_go_out_in_order_and_a_day_apart(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, sent: Sent, now: dt.datetime
) -> None:
    enrollment = enroll(make_lead(), make_sequence(step("one"), step("two"), step("three")))
    engine.tick(now)
    assert [each["body"] for each in sent()] == ["one"]
    enrollment.refresh_from_db()
    assert enrollment.held_by.startswith("One automated message in 20 hours")
    assert enrollment.next_step_at >= now + 20 * HOUR
    engine.tick(now + 21 * HOUR)
    engine.tick(now + 42 * HOUR)
    assert [each["body"] for each in sent()] == ["one", "two", "three"]


def test_a_reply_skips_the_steps_that_ask_for_it(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, sent: Sent, now: dt.datetime
) -> None:
    lead = make_lead()
    enrollment = enroll(
        lead,
        make_sequence(step("one"), step("two", delay_hours=24, skip_if_replied=True), step("three", delay_hours=1)),
    )
    engine.tick(now)
    reply(lead, "yes?", now + dt.timedelta(minutes=5))
    engine.tick(now + 25 * HOUR)
    engine.tick(now + 27 * HOUR)
    assert [each["body"] for each in sent()] == ["one", "three"]
    assert StepRun.objects.get(enrollment=enrollment, order=1).skipped_because == "The borrower replied"
    assert StepRun.objects.get(enrollment=enrollment, order=1).message is None


def test_a_reply_before_the_enrollment_skips_nothing(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, sent: Sent, now: dt.datetime
) -> None:
    lead = make_lead()
    reply(lead, "hello", now - HOUR)
    enroll(lead, make_sequence(step("one", skip_if_replied=True)))
    engine.tick(now)
    assert len(sent()) == 1


def test_a_reply_between_planning_and_sending_still_counts(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, sent: Sent, now: dt.datetime
) -> None:
    lead = make_lead()
    enrollment = enroll(lead, make_sequence(step("one", skip_if_replied=True), step("two", delay_hours=1)))
    plan(now, 10, TickReport())
    reply(lead, "wait", now + dt.timedelta(seconds=1))
    engine.tick(now + dt.timedelta(seconds=2))
    assert sent() == []
    assert StepRun.objects.get(enrollment=enrollment).message.state == MessageState.CANCELLED


def test_nothing_goes_out_after_stop(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, sent: Sent, now: dt.datetime
) -> None:
    lead = make_lead()
    enroll(lead, make_sequence(step("one"), step("two", delay_hours=1)))
    engine.tick(now)
    reply(lead, "Stop.", now + dt.timedelta(minutes=1))
    engine.tick(now + 2 * HOUR)
    bodies = [each["body"] for each in sent()]
    assert "two" not in bodies
    assert Enrollment.objects.get().stop_reason == "Opted out"


def test_an_unsent_message_is_cancelled_with_its_enrollment_and_said_after_reactivation(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, sent: Sent, now: dt.datetime
) -> None:
    lead, sequence = make_lead(), make_sequence(step("one"), step("two", delay_hours=1))
    enrollment = enroll(lead, sequence)
    plan(now, 10, TickReport())
    enrolling.cancel([enrollment], reason="Stopped by Alice", by=ME, now=now)
    engine.tick(now)
    assert sent() == []
    enroll(lead, sequence)
    engine.tick(now)
    assert [each["body"] for each in sent()] == ["one"]


def test_reactivation_never_repeats_what_was_said(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, sent: Sent, now: dt.datetime
) -> None:
    lead, sequence = make_lead(), make_sequence(step("one"), step("two", delay_hours=24))
    enrollment = enroll(lead, sequence)
    engine.tick(now)
    enrolling.cancel([enrollment], reason="Stopped by Alice", by=ME, now=now)
    enroll(lead, sequence, at=now + dt.timedelta(minutes=1))
    engine.tick(now + dt.timedelta(minutes=2))
    assert [each["body"] for each in sent()] == ["one"]
    engine.tick(now + 25 * HOUR)
    assert [each["body"] for each in sent()] == ["one", "two"]


def test_quiet_hours_hold_a_step_and_say_until_when(
    organization: Organization, make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, sent: Sent
) -> None:
    Organization.objects.filter(pk=organization.pk).update(quiet_hours=True)
    night = dt.datetime(2030, 1, 15, 5, 0, tzinfo=dt.UTC)  # midnight in New York
    lead = make_lead(phone="+12125550100", time_zone="America/New_York")
    enrollment = enroll(lead, make_sequence(), at=night)
    report = engine.tick(night)
    assert (report.held, report.sent) == (1, 0)
    enrollment.refresh_from_db()
    assert enrollment.next_step_at == dt.datetime(2030, 1, 15, 13, 0, tzinfo=dt.UTC)
    assert "Quiet hours" in enrollment.held_by
    assert ContactDecision.objects.get().purpose == "Step 1 of Welcome, version 1"
    engine.tick(enrollment.next_step_at)
    assert len(sent()) == 1
    enrollment.refresh_from_db()
    assert enrollment.held_by == ""


def test_the_next_delay_counts_from_when_the_message_really_went_out(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, sent: Sent, now: dt.datetime
) -> None:
    lead = make_lead()
    enrollment = enroll(lead, make_sequence(step("one"), step("two", delay_hours=24)), at=now - 25 * HOUR)
    plan(now - 25 * HOUR, 10, TickReport())
    engine.tick()  # the message goes out only now; its successor would be due already
    assert [each["body"] for each in sent()] == ["one"]
    engine.tick(now + HOUR)
    assert len(sent()) == 1
    enrollment.refresh_from_db()
    assert enrollment.next_step_at >= now + 24 * HOUR
    engine.tick(enrollment.next_step_at)
    assert len(sent()) == 2


def test_an_ai_step_is_composed_and_labelled(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, sent: Sent, now: dt.datetime
) -> None:
    enroll(make_lead(name="Mary Major"), make_sequence(ai_step("Follow up on their application, ask about blockers")))
    report = engine.tick(now)
    assert (report.drafted, report.sent) == (1, 1)
    message = Message.objects.get()
    assert message.is_composed
    assert message.author == "ai"
    assert sent()[0]["body"] == message.body
    assert message.body.startswith("Hi Mary, this is Acme Lending: I'm following up on your application.")
    assert "holding you up" in message.body


def _always_fails(brief: Brief) -> Draft:
    raise TimeoutError("no model")


def test_a_composer_that_fails_ends_with_a_person(
    settings: Settings, make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, now: dt.datetime
) -> None:
    settings.COMPOSER = f"{__name__}._always_fails"
    enroll(make_lead(), make_sequence(ai_step()))
    for minute in range(0, 30, 2):
        engine.tick(now + dt.timedelta(minutes=minute))
    message = Message.objects.get()
    assert (message.state, message.body) == (MessageState.APPROVAL, "")
    assert message.generations.count() == 4
    assert Event.objects.filter(name="message.awaits_approval").count() == 1


def test_an_edit_touches_new_enrollments_only(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, sent: Sent, now: dt.datetime
) -> None:
    sequence = make_sequence(step("one"), step("old two", delay_hours=24))
    enroll(make_lead(), sequence)
    engine.tick(now)
    authoring.change_sequence(sequence, {"steps": [step("new one"), step("new two", delay_hours=24)]}, by=ME, now=now)
    enroll(make_lead(), sequence)
    engine.tick(now)
    engine.tick(now + 25 * HOUR)
    assert sorted(each["body"] for each in sent()) == ["new one", "new two", "old two", "one"]


def test_deactivating_lets_running_enrollments_go_on(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, sent: Sent, now: dt.datetime
) -> None:
    sequence = make_sequence()
    enroll(make_lead(), sequence)
    authoring.change_sequence(sequence, {"is_active": False}, by=ME, now=now)
    engine.tick(now)
    assert len(sent()) == 1


def test_deleting_cancels_the_live_ones_and_what_they_had_to_say(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, sent: Sent, now: dt.datetime
) -> None:
    sequence = make_sequence(step("one"), step("two", delay_hours=1))
    for _ in range(3):
        enroll(make_lead(), sequence)
    plan(now, 2, TickReport())
    assert authoring.delete_sequence(sequence, by=ME, now=now) == 3
    assert str(engine.tick(now + 5 * HOUR)) == "nothing was due"
    assert sent() == []
    assert Enrollment.objects.filter(status=EnrollmentStatus.CANCELLED).count() == 3


def test_it_cancels_whoever_may_never_be_contacted(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, sent: Sent, now: dt.datetime
) -> None:
    lead = make_lead()
    enroll(lead, make_sequence())
    Lead.objects.filter(pk=lead.pk).update(is_do_not_call=True, dnc_reason="by hand, past every event")
    report = engine.tick(now)
    assert (report.cancelled, report.sent) == (1, 0)
    assert "do-not-call" in Enrollment.objects.get().stop_reason
    assert ContactDecision.objects.get().rule == "do_not_call"


def test_a_refused_number_fails_for_good_and_the_sequence_goes_on(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, sent: Sent, now: dt.datetime
) -> None:
    enroll(make_lead(phone="+14155550000"), make_sequence(step("one"), step("two", delay_hours=1)))
    report = engine.tick(now)
    assert (report.sent, report.not_sent) == (0, 1)
    assert Message.objects.get().state == MessageState.FAILED
    assert Enrollment.objects.get().next_order == 1


def test_one_enrollment_that_breaks_does_not_stop_the_others(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, sent: Sent, now: dt.datetime
) -> None:
    sequence = make_sequence()
    broken, fine = enroll(make_lead(), sequence), enroll(make_lead(), sequence)
    StepRun.objects.create(
        organization=broken.organization, enrollment=broken, generation=1, order=0, planned_at=now
    )  # as if it had been planned already
    engine.tick(now)
    assert [each["to"] for each in sent()] == [fine.lead.phone_e164]
    broken.refresh_from_db()
    assert broken.next_step_at == now + dt.timedelta(minutes=10)


def test_a_big_import_starves_nobody(
    make_sequence: MakeSequence,
    make_lead: MakeLead,
    enroll: Enroll,
    other_organization: Organization,
    now: dt.datetime,
) -> None:
    sequence = make_sequence()
    enrolling.enroll_many([make_lead() for _ in range(30)], sequence, by=ME, now=now - HOUR)
    other = make_sequence(organization=other_organization)
    enroll(make_lead(organization=other_organization), other)
    plan(now, 10, TickReport())
    assert Message.objects.filter(organization=other_organization).count() == 1
    assert Message.objects.exclude(organization=other_organization).count() == 5


def test_run_enrollment_now_sends_the_first_step_and_says_so(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, sent: Sent
) -> None:
    enrollment = enroll(make_lead(), make_sequence(step("one"), step("two", delay_hours=24)))
    assert engine.run_enrollment_now(enrollment)
    assert enrollment.next_order == 1
    assert len(sent()) == 1
    engine.tick()
    assert len(sent()) == 1


def test_run_enrollment_now_says_no_when_nothing_is_due_or_accepted(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, sent: Sent
) -> None:
    assert not engine.run_enrollment_now(enroll(make_lead(), make_sequence(step("later", delay_hours=1))))
    assert not engine.run_enrollment_now(enroll(make_lead(phone="+14155550000"), make_sequence(step("refused"))))
    assert engine.run_enrollment_now(enroll(make_lead(), make_sequence(ai_step())))
    assert len(sent()) == 1


def test_a_batch_costs_the_same_few_statements_whatever_its_size(
    make_sequence: MakeSequence,
    make_lead: MakeLead,
    now: dt.datetime,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    sequence = make_sequence(step("one"), step("two", delay_hours=1))
    leads = [make_lead() for _ in range(120)]
    enrolling.enroll_many(leads, sequence, by=ME, now=now)
    with django_assert_max_num_queries(40):
        plan(now, 500, TickReport())
    assert Message.objects.count() == 120
    assert Conversation.objects.count() == 120
    assert Lead.objects.filter(conversation=None).count() == 0


def test_the_oldest_due_work_is_known(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, now: dt.datetime
) -> None:
    assert engine.oldest_due(now) is None
    enroll(make_lead(), make_sequence(), at=now - HOUR)
    assert engine.oldest_due(now) == now - HOUR
    engine.tick(now)
    assert engine.oldest_due(now) is None


def test_who_finds_more_than_it_can_hold_calls_others_once_before_it_sends(
    make_sequence: MakeSequence,
    make_lead: MakeLead,
    enroll: Enroll,
    sent: Sent,
    now: dt.datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "SEND_LIMIT", 3)
    calls: list[int] = []
    sequence = make_sequence(step("Hi"))
    for _ in range(2):
        enroll(make_lead(), sequence)
    engine.tick(now, summon=lambda: calls.append(len(sent())))
    assert (calls, len(sent())) == ([], 2)
    for _ in range(7):
        enroll(make_lead(), sequence)
    engine.tick(now, summon=lambda: calls.append(len(sent())))
    assert (calls, len(sent())) == ([2], 9)
