"""Managers say where to tell, try it out, and see what came of it."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from crm import webhook_endpoints, webhooks
from crm.models import Actor, DeliveryState, Event, Organization, WebhookDelivery, WebhookEndpoint
from crm.webhook_endpoints import WebhookRefused
from tests.conftest import MakeLead

BY = Actor.system()
DAY = dt.timedelta(days=1)
URL = "https://receiver.example/hook"


def made(organization: Organization, now: dt.datetime, **given: Any) -> WebhookEndpoint:
    asked: dict[str, Any] = {"contract": "lendworks", "url": URL, **given}
    return webhook_endpoints.create(organization=organization, by=BY, now=now, **asked)


def test_it_works(organization: Organization, make_lead: MakeLead, now: dt.datetime) -> None:
    endpoint = made(organization, now, wanted=["lead.created"])
    make_lead(now=now)
    assert WebhookDelivery.objects.get().event_type == "lead.created"
    assert endpoint.secret.startswith("whsec_")
    assert endpoint.secret not in str(Event.objects.get(name="webhook.created").data)


@pytest.mark.parametrize(
    "url",
    [
        "http://receiver.example/",
        "ftp://receiver.example/",
        "https://",
        "https://user:word@receiver.example/",
        "https://re ceiver.example/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://169.254.169.254/latest",
        "https://receiver.example/" + "x" * 2000,
        "https://receiver.example/\x00",
        "nonsense",
    ],
)
def test_it_refuses_an_address_that_nothing_is_sent_to(organization: Organization, now: dt.datetime, url: str) -> None:
    with pytest.raises(WebhookRefused) as refused:
        made(organization, now, url=url)
    assert refused.value.field == "url"
    assert not WebhookEndpoint.objects.exists()


def test_it_refuses_what_the_contract_does_not_know(organization: Organization, now: dt.datetime) -> None:
    with pytest.raises(WebhookRefused):
        made(organization, now, wanted=["checklist.completed"])
    with pytest.raises(WebhookRefused):
        made(organization, now, contract="userleads")
    assert made(organization, now, contract="recoverbiz", wanted=["checklist.completed"]).wants("checklist.completed")


@pytest.mark.parametrize(("contract", "name_key"), [("lendworks", "event"), ("recoverbiz", "type")])
def test_a_test_event_has_the_contracts_envelope(
    organization: Organization, make_lead: MakeLead, now: dt.datetime, contract: str, name_key: str
) -> None:
    endpoint = made(organization, now, contract=contract)
    delivery = webhook_endpoints.send_test(endpoint, by=BY, now=now)
    make_lead(now=now)
    real = WebhookDelivery.objects.exclude(pk=delivery.pk).get()
    ping = json.loads(delivery.body)
    assert ping.keys() == json.loads(real.body).keys()
    assert ping[name_key] == delivery.event_type == "ping"
    assert organization.public_id in delivery.body
    assert delivery.state == DeliveryState.QUEUED


def test_switched_off_hears_nothing_until_it_is_switched_on(
    organization: Organization, make_lead: MakeLead, now: dt.datetime
) -> None:
    endpoint = made(organization, now)
    WebhookEndpoint.objects.update(failing_since=now - DAY)
    assert webhook_endpoints.switch(endpoint, on=False, by=BY, now=now)
    assert not webhook_endpoints.switch(endpoint, on=False, by=BY, now=now)
    make_lead(now=now)
    with pytest.raises(WebhookRefused):
        webhook_endpoints.send_test(endpoint, by=BY, now=now)
    assert not WebhookDelivery.objects.exists()
    webhook_endpoints.switch(endpoint, on=True, by=BY, now=now)
    make_lead(now=now)
    endpoint.refresh_from_db()
    assert (endpoint.is_active, endpoint.failing_since) == (True, None)
    assert WebhookDelivery.objects.count() == 1


def test_a_new_address_starts_with_a_clean_record(organization: Organization, now: dt.datetime) -> None:
    endpoint = made(organization, now)
    endpoint.failing_since = now - DAY
    webhook_endpoints.change(endpoint, url=f"{URL}2", wanted=[], by=BY, now=now)
    endpoint.refresh_from_db()
    assert (endpoint.url, endpoint.failing_since) == (f"{URL}2", None)


def test_one_rotation_at_a_time(organization: Organization, now: dt.datetime) -> None:
    endpoint = made(organization, now, secret="first")
    second = webhook_endpoints.rotate_secret(endpoint, by=BY, now=now)
    assert endpoint.secrets(now) == [second, "first"]
    with pytest.raises(WebhookRefused):
        webhook_endpoints.rotate_secret(endpoint, by=BY, now=now)
    webhook_endpoints.end_rotation(endpoint, by=BY, now=now)
    third = webhook_endpoints.rotate_secret(endpoint, by=BY, now=now)
    assert endpoint.secrets(now) == [third, second]
    assert endpoint.secrets(now + DAY) == [third]


def test_only_what_has_come_to_an_end_is_sent_again(organization: Organization, now: dt.datetime) -> None:
    endpoint = made(organization, now)
    delivery = webhook_endpoints.send_test(endpoint, by=BY, now=now)
    with pytest.raises(WebhookRefused):
        webhook_endpoints.send_again(delivery, endpoint=endpoint, by=BY, now=now)
    delivery.state = DeliveryState.FAILED
    again = webhook_endpoints.send_again(delivery, endpoint=endpoint, by=BY, now=now)
    assert (again.body, again.event_type) == (delivery.body, "ping")
    assert Event.objects.filter(name="webhook.sent_again").count() == 1


def test_deleting_takes_the_log_along(organization: Organization, now: dt.datetime) -> None:
    endpoint = made(organization, now)
    webhook_endpoints.send_test(endpoint, by=BY, now=now)
    webhook_endpoints.delete(endpoint, by=BY, now=now)
    assert not WebhookEndpoint.objects.exists()
    assert not WebhookDelivery.objects.exists()
    assert Event.objects.get(name="webhook.deleted").data["url"] == URL
    assert webhooks.deliver_due(now) == 0
