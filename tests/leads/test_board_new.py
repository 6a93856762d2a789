"""A lead typed in by an advisor."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from crm.models import Advisor, LeadVisibility, Organization
from leads.models import ConsentBasis, Lead, Source, Stage
from tests.conftest import ClientOf, MakeLead


@pytest.fixture
def client(alice: Advisor, client_of: ClientOf) -> Client:
    return client_of(alice)


@pytest.fixture
def form(alice: Advisor) -> dict[str, Any]:
    return {
        "business_name": "Harbor & Pine",
        "first_name": "Mary",
        "last_name": "van Dyke",
        "phone": "(415) 555-0100",
        "email": "mary@harbor.example",
        "requested_amount": "$185,000",
        "product": "Working capital",
        "source": "referral",
        "advisor": str(alice.uuid),
        "stage": "contacted",
        "priority": "high",
        "tags": "SBA, Texas,, SBA",
        "has_consent": "on",
    }


def test_it_works(client: Client, form: dict[str, Any], alice: Advisor, stages: dict[str, Stage]) -> None:
    assert client.post("/leads/new", form)["Location"] == "/board"
    lead = Lead.objects.get()
    assert (lead.phone_e164, lead.name, lead.requested_amount) == ("+14155550100", "Mary van Dyke", 185000)
    assert (lead.stage, lead.advisor, lead.source) == (stages["contacted"], alice, Source.REFERRAL)
    assert (lead.consent_basis, lead.consent_source) == (ConsentBasis.ADVISOR, "Entered by Alice Archer")
    assert [tag.name for tag in lead.tags.order_by("name")] == ["SBA", "Texas"]
    text = client.get("/board").content.decode()
    assert "Working capital" in text
    assert "Harbor &amp; Pine is on the board" in text


def test_it_starts_in_the_column_whose_plus_was_pressed(client: Client, stages: dict[str, Stage]) -> None:
    text = client.get("/leads/new?stage=contacted").content.decode()
    assert '<option value="contacted" selected>' in text


def test_it_says_who_brings_in_many_at_once(client: Client, client_of: ClientOf, bob: Advisor) -> None:
    assert 'Many at once? <a class="link" href="/leads/import">' in client.get("/leads/new").content.decode()
    theirs = client_of(bob).get("/leads/new").content.decode()
    assert "Your managers import files of leads." in theirs
    assert "Your managers invite people, import files of leads and write sequences." in theirs
    Organization.objects.filter(pk=bob.organization_id).update(advisors_may_import=True)
    ours = client_of(bob).get("/leads/new").content.decode()
    assert "/leads/import" in ours
    assert "Your managers invite people and write sequences." in ours


def test_it_takes_a_lead_without_a_phone(client: Client, form: dict[str, Any]) -> None:
    client.post("/leads/new", form | {"phone": ""})
    assert Lead.objects.get().phone_e164 is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"business_name": "", "first_name": "", "last_name": ""}, "Give the business or a name"),
        ({"phone": "", "email": ""}, "Give a phone number or an e-mail address"),
        ({"phone": "415 555 010"}, "One digit short"),
        ({"phone": "call me"}, "be dialled"),
        ({"email": "mary@"}, "valid email"),
        ({"requested_amount": "a lot"}, "amount in dollars"),
        ({"requested_amount": "1" * 20}, "amount in dollars"),
        ({"stage": "nowhere"}, "valid choice"),
        ({"tags": "x" * 101}, "100 characters"),
    ],
)
def test_it_says_beside_the_field_what_is_wrong(
    client: Client, form: dict[str, Any], change: dict[str, str], words: str
) -> None:
    answer = client.post("/leads/new", form | change)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not Lead.objects.exists()


class TestAPhoneThatIsKnown:
    @pytest.fixture
    def known(self, make_lead: MakeLead, alice: Advisor) -> Lead:
        return make_lead(business_name="Iron Oak", phone="+14155550100", advisor=alice)

    def test_it_shows_that_lead_and_lets_the_advisor_decide(
        self, client: Client, form: dict[str, Any], known: Lead
    ) -> None:
        answer = client.post("/leads/new", form)
        assert answer.status_code == 409
        text = answer.content.decode()
        assert f'href="/leads/{known.uuid}"' in text
        assert "Iron Oak" in text
        assert "Alice Archer" in text
        assert Lead.objects.count() == 1

    def test_it_makes_a_second_lead_when_told_to(self, client: Client, form: dict[str, Any], known: Lead) -> None:
        client.post("/leads/new", form | {"known": "second"})
        assert Lead.objects.get(business_name="Harbor & Pine").duplicate_of == known

    def test_it_fills_up_the_known_lead_when_told_to(self, client: Client, form: dict[str, Any], known: Lead) -> None:
        client.post("/leads/new", form | {"known": "fill"})
        lead = Lead.objects.get()
        assert (lead.business_name, lead.email) == ("Iron Oak", "mary@harbor.example")

    @pytest.mark.parametrize("known_decision", [{}, {"known": "fill"}])
    def test_it_tells_nothing_of_a_lead_that_the_advisor_may_not_see(
        self,
        form: dict[str, Any],
        known: Lead,
        organization: Organization,
        bob: Advisor,
        client_of: ClientOf,
        known_decision: dict[str, str],
    ) -> None:
        Organization.objects.filter(pk=organization.pk).update(advisors_see=LeadVisibility.OWN)
        text = client_of(bob).post("/leads/new", form | known_decision).content.decode()
        assert "A colleague’s lead has this phone" in text
        assert "Iron Oak" not in text
        assert str(known.uuid) not in text

    def test_another_organization_does_not_know_it(
        self, form: dict[str, Any], known: Lead, charlie: Advisor, client_of: ClientOf
    ) -> None:
        answer = client_of(charlie).post("/leads/new", form | {"advisor": "", "stage": "new_lead"})
        assert answer.status_code == 302
        assert Lead.objects.filter(organization=charlie.organization).count() == 1


def test_it_gives_no_lead_to_somebody_of_another_organization(
    client: Client, form: dict[str, Any], charlie: Advisor
) -> None:
    assert client.post("/leads/new", form | {"advisor": str(charlie.uuid)}).status_code == 422
