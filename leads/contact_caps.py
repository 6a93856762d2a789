"""How often a machine may contact somebody: messages and calls by address, over all sequences and channels."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from crm.by_address import Key, Wanted, by_address
from leads import contact_hours, state_hours
from leads.models import Call, Channel, Direction, Lead, Message, MessageState
from leads.models.message import AUTOMATED
from leads.verdicts import CALL, Ask, Kind, Rule, Verdict, address_on
from leads.zones import states_of

#: Between two automated messages to the same person.
APART = dt.timedelta(hours=20)
#: Contacts in a day, where no state says less.
MOST, DAY = 3, dt.timedelta(hours=24)

_WENT_OUT = (MessageState.SENT, MessageState.DELIVERED)
#: These may have reached the person, for all we know.
_MAY_HAVE = (MessageState.SENDING, MessageState.UNKNOWN, MessageState.NEEDS_REVIEW)


class Contact(NamedTuple):
    at: dt.datetime
    is_call: bool = False


#: (organization_id, address) -> a machine's messages and anybody's calls to it within the last day.
type Contacts = Mapping[Key, Sequence[Contact]]


def recent_contacts(asks: Sequence[Ask], now: dt.datetime) -> Contacts:
    """Two statements for all that is asked of machines; none when nothing is."""
    automated = [ask for ask in asks if ask.automated]
    wanted = {key for ask in automated for key in _keys(ask.lead)}
    contacts: dict[Key, list[Contact]] = defaultdict(list)
    for organization_id, address, sent_at, not_before in _messages(wanted, now - DAY):
        contacts[organization_id, address].append(Contact(sent_at or not_before))
    for organization_id, number, at in _calls(wanted, now - DAY, now):
        contacts[organization_id, number or ""].append(Contact(at, is_call=True))
    return contacts


@by_address
def _messages(wanted: Wanted, since: dt.datetime) -> QuerySet[Message, tuple[Any, ...]]:
    """What a machine has said since then, or may have."""
    messages = Message.objects.filter(
        wanted("address"),
        Q(sent_at__gt=since, state__in=_WENT_OUT) | Q(sent_at=None, state__in=_MAY_HAVE, not_before__gt=since),
        direction=Direction.OUTBOUND,
        author__in=AUTOMATED,
    )
    return messages.values_list("organization_id", "address", "sent_at", "not_before")


@by_address
def _calls(wanted: Wanted, since: dt.datetime, until: dt.datetime) -> QuerySet[Call, tuple[Any, ...]]:
    calls = Call.objects.filter(
        wanted("lead__phone_e164"), is_inbound=False, started_at__gt=since, started_at__lte=until
    )
    return calls.values_list("organization_id", "lead__phone_e164", "started_at")


def judged(ask: Ask, now: dt.datetime, contacts: Contacts) -> Verdict | None:
    """Later, when the person has been contacted too lately or too often."""
    found = sorted(contact for key in _keys(ask.lead) for contact in contacts.get(key, ()))
    if not found:
        return None
    moments, most = [contact.at for contact in found], _most(ask)
    last_message = max((contact.at for contact in found if not contact.is_call), default=now - APART)
    inputs = {"in_24_hours": len(moments), "most": most, "last": moments[-1].isoformat()}
    too_often = moments[-most] + DAY if len(moments) >= most else now
    too_lately = last_message + APART if ask.channel != CALL and not ask.asked_for else now
    if max(too_often, too_lately) <= now:
        return None
    if too_often > too_lately:
        words = f"{len(moments)} contacts within 24 hours; no more than {most} are allowed."
    else:
        words = f"One automated message in 20 hours; the last went out {_ago(now - last_message)}."
    until = contact_hours.opening_after(ask, max(too_often, too_lately))
    return Verdict(Kind.LATER, Rule.CAP, words, until=until, inputs=inputs)


def _most(ask: Ask) -> int:
    channel = str(Channel.SMS if ask.channel == Channel.EMAIL else ask.channel)
    by_state = state_hours.most_in_24_hours(states_of(ask.lead), channel)
    return min(MOST, by_state) if by_state else MOST


def _addresses_of(lead: Lead) -> set[str]:
    return {address_on(lead, Channel.SMS), address_on(lead, Channel.EMAIL)} - {""}


def _keys(lead: Lead) -> list[Key]:
    return [(lead.organization_id, address) for address in _addresses_of(lead)]


def _ago(since: dt.timedelta) -> str:
    minutes = max(int(since.total_seconds() // 60), 0)
    return f"{minutes // 60} h ago" if minutes >= 60 else f"{minutes} min ago"
