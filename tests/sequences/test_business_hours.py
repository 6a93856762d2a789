"""Steps that are said only while somebody is in the office to hear the answer."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from crm.models import Organization
from leads.models import ContactDecision, Message, MessageState, Task
from sequences import engine
from sequences.authoring import steps_of
from sequences.models import Enrollment
from sequences.rehearsal import rehearse
from sequences.steps import Fate
from tests.conftest import MakeLead
from tests.sequences.conftest import Enroll, MakeSequence, Sent, step

NEW_YORK = ZoneInfo("America/New_York")


def at(day: int, hour: int, minute: int = 0, month: int = 6) -> dt.datetime:
    """In June 2026 in New York, where Acme is; 5 June is a Friday."""
    return dt.datetime(2026, month, day, hour, minute, tzinfo=NEW_YORK)


def office_step(**more: object) -> dict[str, object]:
    return step("Is now a good time?", in_business_hours=True, **more)


@pytest.fixture
def enrolled(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, organization: Organization
) -> Enrollment:
    """A Californian who came in on Friday, 5 June, at 18:30 in New York."""
    sequence = make_sequence(office_step(), now=at(1, 9))
    return enroll(make_lead(phone="+14155551234", state="CA", now=at(5, 18)), sequence, at(5, 18, 30))


def test_it_waits_for_the_office_and_says_so(enrolled: Enrollment, sent: Sent) -> None:
    engine.tick(at(5, 18, 30))
    enrolled.refresh_from_db()
    assert enrolled.next_step_at == at(8, 9)
    assert enrolled.held_by == "Outside business hours: Acme Lending is open from Mon 09:00."
    decision = ContactDecision.objects.get()
    assert (decision.rule, decision.until, decision.purpose) == (
        "business_hours",
        at(8, 9),
        "Step 1 of Welcome, version 1",
    )
    assert decision.inputs == {"office": "09:00-17:00", "days": "12345", "zone": "America/New_York"}
    engine.tick(at(8, 8, 59))
    assert sent() == []
    engine.tick(at(8, 9))
    assert len(sent()) == 1


def test_the_borrowers_day_counts_besides(enrolled: Enrollment, organization: Organization, sent: Sent) -> None:
    """09:00 in New York is 06:00 in California: both must be open, and the later one is named."""
    organization.quiet_hours = True
    organization.save()
    engine.tick(at(5, 18, 30))
    enrolled.refresh_from_db()
    assert enrolled.next_step_at == at(8, 11)
    assert enrolled.held_by == "Outside business hours: Acme Lending is open from Mon 09:00."
    Enrollment.objects.update(next_step_at=at(8, 9))
    engine.tick(at(8, 9))
    enrolled.refresh_from_db()
    assert enrolled.held_by.startswith("Quiet hours: it is 06:00 in Los Angeles")
    engine.tick(at(8, 11))
    assert len(sent()) == 1


def test_a_quiet_evening_that_opens_into_a_closed_office_names_the_office(
    enrolled: Enrollment, organization: Organization
) -> None:
    organization.quiet_hours = True
    organization.business_days = "1"
    organization.save()
    engine.tick(at(9, 23, 30))  # Tuesday night; in California it is half past eight
    enrolled.refresh_from_db()
    assert enrolled.held_by == "Outside business hours: Acme Lending is open from Mon 09:00."
    assert enrolled.next_step_at == at(15, 11)


def test_hours_that_never_meet_are_said_and_looked_at_again(enrolled: Enrollment, organization: Organization) -> None:
    organization.quiet_hours = True
    organization.business_from, organization.business_until = dt.time(8), dt.time(9)
    organization.save()
    engine.tick(at(5, 18, 30))
    enrolled.refresh_from_db()
    assert "never meet" in enrolled.held_by
    assert enrolled.next_step_at == at(6, 18, 30)


def test_a_message_that_was_planned_before_closing_is_not_sent_after_it(enrolled: Enrollment, sent: Sent) -> None:
    from sequences.planning import plan
    from sequences.report import TickReport

    Enrollment.objects.update(next_step_at=at(5, 16, 59))
    plan(at(5, 16, 59), 10, TickReport())
    engine.tick(at(5, 17, 1))
    message = Message.objects.get()
    assert (message.state, message.not_before) == (MessageState.QUEUED, at(8, 9))
    assert sent() == []


def test_holidays_are_closed(enrolled: Enrollment) -> None:
    Enrollment.objects.update(next_step_at=at(2, 18, month=7))
    engine.tick(at(2, 18, month=7))  # Thursday; the Fourth of July 2026 is a Saturday
    enrolled.refresh_from_db()
    assert enrolled.next_step_at in (at(3, 9, month=7), at(6, 9, month=7))


def test_email_keeps_to_the_office_too(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, organization: Organization
) -> None:
    sequence = make_sequence(office_step(channel="email", subject="Hello"), now=at(1, 9))
    row = enroll(make_lead(email="mary@example.com", now=at(6, 9)), sequence, at(6, 9))
    engine.tick(at(6, 9))
    row.refresh_from_db()
    assert row.next_step_at == at(8, 9)


def test_tasks_keep_to_the_office_alone(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, organization: Organization
) -> None:
    """It is for the advisor; the borrower's night is no reason to wait."""
    organization.quiet_hours = True
    organization.save()
    sequence = make_sequence({"kind": "task", "message": "Call them", "in_business_hours": True}, now=at(1, 9))
    enroll(make_lead(state="CA", now=at(6, 9)), sequence, at(6, 9))
    engine.tick(at(6, 9))
    assert not Task.objects.exists()
    engine.tick(at(8, 9))
    assert Task.objects.get().due_at == at(8, 9)


def test_a_dry_run_foresees_it(make_sequence: MakeSequence, make_lead: MakeLead) -> None:
    sequence = make_sequence(office_step(), office_step(delay_hours=24), now=at(1, 9))
    first, second = rehearse(make_lead(now=at(5, 18)), steps_of(sequence), now=at(5, 18, 30))
    assert (first.fate, first.at) == (Fate.HOLD, at(8, 9))
    assert first.words == "Outside business hours: Acme Lending is open from Mon 09:00."
    assert (second.fate, second.at) == (Fate.SAY, at(9, 9))
