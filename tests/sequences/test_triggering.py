"""Sequences that start and end by themselves."""

from __future__ import annotations

import datetime as dt

import pytest
from pytest_django import DjangoAssertNumQueries

from crm.models import Organization
from leads import editing, pipeline
from leads.bulk_intake import receive_leads
from leads.intake import receive_lead
from leads.models import Lead, Stage
from sequences import enrolling, triggering
from sequences.errors import InvalidTrigger
from sequences.models import Enrollment, EnrollmentStatus, Sequence, TriggerKind
from tests.sequences.conftest import ME, MakeSequence

pytestmark = pytest.mark.django_db


@pytest.fixture
def sequence(make_sequence: MakeSequence) -> Sequence:
    return make_sequence(name="By itself")


def lead_in(organization: Organization, now: dt.datetime, number: int = 1, **fields: object) -> Lead:
    given = {"phone": f"+1415555{1000 + number}", "name": "Jane Doe"} | fields
    return receive_lead(organization=organization, fields=given, by=ME, now=now).lead


def stage(organization: Organization, place: int) -> Stage:
    return Stage.objects.filter(organization=organization).order_by("position")[place]


def test_a_new_lead_starts_it(organization: Organization, sequence: Sequence, now: dt.datetime) -> None:
    triggering.set_triggers(sequence, [(TriggerKind.CREATED, "")])
    lead = lead_in(organization, now)
    enrollment = Enrollment.objects.get(lead=lead, sequence=sequence)
    assert not enrollment.is_asked_for
    assert enrollment.enrolled_by == "Trigger of By itself"


def test_a_new_lead_of_another_source_does_not(
    organization: Organization, sequence: Sequence, now: dt.datetime
) -> None:
    triggering.set_triggers(sequence, [(TriggerKind.CREATED, "carrier pigeon")])
    lead_in(organization, now)
    assert not Enrollment.objects.exists()


def test_a_stage_starts_it_once(organization: Organization, sequence: Sequence, now: dt.datetime) -> None:
    entered = stage(organization, 2)
    triggering.set_triggers(sequence, [(TriggerKind.STAGE, str(entered.uuid))])
    lead = lead_in(organization, now)
    pipeline.move_to(lead, entered, by=ME, now=now)
    enrollment = Enrollment.objects.get(lead=lead)
    enrolling.cancel([enrollment], reason="enough", by=ME, now=now)
    pipeline.move_to(lead, stage(organization, 1), by=ME, now=now)
    pipeline.move_to(lead, entered, by=ME, now=now)
    enrollment.refresh_from_db()
    assert enrollment.status == EnrollmentStatus.CANCELLED


def test_a_tag_starts_it_whether_old_or_new_lead(
    organization: Organization, sequence: Sequence, now: dt.datetime
) -> None:
    triggering.set_triggers(sequence, [(TriggerKind.TAG, "refi")])
    new = lead_in(organization, now, 1, tags=["refi"])
    old = lead_in(organization, now, 2)
    assert list(Enrollment.objects.values_list("lead", flat=True)) == [new.pk]
    editing.change_lead(old, {"tags": ["vip", "refi"]}, by=ME, now=now)
    assert Enrollment.objects.filter(lead=old).count() == 1


def test_a_bulk_import_starts_it_in_a_fixed_number_of_statements(
    organization: Organization,
    sequence: Sequence,
    now: dt.datetime,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    triggering.set_triggers(sequence, [(TriggerKind.CREATED, "")])
    rows = [{"name": f"Borrower {number}", "phone": f"+1415555{2000 + number}"} for number in range(60)]
    with django_assert_max_num_queries(60):
        receive_leads(organization=organization, rows=rows, by=ME, now=now)
    assert Enrollment.objects.filter(sequence=sequence).count() == 60


def test_one_that_is_switched_off_or_elsewhere_is_not_started(
    organization: Organization, other_organization: Organization, make_sequence: MakeSequence, now: dt.datetime
) -> None:
    for off in (make_sequence(is_active=False), make_sequence(organization=other_organization)):
        triggering.set_triggers(off, [(TriggerKind.CREATED, "")])
    lead_in(organization, now)
    assert not Enrollment.objects.exists()


def test_its_goal_ends_it_and_so_does_a_later_stage(
    organization: Organization, sequence: Sequence, now: dt.datetime
) -> None:
    goal = stage(organization, 2)
    triggering.set_goal(sequence, goal)
    near, far, short = (lead_in(organization, now, number) for number in range(3))
    for lead in (near, far, short):
        enrolling.enroll(lead, sequence, by=ME, now=now)
    for lead, place in ((near, 2), (far, 3), (short, 1)):
        pipeline.move_to(lead, stage(organization, place), by=ME, now=now)
    ended = Enrollment.objects.filter(status=EnrollmentStatus.CANCELLED)
    assert {(each.lead_id, each.stop_reason) for each in ended} == {
        (near.pk, f"Reached its goal: {goal.label}"),
        (far.pk, f"Reached its goal: {goal.label}"),
    }


def test_stages_of_others_are_refused(sequence: Sequence, other_organization: Organization) -> None:
    theirs = stage(other_organization, 0)
    with pytest.raises(InvalidTrigger):
        triggering.set_goal(sequence, theirs)
    with pytest.raises(InvalidTrigger):
        triggering.set_triggers(sequence, [(TriggerKind.STAGE, str(theirs.uuid))])
    with pytest.raises(InvalidTrigger):
        triggering.set_triggers(sequence, [(TriggerKind.TAG, "")])
