"""The data that the recorded requests speak of."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.conf import settings

from crm.models import Actor, Advisor, Credential, Organization, User
from crm.models.credential import digest_of
from leads.intake import OnDuplicate, receive_lead
from leads.models import Company, Lead

KEY = "ru_v2_xxxx"
FIXTURES = settings.BASE_DIR / "api/userleads/examples"
ARRIVED = dt.datetime(2025, 1, 15, 10, 30, tzinfo=dt.UTC)


def recorded(name: str) -> dict[str, Any]:
    """One request and its answer."""
    return dict(json.loads((FIXTURES / f"{name}.json").read_text()))


def company_42(organization: Organization) -> tuple[Company, Advisor]:
    user = User(pk=7, email="mike@acme.example")
    user.save(force_insert=True)
    mike = Advisor.objects.create(organization=organization, user=user)
    credential, _ = Credential.issue("userleads", organization=organization, advisor=mike)
    Credential.objects.filter(pk=credential.pk).update(digest=digest_of(KEY))
    company = Company(pk=42, organization=organization, name="Acme Corp", phone="(415) 555-1234", industry="Retail")
    company.save(force_insert=True)
    return company, mike


def lead_100(organization: Organization) -> None:
    company, mike = company_42(organization)
    lead = receive_lead(
        organization=organization,
        fields={
            "advisor": mike,
            "company": company,
            "business_name": company.name,
            "phone": company.phone,
            "notes": "Met at the fair",
        },
        by=Actor.system(),
        now=ARRIVED,
        on_duplicate=OnDuplicate.NEW,
    ).lead
    Lead.objects.filter(pk=lead.pk).update(id=100)
