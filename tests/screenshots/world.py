"""The demonstration, with whatever else an organisation has one of: files, keys, rules, webhooks, a finished job."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Count
from django.http import QueryDict

from crm import channel_accounts, invitations, webhook_endpoints
from crm.auditing import chaining
from crm.models import (
    Actor,
    Advisor,
    Credential,
    CredentialKind,
    DeliveryState,
    Organization,
    Permission,
    Role,
    WebhookDelivery,
)
from leads import assignment_rules, bulk_jobs, dispositions, documents, saved_views
from leads.bulk_actions import action_of
from leads.importing import imports
from leads.intake import OnDuplicate, receive_lead
from leads.models import AssignmentRule, BulkJob, Lead, Message, MessageState, Requirement, Stage, Tag
from leads.unsubscribing import unsubscribe_url
from sequences import demo
from sequences.models import Sequence
from tests.leads.files import upload

BY = Actor.system("Demonstration")
_FILE = """Business,Contact name,Phone,E-mail,Amount wanted,Heard of us
Harbor Light Bakery,Ines Duarte,(415) 555-0142,ines@harborlight.example,85000,Trade fair
Old Mill Carpentry,Sam Whitlock,(503) 555-0117,sam@oldmill.example,140000,Trade fair
Bluebird Cleaners,,555-01,bluebird@example,30000,Accountant
Copper Kettle Diner,Rosa Bianchi,(312) 555-0163,rosa@copperkettle.example,60000,Trade fair
"""


def build(now: dt.datetime) -> tuple[Advisor, dict[str, Any]]:
    """The administrator who looks at the pages, and the ids that stand in their addresses."""
    demo.load_when_empty(now)
    organization = demo.demo_organization()
    assert organization is not None
    dana, maya, _theo, _ada = Advisor.objects.filter(organization=organization).order_by("pk")
    Advisor.objects.filter(pk=dana.pk).update(role=Role.ADMIN)  # the pages of managers and of administrators
    dana.refresh_from_db()
    lead = _lead_of(dana)
    when = {"by": Actor.advisor(dana), "now": now}
    Requirement.objects.filter(organization=organization, name="Voided check").update(
        description="A photo of it will do"
    )
    documents.hand_in(lead, upload("bank-statement-march.pdf"), **when)
    twin = receive_lead(
        organization=organization,
        fields={
            "phone": lead.phone,
            "name": lead.name,
            "business_name": lead.business_name,
            "email": "office@x.example",
        },
        on_duplicate=OnDuplicate.NEW,
        **when,
    ).lead
    mary = {"name": "Mary Alvarez", "business_name": "Harbor Point Roofing", "phone": "(415) 555-0171", "advisor": dana}
    receive_lead(organization=organization, fields=mary, **when)
    ids = {
        "lead": lead.uuid,
        "lead_number": lead.pk,
        "twin": twin.uuid,
        "stage": Stage.objects.get(organization=organization, key="contacted").uuid,
        "advisor": maya.uuid,
        "draft": Message.objects.filter(state=MessageState.APPROVAL).earliest("pk").uuid,
        "tag": Tag.objects.filter(organization=organization).earliest("name").pk,
        "disposition": dispositions.of(organization)[0].uuid,
        "requirement": Requirement.objects.filter(organization=organization).earliest("pk").public_id,
        "sequence": Sequence.objects.get(organization=organization, is_default=True).public_id,
        "unsubscribe_token": unsubscribe_url(organization.pk, lead.email).rpartition("/")[2],
        "rule": _rules(organization, dana, maya, when).uuid,
        "job": _job(dana, now).uuid,
        "import": imports.receive(dana, SimpleUploadedFile("trade-fair.csv", _FILE.encode()), now=now).uuid,
        "view": _view(dana, now).uuid,
        **_doors(organization, dana, now),
    }
    chaining.chain()  # the audit log
    return dana, ids


def _lead_of(advisor: Advisor) -> Lead:
    """Hers with most to see: an application whose borrower talks."""
    hers = Lead.objects.filter(advisor=advisor, stage__key="application", conversation__last_inbound_at__isnull=False)
    return hers.annotate(said=Count("conversation__messages")).order_by("-said", "pk")[0]


def _rules(organization: Organization, dana: Advisor, maya: Advisor, when: dict[str, Any]) -> AssignmentRule:
    first = {"name": "California and Oregon", "way": "turns", "states": ["CA", "OR"]}
    rule = assignment_rules.add(organization, first, {dana: 1, maya: 2}, **when)
    assignment_rules.add(organization, {"name": "Everything else", "way": "claim"}, {dana: 1, maya: 1}, **when)
    return rule


def _job(dana: Advisor, now: dt.datetime) -> BulkJob:
    action, chosen = action_of("tag"), Lead.objects.visible_to(dana).filter(stage__key="qualified")
    assert action is not None
    about = {"title": "Tag with spring offer", "options": {"tag": "spring offer"}}
    job = bulk_jobs.start(dana, action, chosen, expected=chosen.count(), now=now, **about)
    bulk_jobs.work()
    return job


def _view(dana: Advisor, now: dt.datetime) -> Any:
    asked = QueryDict("priority=urgent&priority=high")
    return saved_views.save(dana, name="Hot this week", page="list", query=asked, is_shared=True, now=now)


def _doors(organization: Organization, dana: Advisor, now: dt.datetime) -> dict[str, Any]:
    """How others come in, and how they are told."""
    when: dict[str, Any] = {"by": Actor.advisor(dana), "now": now}
    invitations.invite(organization=organization, email="noor@demo.example", role=Role.ADVISOR, by=dana, now=now)
    key, _secret = Credential.issue(
        CredentialKind.LENDWORKS, organization=organization, permission=Permission.FULL, name="Website form"
    )
    url = "https://hooks.ridgeline.example/leads"
    endpoint = webhook_endpoints.create(organization=organization, contract="lendworks", url=url, **when)
    partners = webhook_endpoints.create(partner=organization.partner, contract="recoverbiz", url=url, **when)
    deliveries = [webhook_endpoints.send_test(endpoint, **when) for _ in range(3)]
    WebhookDelivery.objects.filter(pk__in=[each.pk for each in deliveries[1:]]).update(
        state=DeliveryState.DELIVERED, attempts=1, last_status=200, last_answer="ok", delivered_at=now
    )
    channel_accounts.connect(
        organization, provider="smtp", sender="loans@ridgeline.example", by=BY, now=now - dt.timedelta(days=20)
    )
    return {
        "key": key.pk,
        "webhook": endpoint.public_id,
        "partner_webhook": partners.public_id,
        "delivery": deliveries[1].uuid,
    }
