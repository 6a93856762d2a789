"""A message of which nobody can tell whether it arrived."""

from __future__ import annotations

import datetime as dt

import pytest

from crm.models import Advisor, Event
from leads import messaging, reviewing
from leads.errors import Changed, InvalidValue
from leads.models import Lead, Message, MessageState
from tests.conftest import ClientOf, MakeLead

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(make_lead: MakeLead) -> Lead:
    return make_lead()


@pytest.fixture
def doubtful(lead: Lead, alice: Advisor, now: dt.datetime) -> Message:
    message = messaging.write(lead, body="Did you get it?", by_advisor=alice, now=now)
    Message.objects.filter(pk=message.pk).update(state=MessageState.NEEDS_REVIEW, attempts=5)
    return message


@pytest.mark.django_db(transaction=True)
def test_an_advisor_has_it_sent_again(lead: Lead, doubtful: Message, bob: Advisor, client_of: ClientOf) -> None:
    client = client_of(bob)
    assert "Send again" in client.get(f"/leads/{lead.uuid}").content.decode()
    client.post(f"/leads/{lead.uuid}/messages/{doubtful.uuid}/review", {"do": "again"})
    doubtful.refresh_from_db()
    assert (doubtful.state, doubtful.attempts) == (MessageState.SENT, 1)
    assert Event.objects.get(name="message.sent_again").actor_label == "Bob Baker"
    assert "Send again" not in client.get(f"/leads/{lead.uuid}").content.decode()


def test_or_leaves_it(lead: Lead, doubtful: Message, bob: Advisor, client_of: ClientOf) -> None:
    client_of(bob).post(f"/leads/{lead.uuid}/messages/{doubtful.uuid}/review", {"do": "leave"})
    doubtful.refresh_from_db()
    assert doubtful.state == MessageState.CANCELLED
    assert "Bob Baker left it" in doubtful.state_reason


def test_only_one_of_two_advisors_decides(doubtful: Message, alice: Advisor, bob: Advisor, now: dt.datetime) -> None:
    reviewing.send_again(doubtful, by=alice, now=now)
    for decide in (reviewing.settle, reviewing.send_again):
        with pytest.raises(Changed):
            decide(doubtful, by=bob, now=now)


def test_what_was_never_written_is_not_sent(doubtful: Message, alice: Advisor, now: dt.datetime) -> None:
    doubtful.body = ""
    with pytest.raises(InvalidValue):
        reviewing.send_again(doubtful, by=alice, now=now)


def test_a_stranger_decides_nothing(lead: Lead, doubtful: Message, charlie: Advisor, client_of: ClientOf) -> None:
    answer = client_of(charlie).post(f"/leads/{lead.uuid}/messages/{doubtful.uuid}/review", {"do": "leave"})
    assert answer.status_code == 404
