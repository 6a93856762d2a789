"""Settings in a real browser: a secret is copied once, a webhook is tried out, everything fits on a phone."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Error, Page, expect

from crm import keys, webhook_endpoints, webhooks
from crm.models import Actor, Advisor, Credential, DeliveryState, Organization, WebhookDelivery, WebhookEndpoint
from crm.views.settings.deliveries import PAGE
from tests.browser.conftest import Visit

URL = "https://receiver.example/a-rather-long-address/that-goes-on/and-on-and-on-and-on?team=northern-branch"
BY = Actor.system()


@pytest.fixture
def endpoint(transactional_db: None, organization: Organization) -> WebhookEndpoint:
    now = timezone.now()
    return webhook_endpoints.create(organization=organization, contract="lendworks", url=URL, by=BY, now=now)


def test_a_key_is_made_copied_and_gone_on_reload(transactional_db: None, visit: Visit, alice: Advisor) -> None:
    page = visit(alice)
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("link", name="Keys", exact=True).click()
    page.get_by_role("link", name="New key").click()
    expect(page.get_by_label("Advisor")).to_be_hidden()
    page.get_by_label("Contract").select_option("userleads")
    expect(page.get_by_label("Advisor")).to_be_visible()
    page.get_by_label("Contract").select_option("lendworks")
    page.get_by_role("button", name="Make the key").click()
    expect(page.get_by_text("Say what uses this key.")).to_be_visible()
    page.get_by_label("Name").fill("Website")
    page.get_by_role("button", name="Make the key").click()
    secret = page.get_by_label("LendWorks key").input_value()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == secret
    page.reload()
    expect(page).to_have_url(re.compile("/settings/keys$"))
    assert secret not in page.content()
    assert Credential.objects.count() == 1


def test_a_key_is_replaced_and_revoked(
    transactional_db: None, visit: Visit, alice: Advisor, organization: Organization
) -> None:
    now = timezone.now()
    keys.issue(organization=organization, kind="lendworks", name="Website", by=BY, now=now)
    page = visit(alice, "/settings/keys")
    page.get_by_role("link", name="Website").click()
    page.locator("summary", has_text="Replace").click()
    page.get_by_role("button", name="Make the new key").click()
    expect(page.get_by_text("stays valid for 24 hours")).to_be_visible()
    page.get_by_role("link", name="I have copied it").click()
    with pytest.raises(Error, match="ERR_CACHE_MISS"):  # not even the browser's own memory has kept the page
        page.go_back()
    page.wait_for_url("chrome-error://**")
    page.goto("/settings/keys")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.locator("tbody tr", has_text="Ends soon").get_by_role("link").click()
    page.locator("summary", has_text="Revoke").click()
    page.get_by_role("button", name="Revoke it now").click()
    expect(page.locator(".toast")).to_contain_text("is revoked")
    expect(page.locator("tbody tr")).to_have_count(1)


def test_a_webhook_is_made_and_tried_out(
    transactional_db: None, visit: Visit, alice: Advisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = visit(alice, "/settings/webhooks/new")
    page.get_by_label("Address").fill("http://10.0.0.1/")
    page.get_by_role("button", name="Make the webhook").click()
    expect(page.get_by_text("The address must begin with https://")).to_be_visible()
    page.get_by_label("Address").fill(URL)
    page.get_by_role("button", name="Make the webhook").click()
    page.get_by_role("link", name="I have copied it").click()
    page.get_by_role("button", name="Send a test event").click()
    expect(page.locator(".log .badge")).to_have_text("Waiting")
    answered = webhooks.outbound.Answer(200, "thank you", 0.1)
    monkeypatch.setattr("crm.outbound.post", lambda *_: answered)
    webhooks.deliver_due(timezone.now())
    expect(page.locator(".log .badge")).to_have_text("Delivered")  # without a reload
    page.get_by_role("link", name="ping").click()
    expect(page.locator(".wire").first).to_contain_text('"event": "ping"')
    expect(page.locator(".wire").last).to_have_text("thank you")
    page.get_by_role("button", name="Send again").click()
    expect(page.locator(".log__row")).to_have_count(2)


def test_older_deliveries_are_added_below(
    endpoint: WebhookEndpoint, visit: Visit, alice: Advisor, organization: Organization
) -> None:
    fill(endpoint, PAGE + 4)
    page = visit(alice, f"/settings/webhooks/{endpoint.public_id}")
    page.get_by_role("link", name="Older deliveries").click()
    expect(page.locator(".log__row")).to_have_count(PAGE + 4)
    expect(page.get_by_role("link", name="Older deliveries")).to_have_count(0)


def test_it_works_without_scripts(endpoint: WebhookEndpoint, visit: Visit, alice: Advisor) -> None:
    fill(endpoint, PAGE + 4)
    scripted = visit(alice, "/settings/keys")
    browser = scripted.context.browser
    assert browser is not None
    plain = browser.new_context(
        base_url=scripted.url.partition("/settings")[0],
        java_script_enabled=False,
        storage_state=scripted.context.storage_state(),
    )
    page = plain.new_page()
    page.goto("/settings/keys/new")
    page.get_by_label("Name").fill("Website")
    page.get_by_role("button", name="Make the key").click()
    expect(page.get_by_label("LendWorks key")).to_have_value(re.compile("^lw_live_"))
    expect(page.get_by_text("Copy", exact=True)).to_be_hidden()
    page.get_by_role("link", name="I have copied it").click()
    page.get_by_role("link", name="Website").click()
    page.locator("summary", has_text="Revoke").click()
    page.get_by_role("button", name="Revoke it now").click()
    page.goto(f"/settings/webhooks/{endpoint.public_id}")
    page.get_by_role("link", name="Older deliveries").click()
    expect(page.locator(".log__row")).to_have_count(4)
    page.get_by_role("link", name="To the newest").click()
    page.get_by_role("button", name="Send again").first.click()
    assert WebhookDelivery.objects.filter(state=DeliveryState.QUEUED).count() == 1
    plain.close()


def test_nothing_scrolls_sideways_on_a_phone(
    endpoint: WebhookEndpoint, visit: Visit, alice: Advisor, organization: Organization
) -> None:
    long = "Dialler_of_the_northern_branch_" * 3
    key, _ = keys.issue(organization=organization, kind="lendworks", name=long, by=BY, now=timezone.now())
    [delivery, *_] = fill(endpoint, 3)
    page = visit(alice, "/settings", width=390, height=844, touch=True)
    webhook = f"/settings/webhooks/{endpoint.public_id}"
    for path in (
        *("/settings/keys", "/settings/keys?show=ended", f"/settings/keys/{key.pk}", "/settings/keys/new"),
        *("/settings/webhooks", "/settings/webhooks/new", webhook, f"{webhook}/edit"),
        f"{webhook}/deliveries/{delivery.uuid}",
    ):
        page.goto(path)
        assert is_within(page, 390), path


def is_within(page: Page, width: int) -> bool:
    return int(page.evaluate("document.documentElement.scrollWidth")) <= width


def fill(endpoint: WebhookEndpoint, number: int) -> list[WebhookDelivery]:
    now = timezone.now()
    return WebhookDelivery.objects.bulk_create(
        WebhookDelivery(
            organization_id=endpoint.organization_id,
            endpoint=endpoint,
            event_type="lead.status_changed",
            body='{"event": "lead.status_changed", "data": {"long": "' + "x" * 300 + '"}}',
            state=DeliveryState.FAILED,
            attempts=10,
            last_status=503,
            last_answer="<html>" + "y" * 300,
            next_attempt_at=now,
            created_at=now,
        )
        for _ in range(number)
    )
