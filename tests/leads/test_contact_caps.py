"""How often a machine may contact somebody."""

from __future__ import annotations

import datetime as dt

import pytest
from pytest_django import DjangoAssertNumQueries

from crm.models import Organization
from leads import messaging, outbox
from leads.contactability import CALL, Ask, Kind, Rule, answer, check
from leads.models import Author, Call, Channel, ContactDecision, Direction, Lead, Message, MessageState
from tests.conftest import MakeLead

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def said(
    lead: Lead, at: dt.datetime, *, author: str = Author.SEQUENCE, state: str = MessageState.SENT, **more: object
) -> Message:
    address = str(more.pop("address", lead.phone_e164))
    conversation = messaging.conversation_with(lead.organization, lead.address, lead)
    is_out = state in (MessageState.SENT, MessageState.DELIVERED)
    given = {"channel": Channel.SMS, "direction": Direction.OUTBOUND, "body": "Hi"} | more
    return Message.objects.create(
        organization=lead.organization, conversation=conversation, lead=lead, address=address, author=author,
        state=state, not_before=at, created_at=at, sent_at=at if is_out else None, **given,
    )  # fmt: skip


def test_a_second_message_waits_for_twenty_hours(make_lead: MakeLead, now: dt.datetime) -> None:
    lead = make_lead()
    said(lead, now - 3 * HOUR)
    verdict = check(lead, Channel.SMS, now)
    assert (verdict.kind, verdict.rule, verdict.until) == (Kind.LATER, Rule.CAP, now + 17 * HOUR)
    assert verdict.words == "One automated message in 20 hours; the last went out 3 h ago."
    assert check(lead, Channel.SMS, now + 17 * HOUR).is_allowed


def test_a_follow_up_that_was_asked_for_need_not_wait(make_lead: MakeLead, now: dt.datetime) -> None:
    lead = make_lead()
    said(lead, now - 3 * HOUR)
    assert answer([Ask(lead, Channel.SMS, asked_for=True)], now)[0].is_allowed


def test_nobody_is_contacted_four_times_a_day(make_lead: MakeLead, now: dt.datetime) -> None:
    lead = make_lead()
    for hours in (23, 2, 1):
        said(lead, now - hours * HOUR)
    verdict = answer([Ask(lead, Channel.SMS, asked_for=True)], now)[0]
    assert (verdict.rule, verdict.until) == (Rule.CAP, now + HOUR)
    assert "no more than 3" in verdict.words
    assert not check(lead, CALL, now).is_allowed


def called(lead: Lead, at: dt.datetime, **more: object) -> None:
    Call.objects.create(organization=lead.organization, lead=lead, phone=lead.phone, started_at=at, **more)


def test_calls_count_among_the_three(make_lead: MakeLead, now: dt.datetime) -> None:
    lead = make_lead()
    said(lead, now - 22 * HOUR)
    called(lead, now - 3 * HOUR)
    assert check(lead, Channel.SMS, now).is_allowed, "a call keeps no message 20 hours away"
    called(lead, now - 2 * HOUR)
    verdict = check(lead, Channel.SMS, now)
    assert (verdict.kind, verdict.rule, verdict.until) == (Kind.LATER, Rule.CAP, now + 2 * HOUR)
    assert verdict.words == "3 contacts within 24 hours; no more than 3 are allowed."


def test_calls_of_a_duplicate_count_and_those_that_they_made_do_not(make_lead: MakeLead, now: dt.datetime) -> None:
    lead = make_lead(phone="+14155551234")
    twin = make_lead(phone="+14155551234")
    for hours in (1, 2, 3):
        called(lead, now - hours * HOUR, is_inbound=True)
    assert check(lead, CALL, now).is_allowed
    for hours in (1, 2, 3):
        called(twin, now - hours * HOUR)
    assert check(lead, CALL, now).rule is Rule.CAP


def test_an_advisor_may_always_write(make_lead: MakeLead, now: dt.datetime) -> None:
    lead = make_lead()
    said(lead, now - HOUR)
    assert check(lead, Channel.SMS, now, automated=False).is_allowed


def test_what_people_wrote_does_not_count(make_lead: MakeLead, now: dt.datetime) -> None:
    lead = make_lead()
    said(lead, now - HOUR, author=Author.ADVISOR)
    said(lead, now - HOUR, author=Author.SYSTEM)
    said(lead, now - HOUR, author=Author.BORROWER, state=MessageState.RECEIVED, direction=Direction.INBOUND)
    assert check(lead, Channel.SMS, now).is_allowed


@pytest.mark.parametrize("state", [MessageState.SENDING, MessageState.UNKNOWN, MessageState.NEEDS_REVIEW])
def test_what_may_have_gone_out_counts(make_lead: MakeLead, now: dt.datetime, state: str) -> None:
    lead = make_lead()
    lease = {"lease": "01890a5d-ac96-774b-bcce-b302099a8057", "leased_until": now}
    said(lead, now - HOUR, state=state, **lease if state == MessageState.SENDING else {})
    assert check(lead, Channel.SMS, now).rule is Rule.CAP


def test_a_text_and_an_e_mail_are_two_contacts_of_one_person(make_lead: MakeLead, now: dt.datetime) -> None:
    lead = make_lead(email="mary@doe.example")
    said(lead, now - HOUR, channel=Channel.EMAIL, address="mary@doe.example")
    assert check(lead, Channel.SMS, now).rule is Rule.CAP


def test_a_duplicate_lead_shares_the_count(make_lead: MakeLead, now: dt.datetime) -> None:
    first, second = make_lead(phone="4155551234"), make_lead(phone="4155551234")
    said(first, now - HOUR)
    assert check(second, Channel.SMS, now).rule is Rule.CAP


def test_another_organization_counts_for_itself(
    make_lead: MakeLead, other_organization: Organization, now: dt.datetime
) -> None:
    said(make_lead(phone="4155551234", organization=other_organization), now - HOUR)
    assert check(make_lead(phone="4155551234"), Channel.SMS, now).is_allowed


def test_the_wait_never_ends_at_night(make_lead: MakeLead, organization: Organization) -> None:
    organization.quiet_hours = True
    lead = make_lead(phone="+14155551234")
    noon_in_california = dt.datetime(2026, 11, 19, 20, 0, tzinfo=dt.UTC)
    lead.organization = organization
    said(lead, noon_in_california - 3 * HOUR)  # 20 hours later it is five in the morning there
    assert check(lead, Channel.SMS, noon_in_california).until == dt.datetime(2026, 11, 20, 16, 0, tzinfo=dt.UTC)


def test_of_two_messages_in_one_batch_the_second_waits(make_lead: MakeLead, now: dt.datetime) -> None:
    lead = make_lead()
    queued = [said(lead, now - HOUR, state=MessageState.QUEUED) for _ in range(2)]
    mine = Message.objects.filter(pk__in=[message.pk for message in queued])
    outbox.deliver(outbox.claim(now, mine))
    outbox.deliver(outbox.claim(now, mine))
    assert sorted(mine.values_list("state", flat=True)) == [MessageState.QUEUED, MessageState.SENT]
    assert mine.get(state=MessageState.QUEUED).not_before > now + 19 * HOUR
    assert ContactDecision.objects.get().rule == "cap"


def test_any_batch_costs_four_statements(
    make_lead: MakeLead, now: dt.datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for index in range(12):
        said(make_lead(email=f"lead{index}@mail.example"), now - HOUR)
    leads = list(Lead.objects.select_related("stage", "organization"))
    channels = (Channel.SMS, Channel.EMAIL, CALL)
    with django_assert_num_queries(4):
        assert len(answer([Ask(lead, channel) for lead in leads for channel in channels], now)) == 36
    with django_assert_num_queries(1):
        answer([Ask(lead, Channel.SMS, automated=False) for lead in leads], now)
