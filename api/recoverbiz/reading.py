"""Look leads and sequences up for the RecoverBiz contract, in as few statements as the answer allows."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet
from django.http import Http404

from api.recoverbiz.values import Page
from crm.models import Credential, Organization, WebhookEndpoint
from leads import contact, conversations
from leads.models import Conversation, Lead, Message, Requirement
from leads.requirements import requirements_of
from sequences.models import EnrollmentStatus, Sequence, Step


def account_page(key: Credential, page: Page) -> tuple[list[Organization], int]:
    """One page of the accounts of the key's partner, oldest first, and how many there are."""
    accounts = Organization.objects.filter(partner=key.partner_id)
    return list(accounts.order_by("pk")[page.offset : page.offset + page.limit]), accounts.count()


def lead_by_phone(account: Organization, phone: str) -> Lead:
    """The lead that answers to the phone, however it is written. Raises Http404."""
    number = contact.e164(phone)
    leads = Lead.objects.of(account).answering().select_related("stage", "conversation", "organization")
    lead = leads.filter(phone_e164=number).first() if number else None
    if lead is None:
        raise Http404
    return lead


def sequence_by_id(account: Organization, public_id: str) -> Sequence:
    """Raises Http404."""
    sequence = Sequence.objects.of(account).filter(public_id=public_id).first()
    if sequence is None:
        raise Http404
    return sequence


def sequence_page(account: Organization, page: Page) -> tuple[list[Sequence], int]:
    """One page of sequences with enrolled_count and completed_count, oldest first, and how many there are."""
    sequences = Sequence.objects.of(account)
    start, end = page.offset, page.offset + page.limit
    return list(counted(sequences).order_by("pk")[start:end]), sequences.count()


def requirement_by_id(account: Organization, public_id: str) -> Requirement:
    """Raises Http404."""
    requirement = requirements_of(account).filter(public_id=public_id).first()
    if requirement is None:
        raise Http404
    return requirement


def requirement_page(account: Organization, page: Page) -> tuple[list[Requirement], int]:
    """One page of the requirements in their order, and how many there are."""
    requirements = requirements_of(account)
    return list(requirements[page.offset : page.offset + page.limit]), requirements.count()


def conversation_page(account: Organization, page: Page) -> tuple[list[Conversation], int]:
    """One page of the conversations, the one last spoken in first, and how many there are."""
    rows = conversations.by_phone(account)
    return list(rows[page.offset : page.offset + page.limit]), rows.count()


def message_page(account: Organization, phone: str, page: Page) -> tuple[list[Message], int]:
    """One page of what was said with this phone, newest first, and how much there is. Raises Http404 for a stranger."""
    number = contact.e164(phone)
    messages = conversations.said_in(account, number or "")
    rows, total = list(messages[page.offset : page.offset + page.limit]), messages.count()
    if not total:
        lead_by_phone(account, phone)
    return rows, total


def webhook_by_id(key: Credential, public_id: str) -> WebhookEndpoint:
    """Raises Http404."""
    endpoint = _webhooks(key).filter(public_id=public_id).first()
    if endpoint is None:
        raise Http404
    return endpoint


def webhook_page(key: Credential, page: Page) -> tuple[list[WebhookEndpoint], int]:
    """One page of the endpoints of the key's partner, oldest first, and how many there are."""
    endpoints = _webhooks(key)
    return list(endpoints.order_by("pk")[page.offset : page.offset + page.limit]), endpoints.count()


def _webhooks(key: Credential) -> QuerySet[WebhookEndpoint]:
    return WebhookEndpoint.objects.filter(partner=key.partner_id, contract=key.kind)


def counted(sequences: QuerySet[Sequence]) -> QuerySet[Sequence]:
    """enrolled_count: enrollments ever made; completed_count: those that came to the last step."""
    return sequences.annotate(
        enrolled_count=Count("enrollments"),
        completed_count=Count("enrollments", filter=Q(enrollments__status=EnrollmentStatus.COMPLETED)),
    )


def steps_by_version(sequences: list[Sequence]) -> dict[int, list[Step]]:
    """The current steps of all these sequences, by the id of their version. One statement."""
    steps: dict[int, list[Step]] = {}
    current = [sequence.current_id for sequence in sequences]
    for step in Step.objects.filter(version__in=current).order_by("version_id", "order"):
        steps.setdefault(step.version_id, []).append(step)
    return steps
