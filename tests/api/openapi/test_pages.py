"""The reference: for anybody to read, with a key of an hour for managers to try things out."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest
import yaml
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from api.openapi.contracts import CONTRACTS
from api.openapi.generator import document
from crm.models import Advisor, Credential, CredentialKind, Organization, Partner
from crm.organizations import found
from tests.conftest import ClientOf

SLUGS = list(CONTRACTS)


def test_it_works(client: Client, django_assert_num_queries: DjangoAssertNumQueries, db: None) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/api/docs")
    page = answer.content.decode()
    assert answer.status_code == 200
    for contract in CONTRACTS.values():
        assert f'href="/api/docs/{contract.slug}"' in page
        assert f"http://testserver{contract.prefix}" in page


@pytest.mark.parametrize("slug", SLUGS)
def test_a_stranger_reads_every_operation(slug: str, client: Client, db: None) -> None:
    page = client.get(f"/api/docs/{slug}").content.decode()
    shown = set(re.findall(r'id="(\w+)"', page))
    for operation in CONTRACTS[slug].operations.values():
        assert operation.name in shown or operation.twin_of in shown
    assert {f"schema-{name}" for name in CONTRACTS[slug].schemas} <= set(re.findall(r'id="(schema-\w+)"', page))
    assert "Make a key" not in page


@pytest.mark.parametrize("slug", SLUGS)
def test_every_link_within_the_page_leads_somewhere(slug: str, client: Client, db: None) -> None:
    page = client.get(f"/api/docs/{slug}").content.decode()
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(re.findall(r'id="([^"]+)"', page))


@pytest.mark.parametrize("slug", SLUGS)
def test_the_document_is_served_as_json_and_yaml(slug: str, client: Client, db: None) -> None:
    expected = document(CONTRACTS[slug], "http://testserver")
    as_json, as_yaml = (client.get(f"/api/docs/{slug}/openapi.{extension}") for extension in ("json", "yaml"))
    assert as_json["Content-Type"].startswith("application/json")
    assert json.loads(as_json.content) == json.loads(json.dumps(expected))
    assert yaml.safe_load(as_yaml.content) == json.loads(as_json.content)


def test_servers_are_where_the_world_reaches_the_site(client: Client, db: None, settings: object) -> None:
    settings.PUBLIC_URL = "https://crm.example.com"  # type: ignore[attr-defined]
    spec = client.get("/api/docs/lendworks/openapi.json").json()
    assert [server["url"] for server in spec["servers"]] == [
        "https://crm.example.com/lendworks/v1",
        "https://crm.example.com/v1",
    ]


@pytest.mark.parametrize("path", ["/api/docs/nothing", "/api/docs/lendworks/openapi.xml", "/api/docs/x/openapi.json"])
def test_anything_else_is_not_there(path: str, client: Client, db: None) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("slug", SLUGS)
def test_a_manager_makes_a_key_for_an_hour(
    slug: str, alice: Advisor, bob: Advisor, client_of: ClientOf, client: Client
) -> None:
    answer = client_of(alice).post(f"/api/docs/{slug}/key", {"permission": "read"})
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    made = Credential.objects.get()
    assert (made.kind, made.permission, made.name) == (slug, "read", "Console of Alice Archer")
    assert abs(made.expires_at - timezone.now() - dt.timedelta(hours=1)) < dt.timedelta(minutes=1)
    assert made.advisor == (alice if slug == CredentialKind.USERLEADS else None)
    found_key = re.search(r'id="console-key"[^>]* value="([^"]+)"', answer.content.decode())
    assert found_key
    secret = found_key[1]
    shown = {
        "lendworks": ("/lendworks/v1/leads", {"Authorization": f"Bearer {secret}"}),
        "recoverbiz": ("/recoverbiz/v1/accounts", {"X-Partner-Key": secret}),
        "userleads": ("/userleads/v1/leads", {"X-API-Key": secret}),
        "convoso": (f"/convoso/v1/leads/search?auth_token={secret}", {}),
    }
    path, headers = shown[slug]
    assert client.get(path, headers=headers).status_code == 200
    assert "Console of Alice Archer" in client_of(alice).get("/settings/keys").content.decode()


def test_a_permission_that_is_none_is_the_least(alice: Advisor, client_of: ClientOf) -> None:
    client_of(alice).post("/api/docs/lendworks/key", {"permission": "everything"})
    assert Credential.objects.get().permission == "read"


def test_an_advisor_makes_no_key(bob: Advisor, client_of: ClientOf, client: Client) -> None:
    assert client_of(bob).post("/api/docs/lendworks/key").status_code == 403
    assert "Make a key" not in client_of(bob).get("/api/docs/lendworks").content.decode()
    assert client.post("/api/docs/lendworks/key").status_code == 302
    assert not Credential.objects.exists()


def test_a_key_that_reaches_further_is_refused_with_the_reason(
    alice: Advisor, organization: Organization, client_of: ClientOf
) -> None:
    partner = Partner.objects.get(pk=organization.partner_id)
    found(name="A sister", partner=partner, now=timezone.now())
    answer = client_of(alice).post("/api/docs/recoverbiz/key")
    assert answer.status_code == 422
    assert "reach all of the partner" in answer.content.decode()
    assert not Credential.objects.exists()


def test_the_account_of_the_advisor_stands_ready(
    alice: Advisor, client_of: ClientOf, organization: Organization
) -> None:
    assert f'value="{organization.public_id}"' in client_of(alice).get("/api/docs/recoverbiz").content.decode()


def test_the_settings_lead_to_it(alice: Advisor, client_of: ClientOf) -> None:
    assert 'href="/api/docs"' in client_of(alice).get("/settings/keys").content.decode()
