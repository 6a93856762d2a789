"""Two managers at one sequence: neither writes over what the other has done."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from crm.models import Event, Organization
from leads.errors import Changed
from leads.models import Stage
from sequences import authoring, engine
from sequences.errors import InvalidTrigger
from sequences.models import Enrollment, EnrollmentStatus, Sequence, Trigger, TriggerKind
from sequences.publishing import Setup, publish, set_up, setup_of
from sequences.results import results_of
from tests.conftest import MakeLead
from tests.sequences.conftest import ME, Enroll, MakeSequence, step

pytestmark = pytest.mark.django_db


def wish(sequence: Sequence, now: dt.datetime, **wanted: object) -> set[str]:
    seen = setup_of(sequence)
    return set_up(sequence, replace(seen, **wanted), seen=seen, by=ME, now=now)  # type: ignore[arg-type]


def test_it_works(make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, now: dt.datetime) -> None:
    sequence = make_sequence(step("one"), step("two", delay_hours=24))
    running = enroll(make_lead(), sequence)
    done = publish(sequence, [step("one, better"), step("two", delay_hours=24)], seen=1, by=ME, now=now)
    assert (done.number, done.is_new, done.moved) == (2, True, 0)
    running.refresh_from_db()
    assert running.version.number == 1
    done = publish(sequence, [step("only one")], seen=2, for_running=True, by=ME, now=now)
    assert (done.number, done.moved) == (3, 1)
    running.refresh_from_db()
    assert (running.version.number, running.status) == (3, EnrollmentStatus.ACTIVE)
    assert Enrollment.objects.count() == 1


def test_the_same_steps_make_no_version(make_sequence: MakeSequence, now: dt.datetime) -> None:
    sequence = make_sequence(step("one"))
    done = publish(sequence, authoring.contents_of(sequence.current_id), seen=1, by=ME, now=now)
    assert (done.number, done.is_new) == (1, False)


def test_steps_that_a_colleague_has_published_are_not_written_over(
    make_sequence: MakeSequence, now: dt.datetime
) -> None:
    sequence = make_sequence(step("one"))
    publish(Sequence.objects.get(pk=sequence.pk), [step("hers")], seen=1, by=ME, now=now)
    with pytest.raises(Changed):
        publish(sequence, [step("mine")], seen=1, by=ME, now=now)
    assert [each.message for each in authoring.steps_of(sequence)] == ["hers"]


def test_two_who_change_different_things_both_have_their_way(
    make_sequence: MakeSequence, stages: dict[str, Stage], now: dt.datetime
) -> None:
    sequence = make_sequence(step("one"))
    seen = setup_of(sequence)
    goal = list(stages.values())[2]
    assert set_up(sequence, replace(seen, name="Hers"), seen=seen, by=ME, now=now) == {"name"}
    assert set_up(sequence, replace(seen, goal=goal), seen=seen, by=ME, now=now) == {"goal"}
    assert (sequence.name, sequence.goal) == ("Hers", goal)
    with pytest.raises(Changed) as raised:
        set_up(sequence, replace(seen, name="Mine"), seen=seen, by=ME, now=now)
    assert raised.value.field == "name"
    assert set_up(sequence, replace(seen, name="Hers"), seen=seen, by=ME, now=now) == set()


def test_what_starts_it_is_set_and_told(
    make_sequence: MakeSequence, stages: dict[str, Stage], now: dt.datetime
) -> None:
    sequence = make_sequence(step("one"))
    stage = next(iter(stages.values()))
    starts = frozenset({(TriggerKind.STAGE, str(stage.uuid)), (TriggerKind.CREATED, "")})
    assert wish(sequence, now, starts=starts) == {"starts"}
    assert setup_of(sequence).starts == starts
    assert Event.objects.filter(name="sequence.changed", data__changed=["starts"]).count() == 1
    wish(sequence, now, starts=frozenset())
    assert not Trigger.objects.exists()


def test_a_stage_of_somebody_else_starts_nothing_and_changes_nothing(
    make_sequence: MakeSequence, other_organization: Organization, now: dt.datetime
) -> None:
    sequence = make_sequence(step("one"))
    theirs = Stage.objects.filter(organization=other_organization).first()
    assert theirs
    with pytest.raises(InvalidTrigger):
        wish(sequence, now, name="New name", starts=frozenset({(TriggerKind.STAGE, str(theirs.uuid))}))
    with pytest.raises(InvalidTrigger):
        wish(sequence, now, name="New name", goal=theirs)
    assert Sequence.objects.get(pk=sequence.pk).name == "Welcome"


def test_a_new_default_takes_the_place_of_the_old_one(make_sequence: MakeSequence, now: dt.datetime) -> None:
    first, second = make_sequence(is_default=True), make_sequence(name="Second")
    assert wish(second, now, is_default=True) == {"is_default"}
    assert Sequence.objects.filter(is_default=True).get() == second
    assert isinstance(setup_of(first), Setup)


def test_a_copy_has_the_steps_and_starts_by_nothing(
    make_sequence: MakeSequence, stages: dict[str, Stage], now: dt.datetime
) -> None:
    sequence = make_sequence(step("one"), step("two", delay_hours=24), is_default=True)
    wish(sequence, now, goal=next(iter(stages.values())), starts=frozenset({(TriggerKind.CREATED, "")}))
    copy = authoring.duplicate(sequence, name="Copy of Welcome", by=ME, now=now)
    assert authoring.contents_of(copy.current_id) == authoring.contents_of(sequence.current_id)
    assert (copy.is_active, copy.is_default, copy.goal) == (False, False, sequence.goal)
    assert Trigger.objects.filter(sequence=copy).count() == 0


def test_results_of_a_time(make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, now: dt.datetime) -> None:
    sequence = make_sequence()
    enroll(make_lead(), sequence)
    engine.tick(now)
    assert sequence.current
    [all_time] = results_of(sequence.current)
    [lately] = results_of(sequence.current, since=now + dt.timedelta(days=1))
    assert (all_time.sent, lately.sent) == (1, 0)
