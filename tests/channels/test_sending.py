"""From the outbox through an organisation's own account, and what becomes of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from crm import channel_accounts
from crm.models import Advisor, ChannelAccount, Event, Organization
from leads import messaging, outbox, reaping, routing
from leads.models import DoNotCall, Lead, Message, MessageState
from tests.channels.conftest import ME, SID, TOKEN
from tests.channels.fake_twilio import FakeTwilio
from tests.conftest import MakeLead

LATER = dt.timedelta(minutes=2)


def sent(lead: Lead, alice: Advisor, now: dt.datetime, body: str = "Hi") -> Message:
    message = messaging.write(lead, body=body, by_advisor=alice, now=now)
    outbox.deliver_now([message.pk], now=now)
    message.refresh_from_db()
    return message


def test_it_works(
    make_lead: MakeLead, alice: Advisor, now: dt.datetime, account: ChannelAccount, twilio: FakeTwilio
) -> None:
    message = sent(make_lead(), alice, now)
    assert (message.state, message.provider, message.provider_id) == ("sent", "twilio", twilio.taken[0]["sid"])
    assert twilio.requests[0]["StatusCallback"].endswith(f"?message={message.uuid}")


def test_the_accounts_of_a_batch_are_loaded_together(
    make_lead: MakeLead,
    alice: Advisor,
    now: dt.datetime,
    account: ChannelAccount,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    messages = [messaging.write(make_lead(), body="Hi", by_advisor=alice, now=now) for _ in range(5)]
    with django_assert_num_queries(1):
        routes = routing.routes_for(messages)
        assert {routes.of(message).name for message in messages} == {"twilio"}


def test_colleagues_elsewhere_do_not_use_the_account(
    make_lead: MakeLead,
    charlie: Advisor,
    other_organization: Organization,
    now: dt.datetime,
    account: ChannelAccount,
    twilio: FakeTwilio,
) -> None:
    message = sent(make_lead(organization=other_organization), charlie, now)
    assert (message.provider, twilio.taken) == ("simulator", [])


def test_without_an_account_a_real_site_refuses_in_clear_words(
    make_lead: MakeLead, alice: Advisor, now: dt.datetime, settings: Any
) -> None:
    settings.SIMULATE_WITHOUT_ACCOUNT = False
    message = sent(make_lead(), alice, now)
    assert (message.state, message.error_code) == (MessageState.FAILED, "no_account")
    assert message.state_reason == "No text account is connected: see the settings."


def test_a_demonstration_needs_no_account(
    make_lead: MakeLead, alice: Advisor, now: dt.datetime, settings: Any, organization: Organization
) -> None:
    settings.SIMULATE_WITHOUT_ACCOUNT = False
    Organization.objects.filter(pk=organization.pk).update(is_demo=True)
    assert sent(make_lead(), alice, now).state == MessageState.SENT


def test_who_opted_out_at_twilio_has_opted_out_here(
    make_lead: MakeLead, alice: Advisor, now: dt.datetime, account: ChannelAccount, twilio: FakeTwilio
) -> None:
    twilio.answer = "refuse:21610"
    lead = make_lead()
    assert sent(lead, alice, now).state == MessageState.FAILED
    assert DoNotCall.objects.get(address=lead.phone_e164).kind == "opt_out"


def test_a_token_that_twilio_refuses_is_told_once_and_the_texts_wait(
    make_lead: MakeLead, alice: Advisor, now: dt.datetime, account: ChannelAccount, twilio: FakeTwilio
) -> None:
    channel_accounts.replace_secret(account, "wrong", by=ME, now=now)
    messages = [sent(make_lead(), alice, now) for _ in range(2)]
    assert {message.state for message in messages} == {MessageState.QUEUED}
    account.refresh_from_db()
    assert account.trouble == "Twilio does not accept the Account SID and auth token"
    assert Event.objects.filter(name="channel.in_trouble").count() == 1
    channel_accounts.replace_secret(account, TOKEN, by=ME, now=now)
    outbox.deliver_now([message.pk for message in messages], now=now + LATER)
    assert {message.state for message in Message.objects.all()} == {MessageState.SENT}


def test_trouble_is_over_with_the_first_text_that_is_taken(
    make_lead: MakeLead, alice: Advisor, now: dt.datetime, account: ChannelAccount
) -> None:
    channel_accounts.note_trouble(account.pk, "Turned away", now=now)
    sent(make_lead(), alice, now)
    account.refresh_from_db()
    assert account.trouble == ""


def test_a_secret_that_can_not_be_read_keeps_the_texts_waiting(
    make_lead: MakeLead, alice: Advisor, now: dt.datetime, account: ChannelAccount, twilio: FakeTwilio
) -> None:
    ChannelAccount.objects.filter(pk=account.pk).update(locked_secret="00000000:gone")
    message = sent(make_lead(), alice, now)
    assert (message.state, message.error_code, twilio.requests) == (MessageState.QUEUED, "secret_unreadable", [])


@pytest.mark.parametrize(("answer", "count"), [("500_after", 1), ("reset_before", 1)])
def test_a_doubt_ends_with_one_text(
    make_lead: MakeLead,
    alice: Advisor,
    now: dt.datetime,
    account: ChannelAccount,
    twilio: FakeTwilio,
    answer: str,
    count: int,
) -> None:
    twilio.next_answer = answer
    message = sent(make_lead(), alice, now)
    assert message.state == MessageState.UNKNOWN
    reaping.reap(now)
    message.refresh_from_db()
    if not twilio.taken:  # the proof of absence takes its time
        assert message.state == MessageState.UNKNOWN
    reaping.reap(now + LATER)
    outbox.deliver_now([message.pk], now=now + 5 * LATER)
    message.refresh_from_db()
    assert (message.state, len(twilio.taken)) == (MessageState.SENT, count)
    assert message.provider_id == twilio.taken[0]["sid"]


def test_of_two_texts_with_the_same_words_the_one_that_was_lost_goes_out_again(
    make_lead: MakeLead, alice: Advisor, now: dt.datetime, account: ChannelAccount, twilio: FakeTwilio
) -> None:
    lead = make_lead()
    sent(lead, alice, now)
    twilio.next_answer = "500_before"
    lost = sent(lead, alice, now)
    reaping.reap(now + LATER)
    outbox.deliver_now([lost.pk], now=now + 5 * LATER)
    assert len(twilio.taken) == 2
    assert set(Message.objects.values_list("provider_id", flat=True)) == {each["sid"] for each in twilio.taken}


def test_what_was_tried_through_another_account_is_for_a_person(
    make_lead: MakeLead, alice: Advisor, now: dt.datetime, account: ChannelAccount, twilio: FakeTwilio
) -> None:
    twilio.next_answer = "500_after"
    message = sent(make_lead(), alice, now)
    channel_accounts.connect(
        account.organization,
        provider="twilio",
        external_id=SID,
        sender="+14155559001",
        secret=TOKEN,
        by=ME,
        now=dt.datetime.now(dt.UTC),
    )
    reaping.reap(now + LATER)
    message.refresh_from_db()
    assert message.state == MessageState.UNKNOWN
    reaping.reap(now + dt.timedelta(hours=1))
    message.refresh_from_db()
    assert message.state == MessageState.NEEDS_REVIEW
