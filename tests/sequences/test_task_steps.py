"""A step that asks the lead's advisor to do something."""

from __future__ import annotations

import datetime as dt

import pytest

from crm.models import Actor, Advisor, Event
from leads import advisor_tasks, pipeline
from leads.models import Message, Task, TaskKind, TaskState
from sequences import engine, enrolling, pausing
from sequences.errors import InvalidStep
from sequences.models import Enrollment, EnrollmentStatus, StepRun
from sequences.panel import panel_of
from sequences.results import results_of
from tests.conftest import MakeLead
from tests.sequences.conftest import ME, Enroll, MakeSequence, Sent, reply, step

HOUR = dt.timedelta(hours=1)


def task_step(title: str = "Call {{first_name}} about the appraisal", **more: object) -> dict[str, object]:
    return {"kind": "task", "message": title, "skip_if_replied": False} | more


def test_it_works(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, bob: Advisor, sent: Sent, now: dt.datetime
) -> None:
    sequence = make_sequence(
        task_step(task_kind="call", instructions="{{name}} waits for {{company}}"), step(delay_hours=1)
    )
    lead = make_lead(name="Mary Major", advisor=bob)
    enrollment = enroll(lead, sequence)
    engine.tick(now)
    [task] = Task.objects.of_advisor(bob)
    assert (task.title, task.details) == ("Call Mary about the appraisal", "Mary Major waits for Acme Lending")
    assert (task.kind, task.state, task.due_at, task.lead) == (TaskKind.CALL, TaskState.OPEN, now, lead)
    assert task.reason["words"] == "Step 1 of Welcome, version 1"
    assert StepRun.objects.get(enrollment=enrollment).task == task
    assert sent() == []
    engine.tick(now + HOUR)
    assert len(sent()) == 1, "nobody asked it to wait"
    assert Task.objects.count() == 1


def test_the_sequence_can_wait_until_it_is_done(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, bob: Advisor, sent: Sent, now: dt.datetime
) -> None:
    sequence = make_sequence(task_step("Call them", waits_until_done=True), step(delay_hours=2))
    enrollment = enroll(make_lead(advisor=bob), sequence)
    engine.tick(now)
    engine.tick(now + 30 * HOUR)
    enrollment.refresh_from_db()
    assert enrollment.status == EnrollmentStatus.ACTIVE
    assert enrollment.held_by == "Waits until “Call them” is done"
    done_at = now + 31 * HOUR
    assert advisor_tasks.complete(Task.objects.get(), by=Actor.advisor(bob), now=done_at)
    engine.tick(done_at + HOUR)
    assert sent() == [], "its delay counts from when the task was done"
    engine.tick(done_at + 2 * HOUR)
    assert len(sent()) == 1


@pytest.mark.django_db(transaction=True)
def test_doing_it_lets_the_next_step_look_at_once(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, sent: Sent, now: dt.datetime
) -> None:
    sequence = make_sequence(task_step("Call them", waits_until_done=True), step())
    enroll(make_lead(), sequence)
    engine.tick(now)
    engine.tick(now)
    assert Enrollment.objects.get().next_step_at == now + HOUR
    advisor_tasks.complete(Task.objects.get(), by=ME, now=now)
    engine.tick()
    assert len(sent()) == 1


def test_stopping_the_sequence_takes_open_tasks_back_and_resuming_does_not_ask_again(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, sent: Sent, now: dt.datetime
) -> None:
    lead = make_lead()
    enroll(lead, make_sequence(task_step("Call them", waits_until_done=True), step("Hello")))
    engine.tick(now)
    reply(lead, "STOP", now)
    task = Task.objects.get()
    assert (task.state, task.closed_because) == (TaskState.CANCELLED, "Opted out")
    reply(lead, "START", now)
    enrolling.enroll(lead, Enrollment.objects.get().sequence, by=ME, now=now + HOUR)
    engine.tick(now + HOUR)
    assert Task.objects.count() == 1
    assert "Hello" in [each["body"] for each in sent()]


def test_a_pause_leaves_the_advisors_task_alone(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, now: dt.datetime
) -> None:
    enrollment = enroll(make_lead(), make_sequence(task_step(), step(delay_hours=1)))
    engine.tick(now)
    enrollment.refresh_from_db()
    pausing.pause(enrollment, by=ME, now=now)
    pausing.resume(enrollment, by=ME, now=now)
    engine.tick(now + HOUR)
    assert Task.objects.get().state == TaskState.OPEN
    assert Message.objects.count() == 1


def test_it_is_not_needed_any_more_when_they_replied(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, now: dt.datetime
) -> None:
    lead = make_lead()
    enroll(lead, make_sequence(task_step(delay_hours=1, skip_if_replied=True)))
    reply(lead, "Call me", now + HOUR / 2)
    engine.tick(now + HOUR)
    assert not Task.objects.exists()
    assert StepRun.objects.get().skipped_because == "The borrower replied"


def test_quiet_hours_and_caps_are_no_matter_of_tasks(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, sent: Sent, now: dt.datetime
) -> None:
    lead = make_lead()
    enroll(lead, make_sequence(step(), task_step()))
    engine.tick(now)
    assert len(sent()) == 1
    assert Task.objects.count() == 1


def test_a_lead_without_a_phone_can_still_be_worked_on(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, now: dt.datetime
) -> None:
    lead = make_lead(email="mary@example.com")
    enroll(lead, make_sequence(task_step("Find the number")))
    type(lead).objects.filter(pk=lead.pk).update(phone="", phone_e164=None)
    engine.tick(now)
    assert Task.objects.get().title == "Find the number"


def test_it_goes_with_the_lead_to_the_next_advisor(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, bob: Advisor, alice: Advisor, now: dt.datetime
) -> None:
    lead = make_lead(advisor=bob)
    enroll(lead, make_sequence(task_step()))
    engine.tick(now)
    pipeline.assign_to(lead, alice, by=ME, now=now)
    assert Task.objects.get().advisor == alice
    assert not Task.objects.of_advisor(bob).exists()


def test_done_and_reopened_are_facts(make_lead: MakeLead, bob: Advisor, now: dt.datetime) -> None:
    lead = make_lead(advisor=bob)
    task = advisor_tasks.give(lead, title="Send the letter", due_at=now + HOUR, by=ME, now=now)
    by = Actor.advisor(bob)
    assert advisor_tasks.complete(task, by=by, now=now)
    assert not advisor_tasks.complete(task, by=by, now=now), "once is enough"
    advisor_tasks.reopen(task, by=by, now=now)
    assert task.is_open
    names = Event.objects.filter(lead_id=lead.pk, name__startswith="task.").order_by("pk").values_list("name", "data")
    assert [name for name, _ in names] == ["task.given", "task.done", "task.reopened"]
    assert {data["title"] for _, data in names} == {"Send the letter"}


def test_the_panel_and_the_results_tell_of_it(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, now: dt.datetime
) -> None:
    lead = make_lead()
    sequence = make_sequence(task_step("Call them"), task_step("Write to them", delay_hours=1))
    assert sequence.current
    enroll(lead, sequence)
    engine.tick(now)
    first, second = panel_of(lead, now).lines
    assert (first.title, first.words) == ("Step 1, task", "To be done: Call them")
    assert second.words == "For the advisor, even after a reply"
    advisor_tasks.complete(Task.objects.get(), by=ME, now=now)
    engine.tick(now + HOUR)
    done, waiting = results_of(sequence.current)
    assert (done.planned, done.done, done.waiting) == (1, 1, 0)
    assert (waiting.planned, waiting.done, waiting.waiting) == (1, 0, 1)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "task", "message": " "}, "message"),
        ({"kind": "task", "message": "x" * 201}, "message"),
        ({"kind": "task", "message": "x", "task_kind": "fax"}, "task_kind"),
        ({"kind": "fixed", "message": "x", "waits_until_done": True}, "waits_until_done"),
    ],
)
def test_what_a_task_step_needs(make_sequence: MakeSequence, given: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidStep) as refused:
        make_sequence(given)
    assert refused.value.field == f"steps[0].{field}"
