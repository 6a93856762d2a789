"""How leads come in."""

import datetime as dt

import pytest

from crm.models import Actor, Event, Organization
from leads import tallies
from leads.errors import DuplicateLead, InvalidPhone, InvalidValue, StageRefused
from leads.intake import Action, OnDuplicate, Received, receive_lead
from leads.models import ConsentBasis, Lead, Stage, StageRule
from tests.leads.totals import assert_totals_are_right

BY = Actor.system()


def take(
    organization: Organization, now: dt.datetime, on: OnDuplicate = OnDuplicate.FILL, **fields: object
) -> Received:
    return receive_lead(organization=organization, fields=fields, by=BY, now=now, on_duplicate=on)


def test_it_works(organization: Organization, stages: dict[str, Stage], now: dt.datetime) -> None:
    received = receive_lead(
        organization=organization,
        fields={
            "phone": "(415) 555-1234",
            "name": "Mary van Dyke",
            "tags": ["b", "a"],
            "requested_amount_given": "85000",
        },
        by=BY,
        now=now,
        consent=ConsentBasis.PARTNER,
    )
    lead = Lead.objects.get(pk=received.lead.pk)
    assert received.action is Action.CREATED
    assert (lead.phone, lead.phone_e164) == ("(415) 555-1234", "+14155551234")
    assert (lead.first_name, lead.last_name) == ("Mary", "van Dyke")
    assert lead.stage == stages["new_lead"]
    assert (lead.requested_amount_given, lead.requested_amount) == ("85000", 85000)
    assert (lead.consent_basis, lead.consent_at) == ("partner_attested", now)
    assert list(lead.lead_tags.order_by("pk").values_list("tag__name", flat=True)) == ["b", "a"]
    assert Event.objects.get(lead_id=lead.pk).name == "lead.created"
    totals = tallies.stage_totals(organization)[lead.stage_id]
    assert (totals.leads, totals.answering, totals.requested) == (1, 1, 85000)


def test_it_fills_only_what_is_empty(organization: Organization, now: dt.datetime) -> None:
    lead = take(organization, now, phone="4155551234", name="John Doe", metadata={"a": 1}).lead
    again = take(
        organization, now, phone="+14155551234", name="Jane Roe", email="j@doe.example", metadata={"a": 2, "b": 3}
    )
    lead.refresh_from_db()
    assert again.action is Action.UPDATED
    assert (lead.name, lead.first_name, lead.last_name) == ("John Doe", "John", "Doe")
    assert (lead.email, lead.metadata) == ("j@doe.example", {"a": 1, "b": 3})


def test_it_fills_a_last_name_that_was_missing(organization: Organization, now: dt.datetime) -> None:
    lead = take(organization, now, phone="4155551234", first_name="John").lead
    take(organization, now, phone="4155551234", last_name="Doe")
    lead.refresh_from_db()
    assert (lead.name, lead.last_name) == ("John Doe", "Doe")


def test_it_skips_a_lead_that_lacks_nothing(organization: Organization, now: dt.datetime) -> None:
    take(organization, now, phone="4155551234", name="John Doe")
    assert take(organization, now, phone="4155551234", name="Other").action is Action.SKIPPED


def test_it_finds_a_lead_by_its_external_id(organization: Organization, now: dt.datetime) -> None:
    lead = take(organization, now, phone="4155551234", external_id="app_1").lead
    assert take(organization, now, phone="4155559999", external_id="app_1").lead == lead


def test_it_refuses_a_phone_and_an_external_id_of_two_leads(organization: Organization, now: dt.datetime) -> None:
    take(organization, now, phone="4155551234", external_id="app_1")
    take(organization, now, phone="4155550000", external_id="app_2")
    with pytest.raises(DuplicateLead):
        take(organization, now, phone="4155551234", external_id="app_2")


def test_it_refuses_a_phone_that_nobody_can_dial(organization: Organization, now: dt.datetime) -> None:
    with pytest.raises(InvalidPhone):
        take(organization, now, phone="555-0100")
    assert not Lead.objects.exists()


def test_a_second_lead_of_one_phone_points_to_the_first(organization: Organization, now: dt.datetime) -> None:
    first = take(organization, now, on=OnDuplicate.NEW, phone="4155551234").lead
    second = take(organization, now, on=OnDuplicate.NEW, phone="415-555-1234").lead
    assert second.duplicate_of == first
    assert take(organization, now, phone="4155551234").lead == first


def test_it_keeps_a_phone_that_can_not_be_dialled_when_the_door_allows(
    organization: Organization, now: dt.datetime
) -> None:
    lead = take(organization, now, on=OnDuplicate.NEW, phone="555-0100").lead
    assert (lead.phone, lead.phone_e164) == ("555-0100", None)


def test_it_names_the_field_that_is_too_long(organization: Organization, now: dt.datetime) -> None:
    with pytest.raises(InvalidValue) as refusal:
        take(organization, now, phone="4155551234", industry="x" * 101)
    assert refusal.value.field == "industry"


def test_other_organizations_have_their_own_lead_of_that_phone(
    organization: Organization, other_organization: Organization, now: dt.datetime
) -> None:
    take(organization, now, phone="4155551234")
    assert take(other_organization, now, phone="4155551234").action is Action.CREATED


def test_counted_totals_equal_kept_totals(organization: Organization, now: dt.datetime) -> None:
    for digit in range(5):
        take(organization, now, phone=f"415555000{digit}", requested_amount_given="1000.50")
    take(organization, now, on=OnDuplicate.NEW, phone="4155550001")
    assert_totals_are_right(organization)


def test_a_stage_that_asks_is_asked_on_arrival_too(
    organization: Organization, stages: dict[str, Stage], now: dt.datetime
) -> None:
    stages["lost"].asks_for = StageRule.LOST_REASON
    with pytest.raises(StageRefused):
        take(organization, now, phone="4155551234", stage=stages["lost"])
    assert not Lead.objects.exists()
    lead = take(organization, now, phone="4155551234", stage=stages["lost"], lost_reason="Went elsewhere").lead
    assert lead.stage == stages["lost"]


def test_a_lead_that_arrives_converted_says_since_when(
    organization: Organization, stages: dict[str, Stage], now: dt.datetime
) -> None:
    assert take(organization, now, phone="4155551234", stage=stages["converted"]).lead.converted_at == now
