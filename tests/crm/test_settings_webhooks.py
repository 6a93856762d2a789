"""Webhooks in the settings: set up, tried out, looked through; sending is the workers' part."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from crm import webhook_endpoints, webhooks
from crm.models import Actor, Advisor, DeliveryState, Event, Organization, WebhookDelivery, WebhookEndpoint
from crm.organizations import found
from crm.views.settings.deliveries import PAGE
from tests.conftest import ClientOf

BY = Actor.system()
URL = "https://receiver.example/hook"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def client(client_of: ClientOf, alice: Advisor) -> Client:
    return client_of(alice)


@pytest.fixture
def endpoint(organization: Organization, now: dt.datetime) -> WebhookEndpoint:
    return webhook_endpoints.create(organization=organization, contract="lendworks", url=URL, by=BY, now=now)


@pytest.fixture
def page(endpoint: WebhookEndpoint) -> str:
    return f"/settings/webhooks/{endpoint.public_id}"


def ticket(client: Client, url: str) -> str:
    found = re.search(r'name="ticket" value="([^"]+)"', client.get(url).content.decode())
    assert found
    return found[1]


def form(client: Client, **changed: Any) -> dict[str, Any]:
    return {
        "contract": "recoverbiz",
        "url": URL,
        "events_recoverbiz": ["lead.created", "checklist.completed"],
        "events_lendworks": ["lead.created", "lead.status_changed"],
        "ticket": ticket(client, "/settings/webhooks/new"),
        **changed,
    }


def fill(endpoint: WebhookEndpoint, number: int, now: dt.datetime, **fields: Any) -> list[WebhookDelivery]:
    rows = [
        WebhookDelivery(
            organization_id=endpoint.organization_id,
            endpoint=endpoint,
            event_type="lead.created",
            body='{"event": "lead.created", "data": {"businessName": "Acme <Corp>"}}',
            next_attempt_at=now,
            created_at=now,
            **{
                "state": DeliveryState.FAILED,
                "attempts": 10,
                "last_status": 503,
                "last_answer": "<b>down</b>",
                **fields,
            },
        )
        for _ in range(number)
    ]
    return WebhookDelivery.objects.bulk_create(rows)


def test_it_works(client: Client, organization: Organization) -> None:
    sent = form(client)
    answer = client.post("/settings/webhooks/new", sent)
    made = WebhookEndpoint.objects.get()
    assert made.organization == organization
    assert (made.contract, made.url, made.events) == ("recoverbiz", URL, ["lead.created", "checklist.completed"])
    assert made.secret in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    for url in (
        "/settings/webhooks",
        f"/settings/webhooks/{made.public_id}",
        f"/settings/webhooks/{made.public_id}/edit",
    ):
        shown = client.get(url).content.decode()
        assert URL in shown
        assert made.secret not in shown
    assert client.post("/settings/webhooks/new", sent).headers["Location"] == "/settings/webhooks"
    assert WebhookEndpoint.objects.count() == 1


def test_everything_ticked_means_all_events(client: Client) -> None:
    client.post("/settings/webhooks/new", form(client, contract="lendworks"))
    assert WebhookEndpoint.objects.get().events == []


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"url": ""}, "url"),
        ({"url": "http://receiver.example/"}, "url"),
        ({"url": "https://192.168.1.1/"}, "url"),
        ({"events_recoverbiz": []}, "events_recoverbiz"),
        ({"events_recoverbiz": ["lead.exploded"]}, "events_recoverbiz"),
        ({"contract": "convoso"}, "contract"),
    ],
)
def test_it_says_what_is_wrong_beside_the_field(client: Client, changed: dict[str, Any], field: str) -> None:
    answer = client.post("/settings/webhooks/new", form(client, **changed))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert re.search(f'id="(id_)?{field}-error"', answer.content.decode())
    assert not WebhookEndpoint.objects.exists()


def test_a_change_keeps_the_contract(client: Client, endpoint: WebhookEndpoint, page: str) -> None:
    sent = {"url": f"{URL}/2", "events_lendworks": ["lead.created"], "contract": "recoverbiz"}
    assert client.post(f"{page}/edit", sent).headers["Location"] == page
    endpoint.refresh_from_db()
    assert (endpoint.url, endpoint.events, endpoint.contract) == (f"{URL}/2", ["lead.created"], "lendworks")
    assert client.post(f"{page}/edit", {**sent, "url": "ftp://x"}).status_code == 422


def test_off_and_on_again(client: Client, endpoint: WebhookEndpoint, page: str) -> None:
    WebhookEndpoint.objects.update(is_active=False, switched_off_because="It is gone.")
    assert "It is gone." in client.get("/settings/webhooks").content.decode()
    client.post(f"{page}/switch", {"on": "1"})
    endpoint.refresh_from_db()
    assert (endpoint.is_active, endpoint.switched_off_because) == (True, "")
    client.post(f"{page}/switch", {"on": "0"})
    endpoint.refresh_from_db()
    assert not endpoint.is_active
    client.post(f"{page}/test")
    assert not WebhookDelivery.objects.exists()


def test_a_new_secret_is_shown_once_and_the_old_one_signs_for_a_day(
    client: Client, endpoint: WebhookEndpoint, page: str, now: dt.datetime
) -> None:
    old, sent = endpoint.secret, {"ticket": ticket(client, page)}
    answer = client.post(f"{page}/rotation", sent)
    endpoint.refresh_from_db()
    assert answer.context["secret"] == endpoint.secret != old
    assert "no-store" in answer["Cache-Control"]
    client.post(f"{page}/rotation", sent)
    endpoint.refresh_from_db()
    assert endpoint.secrets(now) == [answer.context["secret"], old]
    assert answer.context["secret"] not in client.get(page).content.decode()
    client.post(f"{page}/rotation", {"end": "1"})
    endpoint.refresh_from_db()
    assert endpoint.secrets(now) == [answer.context["secret"]]


def test_a_test_event_is_filed_and_not_sent_here(client: Client, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm.outbound.post", lambda *_: pytest.fail("sent inside the request"))
    assert client.post(f"{page}/test").headers["Location"] == page
    assert WebhookDelivery.objects.get().state == DeliveryState.QUEUED
    shown = client.get(page).content.decode()
    assert "ping" in shown
    assert "every 3s" in shown


def test_sending_again(client: Client, endpoint: WebhookEndpoint, page: str, now: dt.datetime) -> None:
    [failed] = fill(endpoint, 1, now)
    assert client.post(f"{page}/deliveries/{failed.uuid}/again").headers["Location"] == page
    again = WebhookDelivery.objects.exclude(pk=failed.pk).get()
    assert (again.body, again.state) == (failed.body, DeliveryState.QUEUED)
    client.post(f"{page}/deliveries/{again.uuid}/again")
    assert WebhookDelivery.objects.count() == 2


def test_a_delivery_shows_what_was_sent_and_what_came_back(
    client: Client, endpoint: WebhookEndpoint, page: str, now: dt.datetime
) -> None:
    [failed] = fill(endpoint, 1, now)
    shown = client.get(f"{page}/deliveries/{failed.uuid}").content.decode()
    assert "Acme &lt;Corp&gt;" in shown
    assert "&lt;b&gt;down&lt;/b&gt;" in shown
    assert "Given up after 10 attempts: it answered 503" in shown


def test_the_log_is_read_page_by_page(client: Client, endpoint: WebhookEndpoint, page: str, now: dt.datetime) -> None:
    rows = fill(endpoint, PAGE * 2 + 3, now)
    seen: list[int] = []
    url = page
    while url:
        answer = client.get(url, headers=HTMX if seen else {})
        seen += [row.pk for row in answer.context["deliveries"]]
        before = answer.context["next_before"]
        url = f"{page}?before={before}" if before else ""
    assert seen == [row.pk for row in reversed(rows)]
    assert client.get(f"{page}?before=nonsense").status_code == 200
    assert client.get(f"{page}?before={10**40}").status_code == 200


def test_a_refresh_draws_what_stood_there_and_what_is_new(
    client: Client, endpoint: WebhookEndpoint, page: str, now: dt.datetime
) -> None:
    first = fill(endpoint, PAGE + 5, now)
    down_to = client.get(page).context["down_to"]
    new = fill(endpoint, 2, now, state=DeliveryState.QUEUED, attempts=0)
    answer = client.get(f"{page}?from={down_to}", headers=HTMX)
    assert [row.pk for row in answer.context["deliveries"]] == [row.pk for row in reversed([*first[5:], *new])]
    assert "<html" not in answer.content.decode()


def test_deleting(client: Client, endpoint: WebhookEndpoint, page: str, now: dt.datetime) -> None:
    fill(endpoint, 2, now)
    assert client.post(f"{page}/deletion").headers["Location"] == "/settings/webhooks"
    assert not WebhookDelivery.objects.exists()
    assert client.get(page).status_code == 404


READS = ["", "/edit", "/deliveries/{uuid}"]
WRITES = ["/edit", "/switch", "/rotation", "/deletion", "/test", "/deliveries/{uuid}/again"]


def test_another_organizations_webhooks_are_not_found(
    client_of: ClientOf, charlie: Advisor, bob: Advisor, endpoint: WebhookEndpoint, page: str, now: dt.datetime
) -> None:
    [failed] = fill(endpoint, 1, now)
    before = WebhookEndpoint.objects.values().get()
    sent = {"url": URL, "events_lendworks": ["lead.created"], "on": "0", "end": "1"}
    for advisor, refusal in ((charlie, 404), (bob, 403)):
        client = client_of(advisor)
        for what in READS:
            assert client.get(page + what.format(uuid=failed.uuid)).status_code == refusal
        for what in WRITES:
            assert client.post(page + what.format(uuid=failed.uuid), sent).status_code == refusal
    assert WebhookEndpoint.objects.values().get() == before
    assert WebhookDelivery.objects.count() == 1
    assert URL not in client_of(charlie).get("/settings/webhooks").content.decode()


def test_a_delivery_of_another_webhook_is_not_found(
    client: Client, organization: Organization, other_organization: Organization, page: str, now: dt.datetime
) -> None:
    for owner in (organization, other_organization):
        other = webhook_endpoints.create(organization=owner, contract="lendworks", url=URL, by=BY, now=now)
        [failed] = fill(other, 1, now)
        assert client.get(f"{page}/deliveries/{failed.uuid}").status_code == 404
        assert client.post(f"{page}/deliveries/{failed.uuid}/again").status_code == 404


def test_the_lists_cost_the_same_however_long(
    client: Client,
    organization: Organization,
    endpoint: WebhookEndpoint,
    page: str,
    now: dt.datetime,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(5):
        webhook_endpoints.create(organization=organization, contract="recoverbiz", url=URL, by=BY, now=now)
    fill(endpoint, PAGE + 1, now)
    client.get(page)
    with django_assert_num_queries(4):  # session, user, advisor; webhooks
        assert len(client.get("/settings/webhooks").context["webhooks"]) == 6
    with django_assert_num_queries(5):  # session, user, advisor; webhook, deliveries
        client.get(f"{page}?before={2**40}", headers=HTMX)


@pytest.fixture
def partners(organization: Organization, now: dt.datetime) -> WebhookEndpoint:
    """The partner's, made by its program; the organisation is the only one, until another is founded."""
    url = "https://partner.example/hook"
    return webhook_endpoints.create(partner=organization.partner, contract="recoverbiz", url=url, by=BY, now=now)


@pytest.fixture
def sister(organization: Organization, partners: WebhookEndpoint, now: dt.datetime) -> Organization:
    """Another organisation of the partner's, of which its webhook was told something."""
    made = found(name="Sister Lending", partner=organization.partner, now=now)
    of_sister = {"url": "https://sister.example", "contract": "recoverbiz", "organization": made, "by": BY, "now": now}
    event = Event.objects.filter(organization=made).first()
    assert event
    webhooks.file_one(partners, webhooks.Told(event, "told.of.sister", "{}"))
    webhook_endpoints.create(**of_sister)
    return made


def test_a_partners_webhook_is_listed_and_changed_where_it_hears_of_nobody_else(
    client: Client, partners: WebhookEndpoint
) -> None:
    html = client.get("/settings/webhooks").content.decode()
    assert partners.url in html
    assert "Partner" in html
    client.post(f"/settings/webhooks/{partners.public_id}/switch", {"on": "0"})
    partners.refresh_from_db()
    assert not partners.is_active


def test_a_partners_webhook_that_hears_of_others_can_only_be_looked_at(
    client: Client, partners: WebhookEndpoint, sister: Organization, now: dt.datetime
) -> None:
    place = f"/settings/webhooks/{partners.public_id}"
    assert partners.url in client.get("/settings/webhooks").content.decode()
    html = client.get(place).content.decode()
    assert "hears of all its organisations" in html
    assert f"{place}/" not in html  # no form, no button
    changes = ("edit", "switch", "rotation", "deletion", "test")
    assert {client.post(f"{place}/{change}", {"on": "0"}).status_code for change in changes} == {403}
    partners.refresh_from_db()
    assert partners.is_active


def test_of_a_partners_webhook_only_what_it_was_told_of_this_organisation_is_shown(
    client: Client, partners: WebhookEndpoint, sister: Organization
) -> None:
    place = f"/settings/webhooks/{partners.public_id}"
    of_sister = WebhookDelivery.objects.get(organization=sister)
    assert "told.of.sister" not in client.get(place).content.decode()
    assert client.get(f"{place}/deliveries/{of_sister.uuid}").status_code == 404
    assert "sister.example" not in client.get("/settings/webhooks").content.decode()
