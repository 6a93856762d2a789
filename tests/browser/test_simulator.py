"""The simulator in a real browser: a sequence is tried from its first text to STOP, on one page."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from crm.models import Actor, Advisor, Organization
from leads.models import Lead
from sequences import authoring
from sequences.models import Enrollment
from tests.browser.conftest import Visit
from tests.conftest import MakeLead

BY = Actor.system()


@pytest.fixture
def lead(transactional_db: None, make_lead: MakeLead, organization: Organization, settings: Any, tmp_path: Any) -> Lead:
    settings.SIMULATOR_LOG = str(tmp_path / "sent.jsonl")
    steps = [
        {"kind": "fixed", "message": "Hi {{first_name}}, one"},
        {"kind": "fixed", "message": "Two", "delay_hours": 24, "skip_if_replied": False},
        {"kind": "fixed", "message": "Three", "delay_hours": 24, "skip_if_replied": False},
    ]
    authoring.create_sequence(
        organization=organization, name="Welcome", steps=steps, is_default=True, by=BY, now=timezone.now()
    )
    return make_lead(name="Curtis Boyd", email="curtis@ironoak.example")


def test_a_sequence_is_tried_to_its_end(visit: Visit, alice: Advisor, lead: Lead) -> None:
    page = visit(alice, "/sequences")
    page.get_by_role("link", name="Simulator").click()
    page.get_by_role("link", name="Curtis Boyd").click()
    expect(page.get_by_text("Nothing yet.")).to_be_visible()
    page.locator("#sequences").get_by_role("button", name="Start").click()
    screen = page.locator("#screen")
    expect(screen).to_contain_text("Hi Curtis, one")
    screen.get_by_role("button", name="It arrives").click()
    expect(screen).to_contain_text("Delivered", ignore_case=True)
    page.get_by_role("button", name="Let time pass").click()
    expect(screen).to_contain_text("Two")
    screen.get_by_role("button", name="It does not arrive").click()
    expect(screen).to_contain_text("The phone was switched off")
    page.get_by_label("What the borrower writes").fill("Who is this?")
    page.keyboard.press("Enter")
    expect(screen).to_contain_text("Who is this?")
    expect(page.get_by_label("What the borrower writes")).to_be_focused()
    page.get_by_role("button", name="STOP", exact=True).click()
    expect(screen).to_contain_text("You are unsubscribed")
    expect(page.locator("#sequences")).to_contain_text("stopped")
    page.get_by_role("button", name="Let time pass").click()
    expect(page.locator("#sequences")).to_contain_text("No sequence is under way")
    assert Enrollment.objects.get().status == "cancelled"


@pytest.mark.parametrize("width", [390, 1024])
def test_it_fits(visit: Visit, alice: Advisor, lead: Lead, width: int) -> None:
    page = visit(alice, f"/simulator/{lead.uuid}", width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("path", ["/settings/channels", "/settings/channels/sms", "/settings/channels/email"])
def test_the_channels_fit_a_phone(visit: Visit, alice: Advisor, lead: Lead, path: str) -> None:
    page = visit(alice, path, width=390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_mail_account_is_connected_and_its_secret_copied(visit: Visit, alice: Advisor, lead: Lead) -> None:
    page = visit(alice, "/settings/channels")
    page.get_by_role("link", name="Connect E-mail").click()
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_text("Which address do your e-mails come from?")).to_be_visible()
    page.get_by_label("From address").fill("loans@acme.example")
    page.get_by_role("button", name="Connect").click()
    secret = page.get_by_label("Signing secret").input_value()
    assert secret.startswith("whsec_")
    page.get_by_role("link", name="I have copied it").click()
    expect(page.get_by_label("E-mail comes in")).to_be_visible()
    assert secret not in page.content()
    page.locator("summary", has_text="Disconnect").click()
    page.get_by_role("button", name="Disconnect it now").click()
    expect(page.locator(".toast")).to_contain_text("Disconnected")
