"""Texts through a Twilio that accepts, refuses, falls silent and breaks off; the library is the real one."""

from __future__ import annotations

import datetime as dt
import time

import pytest

from crm.channels.base import Accepted, CannotTell, Outgoing, Refused, Tried, Uncertain, channel_named
from crm.channels.twilio import MOST, Twilio
from tests.channels.conftest import NUMBER, PUBLIC_URL, SID, TOKEN
from tests.channels.fake_twilio import FakeTwilio

TO = "+14155551234"
ACCOUNT = {"external_id": SID, "sender": NUMBER, "secret": TOKEN}
NOW = dt.datetime.now(dt.UTC)
MINUTES_AGO = NOW - dt.timedelta(minutes=2)


@pytest.fixture
def channel(twilio: FakeTwilio) -> Twilio:
    channel = channel_named("twilio")
    assert isinstance(channel, Twilio)
    return channel


def text(body: str = "Hi Mary", **account: str) -> Outgoing:
    return Outgoing(to=TO, body=body, reference="ref-1", account=ACCOUNT | account)


def tried(since: dt.datetime = MINUTES_AGO, known: frozenset[str] = frozenset()) -> Tried:
    return Tried(text(), since=since, now=dt.datetime.now(dt.UTC), known=known)


def test_it_works(channel: Twilio, twilio: FakeTwilio) -> None:
    accepted = channel.send(text())
    assert accepted == Accepted(twilio.taken[0]["sid"])
    assert twilio.requests == [
        {
            "To": TO,
            "From": NUMBER,
            "Body": "Hi Mary",
            "StatusCallback": f"{PUBLIC_URL}/twilio/status?message=ref-1",
        }
    ]


def test_a_messaging_service_stands_in_for_the_number(channel: Twilio, twilio: FakeTwilio) -> None:
    service = f"MG{'b2' * 16}"
    channel.send(text(sender=service))
    assert (twilio.requests[0]["MessagingServiceSid"], "From" in twilio.requests[0]) == (service, False)


@pytest.mark.parametrize(
    ("answer", "code", "permanent", "has_opted_out", "account_trouble"),
    [
        ("refuse:21211", "21211", True, False, False),
        ("refuse:21610", "21610", True, True, False),
        ("refuse:21614", "21614", True, False, False),
        ("refuse:30003", "30003", False, False, False),
        ("refuse:30007", "30007", True, False, False),
        ("refuse:21606", "21606", False, False, True),
        ("refuse:20003:401", "20003", False, False, True),
        ("refuse:20429:429", "20429", False, False, False),
        ("refuse:99999:429", "99999", False, False, False),
        ("refuse:99999", "99999", True, False, False),
    ],
)
def test_a_refusal_says_whether_to_try_again(
    channel: Twilio,
    twilio: FakeTwilio,
    answer: str,
    code: str,
    permanent: bool,
    has_opted_out: bool,
    account_trouble: bool,
) -> None:
    twilio.answer = answer
    with pytest.raises(Refused) as refused:
        channel.send(text())
    told = refused.value
    assert (told.code, told.permanent, told.has_opted_out, told.account_trouble) == (
        code,
        permanent,
        has_opted_out,
        account_trouble,
    )
    assert twilio.taken == []
    assert len(twilio.requests) == 1


def test_a_wrong_token_is_the_accounts_trouble(channel: Twilio) -> None:
    with pytest.raises(Refused) as refused:
        channel.send(text(secret="wrong"))
    assert (refused.value.permanent, refused.value.account_trouble) == (False, True)


@pytest.mark.parametrize(
    ("answer", "taken"),
    [("500_before", 0), ("500_after", 1), ("reset_before", 0), ("reset_after", 1), ("garbage", 1)],
)
def test_whoever_gives_no_clear_answer_is_not_asked_twice(
    channel: Twilio, twilio: FakeTwilio, answer: str, taken: int
) -> None:
    twilio.answer = answer
    with pytest.raises(Uncertain):
        channel.send(text())
    assert (len(twilio.requests), len(twilio.taken)) == (1, taken)


def test_a_slow_answer_is_awaited_no_longer_than_five_seconds(channel: Twilio, twilio: FakeTwilio) -> None:
    twilio.answer = "slow_after"
    begun = time.monotonic()
    with pytest.raises(Uncertain):
        channel.send(text())
    assert time.monotonic() - begun < 5


def test_where_nobody_listens_nothing_was_sent(channel: Twilio, twilio: FakeTwilio) -> None:
    twilio.close()
    with pytest.raises(Refused) as refused:
        channel.send(text())
    assert (refused.value.code, refused.value.permanent) == ("unreachable", False)


def test_what_was_taken_without_an_answer_is_found(channel: Twilio, twilio: FakeTwilio) -> None:
    twilio.answer = "500_after"
    with pytest.raises(Uncertain):
        channel.send(text())
    assert channel.lookup(tried()) == Accepted(twilio.taken[0]["sid"])


def test_what_is_not_in_a_settled_list_was_never_taken(channel: Twilio, twilio: FakeTwilio) -> None:
    twilio.take({"To": "+14155559999", "Body": "Hi Mary"})
    twilio.take({"To": TO, "Body": "Hi Mary", "From": "+14155558888"})
    twilio.take({"To": TO, "Body": "Hi Mary", "From": NUMBER}, direction="inbound")
    twilio.take({"To": TO, "Body": "Hi Mary", "From": NUMBER}, date_created="Thu, 01 Jan 2026 00:00:00 +0000")
    assert channel.lookup(tried()) is None


def test_what_is_known_as_another_message_is_not_this_one(channel: Twilio, twilio: FakeTwilio) -> None:
    other = twilio.take({"To": TO, "Body": "Hi Mary", "From": NUMBER})
    assert channel.lookup(tried(known=frozenset({other["sid"]}))) is None


def test_absence_proves_nothing_before_the_list_has_settled(channel: Twilio) -> None:
    with pytest.raises(CannotTell):
        channel.lookup(tried(since=dt.datetime.now(dt.UTC)))


def test_two_texts_with_the_same_words_are_for_a_person(channel: Twilio, twilio: FakeTwilio) -> None:
    for _ in range(2):
        twilio.take({"To": TO, "Body": "Hi Mary", "From": NUMBER})
    with pytest.raises(CannotTell, match="2 texts"):
        channel.lookup(tried())


def test_a_text_in_other_words_is_for_a_person(channel: Twilio, twilio: FakeTwilio) -> None:
    twilio.take({"To": TO, "Body": "Sent from your Twilio trial account - Hi Mary", "From": NUMBER})
    with pytest.raises(CannotTell, match="other words"):
        channel.lookup(tried())


def test_the_list_is_read_to_its_end(channel: Twilio, twilio: FakeTwilio) -> None:
    wanted = twilio.take({"To": TO, "Body": "Hi Mary", "From": NUMBER})
    for number in range(300):
        twilio.take({"To": TO, "Body": f"later {number}", "From": NUMBER})
    assert channel.lookup(tried()) == Accepted(wanted["sid"])


def test_a_list_without_end_proves_nothing(channel: Twilio, twilio: FakeTwilio) -> None:
    for _ in range(MOST):
        twilio.take({"To": TO, "Body": "x", "From": NUMBER}, date_created="Thu, 01 Jan 2026 00:00:00 +0000")
    with pytest.raises(CannotTell, match="too long"):
        channel.lookup(tried())


def test_a_list_that_can_not_be_read_proves_nothing(channel: Twilio, twilio: FakeTwilio) -> None:
    twilio.list_answer = "500"
    with pytest.raises(CannotTell):
        channel.lookup(tried())
