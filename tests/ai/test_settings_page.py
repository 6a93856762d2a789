"""The model in the settings: a key goes in and never comes out; a cap, links and a pause are kept."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from crm import ai_accounts
from crm.models import Actor, Advisor, AiAccount, Event, Organization
from leads import messaging
from leads.models import Generation, Lead, Purpose
from tests.conftest import ClientOf
from tests.fake_openai import FakeOpenAI

pytestmark = pytest.mark.django_db
AI, RULES = "/settings/ai", "/settings/ai/rules"
KEY = "sk-test"
FORM = {"provider": "openai", "name": "gpt-4o-mini", "key": KEY, "price_read": "", "price_written": ""}
KEPT = {"ai_monthly_cap": "20", "link_hosts": "https://Acme.example/now", "ai_pause_hours": "6"}


@pytest.fixture
def client(client_of: ClientOf, alice: Advisor) -> Client:
    return client_of(alice)


@pytest.fixture
def provider(model: FakeOpenAI, settings: Settings) -> FakeOpenAI:
    """It is asked with the organisation's own key; the site has no model."""
    settings.AI_MODEL = settings.AI_BASE_URL = ""
    settings.AI_PROVIDER_URLS = {"openai": model.url}
    return model


@pytest.fixture
def account(organization: Organization, now: dt.datetime) -> AiAccount:
    return ai_accounts.connect(organization, model="openai:gpt-4o-mini", key=KEY, by=Actor.system(), now=now)


def test_it_works(client: Client, provider: FakeOpenAI, organization: Organization) -> None:
    assert "No model is connected" in client.get(AI).content.decode()
    page = client.post(AI, FORM, follow=True).content.decode()
    for words in ("Connected", "openai:gpt-4o-mini writes for you, with your key.", "Stored encrypted"):
        assert words in page
    account = AiAccount.objects.get(organization=organization)
    assert account.key() == KEY
    assert KEY not in page
    assert KEY not in account.locked_key
    told = Event.objects.get(name="ai.connected")
    assert (told.actor_label, KEY in str(told.data)) == ("Alice Archer", False)
    assert "openai:gpt-4o-mini answered after" in client.post(f"{AI}/test", follow=True).content.decode()
    assert len(provider.asked) == 1


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": ""}, "Which model?"),
        ({"name": "a b"}, "Write provider:name"),
        ({"provider": "abacus"}, "Select a valid choice"),
        ({"key": ""}, "The key is missing"),
        ({"key": "a\0b"}, "Null characters"),
        ({"price_read": "cheap"}, "A number such as 0.15"),
        ({"price_read": "1"}, "Give both prices, or none."),
        ({"price_read": "-1", "price_written": "1"}, "greater than or equal to 0"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_without_the_key(
    client: Client, changed: dict[str, str], words: str
) -> None:
    answer = client.post(AI, FORM | changed)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert KEY not in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert not AiAccount.objects.exists()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("error:401", "turned our key away"),
        ("error:429", "takes no more requests"),
        ("error:500", "failed or could not be reached"),
        ("garbage", "failed or could not be reached"),
    ],
)
def test_a_model_that_says_no_is_told_in_words(
    client: Client, provider: FakeOpenAI, account: AiAccount, answer: str, words: str
) -> None:
    provider.answer = answer
    assert words in client.post(f"{AI}/test", follow=True).content.decode()


def test_another_model_keeps_the_key_another_provider_needs_one(client: Client, account: AiAccount) -> None:
    answer = client.post(AI, FORM | {"name": "gpt-4o", "key": ""})
    assert answer.status_code == 302
    account.refresh_from_db()
    assert (account.model, account.key()) == ("openai:gpt-4o", KEY)
    refused = client.post(AI, FORM | {"provider": "anthropic", "name": "claude", "key": ""})
    assert (refused.status_code, "The key is missing" in refused.content.decode()) == (422, True)
    client.post(AI, FORM | {"name": "gpt-4o", "key": "another", "price_read": "1", "price_written": "2"})
    account.refresh_from_db()
    assert (account.key(), account.prices) == ("another", (Decimal(1), Decimal(2)))


def test_the_end_of_an_account(client: Client, account: AiAccount) -> None:
    assert "Its key is forgotten" in client.post(f"{AI}/disconnection", follow=True).content.decode()
    assert not AiAccount.objects.exists()
    assert client.post(f"{AI}/disconnection").status_code == 404
    assert client.post(f"{AI}/test").status_code == 404


def test_what_it_may_do(client: Client, organization: Organization) -> None:
    page = client.post(RULES, KEPT, follow=True).content.decode()
    assert "Saved" in page
    organization.refresh_from_db()
    assert (organization.ai_monthly_cap, organization.ai_pause_hours) == (Decimal(20), 6)
    assert organization.link_hosts == "acme.example"
    changes = Event.objects.get(name="organization.changed").data["changes"]
    assert changes["ai_monthly_cap"] == [None, "20"]
    client.post(RULES, KEPT | {"ai_monthly_cap": "", "link_hosts": ""})
    organization.refresh_from_db()
    assert (organization.ai_monthly_cap, organization.link_hosts) == (None, "")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"ai_monthly_cap": "lots"}, "An amount such as 20"),
        ({"ai_monthly_cap": "-1"}, "greater than or equal to 0"),
        ({"ai_monthly_cap": "1.234"}, "2 decimal places"),
        ({"link_hosts": "acme"}, "not the name of a website"),
        ({"ai_pause_hours": ""}, "A whole number of hours."),
        ({"ai_pause_hours": "721"}, "less than or equal to 720"),
    ],
)
def test_rules_that_cant_be_are_refused(
    client: Client, organization: Organization, changed: dict[str, str], words: str
) -> None:
    answer = client.post(RULES, KEPT | changed)
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    organization.refresh_from_db()
    assert organization.ai_pause_hours == 4


def test_the_page_says_what_was_spent_and_that_the_cap_is_reached(
    client: Client, organization: Organization, jane: Lead, account: AiAccount
) -> None:
    talk = messaging.conversation_with(organization, jane.address, jane)
    Generation.objects.create(
        organization=organization, conversation=talk, purpose=Purpose.REPLY, model=account.model, cost="3.5",
        created_at=dt.datetime.now(dt.UTC),
    )  # fmt: skip
    page = client.get(AI).content.decode()
    assert "$3.50" in page
    assert "The composer writes until the month is over." not in page
    page = client.post(RULES, KEPT | {"ai_monthly_cap": "3"}, follow=True).content.decode()
    assert "$3.50 of $3.00" in page
    assert "The composer writes until the month is over." in page


def test_a_cap_without_a_price_is_warned_of(client: Client, organization: Organization, now: dt.datetime) -> None:
    ai_accounts.connect(organization, model="openai:our-own", key=KEY, by=Actor.system(), now=now)
    assert "Nobody knows what" not in client.get(AI).content.decode()
    client.post(RULES, KEPT)
    assert "Nobody knows what openai:our-own costs" in client.get(AI).content.decode()


def test_the_sites_model_is_named(client: Client, model: FakeOpenAI) -> None:
    assert "whoever runs Leadwright has the key" in client.get(AI).content.decode()
    assert client.post(f"{AI}/test").status_code == 404


def test_advisors_have_no_part_in_it(bob: Advisor, client_of: ClientOf, account: AiAccount) -> None:
    theirs = client_of(bob)
    assert theirs.get(AI).status_code == 403
    for below in ("", "/rules", "/test", "/disconnection"):
        assert theirs.post(f"{AI}{below}", FORM | KEPT).status_code == 403
    account.refresh_from_db()
    assert account.key() == KEY


def test_what_the_page_costs(
    client: Client, account: AiAccount, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(7):
        client.get(AI)
