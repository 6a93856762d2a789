"""The one gate: may this person be contacted on this channel now, and if not, by which rule and until when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from leads.models import Channel, ContactDecision, DoNotCall, Lead, Slot, Suppression
from leads.quiet_hours import next_opening
from leads.zones import zones_of


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
    STATE = "state"
    CONSENT = "consent"
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


#: Suppressed addresses of an organisation: (organization_id, address) -> the entry.
type Suppressed = dict[tuple[int, str], DoNotCall]


def check(lead: Lead, channel: Channel | str, now: dt.datetime, *, automated: bool = True) -> Verdict:
    """
    Whether the lead may be contacted now.

    Advisors' own one-to-one words (automated=False) are stopped by opt-out and do-not-call; quiet hours only warn
    them: the verdict is allowed, with the rule quiet_hours.
    """
    return check_many([lead], channel, now, automated=automated)[lead.pk]


def check_many(
    leads: Iterable[Lead], channel: Channel | str, now: dt.datetime, *, automated: bool = True
) -> dict[int, Verdict]:
    """The verdicts for a page or batch of leads (with stage and organization loaded), by id. One statement."""
    leads = list(leads)
    suppressed = _suppressed(leads, channel)
    return {lead.pk: _judge(lead, channel, now, automated, suppressed) for lead in leads}


def address_on(lead: Lead, channel: Channel | str) -> str:
    """Where the channel reaches the lead; "" when it can't."""
    return lead.email.strip().lower() if channel == Channel.EMAIL else lead.phone_e164 or ""


def decision(
    lead: Lead, channel: Channel | str, verdict: Verdict, *, purpose: str, now: dt.datetime
) -> ContactDecision:
    """The ledger row for a refusal or deferral, not yet written. purpose: what was about to be said."""
    return ContactDecision(
        organization_id=lead.organization_id,
        lead=lead,
        address=address_on(lead, channel),
        channel=channel,
        purpose=purpose[:255],
        verdict=verdict.kind,
        rule=verdict.rule,
        words=verdict.words[:255],
        inputs=verdict.inputs,
        until=verdict.until,
        decided_at=now,
    )


def _suppressed(leads: list[Lead], channel: Channel | str) -> Suppressed:
    addresses = {address_on(lead, channel) for lead in leads} - {""}
    if not addresses:
        return {}
    entries = DoNotCall.objects.filter(
        organization_id__in={lead.organization_id for lead in leads}, address__in=addresses, lifted_at=None
    ).order_by("-kind")
    # An opt-out sorts last and so wins over a do-not-call: the borrower's own word is the stronger reason.
    return {(entry.organization_id, entry.address): entry for entry in entries}


def _judge(lead: Lead, channel: Channel | str, now: dt.datetime, automated: bool, suppressed: Suppressed) -> Verdict:
    address = address_on(lead, channel)
    entry = suppressed.get((lead.organization_id, address))
    if lead.deleted_at is not None:
        return Verdict(Kind.NEVER, Rule.GONE, "This lead was deleted.")
    if entry and entry.kind == Suppression.OPT_OUT:
        since = {"since": entry.created_at.isoformat(), "reason": entry.reason}
        return Verdict(Kind.NEVER, Rule.OPT_OUT, f"Opted out on {entry.created_at:%-d %b %Y}.", inputs=since)
    if entry or lead.is_do_not_call:
        reason = (entry.reason if entry else "") or lead.dnc_reason
        words = f"On the do-not-call list: {reason}" if reason else "On the do-not-call list."
        return Verdict(Kind.NEVER, Rule.DO_NOT_CALL, words, inputs={"reason": reason})
    if not address:
        what = "e-mail address" if channel == Channel.EMAIL else "phone number that can be dialled"
        return Verdict(Kind.NEVER, Rule.NO_ADDRESS, f"There is no {what}.")
    if automated and (refusal := _refuse_automation(lead)):
        return refusal
    return _quiet_hours(lead, channel, now, automated)


def _refuse_automation(lead: Lead) -> Verdict | None:
    if lead.stage.slot in (Slot.CONVERTED, Slot.LOST):
        words = f"No automated messages in {lead.stage.label}."
        return Verdict(Kind.NEVER, Rule.STATE, words, inputs={"stage": lead.stage.label, "slot": lead.stage.slot})
    if lead.organization.requires_consent and not lead.consent_basis:
        return Verdict(Kind.NEVER, Rule.CONSENT, "No consent is on record.")
    return None


def _quiet_hours(lead: Lead, channel: Channel | str, now: dt.datetime, automated: bool) -> Verdict:
    """Texts and calls keep to the recipient's day; e-mail does not ring."""
    organization = lead.organization
    if not organization.quiet_hours or channel == Channel.EMAIL:
        return Verdict(Kind.ALLOWED, Rule.OPEN, "Can be contacted now.")
    zones = zones_of(lead)
    opens, closes = organization.contact_from, organization.contact_until
    opening = next_opening(now, zones, opens=opens, closes=closes)
    # Days that never meet (a toll-free number, a narrow window): the organisation's own day decides.
    opening = opening or next_opening(now, [organization.time_zone], opens=opens, closes=closes)
    assert opening is not None
    moment, zone = opening
    local = now.astimezone(ZoneInfo(zone))
    inputs = {"zones": list(zones), "opens": f"{opens:%H:%M}", "closes": f"{closes:%H:%M}", "local": f"{local:%H:%M}"}
    if moment <= now:
        return Verdict(Kind.ALLOWED, Rule.OPEN, f"Can be contacted until {closes:%H:%M}, their time.", inputs=inputs)
    words = f"Quiet hours: it is {local:%H:%M} in {_place(zone)}, open from {opens:%H:%M}."
    if not automated:
        return Verdict(Kind.ALLOWED, Rule.QUIET_HOURS, words, inputs=inputs)
    return Verdict(Kind.LATER, Rule.QUIET_HOURS, words, until=moment, inputs=inputs)


def _place(zone: str) -> str:
    return zone.rsplit("/", 1)[-1].replace("_", " ")
