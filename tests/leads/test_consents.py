"""Consent on record: written at the door, demanded by the gate, revoked by STOP."""

from __future__ import annotations

import datetime as dt

import pytest
from pytest_django import DjangoAssertNumQueries

from crm.models import Actor, Organization
from leads import messaging
from leads.bulk_intake import receive_leads
from leads.contactability import CALL, Rule, check, check_many
from leads.facts import FACTS
from leads.intake import receive_lead
from leads.models import Channel, Consent, ConsentBasis, Lead
from tests.conftest import MakeLead

pytestmark = pytest.mark.django_db
BY = Actor.system("Partner key")
MARY = {"name": "Mary", "phone": "4155551234", "email": "Mary@Doe.example"}


@pytest.fixture
def strict(organization: Organization) -> Organization:
    Organization.objects.filter(pk=organization.pk).update(requires_consent=True)
    organization.requires_consent = True
    return organization


def attested(organization: Organization, now: dt.datetime, **more: str) -> Lead:
    return receive_lead(
        organization=organization, fields=MARY | more, by=BY, now=now, consent=ConsentBasis.PARTNER,
        consent_source="Zapier",
    ).lead  # fmt: skip


def test_intake_records_it_for_each_address(strict: Organization, now: dt.datetime) -> None:
    lead = attested(strict, now)
    told = Consent.objects.order_by("address").values_list("address", "channels", "basis", "source", "actor_label")
    assert list(told) == [
        ("+14155551234", "sms,call", "partner_attested", "Zapier", "Partner key"),
        ("mary@doe.example", "email", "partner_attested", "Zapier", "Partner key"),
    ]  # fmt: skip
    for channel in (Channel.SMS, Channel.EMAIL, CALL):
        assert check(lead, channel, now).is_allowed


def test_a_source_that_says_nothing_records_nothing(
    make_lead: MakeLead, strict: Organization, now: dt.datetime
) -> None:
    lead = make_lead()
    assert not Consent.objects.exists()
    assert check(lead, Channel.SMS, now).rule is Rule.CONSENT
    assert check(lead, Channel.SMS, now, automated=False).is_allowed


def test_somebody_known_who_comes_with_it_has_it(make_lead: MakeLead, strict: Organization, now: dt.datetime) -> None:
    lead = make_lead(phone="4155551234")
    attested(strict, now)
    attested(strict, now)
    assert Consent.objects.filter(address="+14155551234").count() == 1
    assert check(lead, Channel.SMS, now).is_allowed


def test_a_bulk_import_records_all_with_one_statement(strict: Organization, now: dt.datetime) -> None:
    rows = [{"name": f"B {number}", "phone": f"+1415555{number + 2000}"} for number in range(30)]
    receive_leads(organization=strict, rows=rows, by=BY, now=now, consent=ConsentBasis.PARTNER)
    assert Consent.objects.count() == 30


def test_stop_revokes_it_and_start_gives_it_anew(strict: Organization, now: dt.datetime) -> None:
    lead = attested(strict, now)
    messaging.receive(strict, address="+14155551234", body="Stop.", now=now)
    revoked = Consent.objects.get(address="+14155551234")
    assert (revoked.revoked_at, revoked.revoked_because) == (now, "The borrower wrote STOP")
    assert Consent.objects.get(address="mary@doe.example").revoked_at is None
    messaging.receive(strict, address="+14155551234", body="START", now=now)
    assert Consent.objects.get(address="+14155551234", revoked_at=None).basis == ConsentBasis.BORROWER
    assert check(lead, Channel.SMS, now).is_allowed


def test_the_lead_page_tells_its_story(strict: Organization, now: dt.datetime) -> None:
    lead = attested(strict, now, email="")
    messaging.receive(strict, address="+14155551234", body="STOP", now=now)
    told = FACTS["consent"].read(lead)
    assert told.startswith("Partner attested, Zapier, sms and call")
    assert "revoked" in told
    assert FACTS["consent"].read(Lead(organization=strict)) == "None recorded"


def test_another_organization_needs_its_own(
    strict: Organization, other_organization: Organization, make_lead: MakeLead, now: dt.datetime
) -> None:
    attested(other_organization, now)
    assert check(make_lead(phone="4155551234"), Channel.SMS, now).rule is Rule.CONSENT


def test_demanding_it_costs_a_batch_one_statement(
    strict: Organization, make_lead: MakeLead, now: dt.datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(5):
        make_lead()
    leads = list(Lead.objects.select_related("stage", "organization"))
    with django_assert_num_queries(5):
        check_many(leads, Channel.SMS, now)
