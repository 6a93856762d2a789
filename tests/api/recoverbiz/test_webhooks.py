"""/webhooks, and what partners are told there"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm import webhook_endpoints
from crm.models import Actor, Event, Organization, WebhookDelivery, WebhookEndpoint
from leads import checklists, messaging
from leads.models import Lead
from sequences import engine
from tests.api.caller import Caller
from tests.api.conftest import KeyOf
from tests.api.recoverbiz.conftest import JOHN

NEW = {"url": "https://hooks.partner.example/rb", "events": ["lead.status_changed", "lead.created"], "secret": "s3cret"}


@pytest.fixture
def partner(api: Caller) -> Caller:
    """Acme's partner, at no account in particular."""
    return Caller("/v1", **api.headers)


@pytest.fixture
def rival(as_charlie: Caller) -> Caller:
    return Caller("/v1", **as_charlie.headers)


def told() -> list[dict[str, Any]]:
    return [json.loads(delivery.body) for delivery in WebhookDelivery.objects.order_by("pk")]


def test_it_makes_a_webhook(partner: Caller, organization: Organization) -> None:
    answer = partner.post("/webhooks", NEW)
    assert answer.status_code == 201
    made = answer.json()
    assert made.pop("id").startswith("wh_")
    assert made.pop("created_at").endswith("Z")
    assert made == {"url": NEW["url"], "events": NEW["events"], "active": True}
    endpoint = WebhookEndpoint.objects.get()
    assert (endpoint.partner_id, endpoint.organization_id, endpoint.secret) == (
        organization.partner_id,
        None,
        "s3cret",
    )
    assert Event.objects.get(name="webhook.created").organization_id == organization.pk
    assert "s3cret" not in str(list(Event.objects.values_list("data", flat=True)))


def test_it_hears_of_every_account_of_the_partner_also_of_later_ones(
    partner: Caller, api: Caller, organization: Organization
) -> None:
    partner.post("/webhooks", NEW)
    later = partner.post("/accounts", {"name": "Branch"}).json()["id"]
    api.post("/leads", JOHN)
    partner.post(f"/accounts/{later}/leads", JOHN)
    assert [message["account_id"] for message in told()] == [organization.public_id, later]
    first = told()[0]
    assert first.keys() == {"id", "type", "account_id", "created_at", "data"}
    assert first["id"].startswith("evt_")
    assert first["type"] == "lead.created"
    assert (first["data"]["phone"], first["data"]["status"]) == (JOHN["phone"], "new")
    owners = WebhookDelivery.objects.order_by("pk").values_list("organization__public_id", flat=True)
    assert list(owners) == [organization.public_id, later]


def test_it_hears_of_nobody_elses_accounts(partner: Caller, rival: Caller, other_organization: Organization) -> None:
    partner.post("/webhooks", NEW)
    rival.post(f"/accounts/{other_organization.public_id}/leads", JOHN)
    assert told() == []


def test_it_hears_of_what_it_asked_for(partner: Caller, api: Caller) -> None:
    partner.post("/webhooks", {**NEW, "events": ["lead.status_changed"]})
    api.post("/leads", JOHN)
    api.patch(f"/leads/{JOHN['phone']}", {"status": "qualified"})
    api.patch(f"/leads/{JOHN['phone']}", {"status": "qualified"})
    (message,) = told()
    assert message["type"] == "lead.status_changed"
    assert message["data"] == {"phone": JOHN["phone"], "previous_status": "new", "status": "qualified"}


def test_a_completed_checklist_is_told_once(partner: Caller, api: Caller, now: dt.datetime) -> None:
    partner.post("/webhooks", {**NEW, "events": ["checklist.item_collected", "checklist.completed"]})
    api.post("/leads", JOHN)
    for name in ("One", "Two"):
        api.post("/requirements", {"name": name, "type": "text"})
    lead = Lead.objects.get()
    for item in checklists.items_of(lead):
        checklists.settle(lead, item, status="completed", value="x", by=Actor.system(), now=now)
    assert [(message["type"], message["data"].get("item"), message["data"]["progress"]) for message in told()] == [
        ("checklist.item_collected", "One", 0.5),
        ("checklist.item_collected", "Two", 1.0),
        ("checklist.completed", None, 1.0),
    ]


def test_an_endpoint_of_one_account_and_its_partners_are_told_once_each(
    partner: Caller, api: Caller, organization: Organization, now: dt.datetime
) -> None:
    partner.post("/webhooks", NEW)
    webhook_endpoints.create(
        organization=organization, contract="recoverbiz", url=NEW["url"], by=Actor.system(), now=now
    )
    api.post("/leads", JOHN)
    assert len(told()) == len(set(WebhookDelivery.objects.values_list("endpoint", flat=True))) == 2


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"url": None}, "url"),
        ({"url": 7}, "url"),
        ({"url": "hooks"}, "url"),
        ({"url": "http://hooks.partner.example/rb"}, "url"),
        ({"url": "https://127.0.0.1/rb"}, "url"),
        ({"url": "https://[::1]/rb"}, "url"),
        ({"url": "https://me:pw@hooks.partner.example/"}, "url"),
        ({"url": "https://x.example/" + "x" * 2000}, "url"),
        ({"events": None}, "events"),
        ({"events": []}, "events"),
        ({"events": "lead.created"}, "events"),
        ({"events": ["lead.created", "lead.eaten"]}, "events[1]"),
        ({"events": [7]}, "events[0]"),
        ({"secret": None}, "secret"),
        ({"secret": " "}, "secret"),
        ({"secret": 7}, "secret"),
        ({"secret": "x" * 256}, "secret"),
    ],
)
def test_it_refuses_what_is_no_webhook_and_names_the_field(partner: Caller, wrong: dict[str, Any], field: str) -> None:
    answer = partner.post("/webhooks", {**NEW, **wrong})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "validation_error")
    assert field in answer.json()["error"]["message"]
    assert not WebhookEndpoint.objects.exists()


def test_it_lists_shows_and_deletes(partner: Caller) -> None:
    first, second = (partner.post("/webhooks", NEW).json() for _ in range(2))
    assert partner.get("/webhooks").json() == {"webhooks": [first, second], "total": 2, "limit": 50, "offset": 0}
    assert partner.get("/webhooks?limit=1&offset=1").json()["webhooks"] == [second]
    assert partner.get(f"/webhooks/{first['id']}").json() == first
    assert partner.delete(f"/webhooks/{first['id']}").json() == {"success": True, "deleted": True}
    for answer in (partner.delete(f"/webhooks/{first['id']}"), partner.get(f"/webhooks/{first['id']}")):
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


def test_a_list_of_any_length_takes_the_same_number_of_statements(partner: Caller) -> None:
    for _ in range(5):
        partner.post("/webhooks", NEW)
    with CaptureQueriesContext(connection) as queries:
        assert partner.get("/webhooks").json()["total"] == 5
    assert len(queries) <= 4


def test_another_partner_sees_and_deletes_nothing(partner: Caller, rival: Caller) -> None:
    made = partner.post("/webhooks", NEW).json()
    assert rival.get("/webhooks").json()["webhooks"] == []
    for answer in (rival.get(f"/webhooks/{made['id']}"), rival.delete(f"/webhooks/{made['id']}")):
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    assert WebhookEndpoint.objects.exists()


def test_the_key_decides_whose_webhooks_they_are(
    partner: Caller, organization: Organization, key_of: KeyOf, now: dt.datetime
) -> None:
    lendworks = Caller("/v1", Authorization=f"Bearer {key_of(organization, 'lendworks')}")
    made = partner.post("/webhooks", NEW).json()
    assert lendworks.get("/webhooks").json()["data"] == []
    assert lendworks.get(f"/webhooks/{made['id']}").status_code == 404
    theirs = lendworks.post("/webhooks", {"url": NEW["url"], "events": ["lead.created"]}).json()["data"]
    assert partner.get("/webhooks").json()["webhooks"] == [made]
    assert partner.get(f"/webhooks/{theirs['id']}").status_code == 404
    prefixed = Caller("/recoverbiz/v1", **partner.headers)
    assert prefixed.get("/webhooks").json()["webhooks"] == [made]
    assert prefixed.get("/webhooks/catalog").json()["error"]["code"] == "not_found"


def test_without_a_valid_key(partner: Caller, organization: Organization, key_of: KeyOf) -> None:
    answer = Caller("/v1", X_Partner_Key="pk_live_unknown").get("/webhooks")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")
    reader = Caller("/v1", X_Partner_Key=key_of(organization, permission="read"))
    assert reader.post("/webhooks", NEW).json()["error"]["code"] == "forbidden"
    assert partner("PUT", "/webhooks", NEW).json()["error"]["code"] == "method_not_allowed"


def test_a_conversation_is_told_to_start_once_and_to_need_a_person_once(
    partner: Caller, api: Caller, organization: Organization, now: dt.datetime
) -> None:
    wanted = ["conversation.started", "conversation.reply_received", "conversation.handoff_requested"]
    partner.post("/webhooks", {**NEW, "events": wanted})
    api.post("/leads", JOHN)
    for words in ("Hi", "Can I talk to a human?", "Agent"):
        messaging.receive(organization, address=JOHN["phone"], body=words, now=now)
    types = [message["type"] for message in told()]
    assert sorted(types) == sorted([*wanted, "conversation.reply_received", "conversation.reply_received"])
    assert types[0] == "conversation.started"
    for message in told():
        assert message["data"]["phone"] == JOHN["phone"]
        assert message["data"]["message_id"]


def test_a_reply_to_a_sequence_and_its_end_are_told_with_its_id(
    partner: Caller, api: Caller, organization: Organization, now: dt.datetime
) -> None:
    partner.post("/webhooks", {**NEW, "events": ["sequence.reply_received", "sequence.completed"]})
    api.post("/leads", JOHN)
    steps = [{"type": "fixed", "message": "Hi"}, {"type": "fixed", "message": "Bye", "skip_if_replied": False}]
    made = api.post("/sequences", {"name": "Two", "steps": steps}).json()["id"]
    messaging.receive(organization, address=JOHN["phone"], body="Too early", now=now)
    api.post(f"/sequences/{made}/enroll", {"phone": JOHN["phone"]})
    messaging.receive(organization, address=JOHN["phone"], body="Yes?", now=now + dt.timedelta(minutes=1))
    engine.tick(now + dt.timedelta(hours=25))
    assert [(message["type"], message["data"]["sequence_id"]) for message in told()] == [
        ("sequence.reply_received", made),
        ("sequence.completed", made),
    ]
