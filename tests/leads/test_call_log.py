"""How calls end: written once, with everything that follows, or not at all."""

from __future__ import annotations

import datetime as dt

import pytest

from crm.models import Actor, Advisor, Event, Organization
from leads import advisor_tasks, dialing, queue_work
from leads.call_log import Ending, log
from leads.calling import CallRefused, note_down, place
from leads.errors import InvalidValue, StageRefused
from leads.models import (
    Call,
    Disposition,
    DoNotCall,
    HopperEntry,
    Lead,
    Message,
    Outcome,
    QueueClaim,
    QueueMark,
    Stage,
    Task,
    TaskKind,
)
from leads.pipeline import delete_lead
from leads.queue import read_queue
from sequences.authoring import create_sequence
from sequences.enrolling import enroll
from tests.conftest import MakeLead
from tests.racing import at_once

NOON = dt.datetime(2026, 11, 18, 17, 0, tzinfo=dt.UTC)
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
BY = Actor.system()


@pytest.fixture
def lead(make_lead: MakeLead, bob: Advisor) -> Lead:
    lead = make_lead(name="Ann", phone="+12125550101", advisor=bob, now=NOON - 10 * MINUTE)
    return Lead.objects.select_related("organization", "stage").get(pk=lead.pk)


@pytest.fixture
def call(lead: Lead, bob: Advisor) -> Call:
    return place(lead, by=bob, now=NOON)


def ended(organization: Organization, label: str, **more: object) -> Ending:
    return Ending(Disposition.objects.get(organization=organization, label=label), **more)  # type: ignore[arg-type]


def test_it_works(organization: Organization, lead: Lead, call: Call, bob: Advisor) -> None:
    assert log(call, ended(organization, "Connected", notes=" Wants 36 months. ", seconds=95), by=bob, now=NOON + HOUR)
    call.refresh_from_db()
    assert (call.disposition, call.outcome, call.notes) == ("Connected", Outcome.REACHED, "Wants 36 months.")
    assert (call.is_open, call.seconds, call.try_again_at) == (False, 95, None)
    lead.refresh_from_db()
    assert (lead.last_called_at, lead.last_contacted_at) == (NOON, NOON)
    assert not QueueClaim.objects.exists()
    event = Event.objects.get(name="call.logged")
    assert (event.lead_id, event.actor_label) == (lead.pk, "Bob Baker")
    assert event.data == {
        "call": call.pk, "disposition": "Connected", "outcome": "reached", "is_inbound": False,
        "phone": "+12125550101", "seconds": 95,
    }  # fmt: skip


class TestOnce:
    def test_a_second_click_changes_nothing(self, organization: Organization, call: Call, bob: Advisor) -> None:
        assert log(call, ended(organization, "No answer"), by=bob, now=NOON)
        assert not log(call, ended(organization, "Do not call"), by=bob, now=NOON)
        assert Event.objects.filter(name="call.logged").count() == 1
        assert Call.objects.get().disposition == "No answer"

    @pytest.mark.django_db(transaction=True)
    def test_nor_do_many_at_once(self, organization: Organization, call: Call, bob: Advisor) -> None:
        ending = ended(organization, "Call back", callback_at=NOON + DAY)
        assert sum(at_once(lambda _: log(call, ending, by=bob, now=NOON), 6)) == 1
        assert Task.objects.count() == 1
        assert Event.objects.filter(name="call.logged").count() == 1


class TestWhatFollows:
    def test_no_answer_comes_back_to_the_queue(
        self, organization: Organization, lead: Lead, call: Call, bob: Advisor
    ) -> None:
        log(call, ended(organization, "No answer"), by=bob, now=NOON)
        lead.refresh_from_db()
        assert (lead.last_called_at, lead.last_contacted_at) == (NOON, None)
        assert read_queue(bob, whole_team=False, now=NOON + 3 * HOUR).entries == []
        [entry] = read_queue(bob, whole_team=False, now=NOON + 5 * HOUR).entries
        assert entry.reason.words == "No answer 5 h ago, try again"

    def test_until_somebody_calls_again(self, organization: Organization, lead: Lead, call: Call, bob: Advisor) -> None:
        log(call, ended(organization, "Busy"), by=bob, now=NOON)
        log(place(lead, by=bob, now=NOON + HOUR), ended(organization, "Connected"), by=bob, now=NOON + HOUR)
        assert read_queue(bob, whole_team=False, now=NOON + 5 * HOUR).entries == []

    def test_a_callback_is_a_task_that_the_queue_shows_in_time(
        self, organization: Organization, lead: Lead, call: Call, bob: Advisor
    ) -> None:
        log(call, ended(organization, "Call back", notes="After lunch", callback_at=NOON + 2 * HOUR), by=bob, now=NOON)
        task = Task.objects.get()
        assert (task.kind, task.due_at, task.advisor, task.details) == (
            TaskKind.CALL, NOON + 2 * HOUR, bob, "After lunch",
        )  # fmt: skip
        found = read_queue(bob, whole_team=False, now=NOON + HOUR)
        assert (found.entries, [row.words for row in found.later]) == ([], ["Callback at 19:00"])
        [entry] = read_queue(bob, whole_team=False, now=NOON + 2 * HOUR).entries
        assert entry.reason.words == "Callback due 19:00"

    @pytest.mark.parametrize(
        ("label", "is_done"), [("Connected", True), ("Not interested", True), ("No answer", False), ("Busy", False)]
    )
    def test_a_callback_that_was_due_is_done_when_they_were_reached(
        self, organization: Organization, lead: Lead, call: Call, bob: Advisor, label: str, is_done: bool
    ) -> None:
        advisor_tasks.give(lead, title="Call", kind=TaskKind.CALL, due_at=NOON, by=BY, now=NOON - DAY)
        later = advisor_tasks.give(lead, title="Call", kind=TaskKind.CALL, due_at=NOON + DAY, by=BY, now=NOON - DAY)
        log(call, ended(organization, label), by=bob, now=NOON)
        assert Task.objects.open().exclude(pk=later.pk).exists() is not is_done
        assert Task.objects.open().filter(pk=later.pk).exists()

    def test_do_not_call_is_the_suppression_of_everywhere(
        self, organization: Organization, lead: Lead, call: Call, bob: Advisor
    ) -> None:
        steps = [{"kind": "fixed", "message": "Hi", "delay_hours": 0}, {"kind": "fixed", "message": "So?"}]
        followed = create_sequence(organization=organization, name="Follow-up", steps=steps, by=BY, now=NOON)
        enrollment = enroll(lead, followed, by=BY, now=NOON).enrollment
        log(call, ended(organization, "Do not call", notes="Said so twice"), by=bob, now=NOON + MINUTE)
        lead.refresh_from_db()
        assert (lead.is_do_not_call, lead.dnc_reason) == (True, "Said so twice")
        assert DoNotCall.objects.get(address="+12125550101").actor_label == "Bob Baker"
        enrollment.refresh_from_db()
        assert enrollment.status == "cancelled"
        assert not Message.objects.filter(lead=lead, state="queued").exists()
        with pytest.raises(CallRefused):
            place(lead, by=bob, now=NOON + HOUR)

    def test_a_wrong_number_is_called_and_texted_no_more_but_e_mail_stays(
        self, organization: Organization, lead: Lead, call: Call, bob: Advisor
    ) -> None:
        log(call, ended(organization, "Wrong number"), by=bob, now=NOON)
        lead.refresh_from_db()
        assert not lead.is_do_not_call
        assert DoNotCall.objects.get().kind == "wrong_number"
        with pytest.raises(CallRefused, match="Wrong number"):
            place(lead, by=bob, now=NOON + HOUR)

    def test_the_hopper_lets_go_of_who_was_reached_and_keeps_the_others(
        self, organization: Organization, lead: Lead, call: Call, bob: Advisor
    ) -> None:
        dialing.put_in_hopper(lead, by=BY, now=NOON)
        log(call, ended(organization, "Busy"), by=bob, now=NOON)
        assert HopperEntry.objects.exists()
        log(place(lead, by=bob, now=NOON + HOUR), ended(organization, "Connected"), by=bob, now=NOON + HOUR)
        assert not HopperEntry.objects.exists()

    def test_a_stage_may_follow(
        self, organization: Organization, lead: Lead, call: Call, bob: Advisor, stages: dict[str, Stage]
    ) -> None:
        log(call, ended(organization, "Connected", stage=stages["contacted"]), by=bob, now=NOON)
        lead.refresh_from_db()
        assert lead.stage.key == "contacted"

    def test_a_call_that_came_in_is_no_call_of_ours(self, organization: Organization, lead: Lead, bob: Advisor) -> None:
        log(note_down(lead, is_inbound=True, by=bob, now=NOON), ended(organization, "Connected"), by=bob, now=NOON)
        lead.refresh_from_db()
        assert (lead.last_called_at, lead.last_contacted_at) == (None, NOON)


class TestNothingIsWrittenWhen:
    def check(self, call: Call) -> None:
        call.refresh_from_db()
        assert call.is_open
        assert not Event.objects.filter(name="call.logged").exists()
        assert not Task.objects.exists()

    def test_a_callback_has_no_time(self, organization: Organization, call: Call, bob: Advisor) -> None:
        with pytest.raises(InvalidValue) as refused:
            log(call, ended(organization, "Call back"), by=bob, now=NOON)
        assert refused.value.field == "callback_at"
        self.check(call)

    @pytest.mark.parametrize("at", [NOON - MINUTE, NOON, NOON + 400 * DAY], ids=["past", "now", "far"])
    def test_its_time_makes_no_sense(
        self, organization: Organization, call: Call, bob: Advisor, at: dt.datetime
    ) -> None:
        with pytest.raises(InvalidValue):
            log(call, ended(organization, "Connected", callback_at=at), by=bob, now=NOON)
        self.check(call)

    def test_the_stage_asks_for_more(
        self, organization: Organization, call: Call, bob: Advisor, stages: dict[str, Stage]
    ) -> None:
        Stage.objects.filter(pk=stages["lost"].pk).update(asks_for="lost_reason")
        stage = Stage.objects.get(pk=stages["lost"].pk)
        with pytest.raises(StageRefused):
            log(call, ended(organization, "Not interested", stage=stage), by=bob, now=NOON)
        self.check(call)
        answers = {"lost_reason": "Went to his bank"}
        assert log(call, ended(organization, "Not interested", stage=stage, answers=answers), by=bob, now=NOON)

    def test_the_lead_is_gone(self, organization: Organization, lead: Lead, call: Call, bob: Advisor) -> None:
        delete_lead(lead, by=BY, now=NOON)
        with pytest.raises(Exception, match="deleted"):
            log(call, ended(organization, "Connected"), by=bob, now=NOON)
        self.check(call)


def test_what_is_snoozed_by_it_can_be_woken(organization: Organization, lead: Lead, call: Call, bob: Advisor) -> None:
    log(call, ended(organization, "No answer"), by=bob, now=NOON)
    mark = QueueMark.objects.get()
    queue_work.undo(lead, marked_at=mark.marked_at, by=bob, now=NOON + MINUTE)
    assert not QueueMark.objects.exists()


def test_a_length_that_cannot_be_is_cut(organization: Organization, call: Call, bob: Advisor) -> None:
    log(call, ended(organization, "Connected", seconds=10**6), by=bob, now=NOON)
    assert Call.objects.get().seconds == 8 * 3600
