"""What is asked of the gate, and what it answers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from leads.models import Channel, Lead

#: A telephone call: a way to reach somebody that no message takes.
CALL = "call"
#: The ledger's word for a call that an advisor made although the gate had said not now.
ANYWAY = "anyway"


class Kind(StrEnum):
    ALLOWED = "allowed"
    LATER = "later"
    NEVER = "never"


class Rule(StrEnum):
    OPEN = "open"
    GONE = "gone"
    NO_ADDRESS = "no_address"
    OPT_OUT = "opt_out"
    DO_NOT_CALL = "do_not_call"
    WRONG_NUMBER = "wrong_number"
    STATE = "state"
    CONSENT = "consent"
    SUSPECTED = "suspected_opt_out"
    TAKE_OVER = "take_over"
    CAP = "cap"
    BUSINESS_HOURS = "business_hours"
    QUIET_HOURS = "quiet_hours"


@dataclass(frozen=True, slots=True)
class Verdict:
    """kind with the rule that decided, in words; until is when a later one may be asked again."""

    kind: Kind
    rule: Rule
    words: str
    until: dt.datetime | None = None
    inputs: dict[str, Any] = field(default_factory=dict)

    @property
    def is_allowed(self) -> bool:
        return self.kind is Kind.ALLOWED


@dataclass(frozen=True, slots=True, eq=False)
class Ask:
    """
    May this lead be contacted on this channel (a Channel, or CALL)?

    automated: by a machine of its own accord; an advisor's own words are not. by_ai: a model or the composer writes
    them. asked_for: the first step of a follow-up that a person or partner has just asked for. in_business_hours: only
    while the organisation's own office is open, too.
    """

    lead: Lead
    channel: Channel | str
    automated: bool = True
    by_ai: bool = False
    asked_for: bool = False
    in_business_hours: bool = False

    @property
    def address(self) -> str:
        return address_on(self.lead, self.channel)


def address_on(lead: Lead, channel: Channel | str) -> str:
    """Where the channel reaches the lead; "" when it can't."""
    return lead.email.strip().lower() if channel == Channel.EMAIL else lead.phone_e164 or ""
