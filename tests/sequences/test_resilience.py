"""What breaks in one place must not keep the rest from going out."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from pytest_django import Settings

from crm.ai.base import Brief, Draft
from crm.channels.base import CannotTell
from crm.channels.simulator import Simulator
from leads import contactability, reaping
from leads.models import Message, MessageState
from sequences import drafting, engine, planning
from sequences.models import Enrollment
from sequences.progress import oldest_due
from sequences.report import TickReport
from tests.conftest import MakeLead
from tests.sequences.conftest import Enroll, MakeSequence, Sent, ai_step, step

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)

calls: list[str] = []


def slow_composer(brief: Brief) -> Draft:
    calls.append(brief.instructions)
    drafting.draft(dt.datetime.now(dt.UTC) + MINUTE)  # a second worker, while this one thinks
    return Draft(f"about {brief.instructions}")


class Mute(Simulator):
    """A provider that nobody can ask."""

    asked = 0

    def lookup(self, *about: Any) -> Any:
        Mute.asked += 1
        raise CannotTell("no answer")


def broken(*args: object, **kwargs: object) -> int:
    raise LookupError("half a module")


def test_what_is_planned_goes_out_though_planning_is_broken(
    make_sequence: MakeSequence,
    make_lead: MakeLead,
    enroll: Enroll,
    now: dt.datetime,
    sent: Sent,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    enroll(make_lead(), make_sequence())
    planning.plan(now, 10, TickReport())
    enroll(make_lead(), make_sequence(name="Another"))
    monkeypatch.setattr(engine, "plan", broken)
    with pytest.raises(LookupError):
        engine.tick(now)
    assert len(sent()) == 1
    monkeypatch.undo()
    engine.tick(now)
    assert len(sent()) == 2


def test_a_message_that_breaks_its_claim_is_set_aside_and_the_others_go_out(
    make_sequence: MakeSequence,
    make_lead: MakeLead,
    enroll: Enroll,
    now: dt.datetime,
    sent: Sent,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    leads = [make_lead() for _ in range(3)]
    for lead in leads:
        enroll(lead, make_sequence())
    planning.plan(now, 10, TickReport())
    monkeypatch.setattr(contactability, "answer", _breaking_for(leads[1].pk, contactability.answer))
    engine.tick(now)
    assert len(sent()) == 2
    aside = Message.objects.get(lead=leads[1])
    assert (aside.state, aside.not_before) == (MessageState.QUEUED, now + 10 * MINUTE)
    assert "went wrong" in aside.state_reason
    monkeypatch.undo()
    engine.tick(now + 11 * MINUTE)
    assert len(sent()) == 3


def _breaking_for(pk: int, answer: Callable[..., Any]) -> Callable[..., Any]:
    def answer_some(asks: Sequence[contactability.Ask], now: dt.datetime) -> Any:
        if any(ask.lead.pk == pk for ask in asks):
            raise ValueError("a zone that nobody knows")
        return answer(asks, now)

    return answer_some


def test_a_provider_that_answers_slowly_does_not_hold_up_the_rest(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, now: dt.datetime, settings: Settings
) -> None:
    for _ in range(5):
        enroll(make_lead(), make_sequence())
    planning.plan(now, 10, TickReport())
    Message.objects.update(state=MessageState.UNKNOWN)
    settings.CHANNELS = {"sms": f"{__name__}.Mute", "email": f"{__name__}.Mute"}
    Mute.asked = 0
    reaping.reap(now, seconds=0)
    assert Mute.asked == 1


@pytest.fixture
def drafting_message(make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, now: dt.datetime) -> Message:
    enroll(make_lead(), make_sequence(ai_step("the rate lock")))
    planning.plan(now, 10, TickReport())
    return Message.objects.get(state=MessageState.DRAFTING)


def test_two_workers_do_not_write_the_same_text(
    drafting_message: Message, now: dt.datetime, settings: Settings
) -> None:
    settings.COMPOSER = f"{__name__}.slow_composer"
    calls.clear()
    assert drafting.draft(now) == 1
    assert calls == ["the rate lock"]
    drafting_message.refresh_from_db()
    assert (drafting_message.state, drafting_message.body) == (MessageState.QUEUED, "about the rate lock")
    assert (drafting_message.attempts, drafting_message.lease) == (0, None)


def test_a_text_that_kills_every_writer_is_left_to_a_person(drafting_message: Message, now: dt.datetime) -> None:
    mine = Message.objects.filter(pk=drafting_message.pk)
    for day in range(1, 10):
        drafting._claim(now + dt.timedelta(days=day), 10, None, uuid.uuid4())  # and then it dies
        mine.filter(state=MessageState.DRAFTING).update(leased_until=now - dt.timedelta(days=1))
    drafting.draft(now + dt.timedelta(days=20))
    drafting_message.refresh_from_db()
    assert (drafting_message.state, drafting_message.body) == (MessageState.APPROVAL, "")
    assert "again and again" in drafting_message.state_reason


def test_a_text_whose_writer_died_is_written_when_the_lease_has_run_out(
    drafting_message: Message, now: dt.datetime
) -> None:
    mine = Message.objects.filter(pk=drafting_message.pk)
    mine.update(lease=drafting_message.uuid, leased_until=dt.datetime.now(dt.UTC) + MINUTE, attempts=1)
    assert drafting.draft(now) == 0
    assert "text to write" not in oldest_due(now)
    mine.update(leased_until=dt.datetime.now(dt.UTC) - MINUTE)
    assert oldest_due(now)["text to write"].pk == drafting_message.pk
    assert drafting.draft(now) == 1


def test_texts_for_which_there_is_no_time_are_given_back(drafting_message: Message, now: dt.datetime) -> None:
    assert drafting.draft(now, seconds=-1) == 0
    drafting_message.refresh_from_db()
    assert (drafting_message.attempts, drafting_message.lease) == (0, None)
    assert drafting.draft(now) == 1


def test_what_is_held_or_paused_is_not_due(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, now: dt.datetime
) -> None:
    enrollment = enroll(make_lead(), make_sequence(step()))
    assert oldest_due(now)["step"].pk == enrollment.pk
    Enrollment.objects.update(next_step_at=now + MINUTE, held_by="Quiet hours")
    assert oldest_due(now) == {}
    Enrollment.objects.update(next_step_at=now, status="paused")
    assert oldest_due(now) == {}
