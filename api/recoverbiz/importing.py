"""Leads that a partner pushes: taken in, and followed up when the partner says so, in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from api.recoverbiz.serializers import Import
from crm.models import Actor, Organization
from leads.bulk_intake import receive_leads
from leads.errors import DomainError
from leads.intake import Action, Received, receive_lead
from leads.models import ConsentBasis, Lead, Source
from sequences.enrolling import LIVE, default_sequence, enroll_default, enroll_many
from sequences.models import Enrollment


@dataclass(frozen=True, slots=True)
class Imported:
    received: Received
    sequence_enrolled: bool


def import_lead(account: Organization, wanted: Import, *, by: Actor, now: dt.datetime) -> Imported:
    """Take one lead in. Its first message leaves after the commit, by the engine. Raises a DomainError."""
    if not wanted.auto_sequence:
        received = _receive(account, wanted, by, now)
        return Imported(received, received.action is not Action.CREATED and _is_enrolled(received.lead))
    with transaction.atomic():
        received = _receive(account, wanted, by, now)
        enroll_default(received.lead, by=by, now=now)
        return Imported(received, _is_enrolled(received.lead))


def _receive(account: Organization, wanted: Import, by: Actor, now: dt.datetime) -> Received:
    return receive_lead(
        organization=account,
        fields=wanted.fields,
        by=by,
        now=now,
        source=Source.API,
        consent=ConsentBasis.PARTNER,
        consent_source=by.label,
    )


def _is_enrolled(lead: Lead) -> bool:
    return Enrollment.objects.filter(lead=lead, status__in=LIVE).exists()


@transaction.atomic
def import_leads(
    account: Organization, rows: Sequence[Import | DomainError], *, by: Actor, now: dt.datetime
) -> list[Received | DomainError]:
    """Take many leads in with a fixed number of statements; the outcome of each row, in their order."""
    good = [row for row in rows if isinstance(row, Import)]
    received = iter(
        receive_leads(
            organization=account,
            rows=[row.fields for row in good],
            by=by,
            now=now,
            source=Source.API,
            consent=ConsentBasis.PARTNER,
            consent_source=by.label,
        )
    )
    outcomes = [next(received) if isinstance(row, Import) else row for row in rows]
    to_follow_up = {
        outcome.lead.pk: outcome.lead
        for row, outcome in zip(rows, outcomes, strict=True)
        if isinstance(row, Import) and row.auto_sequence and isinstance(outcome, Received)
    }
    if to_follow_up and (sequence := default_sequence(account)):
        enroll_many(list(to_follow_up.values()), sequence, by=by, now=now)
    return outcomes
