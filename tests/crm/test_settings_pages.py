"""Settings: managers of the organisation, and nobody else; a secret in one answer, and in no other."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from crm import keys
from crm.models import Actor, Advisor, Credential, Event, Organization
from tests.conftest import ClientOf

BY = Actor.system()
FORM = {"kind": "lendworks", "name": "Website", "permission": "read", "expires_on": "", "advisor": ""}


@pytest.fixture
def client(client_of: ClientOf, alice: Advisor) -> Client:
    return client_of(alice)


@pytest.fixture
def key(organization: Organization, now: dt.datetime) -> Credential:
    return keys.issue(organization=organization, kind="lendworks", name="Website", by=BY, now=now)[0]


def ticket(client: Client, url: str) -> str:
    found = re.search(r'name="ticket" value="([^"]+)"', client.get(url).content.decode())
    assert found
    return found[1]


def make(client: Client, **changed: str) -> str:
    """The secret that the answer shows."""
    sent = {**FORM, "ticket": ticket(client, "/settings/keys/new"), **changed}
    answer = client.post("/settings/keys/new", sent)
    assert answer.status_code == 200
    return str(answer.context["secret"])


def test_it_works(client: Client, organization: Organization) -> None:
    secret = make(client)
    key = Credential.objects.get()
    assert Credential.shown(secret) == key
    assert (key.organization, key.name, key.permission) == (organization, "Website", "read")
    assert Event.objects.get(name="key.issued").actor_label == "Alice Archer"
    page = client.get("/settings/keys").content.decode()
    assert "Website" in page
    assert secret not in page
    assert secret not in client.get(f"/settings/keys/{key.pk}").content.decode()


def test_the_secret_is_stored_nowhere(client: Client) -> None:
    sent = {**FORM, "ticket": ticket(client, "/settings/keys/new")}
    answer = client.post("/settings/keys/new", sent)
    secret = answer.context["secret"]
    assert "no-store" in answer["Cache-Control"]
    assert secret in answer.content.decode()
    assert all(secret not in str(session.get_decoded()) for session in Session.objects.all())
    assert secret not in str(list(Event.objects.values_list("data", flat=True)))
    assert secret not in client.get("/settings/keys").content.decode()


def test_sending_the_form_again_makes_and_shows_nothing(client: Client) -> None:
    sent = {**FORM, "ticket": ticket(client, "/settings/keys/new")}
    client.post("/settings/keys/new", sent)
    again = client.post("/settings/keys/new", sent)
    assert again.headers["Location"] == "/settings/keys"
    assert Credential.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "name"),
        ({"kind": "smoke signals"}, "kind"),
        ({"permission": "all"}, "permission"),
        ({"expires_on": "soon"}, "expires_on"),
        ({"expires_on": "2001-01-31"}, "expires_on"),
        ({"expires_on": "9999-12-31"}, "expires_on"),
        ({"kind": "userleads"}, "advisor"),
        ({"kind": "userleads", "advisor": str(uuid.uuid4())}, "advisor"),
    ],
)
def test_it_says_what_is_wrong_beside_the_field(client: Client, changed: dict[str, str], field: str) -> None:
    answer = client.post("/settings/keys/new", {**FORM, "ticket": ticket(client, "/settings/keys/new"), **changed})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert f'id="id_{field}-error"' in answer.content.decode()
    assert not Credential.objects.exists()


def test_a_key_is_valid_through_its_last_day(client: Client, organization: Organization) -> None:
    Organization.objects.update(time_zone="America/New_York")
    make(client, expires_on="2027-01-31")
    key = Credential.objects.get()
    assert key.expires_at == dt.datetime(2027, 2, 1, 5, tzinfo=dt.UTC)
    assert "31 Jan 2027" in client.get("/settings/keys").content.decode()
    assert 'value="2027-01-31"' in client.get(f"/settings/keys/{key.pk}").content.decode()


def test_a_userleads_key_is_its_advisors(client: Client, bob: Advisor, charlie: Advisor) -> None:
    make(client, kind="userleads", advisor=str(bob.uuid))
    assert Credential.objects.get().advisor == bob
    foreign = {**FORM, "kind": "userleads", "advisor": str(charlie.uuid)}
    assert client.post("/settings/keys/new", foreign).status_code == 422


def test_replacing_shows_the_successor_once_and_leaves_the_old_one_a_day(client: Client, key: Credential) -> None:
    sent = {"ticket": ticket(client, f"/settings/keys/{key.pk}")}
    answer = client.post(f"/settings/keys/{key.pk}/rotation", sent)
    assert Credential.shown(answer.context["secret"]).pk != key.pk  # type: ignore[union-attr]
    assert "no-store" in answer["Cache-Control"]
    assert "24 hours" in answer.content.decode()
    assert client.post(f"/settings/keys/{key.pk}/rotation", sent).status_code == 302
    assert Credential.objects.count() == 2
    assert "rotation" not in client.get(f"/settings/keys/{key.pk}").content.decode()


def test_renaming_a_replaced_key_leaves_the_minute_of_its_end(
    client: Client, key: Credential, organization: Organization, now: dt.datetime
) -> None:
    keys.rotate(key, organization=organization, by=BY, now=now)
    shown = client.get(f"/settings/keys/{key.pk}").context["expires_on"]
    client.post(f"/settings/keys/{key.pk}", {"name": "Old", "expires_on": shown})
    key.refresh_from_db()
    assert (key.name, key.expires_at) == ("Old", now + keys.GRACE)


def test_a_revoked_key_is_listed_among_the_ended(client: Client, key: Credential) -> None:
    client.post(f"/settings/keys/{key.pk}/revocation")
    assert [row.pk for row in client.get("/settings/keys").context["keys"]] == []
    assert [row.pk for row in client.get("/settings/keys?show=ended").context["keys"]] == [key.pk]
    assert "Save" not in client.get(f"/settings/keys/{key.pk}").content.decode()
    assert client.post(f"/settings/keys/{key.pk}", {"name": "Back", "expires_on": ""}).status_code == 422


def test_a_key_of_a_shared_partner_is_looked_at_only(
    client: Client, organization: Organization, now: dt.datetime
) -> None:
    key, _ = keys.issue(organization=organization, kind="recoverbiz", name="Partner", by=BY, now=now)
    assert "revocation" in client.get(f"/settings/keys/{key.pk}").content.decode()
    Organization.objects.create(name="Sister", partner=organization.partner)
    page = client.get(f"/settings/keys/{key.pk}").content.decode()
    assert "revocation" not in page
    client.post(f"/settings/keys/{key.pk}/revocation")
    client.post(f"/settings/keys/{key.pk}/rotation", {"ticket": ticket(client, "/settings/keys/new")})
    key.refresh_from_db()
    assert (key.revoked_at, key.expires_at) == (None, None)
    assert 'value="recoverbiz"' not in client.get("/settings/keys/new").content.decode()
    assert make_status(client, kind="recoverbiz") == 422
    assert "reach all of its organisations, not only" in client.get("/settings/keys").content.decode()


def make_status(client: Client, **changed: str) -> int:
    sent = {**FORM, "ticket": ticket(client, "/settings/keys/new"), **changed}
    return client.post("/settings/keys/new", sent).status_code


PLAIN = ["/settings", "/settings/keys", "/settings/keys/new", "/settings/webhooks", "/settings/webhooks/new"]


def test_an_advisor_finds_no_way_in(client_of: ClientOf, bob: Advisor, key: Credential) -> None:
    client = client_of(bob)
    assert "/settings" not in client.get("/board").content.decode()
    for url in [*PLAIN, f"/settings/keys/{key.pk}"]:
        assert client.get(url).status_code == 403
    for url in ("/settings/keys/new", f"/settings/keys/{key.pk}/rotation", f"/settings/keys/{key.pk}/revocation"):
        assert client.post(url, FORM).status_code == 403
    assert Credential.objects.filter(revoked_at=None).count() == 1


def test_a_stranger_signs_in_first(client: Client) -> None:
    for url in PLAIN:
        assert Client().get(url).headers["Location"].startswith("/sign-in")


def test_another_organizations_keys_are_not_found(client_of: ClientOf, charlie: Advisor, key: Credential) -> None:
    client = client_of(charlie)
    assert "Website" not in client.get("/settings/keys").content.decode()
    assert client.get(f"/settings/keys/{key.pk}").status_code == 404
    for what in ("", "/rotation", "/revocation"):
        sent = {"name": "Mine", "expires_on": "", "ticket": ticket(client, "/settings/keys/new")}
        assert client.post(f"/settings/keys/{key.pk}{what}", sent).status_code == 404
    assert client.get(f"/settings/keys/{10**30}").status_code == 404
    key.refresh_from_db()
    assert (key.name, key.revoked_at, key.expires_at) == ("Website", None, None)


def test_the_list_costs_the_same_however_long(
    client: Client,
    organization: Organization,
    bob: Advisor,
    now: dt.datetime,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for kind in ("lendworks", "recoverbiz", "convoso", "userleads"):
        for _ in range(3):
            keys.issue(
                organization=organization, kind=kind, by=BY, now=now, advisor=bob if kind == "userleads" else None
            )
    with django_assert_num_queries(6):  # session, user, advisor; keys, partner, its other organisations
        assert len(client.get("/settings/keys").context["keys"]) == 12
