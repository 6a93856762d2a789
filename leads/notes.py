"""What advisors write down about a lead."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from crm import events
from crm.models import Actor, Advisor
from leads.models import Lead, Note


@transaction.atomic
def add_note(lead: Lead, *, body: str, by_advisor: Advisor, now: dt.datetime) -> Note:
    """Write a note down and record that somebody did."""
    note = Note.objects.create(
        organization_id=lead.organization_id, lead=lead, advisor=by_advisor, body=body, created_at=now
    )
    events.record(
        "note.added",
        organization=lead.organization_id,
        lead_id=lead.pk,
        by=Actor.advisor(by_advisor),
        now=now,
        note=note.pk,
    )
    return note
