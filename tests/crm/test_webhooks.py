"""Customers are told, once it is true and until they hear it."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from pytest_django import DjangoAssertNumQueries
from standardwebhooks import Webhook

from crm import events, webhooks
from crm.models import Actor, Advisor, DeliveryState, Event, Organization, WebhookDelivery, WebhookEndpoint
from leads import notification_mail, pipeline
from leads.models import Stage
from tests.conftest import MakeLead

BY = Actor.system()


@dataclass
class Receiver:
    """A customer's machine: answers as it is told to, and keeps what it got."""

    url: str = ""
    status: int = 200
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.OUTBOUND_ALLOWED_NETWORKS, settings.OUTBOUND_ALLOWS_HTTP = ["127.0.0.0/8"], True
    known = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            known.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(known.status)
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known.url = f"http://127.0.0.1:{server.server_port}/hook?x=1"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield known
    server.shutdown()
    server.server_close()


@pytest.fixture
def endpoint(organization: Organization, receiver: Receiver, now: dt.datetime) -> WebhookEndpoint:
    return WebhookEndpoint.objects.create(
        organization=organization, contract="lendworks", url=receiver.url, secret="s3cret", created_at=now
    )


def delivered(receiver: Receiver) -> list[dict[str, Any]]:
    return [json.loads(body) for _, body in receiver.got]


def test_it_works(
    make_lead: MakeLead,
    stages: dict[str, Stage],
    endpoint: WebhookEndpoint,
    receiver: Receiver,
    alice: Advisor,
    now: dt.datetime,
) -> None:
    lead = make_lead(business_name="Acme Corp", now=now)
    pipeline.move_to(lead, stages["contacted"], by=Actor.advisor(alice), now=now)
    while webhooks.deliver_due(now):
        pass
    created, moved = sorted(delivered(receiver), key=lambda told: told["event"])
    assert created["event"] == "lead.created"
    assert created["data"]["businessName"] == "Acme Corp"
    assert moved["event"] == "lead.status_changed"
    assert moved["data"]["newStageLabel"] == "Contacted"
    assert moved["data"]["changedBy"] == str(alice.uuid)
    assert {row.state for row in WebhookDelivery.objects.all()} == {DeliveryState.DELIVERED}


def test_it_is_signed_in_the_contracts_form_and_the_standard_one(
    make_lead: MakeLead, endpoint: WebhookEndpoint, receiver: Receiver, now: dt.datetime
) -> None:
    make_lead(now=now)
    webhooks.deliver_due(now)
    headers, body = receiver.got[0]
    signed = hmac.new(b"s3cret", f"{headers['x-webhook-timestamp']}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers["x-webhook-signature"] == f"sha256={signed}"
    Webhook(base64.b64encode(b"s3cret").decode()).verify(body, headers)


def test_during_a_rotation_both_secrets_sign(
    make_lead: MakeLead, endpoint: WebhookEndpoint, receiver: Receiver, now: dt.datetime
) -> None:
    webhooks.rotate_secret(endpoint, now=now)
    make_lead(now=now)
    webhooks.deliver_due(now)
    headers, body = receiver.got[0]
    for secret in ("s3cret", endpoint.secret):
        Webhook(base64.b64encode(secret.encode()).decode()).verify(body, headers)


def test_what_is_rolled_back_is_not_told(
    make_lead: MakeLead, endpoint: WebhookEndpoint, organization: Organization, now: dt.datetime
) -> None:
    with transaction.atomic():
        make_lead(now=now)
        transaction.set_rollback(True)
    assert not WebhookDelivery.objects.exists()


def test_only_the_events_that_were_asked_for_are_told(
    make_lead: MakeLead, endpoint: WebhookEndpoint, now: dt.datetime
) -> None:
    WebhookEndpoint.objects.update(events=["lead.status_changed"])
    make_lead(now=now)
    assert not WebhookDelivery.objects.exists()


def test_another_organizations_leads_are_not_told(
    make_lead: MakeLead, endpoint: WebhookEndpoint, other_organization: Organization
) -> None:
    make_lead(organization=other_organization)
    assert not WebhookDelivery.objects.exists()


def test_a_failure_is_tried_again_later_ten_times(
    make_lead: MakeLead, endpoint: WebhookEndpoint, receiver: Receiver, now: dt.datetime
) -> None:
    receiver.status = 503
    make_lead(now=now)
    moment = now
    while (row := WebhookDelivery.objects.get()).state == DeliveryState.QUEUED:
        moment = row.next_attempt_at
        assert webhooks.deliver_due(moment) == 1
    assert (row.state, row.attempts, row.last_status) == (DeliveryState.FAILED, 10, 503)
    assert dt.timedelta(days=2) < moment - now < dt.timedelta(days=4)


def test_a_redirect_is_not_followed(
    make_lead: MakeLead, endpoint: WebhookEndpoint, receiver: Receiver, now: dt.datetime
) -> None:
    receiver.status = 302
    make_lead(now=now)
    webhooks.deliver_due(now)
    assert WebhookDelivery.objects.get().last_status == 302
    assert len(receiver.got) == 1


def test_gone_switches_the_endpoint_off_and_tells_its_owners(
    make_lead: MakeLead, endpoint: WebhookEndpoint, receiver: Receiver, alice: Advisor, bob: Advisor, now: dt.datetime
) -> None:
    receiver.status = 410
    make_lead(now=now)
    webhooks.deliver_due(now)
    endpoint.refresh_from_db()
    assert not endpoint.is_active
    assert Event.objects.filter(name="webhook.switched_off").count() == 1
    notification_mail.send_due()
    assert [letter.to for letter in mail.outbox] == [["alice@acme.example"]]
    assert mail.outbox[0].subject == "A webhook was switched off"


def test_five_failing_days_switch_the_endpoint_off(
    make_lead: MakeLead, endpoint: WebhookEndpoint, receiver: Receiver, now: dt.datetime
) -> None:
    receiver.status = 500
    make_lead(now=now)
    webhooks.deliver_due(now)
    make_lead(now=now + dt.timedelta(days=5))
    webhooks.deliver_due(now + dt.timedelta(days=5))
    endpoint.refresh_from_db()
    assert not endpoint.is_active


def test_a_success_forgives(
    make_lead: MakeLead, endpoint: WebhookEndpoint, receiver: Receiver, now: dt.datetime
) -> None:
    receiver.status = 500
    make_lead(now=now)
    webhooks.deliver_due(now)
    receiver.status = 200
    webhooks.deliver_due(now + dt.timedelta(minutes=1))
    endpoint.refresh_from_db()
    assert endpoint.failing_since is None


def test_one_that_was_switched_off_does_not_fail(
    make_lead: MakeLead, endpoint: WebhookEndpoint, receiver: Receiver, now: dt.datetime
) -> None:
    make_lead(now=now)
    WebhookEndpoint.objects.update(is_active=False)
    webhooks.deliver_due(now)
    endpoint.refresh_from_db()
    assert (receiver.got, endpoint.failing_since) == ([], None)
    assert WebhookDelivery.objects.get().last_error == "The endpoint is switched off."


def test_a_sender_that_died_loses_its_delivery_to_another(
    make_lead: MakeLead, endpoint: WebhookEndpoint, receiver: Receiver, now: dt.datetime
) -> None:
    make_lead(now=now)
    assert len(webhooks._claim(now, 8)) == 1
    assert webhooks.deliver_due(now + dt.timedelta(seconds=30)) == 0
    assert webhooks.deliver_due(now + dt.timedelta(seconds=61)) == 1


def test_a_delivery_that_kills_every_sender_is_given_up(
    make_lead: MakeLead, endpoint: WebhookEndpoint, receiver: Receiver, now: dt.datetime
) -> None:
    make_lead(now=now)
    for hour in range(len(webhooks.PAUSES) + 1):
        assert len(webhooks._claim(now + dt.timedelta(hours=hour), 8)) == 1
    assert webhooks.deliver_due(now + dt.timedelta(hours=20)) == 0
    given_up = WebhookDelivery.objects.get()
    assert (given_up.state, given_up.last_error) == ("failed", "Whoever sent it stopped, again and again.")


def test_one_that_fails_keeps_nobody_waiting(
    make_lead: MakeLead, organization: Organization, endpoint: WebhookEndpoint, receiver: Receiver, now: dt.datetime
) -> None:
    """A backlog for it stands behind what others are to hear, and is tried one by one until something arrives."""
    other = WebhookEndpoint.objects.create(
        organization=organization, contract="lendworks", url=f"{receiver.url}&other=1", created_at=now
    )
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(failing_since=now)
    for number in range(5):
        make_lead(phone=f"+1415555{number:04d}")

    def left(of: WebhookEndpoint) -> int:
        return WebhookDelivery.objects.filter(endpoint=of, state=DeliveryState.QUEUED).count()

    later = now + dt.timedelta(minutes=1)
    assert webhooks.deliver_due(later, limit=5) == 5
    assert (left(endpoint), left(other)) == (5, 0)
    assert webhooks.deliver_due(later, limit=5) == 1
    assert webhooks.deliver_due(later, limit=5) == 4  # the first arrived: it answers again
    assert left(endpoint) == 0


def test_sending_again_is_a_delivery_of_its_own(
    make_lead: MakeLead, endpoint: WebhookEndpoint, receiver: Receiver, now: dt.datetime
) -> None:
    make_lead(now=now)
    webhooks.deliver_due(now)
    webhooks.send_again(WebhookDelivery.objects.get(), now=now)
    webhooks.deliver_due(now)
    first, second = delivered(receiver)
    assert first == second


def test_nobody_listening_costs_one_statement_at_most(
    organization: Organization, now: dt.datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1 if connection.vendor == "postgresql" else 2):
        events.record("lead.seen", organization=organization, by=BY, now=now)
