"""A lead that comes in or is moved at any door is told to LendWorks' customers exactly once."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from crm.models import Advisor, CredentialKind, Organization, WebhookDelivery, WebhookEndpoint
from leads import bulk_jobs
from leads.importing import imports
from leads.importing.plans import Plan
from leads.models import BulkJob, Company, DialList, JobState, Lead, Stage
from tests.api.caller import Caller
from tests.api.conftest import KeyOf
from tests.conftest import ClientOf

PHONE = "+14155551234"


@pytest.fixture
def endpoint(organization: Organization, key_of: KeyOf) -> WebhookEndpoint:
    """Acme's, made by its LendWorks key."""
    api = Caller("/v1", Authorization=f"Bearer {key_of(organization, CredentialKind.LENDWORKS)}")
    body = {"url": "https://hooks.acme.example/lw", "events": ["lead.created", "lead.status_changed"]}
    assert api.post("/webhooks", body).status_code == 201
    return WebhookEndpoint.objects.get()


def told() -> list[dict[str, Any]]:
    return [json.loads(delivery.body) for delivery in WebhookDelivery.objects.order_by("pk")]


def by_lendworks(organization: Organization, bob: Advisor, key_of: KeyOf, client_of: ClientOf) -> Any:
    api = Caller("/v1", Authorization=f"Bearer {key_of(organization, CredentialKind.LENDWORKS)}")
    return api.post("/leads", {"phone": PHONE})


def by_recoverbiz(organization: Organization, bob: Advisor, key_of: KeyOf, client_of: ClientOf) -> Any:
    api = Caller(f"/v1/accounts/{organization.public_id}", X_Partner_Key=key_of(organization))
    return api.post("/leads", {"phone": PHONE})


def by_recoverbiz_in_bulk(organization: Organization, bob: Advisor, key_of: KeyOf, client_of: ClientOf) -> Any:
    api = Caller(f"/v1/accounts/{organization.public_id}", X_Partner_Key=key_of(organization))
    return api.post("/leads/bulk", {"leads": [{"phone": PHONE}, {"phone": PHONE, "name": "John"}]})


def by_userleads(organization: Organization, bob: Advisor, key_of: KeyOf, client_of: ClientOf) -> Any:
    company = Company.objects.create(organization=organization, name="Acme Corp")
    key = key_of(organization, CredentialKind.USERLEADS, advisor=bob)
    return Caller("/v1", Authorization=f"Bearer {key}").post("/leads", {"company_id": company.pk})


def by_convoso(organization: Organization, bob: Advisor, key_of: KeyOf, client_of: ClientOf) -> Any:
    diallist = DialList.objects.create(organization=organization, name="All of them")
    form = {"auth_token": key_of(organization, CredentialKind.CONVOSO), "phone_number": PHONE, "list_id": diallist.pk}
    return Client().post("/v1/leads/insert", form)


def by_the_page(organization: Organization, bob: Advisor, key_of: KeyOf, client_of: ClientOf) -> Any:
    form = {"first_name": "John", "phone": PHONE, "source": "manual", "stage": "new_lead", "priority": "normal"}
    return client_of(bob).post(reverse("leads:new"), form)


def by_a_file(organization: Organization, bob: Advisor, key_of: KeyOf, client_of: ClientOf) -> Any:
    now = dt.datetime.now(dt.UTC)
    job = imports.receive(bob, SimpleUploadedFile("leads.csv", f"Name,Phone\nJohn Doe,{PHONE}".encode()), now=now)
    imports.plan(job, Plan.of(job.options), by=bob, now=now)
    bulk_jobs.work()
    job = BulkJob.objects.select_related("file").get()
    imports.begin(job, now=now)
    bulk_jobs.work()
    return HttpResponse(status=200 if BulkJob.objects.get().state == JobState.DONE else 500)


DOORS = [by_lendworks, by_recoverbiz, by_recoverbiz_in_bulk, by_userleads, by_convoso, by_the_page, by_a_file]


@pytest.mark.parametrize("make", DOORS)
def test_a_lead_that_is_made_is_told_once(
    make: Callable[..., Any],
    organization: Organization,
    bob: Advisor,
    key_of: KeyOf,
    client_of: ClientOf,
    endpoint: WebhookEndpoint,
    stages: dict[str, Stage],
) -> None:
    answer = make(organization, bob, key_of, client_of)
    assert answer.status_code < 400, answer.content
    (message,) = told()
    lead = Lead.objects.get()
    assert message.keys() == {"id", "event", "timestamp", "data"}
    assert message["event"] == "lead.created"
    assert message["data"].keys() == {
        "leadId", "orgId", "businessName", "contactFirstName", "contactLastName", "email", "source", "priority",
        "stageId", "advisorId",
    }  # fmt: skip
    assert message["data"]["leadId"] == str(lead.uuid)
    assert message["data"]["stageId"] == str(stages["new_lead"].uuid)
    assert WebhookDelivery.objects.get().endpoint == endpoint


@pytest.mark.parametrize("door", ["recoverbiz", "userleads", "page"])
def test_a_lead_that_is_moved_is_told_once(
    door: str,
    organization: Organization,
    bob: Advisor,
    key_of: KeyOf,
    client_of: ClientOf,
    endpoint: WebhookEndpoint,
    stages: dict[str, Stage],
) -> None:
    by_recoverbiz(organization, bob, key_of, client_of)
    lead = Lead.objects.get()
    Lead.objects.update(advisor=bob)
    WebhookDelivery.objects.all().delete()
    for _ in range(2):  # the second time it stands there already
        if door == "recoverbiz":
            api = Caller(f"/v1/accounts/{organization.public_id}", X_Partner_Key=key_of(organization))
            assert api.patch(f"/leads/{PHONE}", {"status": "contacted"}).status_code == 200
        elif door == "userleads":
            key = key_of(organization, CredentialKind.USERLEADS, advisor=bob)
            api = Caller("/v1", Authorization=f"Bearer {key}")
            assert api.patch(f"/leads/{lead.pk}", {"status": "contacted"}).status_code == 200
        else:
            form = {"stage": str(stages["contacted"].uuid), "version": Lead.objects.get().version}
            client_of(bob).post(reverse("leads:moves", args=[lead.uuid]), form)
    (message,) = told()
    assert message["event"] == "lead.status_changed"
    assert message["data"]["leadId"] == str(lead.uuid)
    assert message["data"]["previousStageLabel"] == "New Lead"
    assert message["data"]["newStageId"] == str(stages["contacted"].uuid)
    assert message["data"].keys() == {
        "leadId", "orgId", "previousStageId", "previousStageLabel", "newStageId", "newStageLabel", "changedBy",
    }  # fmt: skip
