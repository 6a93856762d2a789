"""An edit for those who are under way too."""

from __future__ import annotations

import datetime as dt

import pytest

from crm.models import Event
from sequences import authoring, engine
from sequences.models import EnrollmentStatus
from sequences.moving_on import move_running
from tests.conftest import MakeLead
from tests.sequences.conftest import ME, Enroll, MakeSequence, Sent, step

pytestmark = pytest.mark.django_db
LATER = dt.timedelta(hours=30)


def test_they_take_their_next_step_from_the_current_version(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, now: dt.datetime, sent: Sent
) -> None:
    sequence = make_sequence(step("one"), step("two", delay_hours=24))
    enrollment = enroll(make_lead(), sequence)
    engine.tick(now)
    authoring.change_sequence(sequence, {"steps": [step("one"), step("better", delay_hours=24)]}, by=ME, now=now)
    assert move_running(sequence, by=ME, now=now) == 1
    assert move_running(sequence, by=ME, now=now) == 0
    engine.tick(now + LATER)
    assert [each["body"] for each in sent()] == ["one", "better"]
    enrollment.refresh_from_db()
    assert enrollment.version_id == sequence.current_id


def test_who_has_come_further_has_come_to_the_end(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, now: dt.datetime, sent: Sent
) -> None:
    sequence = make_sequence(step("one"), step("two", delay_hours=24))
    enrollment = enroll(make_lead(), sequence)
    engine.tick(now)
    authoring.change_sequence(sequence, {"steps": [step("only")]}, by=ME, now=now)
    assert move_running(sequence, by=ME, now=now) == 1
    engine.tick(now + LATER)
    assert [each["body"] for each in sent()] == ["one"]
    enrollment.refresh_from_db()
    assert (enrollment.status, enrollment.next_step_at) == (EnrollmentStatus.COMPLETED, None)
    assert Event.objects.filter(name="sequence.completed", lead_id=enrollment.lead_id).count() == 1


def test_new_enrollments_only_is_what_an_edit_does_by_itself(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, now: dt.datetime
) -> None:
    sequence = make_sequence(step("one"))
    enrollment = enroll(make_lead(), sequence)
    authoring.change_sequence(sequence, {"steps": [step("new")]}, by=ME, now=now)
    enrollment.refresh_from_db()
    assert enrollment.version_id != sequence.current_id
