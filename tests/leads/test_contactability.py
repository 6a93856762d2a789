"""The gate."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from pytest_django import DjangoAssertNumQueries

from crm.models import Actor, Organization
from leads import suppression
from leads.contactability import Kind, Rule, check, check_many
from leads.models import Channel, Lead, Stage
from tests.conftest import MakeLead

BY = Actor.system()
NIGHT = dt.datetime(2026, 11, 20, 23, 30, tzinfo=ZoneInfo("America/Los_Angeles"))
DAY = dt.datetime(2026, 11, 20, 12, 0, tzinfo=ZoneInfo("America/Los_Angeles"))


@pytest.fixture
def quiet(organization: Organization) -> Organization:
    Organization.objects.filter(pk=organization.pk).update(quiet_hours=True)
    organization.quiet_hours = True
    return organization


def test_it_works(make_lead: MakeLead, quiet: Organization) -> None:
    verdict = check(make_lead(), Channel.SMS, DAY)
    assert (verdict.kind, verdict.rule) == (Kind.ALLOWED, Rule.OPEN)


def test_at_night_it_says_later_and_until_when(make_lead: MakeLead, quiet: Organization) -> None:
    verdict = check(make_lead(), Channel.SMS, NIGHT)
    assert (verdict.kind, verdict.rule) == (Kind.LATER, Rule.QUIET_HOURS)
    assert verdict.until == dt.datetime(2026, 11, 21, 8, 0, tzinfo=ZoneInfo("America/Los_Angeles"))
    assert "23:30 in Los Angeles" in verdict.words


def test_at_night_an_advisor_is_only_warned(make_lead: MakeLead, quiet: Organization) -> None:
    verdict = check(make_lead(), Channel.SMS, NIGHT, automated=False)
    assert (verdict.kind, verdict.rule) == (Kind.ALLOWED, Rule.QUIET_HOURS)


def test_email_does_not_ring_at_night(make_lead: MakeLead, quiet: Organization) -> None:
    assert check(make_lead(email="j@doe.example"), Channel.EMAIL, NIGHT).is_allowed


def test_a_state_counts_more_than_a_phone_prefix(make_lead: MakeLead, quiet: Organization) -> None:
    morning_in_new_york = dt.datetime(2026, 11, 20, 8, 30, tzinfo=ZoneInfo("America/New_York"))
    assert check(make_lead(state="ny"), Channel.SMS, morning_in_new_york).is_allowed
    assert not check(make_lead(), Channel.SMS, morning_in_new_york).is_allowed


def test_an_opt_out_is_for_everybody(make_lead: MakeLead, organization: Organization) -> None:
    lead = make_lead()
    suppression.opt_out(organization, str(lead.phone_e164), reason="wrote STOP", by=BY, now=DAY)
    for automated in (True, False):
        assert check(lead, Channel.SMS, DAY, automated=automated).rule is Rule.OPT_OUT
    assert check(make_lead(email="a@b.example"), Channel.EMAIL, DAY).is_allowed


def test_another_organization_may_still_write(
    make_lead: MakeLead, organization: Organization, other_organization: Organization
) -> None:
    lead = make_lead(phone="4155551234", organization=other_organization)
    suppression.opt_out(organization, "+14155551234", reason="wrote STOP", by=BY, now=DAY)
    assert check(lead, Channel.SMS, DAY).is_allowed


def test_do_not_call_holds_for_every_lead_of_the_number(make_lead: MakeLead) -> None:
    first, second = make_lead(phone="4155551234"), make_lead(phone="4155551234")
    suppression.set_do_not_call(first, reason="asked by letter", by=BY, now=DAY)
    verdict = check(second, Channel.SMS, DAY, automated=False)
    assert (verdict.kind, verdict.rule) == (Kind.NEVER, Rule.DO_NOT_CALL)
    assert "asked by letter" in verdict.words


def test_start_lifts_an_opt_out_but_no_do_not_call(make_lead: MakeLead, organization: Organization) -> None:
    lead = make_lead()
    suppression.set_do_not_call(lead, reason="", by=BY, now=DAY)
    suppression.opt_out(organization, str(lead.phone_e164), reason="STOP", by=BY, now=DAY)
    assert suppression.lift_opt_out(organization, str(lead.phone_e164), by=BY, now=DAY)
    assert check(lead, Channel.SMS, DAY).rule is Rule.DO_NOT_CALL
    suppression.lift_do_not_call(lead, by=BY, now=DAY)
    assert check(lead, Channel.SMS, DAY).is_allowed


@pytest.mark.parametrize("key", ["converted", "lost"])
def test_no_automation_where_it_is_over(make_lead: MakeLead, stages: dict[str, Stage], key: str) -> None:
    lead = make_lead(stage=stages[key])
    assert check(lead, Channel.SMS, DAY).rule is Rule.STATE
    assert check(lead, Channel.SMS, DAY, automated=False).is_allowed


def test_no_automation_without_consent_when_it_is_required(make_lead: MakeLead, organization: Organization) -> None:
    organization.requires_consent = True
    assert check(make_lead(), Channel.SMS, DAY).rule is Rule.CONSENT


def test_no_number_no_text(make_lead: MakeLead) -> None:
    assert check(make_lead(phone="555-0100"), Channel.SMS, DAY).rule is Rule.NO_ADDRESS


def test_a_page_of_leads_costs_one_statement(
    make_lead: MakeLead, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(5):
        make_lead()
    leads = list(Lead.objects.select_related("stage", "organization"))
    with django_assert_num_queries(1):
        assert len(check_many(leads, Channel.SMS, DAY, automated=False)) == 5
