"""Found however it is written."""

import pytest

from crm.models import Organization
from leads.models import Lead
from leads.search import search
from tests.conftest import MakeLead


@pytest.mark.parametrize(
    "text",
    [
        "harbor",
        "HARBOR & PINE",
        "jane doe",
        "doe jane",
        "jane@harbor",
        "415.555.1234",
        "(415) 555-12",
        "5551234",
        "app_9",
        "ha",
        "Straße",
    ],
)
def test_it_finds(make_lead: MakeLead, organization: Organization, text: str) -> None:
    make_lead(phone="4155559876", name="Somebody Else", business_name="Elsewhere")
    wanted = make_lead(
        business_name="Harbor & Pine Straße",
        name="Jane Doe",
        email="jane@harbor.example",
        phone="(415) 555-1234",
        external_id="app_98765",
    )
    assert list(search(Lead.objects.of(organization), text)) == [wanted]


@pytest.mark.parametrize("text", ['"', "'", "%", "_x", "a\x00b", '" OR "', "*", "NEAR(", "ü" * 300, "\\"])
def test_it_takes_any_text_as_it_is(make_lead: MakeLead, organization: Organization, text: str) -> None:
    make_lead()
    assert list(search(Lead.objects.of(organization), text)) == []


def test_changed_words_are_found_and_old_ones_not(make_lead: MakeLead, organization: Organization) -> None:
    lead = make_lead(business_name="Oldname")
    Lead.objects.filter(pk=lead.pk).update(business_name="Newname")
    assert not search(Lead.objects.of(organization), "oldname").exists()
    assert search(Lead.objects.of(organization), "newname").get() == lead
