"""The data that the document's examples speak of."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.conf import settings

from crm.models import Actor, Advisor, Credential, Organization, Permission, User
from crm.models.credential import digest_of
from leads.editing import change_lead
from leads.intake import OnDuplicate, receive_lead
from leads.models import Lead, Stage

KEY = "lw_live_xxxx"
FIXTURES = settings.BASE_DIR / "api/lendworks/examples"
ARRIVED = dt.datetime(2025, 1, 15, 10, 30, tzinfo=dt.UTC)
BY = Actor.system()


def recorded(name: str) -> dict[str, Any]:
    """One request and its answer. Ids that the document abbreviates ("a1b2c3d4-...") are written out."""
    return dict(json.loads((FIXTURES / f"{name}.json").read_text()))


def no_leads_yet(organization: Organization) -> None:
    credential, _ = Credential.issue("lendworks", organization=organization)
    Credential.objects.filter(pk=credential.pk).update(digest=digest_of(KEY))
    example = recorded("list_leads")["response"]["body"]["data"][0]["attributes"]
    Stage.objects.filter(organization=organization, key="new_lead").update(uuid=example["stage"]["id"])
    mike = User.objects.create_user("mike@acme.example", first_name="Mike", last_name="Johnson")
    Advisor.objects.create(organization=organization, user=mike, uuid=example["primaryAdvisorId"])


def a_key_for_reading(organization: Organization) -> None:
    no_leads_yet(organization)
    Credential.objects.filter(organization=organization).update(permission=Permission.READ)


def acme_corp(organization: Organization) -> Lead:
    no_leads_yet(organization)
    fields = {
        "business_name": "Acme Corp",
        "first_name": "Jane",
        "last_name": "Doe",
        "email": "jane@acme.com",
        "phone": "555-0100",
        "industry": "Technology",
        "monthly_revenue_given": "85000",
        "requested_amount_given": "250000",
        "priority": "high",
        "tags": ["technology", "high-value"],
        "advisor": Advisor.objects.get(organization=organization),
    }
    lead = receive_lead(organization=organization, fields=fields, by=BY, now=ARRIVED, on_duplicate=OnDuplicate.NEW).lead
    Lead.objects.filter(pk=lead.pk).update(uuid=recorded("get_a_lead")["response"]["body"]["data"]["id"])
    return lead


def acme_corp_changed_at_20_past_2(organization: Organization) -> None:
    lead, later = acme_corp(organization), ARRIVED.replace(hour=14, minute=20)
    change_lead(lead, {"tags": []}, by=BY, now=later)
    change_lead(lead, {"tags": ["technology", "high-value"]}, by=BY, now=later)


def acme_corp_and_41_others_that_match(organization: Organization) -> None:
    acme_corp(organization)
    for number in range(1, 43):
        receive_lead(
            organization=organization,
            fields={"business_name": f"Acme {number}" if number < 42 else "Somebody else"},
            by=BY,
            now=ARRIVED - dt.timedelta(hours=number),
            on_duplicate=OnDuplicate.NEW,
        )
