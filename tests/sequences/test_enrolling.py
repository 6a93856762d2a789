"""Who is enrolled, once, and where somebody comes back in."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from crm.models import Actor, Organization
from leads import pipeline, suppression
from leads.errors import ContactRefused
from leads.models import Slot
from sequences import authoring, enrolling
from sequences.enrolling import EnrollAction
from sequences.errors import SequenceInactive
from sequences.models import Enrollment, EnrollmentStatus, Sequence

if TYPE_CHECKING:
    from tests.conftest import MakeLead

pytestmark = pytest.mark.django_db
ME = Actor.system("test")


@pytest.fixture
def sequence(organization: Organization) -> Sequence:
    return Sequence.objects.get(organization=organization, is_default=True)


def test_a_new_organization_has_application_recovery(sequence: Sequence) -> None:
    steps = authoring.steps_of(sequence)
    assert sequence.name == "Application Recovery"
    assert sequence.is_active
    assert [(step.kind, step.delay_hours, step.skip_if_replied) for step in steps] == [
        ("fixed", 0, False),
        ("ai", 24, True),
        ("fixed", 72, True),
    ]


def test_it_enrolls_once(sequence: Sequence, make_lead: MakeLead, now: dt.datetime) -> None:
    lead = make_lead()
    first = enrolling.enroll(lead, sequence, by=ME, now=now)
    second = enrolling.enroll(lead, sequence, by=ME, now=now)
    assert first.action == EnrollAction.ENROLLED
    assert second.action == EnrollAction.ALREADY_ENROLLED
    assert first.enrollment.pk == second.enrollment.pk
    assert first.enrollment.next_step_at == now


def test_somebody_who_was_cancelled_goes_on_where_it_stopped(
    sequence: Sequence, make_lead: MakeLead, now: dt.datetime
) -> None:
    enrollment = enrolling.enroll(make_lead(), sequence, by=ME, now=now).enrollment
    Enrollment.objects.filter(pk=enrollment.pk).update(next_order=2, next_step_at=now + dt.timedelta(hours=5))
    assert enrolling.cancel([enrollment], reason="enough", by=ME, now=now) == 1
    again = enrolling.enroll(enrollment.lead, sequence, by=ME, now=now)
    assert again.action == EnrollAction.REACTIVATED
    assert again.enrollment.pk == enrollment.pk
    again.enrollment.refresh_from_db()
    assert (again.enrollment.generation, again.enrollment.next_order) == (2, 2)
    assert again.enrollment.next_step_at == now + dt.timedelta(hours=5)


def test_somebody_who_came_to_the_end_starts_over(sequence: Sequence, make_lead: MakeLead, now: dt.datetime) -> None:
    lead = make_lead()
    first = enrolling.enroll(lead, sequence, by=ME, now=now).enrollment
    Enrollment.objects.filter(pk=first.pk).update(
        status=EnrollmentStatus.COMPLETED, next_order=None, next_step_at=None, ended_at=now
    )
    again = enrolling.enroll(lead, sequence, by=ME, now=now)
    assert again.action == EnrollAction.ENROLLED
    assert again.enrollment.pk != first.pk


@pytest.mark.parametrize("changes", [{"is_active": False}, {"deleted_at": dt.datetime.now(dt.UTC)}])
def test_it_refuses_a_sequence_that_is_off(
    sequence: Sequence, make_lead: MakeLead, now: dt.datetime, changes: dict[str, object]
) -> None:
    Sequence.objects.filter(pk=sequence.pk).update(**changes)
    with pytest.raises(SequenceInactive):
        enrolling.enroll(make_lead(), sequence, by=ME, now=now)


def test_it_refuses_somebody_who_opted_out(
    organization: Organization, sequence: Sequence, make_lead: MakeLead, now: dt.datetime
) -> None:
    lead = make_lead()
    suppression.opt_out(organization, lead.phone_e164 or "", reason="STOP", by=ME, now=now)
    with pytest.raises(ContactRefused) as refused:
        enrolling.enroll(lead, sequence, by=ME, now=now)
    assert refused.value.rule == "opt_out"
    assert enrolling.enroll_default(lead, by=ME, now=now) is None
    assert not Enrollment.objects.exists()


def test_an_opt_out_stops_everybody_at_that_number(
    organization: Organization, sequence: Sequence, make_lead: MakeLead, now: dt.datetime
) -> None:
    one, twin, other = make_lead(phone="+14155559999"), make_lead(phone="+14155559999"), make_lead()
    enrolling.enroll_many([one, twin, other], sequence, by=ME, now=now)
    suppression.opt_out(organization, "+14155559999", reason="STOP", by=ME, now=now)
    stopped = Enrollment.objects.filter(status=EnrollmentStatus.CANCELLED)
    assert {each.lead_id for each in stopped} == {one.pk, twin.pk}
    assert {each.stop_reason for each in stopped} == {"Opted out"}


def test_do_not_call_conversion_and_deletion_stop_it(sequence: Sequence, make_lead: MakeLead, now: dt.datetime) -> None:
    called, converted, deleted, going_on = (make_lead() for _ in range(4))
    enrolling.enroll_many([called, converted, deleted, going_on], sequence, by=ME, now=now)
    suppression.set_do_not_call(called, reason="asked us", by=ME, now=now)
    pipeline.move_to_slot(converted, Slot.CONVERTED, by=ME, now=now)
    pipeline.delete_lead(deleted, by=ME, now=now)
    reasons = dict(Enrollment.objects.filter(status=EnrollmentStatus.CANCELLED).values_list("lead_id", "stop_reason"))
    assert reasons == {
        called.pk: "Do not call",
        converted.pk: "Moved to Converted",
        deleted.pk: "The lead was deleted",
    }


def test_many_leads_cost_no_more_statements_than_a_few(
    sequence: Sequence, make_lead: MakeLead, now: dt.datetime, django_assert_max_num_queries: object
) -> None:
    leads = [make_lead() for _ in range(60)]
    with django_assert_max_num_queries(30):  # type: ignore[operator]
        results = enrolling.enroll_many(leads, sequence, by=ME, now=now)
    assert len(results) == 60
    assert Enrollment.objects.count() == 60
