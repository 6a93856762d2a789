"""
The one gate: may this person be contacted on this channel now, and if not, by which rule and until when.

The rules stand in leads/contact_rules.py, in their order; docs/compliance.md says them to people. Sequences, the
compose box, the dialer, the board's light and the API all ask here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db.models import QuerySet

from crm.by_address import Key, Wanted, by_address
from leads.consents import consented
from leads.contact_caps import recent_contacts
from leads.contact_rules import Case, judge
from leads.models import Channel, ContactDecision, DoNotCall, Lead, Suppression
from leads.takeover import pauses
from leads.verdicts import CALL, Ask, Kind, Rule, Verdict, address_on

__all__ = ["CALL", "Ask", "Kind", "Rule", "Verdict", "address_on", "answer", "check", "check_many", "decision"]

#: The entries that stand for suppressed addresses.
type Suppressed = dict[Key, DoNotCall]


def check(lead: Lead, channel: Channel | str, now: dt.datetime, *, automated: bool = True) -> Verdict:
    """
    Whether the lead may be contacted now on a Channel, or by CALL.

    Advisors' own one-to-one words (automated=False) are stopped by opt-out and do-not-call; quiet hours only warn
    them: the verdict is allowed, with the rule quiet_hours.
    """
    return answer([Ask(lead, channel, automated)], now)[0]


def check_many(
    leads: Iterable[Lead], channel: Channel | str, now: dt.datetime, *, automated: bool = True
) -> dict[int, Verdict]:
    """The verdicts for a page or batch of leads, by id; see answer()."""
    leads = list(leads)
    verdicts = answer([Ask(lead, channel, automated) for lead in leads], now)
    return {lead.pk: verdict for lead, verdict in zip(leads, verdicts, strict=True)}


def answer(asks: Sequence[Ask], now: dt.datetime) -> list[Verdict]:
    """
    A verdict for each ask, in the same order; their leads come with stage and organization loaded.

    A fixed number of statements however many there are: one for what advisors say, four for machines,
    and one more where an organisation demands consent.
    """
    entries, contacts, given, paused = (
        suppressed(asks),
        recent_contacts(asks, now),
        consented(asks),
        pauses(asks, now),
    )
    return [
        judge(
            Case(
                ask,
                now,
                suppressed=entries.get((ask.lead.organization_id, ask.address)),
                contacts=contacts,
                consented=given,
                pause=paused.get((ask.lead.organization_id, ask.lead.address)),
            )
        )
        for ask in asks
    ]


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


def suppressed(asks: Sequence[Ask]) -> Suppressed:
    """The entries that stand for the addresses of the asks. One statement."""
    entries = _entries({(ask.lead.organization_id, ask.address) for ask in asks if ask.address})
    entries.sort(key=lambda entry: _STRENGTH.index(entry.kind))
    return {(entry.organization_id, entry.address): entry for entry in entries}


#: The last one is told: the borrower's own word is the strongest reason.
_STRENGTH = (Suppression.WRONG_NUMBER, Suppression.DO_NOT_CALL, Suppression.OPT_OUT)


@by_address
def _entries(wanted: Wanted) -> QuerySet[DoNotCall]:
    return DoNotCall.objects.filter(wanted("address"), lifted_at=None)
