"""A lead as each contract renders it, in a real browser."""

from __future__ import annotations

import pytest

from crm.models import Advisor
from leads.models import Lead
from tests.browser.conftest import Visit
from tests.conftest import MakeLead

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lead(make_lead: MakeLead, bob: Advisor) -> Lead:
    return make_lead(name="Curtis Boyd", business_name="Iron Oak Brewing Co.", advisor=bob, tags=["SBA"])


def test_from_the_lead_page_to_all_four(visit: Visit, lead: Lead, bob: Advisor) -> None:
    page = visit(bob, f"/leads/{lead.uuid}")
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("link", name="In each contract").click()
    page.wait_for_url(f"**/leads/{lead.uuid}/contracts")
    for contract in ("RecoverBiz", "LendWorks", "userleads", "Convoso"):
        assert page.get_by_role("region", name=contract, exact=True).locator("pre").inner_text().startswith("{")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_it_without_scrolling_sideways(visit: Visit, lead: Lead, bob: Advisor, scheme: str) -> None:
    page = visit(bob, f"/leads/{lead.uuid}/contracts", width=390, height=844, touch=True)
    page.emulate_media(color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("link", name="Convoso").click()
    assert page.get_by_role("heading", name="Convoso").is_visible()
