"""The data that the document's examples speak of."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.conf import settings

from crm.models import Actor, Credential, Organization
from crm.models.credential import digest_of
from leads.bulk_intake import receive_leads
from leads.intake import Received, receive_lead
from leads.models import ChecklistItem, Conversation, Lead
from leads.pipeline import move_to_slot
from sequences.authoring import create_sequence, delete_sequence
from sequences.enrolling import enroll_many
from sequences.models import Enrollment, Sequence

ACCOUNT, KEY = "acc_8f3a1b2c", "pk_live_abc123def456..."
FIXTURES = settings.BASE_DIR / "api/recoverbiz/examples"
JOHN = {
    "phone": "+14155551234",
    "name": "John Doe",
    "email": "john@doe.example",
    "business_name": "Doe Industries",
    "source_label": "application",
    "external_id": "app_98765",
}
ARRIVED = dt.datetime(2026, 2, 10, 9, tzinfo=dt.UTC)
LAST_MESSAGE = dt.datetime(2026, 2, 14, 15, 30, tzinfo=dt.UTC)
BY = Actor.system()


def recorded(name: str) -> dict[str, Any]:
    """One request and its answer, as in the document."""
    return dict(json.loads((FIXTURES / f"{name}.json").read_text()))


def an_account_with_a_default_sequence(organization: Organization) -> Sequence:
    Organization.objects.filter(pk=organization.pk).update(public_id=ACCOUNT)
    credential, _ = Credential.issue("recoverbiz", organization=organization)
    Credential.objects.filter(pk=credential.pk).update(digest=digest_of(KEY))
    for present in Sequence.objects.of(organization):
        delete_sequence(present, by=BY, now=ARRIVED)
    example = recorded("list_sequences")["response"]["body"]["sequences"][0]
    sequence = create_sequence(
        organization=organization,
        name=example["name"],
        description=example["description"],
        steps=[_step(step) for step in example["steps"]],
        is_default=True,
        by=BY,
        now=ARRIVED,
    )
    Sequence.objects.filter(pk=sequence.pk).update(public_id="seq_001")
    sequence.refresh_from_db()
    return sequence


def john_doe_not_yet_followed_up(organization: Organization) -> Lead:
    an_account_with_a_default_sequence(organization)
    return receive_lead(organization=organization, fields=JOHN, by=BY, now=ARRIVED).lead


def john_doe_with_all_that_belongs_to_him(organization: Organization) -> Lead:
    lead = john_doe_not_yet_followed_up(organization)
    move_to_slot(lead, "qualified", by=BY, now=ARRIVED)
    detail = recorded("get_a_lead")["response"]["body"]
    lead.conversation = Conversation.objects.create(
        organization=organization,
        address=lead.address,
        message_count=detail["conversation"]["message_count"],
        last_message_at=LAST_MESSAGE,
        summary=detail["conversation"]["summary"],
    )
    lead.save()
    for item in detail["checklist"]["items"]:
        _collect(lead, item)
    five = create_sequence(
        organization=organization,
        name="Application Recovery",
        steps=[{"kind": "fixed", "message": "Hi", "delay_hours": 24}] * 5,
        by=BY,
        now=ARRIVED,
    )
    enroll_many([lead], five, by=BY, now=ARRIVED)
    Enrollment.objects.filter(lead=lead).update(next_order=3)
    return lead


def john_doe_among_342_qualified_leads(organization: Organization) -> None:
    john_doe_with_all_that_belongs_to_him(organization)
    others = [{"phone": f"+1415666{number:04d}"} for number in range(341)]
    earlier = ARRIVED - dt.timedelta(days=1)
    for received in receive_leads(organization=organization, rows=others, by=BY, now=earlier):
        assert isinstance(received, Received)
        move_to_slot(received.lead, "qualified", by=BY, now=ARRIVED)


def three_leads_in_a_sequence(organization: Organization, count: int = 3) -> Sequence:
    sequence = an_account_with_a_default_sequence(organization)
    rows = [{"phone": f"+1415777{number:04d}"} for number in range(count)]
    received = receive_leads(organization=organization, rows=rows, by=BY, now=ARRIVED)
    enroll_many([each.lead for each in received if isinstance(each, Received)], sequence, by=BY, now=ARRIVED)
    return sequence


def three_sequences_of_which_one_has_45_enrollments(organization: Organization) -> None:
    sequence = three_leads_in_a_sequence(organization, 45)
    ended = Enrollment.objects.filter(sequence=sequence).order_by("pk").values("pk")[:12]
    Enrollment.objects.filter(pk__in=list(ended.values_list("pk", flat=True))).update(
        status="completed", next_order=None, next_step_at=None
    )
    for name in ("Second", "Third"):
        create_sequence(
            organization=organization, name=name, steps=[{"kind": "fixed", "message": "Hi"}], by=BY, now=ARRIVED
        )


def _step(step: dict[str, Any]) -> dict[str, Any]:
    return {"kind": step["type"], **{key: value for key, value in step.items() if key not in ("order", "type")}}


def _collect(lead: Lead, item: dict[str, Any]) -> None:
    ChecklistItem.objects.create(
        organization=lead.organization,
        lead=lead,
        name=item["name"],
        kind=item["type"],
        status=item["status"],
        value=item.get("value", ""),
        collected_at=item.get("collected_at"),
        created_at=ARRIVED,
    )
