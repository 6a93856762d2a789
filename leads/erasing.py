"""
Erase a borrower: what says who they are goes, everywhere; what happened stays, as figures and links of the audit log.

Leads, conversations, messages and calls keep their rows, without a word in them, so that no report changes. The other
tables lose theirs. An opt-out is kept as a digest (leads/remembering.py). There is no undo.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from crm import events, reach
from crm.auditing.sources import ERASED
from crm.models import Actor, ActorKind, Event, Notification, WebhookDelivery
from leads import holds, mentions, pipeline, remembering, stored_files
from leads.borrowers import Borrower, borrower_of
from leads.errors import Changed
from leads.models import (
    BorrowerExport,
    BulkRow,
    Call,
    ChecklistItem,
    Company,
    Consent,
    Contact,
    ContactDecision,
    Conversation,
    Document,
    ErasedLead,
    Generation,
    HopperEntry,
    Lead,
    LeadTag,
    LegalHold,
    Merge,
    Message,
    MessageState,
    Note,
    Offer,
    QueueClaim,
    QueueMark,
    Recording,
    Task,
    UploadLink,
)
from leads.models.message import PENDING

#: What a lead keeps: where it stood, what it was worth, where it came from, and by whom it was worked on.
KEPT = frozenset(
    (
        *("priority", "source", "source_label", "consent_basis", "status_code", "created_by_label"),
        *("modified_by_label", "requested_amount", "funded_amount", "search_text"),
    )
)
_LINKS = ("company", "contact", "conversation", "dial_list", "duplicate_of")
_ERASED = "Erased"

type Eraser = Callable[[Borrower, dt.datetime], None]
_ERASERS: list[Eraser] = []


def also(eraser: Eraser) -> Eraser:
    """Decorator, for the floors above: what they hold of a borrower goes in the same transaction."""
    _ERASERS.append(eraser)
    return eraser


@transaction.atomic
def erase(lead: Lead, *, by: Actor, now: dt.datetime) -> Borrower:
    """
    The lead and all others of the same borrower (see borrower_of). Files go within a minute of the commit.

    Raises Held while a legal hold stands on one of the leads, Changed when it was erased before.
    """
    borrower = _held(lead)
    for each in borrower.leads:
        pipeline.delete_lead(each, by=by, now=now)
    remembering.forget_but_digest(borrower.organization.pk, borrower.addresses, now)
    for eraser in (mentions.erase, _files, _rows, _said, _facts, *_ERASERS):
        eraser(borrower, now)
    _empty_leads(borrower, by, now)
    return borrower


def _held(lead: Lead) -> Borrower:
    """The borrower, with all their leads held; a hold is placed with a lead held, so none can come between."""
    found = borrower_of(lead)
    locked = Lead.objects.select_for_update(no_key=True).filter(pk__in=found.lead_ids).order_by("pk")
    if ErasedLead.objects.filter(lead__in=[row.pk for row in locked]).exists():
        raise Changed(_("This borrower was erased before."))
    holds.refuse_held(found.lead_ids)
    return found


def _files(borrower: Borrower, now: dt.datetime) -> None:
    """Papers, recordings and copies that were made for the borrower."""
    documents = Document.objects.filter(lead__in=borrower.lead_ids)
    recordings = Recording.objects.filter(call__lead__in=borrower.lead_ids)
    exports = BorrowerExport.objects.filter(lead__in=borrower.lead_ids)
    names = [*documents.values_list("file", flat=True), *recordings.values_list("file", flat=True)]
    stored_files.let_go(names, now=now)
    for name in exports.exclude(file="").values_list("file", flat=True):
        stored_files.hasten(name, now=now)
    for rows in (documents, recordings, exports):
        rows.delete()


#: Rows that go whole. What they point to, and what points to them, is gone or stays without them.
_GONE: tuple[type[models.Model], ...] = (
    *(BulkRow, ChecklistItem, HopperEntry, LeadTag, Note, Offer, QueueClaim, QueueMark, Task, UploadLink),
)


def _rows(borrower: Borrower, now: dt.datetime) -> None:
    ids, organization = borrower.lead_ids, borrower.organization
    for model in _GONE:
        model._default_manager.filter(lead__in=ids).delete()
    Consent.objects.filter(organization=organization, address__in=borrower.addresses).delete()
    uuids = [lead.uuid for lead in borrower.leads]
    Notification.objects.filter(organization=organization, lead_uuid__in=uuids).delete()
    kind = ContentType.objects.get_for_model(Lead)
    with reach.everybody():  # what staff did stands behind the wall for every organisation
        LogEntry.objects.filter(content_type=kind, object_id__in=[str(pk) for pk in ids]).delete()
    LegalHold.objects.filter(lead__in=ids).update(reason="")
    Merge.objects.filter(Q(kept__in=ids) | Q(merged__in=ids)).update(columns={}, rows={})
    _acquaintances(borrower)


def _acquaintances(borrower: Borrower) -> None:
    """The business and the person that the leads point to, unless somebody else's leads do as well."""
    contacts = Contact.objects.filter(leads__in=borrower.lead_ids).exclude(leads__in=_others(borrower))
    Contact.objects.filter(pk__in=list(contacts.values_list("pk", flat=True))).update(
        first_name="", last_name=_ERASED, email="", phone=""
    )
    companies = Company.objects.filter(leads__in=borrower.lead_ids).exclude(leads__in=_others(borrower))
    Company.objects.filter(pk__in=list(companies.values_list("pk", flat=True))).update(
        name=_ERASED, industry="", website="", phone=""
    )


def _others(borrower: Borrower) -> models.QuerySet[Lead]:
    return Lead.objects.filter(organization=borrower.organization).exclude(pk__in=borrower.lead_ids)


def _said(borrower: Borrower, now: dt.datetime) -> None:
    """Conversations, messages and calls: that they were, and nothing of what was said."""
    conversations = borrower.conversations()
    ids = [conversation.pk for conversation in conversations]
    theirs = Q(conversation__in=ids) | Q(lead__in=borrower.lead_ids)
    messages = Message.objects.filter(theirs, organization=borrower.organization)
    waiting = {"state": MessageState.CANCELLED, "lease": None, "leased_until": None}
    messages.filter(state__in=PENDING).update(**waiting)
    empty = {"address": "", "author_label": "", "subject": "", "body": "", "reason": {}, "state_reason": ""}
    messages.update(**empty, provider_id="")
    Generation.objects.filter(conversation__in=ids).update(
        prompt={}, text="", subject="", reason="", findings=[], error=""
    )
    for conversation in conversations:
        conversation.address, conversation.summary = f"erased-{conversation.pk}", ""
        conversation.summary_due_at = conversation.suspected_opt_out_at = conversation.unanswered_since = None
        conversation.needs_handoff = False
    columns = ["address", "summary", "summary_due_at", "suspected_opt_out_at", "unanswered_since", "needs_handoff"]
    Conversation.objects.bulk_update(conversations, columns)
    Call.objects.filter(lead__in=borrower.lead_ids).update(phone="", notes="", why_anyway="", try_again_at=None)
    refusals = Q(lead__in=borrower.lead_ids) | Q(address__in=borrower.addresses)
    ContactDecision.objects.filter(refusals, organization=borrower.organization).update(
        address="", purpose="", words="", inputs={}
    )


def _facts(borrower: Borrower, now: dt.datetime) -> None:
    """Facts keep their names and times; what customers were told of them goes."""
    facts = Event.objects.filter(organization=borrower.organization, lead_id__in=borrower.lead_ids)
    WebhookDelivery.objects.filter(organization=borrower.organization, event__in=facts).delete()
    facts.update(data=ERASED)
    facts.filter(actor_kind=ActorKind.BORROWER).update(actor_label=_ERASED)


def _empty_leads(borrower: Borrower, by: Actor, now: dt.datetime) -> None:
    Lead.objects.filter(pk__in=borrower.lead_ids).update(**_emptiness(), updated_at=now)
    ErasedLead.objects.bulk_create(
        ErasedLead(lead=lead, organization=borrower.organization, erased_by=by.label[:255], erased_at=now)
        for lead in borrower.leads
    )
    events.record_all(
        events.fact("lead.erased", organization=lead.organization_id, lead_id=lead.pk, by=by, now=now)
        for lead in borrower.leads
    )


def _emptiness() -> dict[str, Any]:
    """What a lead's columns say when nobody is meant: all texts and links, but for those in KEPT."""
    empty: dict[str, Any] = dict.fromkeys(_LINKS) | {"monthly_revenue": None, "annual_revenue": None, "score": None}
    for field in Lead._meta.concrete_fields:
        if field.name in KEPT or field.generated:
            continue
        if isinstance(field, models.JSONField):
            empty[field.name] = {}
        elif isinstance(field, models.CharField | models.TextField):
            empty[field.name] = None if field.null else ""
    return empty
