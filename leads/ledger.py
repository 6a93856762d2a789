"""The ledger of refusals and deferrals: each is written once, however often the same question is asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from crm.auditing.links import Fact
from crm.auditing.sources import Source
from crm.models import Actor
from leads.models import ContactDecision
from leads.verdicts import Rule

#: The same answer to the same question is news again after so long.
_NEWS_AFTER = dt.timedelta(hours=24)

type _Key = tuple[object, ...]


def write(decisions: Sequence[ContactDecision]) -> int:
    """Those that do not stand there yet; how many that were. Two statements, none when nothing was decided."""
    if not decisions:
        return 0
    since = min(decision.decided_at for decision in decisions) - _NEWS_AFTER
    written = ContactDecision.objects.filter(
        organization_id__in={decision.organization_id for decision in decisions},
        lead_id__in={decision.lead_id for decision in decisions},
        decided_at__gt=since,
    )
    known = {_key(decision) for decision in written}
    new: dict[_Key, ContactDecision] = {}
    for decision in decisions:
        if _key(decision) not in known:
            new.setdefault(_key(decision), decision)
    ContactDecision.objects.bulk_create(new.values())
    return len(new)


def _key(decision: ContactDecision) -> _Key:
    """Who, about what, by which rule and until when; a suspicion has no end of its own, only a next look."""
    until = None if decision.rule == Rule.SUSPECTED else decision.until
    return (
        decision.lead_id, decision.address, decision.channel, decision.purpose, decision.verdict, decision.rule, until,
    )  # fmt: skip


def _of_refusal(decision: ContactDecision) -> Fact:
    by = Actor.system()
    said = [
        decision.address,
        decision.channel,
        decision.purpose,
        decision.rule,
        decision.words,
        decision.inputs,
        decision.until.isoformat() if decision.until else None,
    ]
    return Fact(
        decision.organization_id,
        decision.pk,
        f"contact.{decision.verdict}",
        decision.decided_at,
        decision.lead_id,
        by.kind,
        by.id,
        by.label,
        said,
    )


#: The ledger as the audit log takes it.
REFUSALS = Source("refusal", ContactDecision, _of_refusal, lambda decision: not decision.address)
