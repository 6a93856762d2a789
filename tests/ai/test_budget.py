"""What models may cost in a month: with the cap reached the composer writes, and says why."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from crm import ai_accounts
from crm.ai.base import Account
from crm.ai.pricing import has_price
from crm.models import Actor, Advisor, Organization
from leads import ai_budget, messaging
from leads.models import Generation, Lead, Purpose
from tests.ai.conftest import Follow
from tests.conftest import ClientOf
from tests.fake_openai import FakeOpenAI

pytestmark = pytest.mark.django_db
ME = Actor.system("test")
AT_FIVE = dt.datetime(2026, 3, 1, 5, 30, tzinfo=dt.UTC)


@pytest.fixture
def capped(organization: Organization, model: FakeOpenAI) -> Organization:
    organization.ai_monthly_cap = Decimal("1.00")
    organization.save()
    return organization


def spend(lead: Lead, amount: str | None, at: dt.datetime) -> None:
    talk = messaging.conversation_with(lead.organization, lead.address, lead)
    Generation.objects.create(
        organization=lead.organization, conversation=talk, purpose=Purpose.REPLY, model="openai:gpt-4o-mini",
        cost=amount, created_at=at,
    )  # fmt: skip


def test_it_works(capped: Organization, jane: Lead, follow: Follow, model: FakeOpenAI, now: dt.datetime) -> None:
    spend(jane, "1.00", now)
    message = follow()
    assert model.asked == []
    assert message.reason["instead"] == ai_budget.reached(capped, now)
    assert message.reason["model"] == ""
    assert message.is_composed
    assert message.state == "sent"
    kept = Generation.objects.get(message=message)
    assert (kept.model, "($1.00) is spent" in kept.reason) == ("", True)


def test_below_the_cap_the_model_writes(
    capped: Organization, jane: Lead, follow: Follow, model: FakeOpenAI, now: dt.datetime
) -> None:
    spend(jane, "0.99", now)
    message = follow()
    assert (len(model.asked), message.reason["model"]) == (1, "openai:gpt-4o-mini")
    assert "instead" not in message.reason


def test_an_advisors_draft_obeys_it_and_says_so(
    capped: Organization, jane: Lead, alice: Advisor, client_of: ClientOf, model: FakeOpenAI
) -> None:
    spend(jane, "2.00", dt.datetime.now(dt.UTC))
    html = client_of(alice).post(f"/leads/{jane.uuid}/draft", {"channel": "sms"}).content.decode()
    assert model.asked == []
    assert "Composed without a model." in html
    assert "($1.00) is spent, so no model was asked." in html


def test_the_timeline_says_why(
    capped: Organization, jane: Lead, follow: Follow, alice: Advisor, client_of: ClientOf, now: dt.datetime
) -> None:
    spend(jane, "1.00", now)
    follow()
    html = client_of(alice).get(f"/leads/{jane.uuid}").content.decode()
    assert "composed, the AI budget for" in html


def test_the_month_is_the_organisations_own(capped: Organization, jane: Lead) -> None:
    """Half past five in Greenwich on the first of March is the last of February in Los Angeles."""
    capped.time_zone = "America/Los_Angeles"
    spend(jane, "1.00", AT_FIVE)
    later = dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC)
    assert ai_budget.writer_for(capped, AT_FIVE).account is None
    assert ai_budget.writer_for(capped, later).account is not None
    capped.time_zone = "Europe/London"
    assert ai_budget.writer_for(capped, later).account is None


def test_what_another_organisation_spends_is_theirs(
    capped: Organization, other_organization: Organization, jane: Lead, now: dt.datetime
) -> None:
    other_organization.ai_monthly_cap = Decimal(5)
    spend(jane, "9.00", now)
    found = ai_budget.writers([capped, other_organization], now)
    assert found[capped.pk].account is None
    assert found[other_organization.pk].account is not None


def test_a_cap_of_nothing_asks_no_model(capped: Organization, now: dt.datetime) -> None:
    capped.ai_monthly_cap = Decimal(0)
    assert ai_budget.writer_for(capped, now).account is None


def test_without_a_model_there_is_nothing_to_say(organization: Organization, now: dt.datetime) -> None:
    organization.ai_monthly_cap = Decimal(0)
    assert ai_budget.writer_for(organization, now) == ai_budget.Writer(None)


def test_the_spending_counts_what_has_no_price(capped: Organization, jane: Lead, now: dt.datetime) -> None:
    spend(jane, "0.25", now)
    spend(jane, None, now)
    found = ai_budget.spending(capped, now)
    assert (found.spent, found.texts, found.unpriced) == (Decimal("0.25"), 2, 1)


def test_prices_of_ones_own_go_before_the_published(organization: Organization, now: dt.datetime) -> None:
    given = {"model": "openai:our-own-model", "key": "sk-x", "by": ME, "now": now}
    ai_accounts.connect(organization, **given)
    account = ai_accounts.account_of(organization)
    assert account is not None
    assert not has_price(account)
    ai_accounts.connect(organization, **given, prices=(Decimal(1), Decimal("2.5")))
    account = ai_accounts.account_of(organization)
    assert account is not None
    assert account.prices == (Decimal(1), Decimal("2.5"))
    assert has_price(account)
    assert has_price(Account("openai:gpt-4o-mini", key=""))


def test_one_more_statement_for_those_with_a_cap(
    capped: Organization,
    other_organization: Organization,
    now: dt.datetime,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    other_organization.ai_monthly_cap = Decimal(1)
    other_organization.time_zone = "Pacific/Honolulu"
    with django_assert_num_queries(2):
        ai_budget.writers([capped, other_organization], now)
