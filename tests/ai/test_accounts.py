"""Which model writes for whom: the organisation's own, the site's, or none."""

from __future__ import annotations

import datetime as dt
from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.checks import run_checks
from django.core.management import call_command
from pytest_django import DjangoAssertNumQueries, Settings

from crm import ai_accounts
from crm.models import Actor, AiAccount, Event, Organization
from tests.staff import staff_client

ME = Actor.system("test")
OWN = {"model": "anthropic:claude-own", "key": "sk-their-own-key"}


@pytest.mark.django_db
class TestAccounts:
    def test_it_works(self, organization: Organization, now: dt.datetime) -> None:
        row = ai_accounts.connect(organization, **OWN, by=ME, now=now)
        found = ai_accounts.account_of(organization)
        assert found is not None
        assert (found.model, found.key) == (OWN["model"], OWN["key"])
        assert OWN["key"] not in AiAccount.objects.get().locked_key
        assert Event.objects.get(name="ai.connected").data == {"model": OWN["model"], "key": "new", "prices": []}
        assert ai_accounts.disconnect(row, by=ME, now=now)
        assert ai_accounts.account_of(organization) is None
        assert not ai_accounts.disconnect(row, by=ME, now=now)

    def test_the_sites_model_writes_for_the_others(
        self, organization: Organization, other_organization: Organization, now: dt.datetime, settings: Settings
    ) -> None:
        settings.AI_MODEL, settings.AI_API_KEY = "openai:site", "site-key"
        ai_accounts.connect(organization, **OWN, by=ME, now=now)
        found = ai_accounts.accounts_of([organization.pk, other_organization.pk])
        assert [account.model if account else "" for account in found.values()] == [OWN["model"], "openai:site"]

    def test_another_one_replaces_it(self, organization: Organization, now: dt.datetime) -> None:
        for name in ("one", "two"):
            ai_accounts.connect(organization, model=f"openai:{name}", key="k" * 9, by=ME, now=now)
        assert AiAccount.objects.get().model == "openai:two"

    @pytest.mark.parametrize(
        ("model", "key", "field"),
        [
            ("gpt-4o", "k", "model"),
            ("abacus:old", "k", "model"),
            ("openai:", "k", "model"),
            ("openai:a b", "k", "model"),
            ("openai:x", "", "key"),
            ("openai:x", "ключ", "key"),
        ],
    )
    def test_it_refuses_what_cant_be_right(
        self, organization: Organization, now: dt.datetime, model: str, key: str, field: str
    ) -> None:
        with pytest.raises(ai_accounts.AccountRefused) as refused:
            ai_accounts.connect(organization, model=model, key=key, by=ME, now=now)
        assert refused.value.field == field

    def test_a_key_that_nobody_can_open_is_not_replaced_by_the_sites(
        self, organization: Organization, now: dt.datetime, settings: Settings
    ) -> None:
        settings.AI_MODEL, settings.AI_API_KEY = "openai:site", "site-key"
        ai_accounts.connect(organization, **OWN, by=ME, now=now)
        settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
        found = ai_accounts.account_of(organization)
        assert found is not None
        assert (found.model, found.key) == (OWN["model"], "")

    def test_keys_are_closed_anew(self, organization: Organization, now: dt.datetime, settings: Settings) -> None:
        ai_accounts.connect(organization, **OWN, by=ME, now=now)
        settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.ENCRYPTION_KEYS]
        printed = StringIO()
        call_command("rotate_secrets", stdout=printed)
        assert printed.getvalue() == "1\n"
        settings.ENCRYPTION_KEYS = settings.ENCRYPTION_KEYS[:1]
        assert AiAccount.objects.get().key() == OWN["key"]

    def test_one_statement_for_many(
        self,
        organization: Organization,
        other_organization: Organization,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        with django_assert_num_queries(1):
            ai_accounts.accounts_of([organization.pk, other_organization.pk])

    def test_staff_connect_it_and_never_see_the_key(self, organization: Organization) -> None:
        client = staff_client("root@x.example", is_superuser=True)
        given = {"organization": organization.pk, **OWN}
        refused = client.post("/admin/crm/aiaccount/add/", given | {"model": "gpt"})
        assert "Write provider:name" in refused.content.decode()
        assert client.post("/admin/crm/aiaccount/add/", given).status_code == 302
        account = AiAccount.objects.get()
        page = client.get(f"/admin/crm/aiaccount/{account.pk}/change/").content.decode()
        assert OWN["key"] not in page
        assert "anthropic:claude-own" in page
        assert client.post(f"/admin/crm/aiaccount/{account.pk}/delete/", {"post": "yes"}).status_code == 302
        assert Event.objects.filter(name="ai.disconnected").exists()


@pytest.mark.parametrize(
    ("model", "key", "url", "ids"),
    [
        ("", "", "", []),
        ("openai:x", "key", "", []),
        ("openai:x", "", "http://localhost:1/v1", []),
        ("openai:x", "", "", ["crm.W001"]),
        ("gpt-4", "key", "", ["crm.E001"]),
        ("anthropic:x", "key", "http://localhost:1/v1", ["crm.E002"]),
    ],
)
def test_settings_that_cant_be_right_are_told_at_the_start(
    db: None, settings: Settings, model: str, key: str, url: str, ids: list[str]
) -> None:
    settings.AI_MODEL, settings.AI_API_KEY, settings.AI_BASE_URL = model, key, url
    assert [found.id for found in run_checks() if found.id and found.id.startswith("crm.")] == ids
