"""Make, change and delete sequences."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from crm.models import Event, Organization
from sequences import authoring, enrolling
from sequences.errors import InvalidStep
from sequences.models import Enrollment, Sequence, SequenceVersion, Step
from tests.sequences.conftest import ME, Enroll, MakeSequence, ai_step, step

if TYPE_CHECKING:
    from tests.conftest import MakeLead

pytestmark = pytest.mark.django_db


def test_it_works(make_sequence: MakeSequence) -> None:
    sequence = make_sequence(step("one"), ai_step("ask", delay_hours=48), description="Why")
    assert sequence.public_id.startswith("seq_")
    steps = [(each.order, each.kind, each.delay_hours, each.skip_if_replied) for each in authoring.steps_of(sequence)]
    assert steps == [(0, "fixed", 0, False), (1, "ai", 48, True)]
    assert Event.objects.filter(name="sequence.created").last().data["label"] == "Welcome"


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"kind": "fixed", "message": " "}, "steps[1].message"),
        ({"kind": "ai"}, "steps[1].instructions"),
        ({"kind": "carrier pigeon", "message": "coo"}, "steps[1].kind"),
        ({"kind": "fixed", "message": "x", "delay_hours": -1}, "steps[1].delay_hours"),
        ({"kind": "fixed", "message": "x", "delay_hours": 10**9}, "steps[1].delay_hours"),
        ({"kind": "fixed", "message": "x", "channel": "fax"}, "steps[1].channel"),
        ({"kind": "fixed", "message": "x", "order": 7}, "steps[1]"),
    ],
)
def test_it_refuses_a_bad_step_and_names_it(make_sequence: MakeSequence, bad: dict[str, Any], field: str) -> None:
    before = Sequence.objects.count()
    with pytest.raises(InvalidStep) as refused:
        make_sequence(step("fine"), bad)
    assert refused.value.field == field
    assert Sequence.objects.count() == before


def test_it_refuses_a_sequence_without_steps(organization: Organization, now: dt.datetime) -> None:
    with pytest.raises(InvalidStep):
        authoring.create_sequence(organization=organization, name="Empty", steps=[], by=ME, now=now)


def test_there_is_one_default(organization: Organization, make_sequence: MakeSequence, now: dt.datetime) -> None:
    first = make_sequence(is_default=True)
    assert enrolling.default_sequence(organization) == first
    second = make_sequence(name="Second")
    authoring.change_sequence(second, {"is_default": True}, by=ME, now=now)
    assert enrolling.default_sequence(organization) == second
    assert Sequence.objects.filter(organization=organization, is_default=True).count() == 1
    authoring.change_sequence(second, {"is_active": False}, by=ME, now=now)
    assert enrolling.default_sequence(organization) is None


def test_an_edit_makes_a_version_and_leaves_the_old_one_alone(make_sequence: MakeSequence, now: dt.datetime) -> None:
    sequence = make_sequence(step("old"))
    old = sequence.current
    assert authoring.change_sequence(sequence, {"steps": [step("new")], "name": "New"}, by=ME, now=now) == {
        "steps",
        "name",
    }
    assert sequence.current.number == 2
    assert Step.objects.get(version=old).message == "old"


def test_the_same_steps_again_make_no_version(make_sequence: MakeSequence, now: dt.datetime) -> None:
    sequence = make_sequence(step("same"), ai_step("same"))
    changes = {"steps": [step("same"), ai_step("same")], "name": sequence.name}
    assert authoring.change_sequence(sequence, changes, by=ME, now=now) == set()
    assert SequenceVersion.objects.filter(sequence=sequence).count() == 1


def test_deleting_counts_live_enrollments_only_and_keeps_history(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, now: dt.datetime
) -> None:
    sequence = make_sequence(is_default=True)
    gone = enroll(make_lead(), sequence)
    enrolling.cancel([gone], reason="enough", by=ME, now=now)
    enroll(make_lead(), sequence)
    assert authoring.delete_sequence(sequence, by=ME, now=now) == 1
    assert Enrollment.objects.filter(sequence=sequence).count() == 2
    assert not Sequence.objects.of(sequence.organization).filter(pk=sequence.pk).exists()
    assert enrolling.default_sequence(sequence.organization) is None
