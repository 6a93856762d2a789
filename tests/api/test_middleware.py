"""Contracts are served without what pages need."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import Resolver404, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern

from api import middleware
from crm.models import Credential, Organization, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(organization: Organization) -> Client:
    return Client(headers={"authorization": f"Bearer {Credential.issue('lendworks', organization=organization)[1]}"})


def test_it_works(client: Client) -> None:
    answer = client.get("/v1/leads")
    assert answer.status_code == 200
    assert answer["Content-Length"] == str(len(answer.content))
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_no_cookie_is_read_or_given(client: Client) -> None:
    client.force_login(User.objects.create_user("alice@leadwright.example", "a long passphrase"))
    answer = client.get("/lendworks/v1/leads")
    assert not hasattr(answer.wsgi_request, "session")
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")


def test_it_refuses_a_host_that_is_not_ours(client: Client) -> None:
    assert client.get("/v1/leads", headers={"host": "evil.example"}).status_code == 400


def test_addresses_that_no_contract_has_are_not_found(client: Client) -> None:
    assert client.get("/lendworks/v9/leads").status_code == 404


@pytest.mark.parametrize("rest", ["", "v1/leads", "other"])
@pytest.mark.parametrize("prefix", middleware._CONTRACTS)
def test_no_page_lies_below_a_contract(prefix: str, rest: str) -> None:
    pages = [pattern for pattern in get_resolver().url_patterns if getattr(pattern, "app_name", "") != "api"]
    with pytest.raises(Resolver404):
        URLResolver(RegexPattern(r"^/"), pages).resolve(f"{prefix}{rest}")
