"""The data that the document's examples speak of."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.conf import settings

from crm.models import Actor, Advisor, Credential, Organization, User
from crm.models.credential import digest_of
from leads.intake import OnDuplicate, receive_lead
from leads.models import Call, DialList, Lead, Recording, Source

FIXTURES = settings.BASE_DIR / "api/convoso/examples"
TOKEN = "abc123"
CREATED = dt.datetime(2026, 3, 1, 10, tzinfo=dt.UTC)
CALLED = dt.datetime(2026, 3, 3, 14, 30, tzinfo=dt.UTC)


def recorded(name: str) -> dict[str, Any]:
    """One request and its answer, as in the document."""
    return dict(json.loads((FIXTURES / f"{name}.json").read_text()))


def a_list(organization: Organization) -> DialList:
    """The lists 333 and 17257, and the token abc123."""
    credential, _ = Credential.issue("convoso", organization=organization)
    Credential.objects.filter(pk=credential.pk).update(digest=digest_of(TOKEN))
    DialList.objects.create(pk=17257, organization=organization, name="The other list")
    return DialList.objects.create(pk=333, organization=organization, name="Sales List March 2026")


def john(organization: Organization) -> Lead:
    """John Doe, lead 12345 of list 333, owned by user 22222, and one recorded call."""
    dial_list = a_list(organization)
    user = User.objects.create_user("owner@acme.example", pk=22222)
    fields = {
        "first_name": "John", "last_name": "Doe", "email": "john@example.com", "status_code": "ACTIVE",
        "source_id": "1", "phone": "5551234567", "alt_phone_1": "5559876543", "address1": "123 Main St",
        "city": "Anytown", "state": "CA", "postal_code": "90210", "country": "US", "carrier_name": "Verizon",
        "carrier_type": "wireless", "dial_list": dial_list,
        "advisor": Advisor.objects.create(organization=organization, user=user),
    }  # fmt: skip
    made = receive_lead(
        organization=organization,
        fields=fields,
        by=Actor.system(),
        now=CREATED,
        on_duplicate=OnDuplicate.NEW,
        source=Source.DIALER,
    )
    Lead.objects.filter(pk=made.lead.pk).update(id=12345, updated_at=CALLED)
    lead = Lead.objects.get(pk=12345)
    about = {"organization": organization, "started_at": CALLED, "ended_at": CALLED + dt.timedelta(minutes=5)}
    call = Call.objects.create(lead=lead, phone="5551234567", **about)
    Recording.objects.create(pk=123, call=call, file="recordings/rec123.mp3", seconds=300, **about)
    return lead
