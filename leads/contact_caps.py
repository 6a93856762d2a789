"""How often a machine may contact somebody: counted by address from what went out, over all sequences and channels."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.db.models import Q

from leads import contact_hours, state_hours
from leads.models import Author, Channel, Direction, Lead, Message, MessageState
from leads.verdicts import CALL, Ask, Kind, Rule, Verdict, address_on
from leads.zones import states_of

#: Between two automated messages to the same person.
APART = dt.timedelta(hours=20)
#: Contacts in a day, where no state says less.
MOST, DAY = 3, dt.timedelta(hours=24)

_WENT_OUT = (MessageState.SENT, MessageState.DELIVERED)
#: These may have reached the person, for all we know.
_MAY_HAVE = (MessageState.SENDING, MessageState.UNKNOWN, MessageState.NEEDS_REVIEW)

#: (organization_id, address) -> when a machine contacted it within the last day.
type Contacts = Mapping[tuple[int, str], Sequence[dt.datetime]]


def recent_contacts(asks: Sequence[Ask], now: dt.datetime) -> Contacts:
    """One statement for all that is asked of machines; none when nothing is."""
    automated = [ask for ask in asks if ask.automated]
    addresses = {address for ask in automated for address in _addresses_of(ask.lead)}
    contacts: dict[tuple[int, str], list[dt.datetime]] = defaultdict(list)
    if not addresses:
        return contacts
    messages = Message.objects.filter(
        Q(sent_at__gt=now - DAY, state__in=_WENT_OUT) | Q(sent_at=None, state__in=_MAY_HAVE, not_before__gt=now - DAY),
        organization_id__in={ask.lead.organization_id for ask in automated},
        address__in=addresses,
        direction=Direction.OUTBOUND,
        author__in=(Author.SEQUENCE, Author.AI),
    )
    for organization_id, address, sent_at, not_before in messages.values_list(
        "organization_id", "address", "sent_at", "not_before"
    ):
        contacts[organization_id, address].append(sent_at or not_before)
    return contacts


def judged(ask: Ask, now: dt.datetime, contacts: Contacts) -> Verdict | None:
    """Later, when the person has been contacted too lately or too often."""
    moments = sorted(moment for key in _keys(ask.lead) for moment in contacts.get(key, ()))
    if not moments:
        return None
    most = _most(ask)
    inputs = {"in_24_hours": len(moments), "most": most, "last": moments[-1].isoformat()}
    too_often = moments[-most] + DAY if len(moments) >= most else now
    too_lately = moments[-1] + APART if ask.channel != CALL and not ask.asked_for else now
    if max(too_often, too_lately) <= now:
        return None
    if too_often > too_lately:
        words = f"{len(moments)} automated contacts within 24 hours; no more than {most} are allowed."
    else:
        words = f"One automated message in 20 hours; the last went out {_ago(now - moments[-1])}."
    until = contact_hours.opening_after(ask, max(too_often, too_lately))
    return Verdict(Kind.LATER, Rule.CAP, words, until=until, inputs=inputs)


def _most(ask: Ask) -> int:
    channel = str(Channel.SMS if ask.channel == Channel.EMAIL else ask.channel)
    by_state = state_hours.most_in_24_hours(states_of(ask.lead), channel)
    return min(MOST, by_state) if by_state else MOST


def _addresses_of(lead: Lead) -> set[str]:
    return {address_on(lead, Channel.SMS), address_on(lead, Channel.EMAIL)} - {""}


def _keys(lead: Lead) -> list[tuple[int, str]]:
    return [(lead.organization_id, address) for address in _addresses_of(lead)]


def _ago(since: dt.timedelta) -> str:
    minutes = max(int(since.total_seconds() // 60), 0)
    return f"{minutes // 60} h ago" if minutes >= 60 else f"{minutes} min ago"
