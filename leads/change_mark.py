"""A short text that changes whenever a lead's page would; two statements, so that pages may ask every few seconds."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.db.models import Model, OuterRef, Q, QuerySet, Subquery

from crm.models import Event
from leads.models import Call, ContactDecision, Lead, Message, Note

#: How far back a message may change its state and still be noticed.
_MESSAGES = 30
#: Lights change with the clock: a page is never older than this.
_MINUTES = 15


def mark_of(lead: Lead, now: dt.datetime) -> str:
    scope = {"organization_id": lead.organization_id}
    newest = Lead.objects.filter(pk=lead.pk).values_list(
        "version",
        "conversation__summarized_at",
        "conversation__needs_handoff",
        "updated_at",
        _newest(Event.objects.filter(lead_id=OuterRef("pk"), **scope), "happened_at"),
        _newest(Note.objects.filter(lead=OuterRef("pk"), **scope), "created_at"),
        _newest(Call.objects.filter(lead=OuterRef("pk"), **scope), "started_at"),
        _newest(ContactDecision.objects.filter(lead=OuterRef("pk"), **scope), "decided_at"),
    )
    theirs = Q(lead=lead) | Q(conversation_id=lead.conversation_id) if lead.conversation_id else Q(lead=lead)
    messages = Message.objects.filter(theirs, **scope).order_by("-created_at", "-pk")
    states = messages.values_list("pk", "state", "state_reason", "not_before")[:_MESSAGES]
    clock = int(now.timestamp() // (_MINUTES * 60))
    return hashlib.blake2b(repr((list(newest), list(states), clock)).encode(), digest_size=9).hexdigest()


def _newest[M: Model](rows: QuerySet[M], time: str) -> Subquery:
    return Subquery(rows.order_by(f"-{time}", "-pk").values("pk")[:1])
