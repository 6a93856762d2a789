"""The whole life of enrollments, in any order that Hypothesis can think of, under a few truths that always hold."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from crm.models import Actor
from crm.organizations import found
from leads import advisor_tasks, messaging, outbox, pipeline
from leads.errors import ContactRefused
from leads.intake import receive_lead
from leads.models import Author, Conversation, Lead, Message, MessageState, Slot, Task
from leads.models.message import PENDING
from sequences import authoring, engine, enrolling, pausing
from sequences.errors import SequenceInactive
from sequences.models import Enrollment, EnrollmentStatus, Step
from sequences.planning import due, plan
from sequences.report import TickReport
from sequences.stuck import stuck
from tests.sequences.conftest import ME, Sent, ai_step, step

CALL_THEM = {"kind": "task", "message": "Call them", "waits_until_done": True, "skip_if_replied": False}
LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
LEADS = 2
WHO = st.integers(0, LEADS - 1)
AUTOMATIC = (Author.SEQUENCE, Author.AI)


class Life(RuleBasedStateMachine):
    """Two leads, one sequence of five steps, and a clock that only goes forward."""

    sent: Sent

    @initialize()
    def begin(self) -> None:
        self.world = transaction.atomic()
        self.world.__enter__()
        self.now = timezone.now()
        self.organization = found(name="Acme", quiet_hours=False, now=self.now)
        self.sequence = authoring.create_sequence(
            organization=self.organization,
            name="Life",
            steps=[step("0"), ai_step(delay_hours=1), step("2", skip_if_replied=True), CALL_THEM,
                   step("4", delay_hours=24)],
            by=ME,
            now=self.now,
        )  # fmt: skip
        self.leads = [self._lead(number) for number in range(LEADS)]
        self.silent: dict[int, int] = {}  # lead -> automatic messages sent when it opted out
        self.is_ticked = False

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.drain()
            transaction.set_rollback(True)
            self.world.__exit__(None, None, None)

    def _lead(self, number: int) -> Lead:
        fields = {"phone": f"+1415555200{number}", "name": "Jane Doe"}
        return receive_lead(organization=self.organization, fields=fields, by=Actor.system(), now=self.now).lead

    @rule(hours=st.sampled_from([0, 1, 24, 100]))
    def time_goes_on(self, hours: int) -> None:
        self.now += dt.timedelta(hours=hours, minutes=2)
        self.is_ticked = False

    @rule(who=WHO)
    def enroll(self, who: int) -> None:
        try:
            enrolling.enroll(self.leads[who], self.sequence, by=ME, now=self.now)
        except ContactRefused:
            assert who in self.silent or self._slot(who) == Slot.CONVERTED
        except SequenceInactive:
            assert not self.sequence.is_active
        self.is_ticked = False

    @rule(who=WHO)
    def cancel(self, who: int) -> None:
        enrolling.cancel(Enrollment.objects.filter(lead=self.leads[who]), reason="enough", by=ME, now=self.now)

    @rule()
    def plan_and_die(self) -> None:
        plan(self.now, 10, TickReport())

    @rule()
    def tick(self) -> None:
        engine.tick(self.now)
        self.is_ticked = True

    @rule(who=WHO, words=st.sampled_from(["yes?", "Stop.", "START"]))
    def borrower_writes(self, who: int, words: str) -> None:
        messaging.receive(self.organization, address=self.leads[who].phone_e164 or "", body=words, now=self.now)
        if words == "Stop.":
            self.silent.setdefault(who, self._automatic(who))
        if words == "START":
            self.silent.pop(who, None)
        self.is_ticked = False

    @rule(who=WHO, slot=st.sampled_from([Slot.CONVERTED, Slot.NEW]))
    def stage_changes(self, who: int, slot: Slot) -> None:
        pipeline.move_to_slot(self.leads[who], slot, by=ME, now=self.now)

    @rule(who=WHO, is_over=st.booleans())
    def is_paused_or_resumed(self, who: int, is_over: bool) -> None:
        enrollment = Enrollment.objects.filter(lead=self.leads[who]).order_by("-pk").first()
        if enrollment:
            (pausing.resume if is_over else pausing.pause)(enrollment, by=ME, now=self.now)
        self.is_ticked = False

    @rule(who=WHO)
    def advisor_does_a_task(self, who: int) -> None:
        """What waits for it looks again after the commit, which never comes here: so it is told directly."""
        task = Task.objects.filter(lead=self.leads[who]).open().order_by("pk").first()
        if task:
            advisor_tasks.complete(task, by=ME, now=self.now)
            waiting = Enrollment.objects.filter(lead=self.leads[who], held_by__startswith="Waits until")
            waiting.filter(status=EnrollmentStatus.ACTIVE).update(next_step_at=self.now)
        self.is_ticked = False

    @rule(who=WHO, was_taken=st.booleans())
    def a_carrier_dies(self, who: int, was_taken: bool) -> None:
        """With a message in its hands, before or after the provider took it."""
        mine = Message.objects.filter(lead=self.leads[who])
        claimed = outbox.claim(self.now, mine, limit=1)
        if claimed.messages and was_taken:
            outbox.deliver(outbox.Claimed(uuid.uuid4(), claimed.messages, float("inf"), claimed.routes))
        mine.filter(state=MessageState.SENDING).update(leased_until=LONG_AGO)
        self.is_ticked = False

    @rule(is_active=st.booleans())
    def sequence_is_switched(self, is_active: bool) -> None:
        authoring.change_sequence(self.sequence, {"is_active": is_active}, by=ME, now=self.now)

    @rule(count=st.integers(1, 5))
    def sequence_is_edited(self, count: int) -> None:
        steps = [step(f"new {number}", delay_hours=number) for number in range(count)]
        authoring.change_sequence(self.sequence, {"steps": steps}, by=ME, now=self.now)

    def _slot(self, who: int) -> str:
        return str(Lead.objects.values_list("stage__slot", flat=True).get(pk=self.leads[who].pk))

    def _automatic(self, who: int) -> int:
        messages = Message.objects.filter(lead=self.leads[who], author__in=AUTOMATIC, state=MessageState.SENT)
        return messages.count()

    @invariant()
    def nothing_automatic_goes_out_after_stop(self) -> None:
        for who, count in getattr(self, "silent", {}).items():
            assert self._automatic(who) == count

    @invariant()
    def each_step_is_said_at_most_once_and_in_order(self) -> None:
        said: dict[int, list[int]] = {}
        sent = Message.objects.filter(step_run__isnull=False, state=MessageState.SENT).order_by("sent_at", "pk")
        for enrollment, order in sent.values_list("step_run__enrollment_id", "step_run__order"):
            said.setdefault(enrollment, []).append(order)
        for orders in said.values():
            assert orders == sorted(set(orders))

    @invariant()
    def an_active_enrollment_knows_its_next_step(self) -> None:
        for each in Enrollment.objects.filter(status=EnrollmentStatus.ACTIVE):
            assert each.next_step_at is not None
            assert Step.objects.filter(version_id=each.version_id, order=each.next_order).exists()

    @invariant()
    def a_lead_has_one_live_enrollment(self) -> None:
        live = Enrollment.objects.filter(status__in=enrolling.LIVE).values_list("lead_id", "sequence_id")
        assert max(Counter(live).values(), default=1) == 1

    @invariant()
    def whatever_is_late_can_still_be_moved(self) -> None:
        """check_engine's sentences, but for those about lateness, hold in every state and not only at rest."""
        if hasattr(self, "now"):
            assert stuck(self.now, late=dt.timedelta(days=10_000)) == []

    def drain(self) -> None:
        """In a healthy world, with everybody doing their part, each enrollment comes to an end."""
        for enrollment in Enrollment.objects.filter(status=EnrollmentStatus.PAUSED):
            pausing.resume(enrollment, by=ME, now=self.now)
        for _ in range(40):
            for task in Task.objects.open():
                advisor_tasks.complete(task, by=ME, now=self.now)
            for conversation in Conversation.objects.filter(suspected_opt_out_at__isnull=False):
                conversation.suspected_opt_out_at = None
                conversation.save()
            self.now += dt.timedelta(hours=25)
            engine.tick(self.now)
        assert not Enrollment.objects.filter(status=EnrollmentStatus.ACTIVE).exists()
        assert not Message.objects.filter(state__in=PENDING).exclude(state=MessageState.APPROVAL).exists()
        assert stuck(self.now, late=dt.timedelta(0)) == []

    @precondition(lambda self: getattr(self, "is_ticked", False))
    @invariant()
    def after_a_tick_nothing_is_due(self) -> None:
        assert not due(self.now).exists()
        waiting = Message.objects.filter(state__in=[MessageState.QUEUED, MessageState.DRAFTING])
        assert not waiting.filter(not_before__lte=self.now).exists()


@pytest.mark.django_db
def test_the_truths_hold_whatever_happens(sent: Sent) -> None:
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
    references = Counter(each["reference"] for each in sent())
    assert references, "nothing was sent at all"
    assert max(references.values()) == 1
