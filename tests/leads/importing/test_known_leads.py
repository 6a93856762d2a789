"""Rows of people who are known already."""

from __future__ import annotations

import pytest

from crm.models import Actor, Advisor, Event, Organization
from crm.models.organization import LeadVisibility
from leads import pipeline, tagging
from leads.editing import change_lead
from leads.models import Consent, ConsentBasis, Lead
from tests.conftest import MakeLead
from tests.leads.importing.files import HEADINGS, JOHN, MARY, done, figures
from tests.leads.jobs import reasons, undone
from tests.leads.totals import assert_totals_are_right

pytestmark = pytest.mark.django_db


class TestKnownLeads:
    @pytest.fixture
    def known(self, make_lead: MakeLead) -> Lead:
        return make_lead(phone=MARY[2], name="M. Dee", business_name="", tags=["VIP"])

    def test_what_is_empty_is_filled(self, known: Lead, alice: Advisor, organization: Organization) -> None:
        assert figures(done(alice, [MARY, MARY])) == (0, 1, 1, 0)
        known.refresh_from_db()
        assert (known.name, known.business_name, known.external_id) == ("M. Dee", "Acme", "A-1")
        assert tagging.names_of([known.pk])[known.pk] == ["VIP", "SBA", "Hot"]
        assert_totals_are_right(organization)

    def test_it_is_overwritten_but_not_by_empty_cells(self, known: Lead, alice: Advisor) -> None:
        change_lead(known, {"industry": "Food", "email": "old@acme.example"}, by=Actor.system(), now=known.created_at)
        stage = known.stage
        job = done(alice, [[*MARY, ""]], [*HEADINGS, "Industry"], known="overwrite")
        assert figures(job) == (0, 1, 0, 0)
        known.refresh_from_db()
        assert (known.name, known.first_name, known.email) == ("Mary Doe", "Mary", "mary@acme.example")
        assert (known.industry, known.stage) == ("Food", stage)
        fact = Event.objects.filter(name="lead.updated", lead_id=known.pk).latest("pk")
        assert fact.data["changes"]["email"] == ["old@acme.example", "mary@acme.example"]

    def test_another_phone_number_moves_what_hangs_on_it(
        self, make_lead: MakeLead, alice: Advisor, organization: Organization
    ) -> None:
        first = make_lead(phone="+14155550171", external_id="A-1")
        second = make_lead(phone="+14155550171")
        job = done(alice, [MARY], known="overwrite")
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.phone_e164, second.duplicate_of) == ("+14155551001", None)
        assert_totals_are_right(organization)
        undone(job, alice)
        first.refresh_from_db()
        assert (first.phone_e164, first.name) == ("+14155551001", first.name)  # the old one has an owner by now
        assert_totals_are_right(organization)

    def test_it_is_left_alone(self, known: Lead, alice: Advisor) -> None:
        job = done(alice, [MARY, JOHN], known="skip", consent=ConsentBasis.PARTNER, consent_source="Partner")
        assert figures(job) == (1, 0, 1, 0)
        known.refresh_from_db()
        assert (known.name, known.business_name) == ("M. Dee", "")
        assert not Consent.objects.filter(address=known.address).exists()

    def test_a_second_lead_is_made(self, known: Lead, alice: Advisor, organization: Organization) -> None:
        assert figures(done(alice, [MARY, MARY, JOHN, JOHN], known="new")) == (4, 0, 0, 0)
        marys = Lead.objects.filter(phone_e164="+14155551001").order_by("pk")
        assert [lead.duplicate_of for lead in marys] == [None, known, known]
        johns = Lead.objects.filter(phone_e164="+14155551002").order_by("-position")
        assert johns.filter(duplicate_of=None).count() == 1
        assert_totals_are_right(organization)

    def test_whom_the_advisor_does_not_see_is_neither_shown_nor_touched(
        self, known: Lead, alice: Advisor, bob: Advisor, organization: Organization
    ) -> None:
        organization.advisors_see = LeadVisibility.OWN
        organization.save()
        pipeline.assign_to(known, alice, by=Actor.system(), now=known.created_at)
        job = done(bob, [MARY, JOHN])
        assert figures(job) == (1, 0, 0, 1)
        assert "colleague" in reasons(job)[0]

    def test_a_stranger_to_the_organization_is_not_known(self, charlie: Advisor, known: Lead) -> None:
        assert figures(done(charlie, [MARY])) == (1, 0, 0, 0)
        assert Lead.objects.filter(organization=charlie.organization).count() == 1

    def test_two_leads_in_one_row_are_refused(self, known: Lead, make_lead: MakeLead, alice: Advisor) -> None:
        make_lead(external_id="A-1")
        job = done(alice, [MARY])
        assert "two different leads" in reasons(job)[0]
