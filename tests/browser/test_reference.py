"""The contracts' reference in a real browser: read by anybody, tried out with a key, on a phone and in the dark."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, expect
from pytest_django.live_server_helper import LiveServer

from api.openapi.contracts import CONTRACTS
from crm.models import Advisor, Credential, Organization
from leads.models import Lead
from tests.browser.conftest import Visit

WIDTHS = (390, 1440)


def test_a_manager_makes_a_key_and_a_lead(
    transactional_db: None, visit: Visit, alice: Advisor, organization: Organization
) -> None:
    page = visit(alice, "/settings/keys")
    page.get_by_role("link", name="API reference").click()
    page.get_by_role("link", name="LendWorks Broker API").click()
    page.get_by_role("button", name="Make a key for one hour").click()
    expect(page.get_by_text("A new key, valid until")).to_be_visible()
    secret = page.get_by_label("Key", exact=True).input_value()
    assert secret.startswith("lw_live_")
    operation = opened(page, "create_lead", "Create a lead")
    operation.get_by_role("button", name="Send").click()
    expect(operation.get_by_role("status")).to_contain_text("201 Created")
    expect(operation.get_by_label("Answer")).to_contain_text('"businessName": "Acme Corp"')
    assert Lead.objects.get().business_name == "Acme Corp"
    page.reload()
    expect(page.get_by_label("Key", exact=True)).to_have_value(secret)
    assert secret not in page.content()
    assert Credential.objects.get().name == "Console of Alice Archer"


def test_a_key_goes_to_the_contract_alone(
    transactional_db: None, visit: Visit, alice: Advisor, organization: Organization, live_server: LiveServer
) -> None:
    _, secret = Credential.issue("recoverbiz", organization=organization)
    page = visit(alice, "/api/docs/recoverbiz")
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))
    page.get_by_label("Key", exact=True).fill(secret)
    operation = opened(page, "list_leads", "List leads")
    expect(operation.get_by_label("account_id")).to_have_value(organization.public_id)
    operation.get_by_label("status").select_option("new")
    operation.get_by_role("button", name="Send").click()
    expect(operation.get_by_role("status")).to_contain_text("200 OK")
    page.get_by_role("link", name="Overview").click()
    expect(page).to_have_url(re.compile("/api/docs$"))
    with_key = [each for each in asked if secret in f"{each.url}{each.all_headers()}{each.post_data}"]
    address = f"/recoverbiz/v1/accounts/{organization.public_id}/leads?status=new"
    assert [each.url.removeprefix(live_server.url) for each in with_key] == [address]
    assert "cookie" not in with_key[0].all_headers()


def test_a_refusal_is_shown_as_it_came(transactional_db: None, visit: Visit, alice: Advisor) -> None:
    page = visit(alice, "/api/docs/convoso")
    page.get_by_label("Key", exact=True).fill("wrong")
    operation = opened(page, "search_leads", "Search leads")
    operation.get_by_label("Body").fill("{}")
    operation.get_by_role("button", name="Send").click()
    expect(operation.get_by_role("status")).to_contain_text("401")
    expect(operation.get_by_label("Answer")).to_contain_text("Invalid authentication token")


def test_by_keyboard(transactional_db: None, visit: Visit, alice: Advisor) -> None:
    page = visit(alice, "/api/docs/lendworks")
    page.locator("summary", has_text="Ask whether the service is up").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#get_status$"))
    page.locator("#get_status").get_by_role("button", name="Send").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#get_status").get_by_role("status")).to_contain_text("200 OK")
    page.locator("#get_status").get_by_role("link", name="StatusAnswer").press("Enter")
    expect(page.locator("#schema-StatusAnswer")).to_be_visible()


@pytest.mark.parametrize("slug", list(CONTRACTS))
@pytest.mark.parametrize("width", WIDTHS)
def test_a_stranger_reads_it_without_a_word_from_elsewhere(
    slug: str, width: int, transactional_db: None, chromium: Browser, live_server: LiveServer
) -> None:
    context = chromium.new_context(
        base_url=live_server.url, viewport={"width": width, "height": 844}, color_scheme="dark"
    )
    said: list[str] = []
    asked: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda line: said.append(line.text) if line.type in {"error", "warning"} else None)
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/api/docs/{slug}")
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert all(url.startswith(live_server.url) for url in asked)
    assert said == []
    context.close()


def opened(page: Page, name: str, summary: str) -> Locator:
    """The operation after its line was clicked."""
    page.locator(".op__line", has_text=re.compile(rf"{summary}$")).click()
    return page.locator(f"#{name}")
