"""Keys are made, replaced and ended by the people they belong to, and leave a trace."""

from __future__ import annotations

import datetime as dt

import pytest

from crm import keys
from crm.models import Actor, Advisor, Credential, Event, Organization

BY = Actor.system()
DAY = dt.timedelta(days=1)


def made(organization: Organization, now: dt.datetime, kind: str = "lendworks", **given: object) -> Credential:
    return keys.issue(organization=organization, kind=kind, by=BY, now=now, **given)[0]  # type: ignore[arg-type]


def facts(organization: Organization) -> list[str]:
    named = Event.objects.filter(organization=organization, name__startswith="key.")
    return list(named.order_by("pk").values_list("name", flat=True))


def test_it_works(organization: Organization, alice: Advisor, now: dt.datetime) -> None:
    key, secret = keys.issue(
        organization=organization,
        kind="lendworks",
        name="Website",
        permission="read",
        expires_at=now + DAY,
        by=Actor.advisor(alice),
        now=now,
    )
    assert Credential.shown(secret) == key
    key.refresh_from_db()
    assert (key.name, key.permission, key.tier, key.expires_at) == ("Website", "read", "standard", now + DAY)
    event = Event.objects.get(name="key.issued")
    assert (event.actor_label, event.data["key"]) == ("Alice Archer", secret[:12])
    assert secret not in str(event.data)


def test_a_rotated_key_lives_a_day_beside_its_successor(organization: Organization, now: dt.datetime) -> None:
    old = made(organization, now, permission="full", name="Website")
    new, secret = keys.rotate(old, organization=organization, by=BY, now=now)
    old.refresh_from_db()
    assert not old.is_expired(now + DAY - dt.timedelta(seconds=1))
    assert old.is_expired(now + DAY)
    assert (new.permission, new.name, new.expires_at) == ("full", "Website", None)
    assert Credential.shown(secret) == new
    assert facts(organization) == ["key.issued", "key.issued", "key.rotated"]


def test_a_successor_lives_as_long_as_its_key_was_to(organization: Organization, now: dt.datetime) -> None:
    old = made(organization, now, expires_at=now + 90 * DAY)
    new, _ = keys.rotate(old, organization=organization, by=BY, now=now + 80 * DAY)
    assert new.expires_at is not None
    assert abs(new.expires_at - (now + 170 * DAY)) < dt.timedelta(minutes=1)


def test_a_key_is_replaced_once(organization: Organization, now: dt.datetime) -> None:
    old = made(organization, now)
    keys.rotate(old, organization=organization, by=BY, now=now)
    with pytest.raises(keys.KeyRefused):
        keys.rotate(old, organization=organization, by=BY, now=now)
    assert Credential.objects.count() == 2


def test_a_revoked_key_is_neither_replaced_nor_changed(organization: Organization, now: dt.datetime) -> None:
    key = made(organization, now)
    assert keys.revoke(key, organization=organization, by=BY, now=now)
    assert not keys.revoke(key, organization=organization, by=BY, now=now)
    with pytest.raises(keys.KeyRefused):
        keys.rotate(key, organization=organization, by=BY, now=now)
    with pytest.raises(keys.KeyRefused):
        keys.change(key, organization=organization, name="x", expires_at=None, by=BY, now=now)
    assert facts(organization) == ["key.issued", "key.revoked"]


def test_an_expired_key_is_not_brought_back(organization: Organization, now: dt.datetime) -> None:
    key = made(organization, now, expires_at=now + DAY)
    with pytest.raises(keys.KeyRefused):
        keys.change(key, organization=organization, name="x", expires_at=None, by=BY, now=now + 2 * DAY)


def test_a_key_can_end_earlier_but_not_in_the_past(organization: Organization, now: dt.datetime) -> None:
    key = made(organization, now)
    keys.change(key, organization=organization, name="Till", expires_at=now + DAY, by=BY, now=now)
    key.refresh_from_db()
    assert (key.name, key.expires_at) == ("Till", now + DAY)
    with pytest.raises(keys.KeyRefused):
        keys.change(key, organization=organization, name="Till", expires_at=now - DAY, by=BY, now=now)


def test_userleads_keys_belong_to_an_advisor_of_the_organization(
    organization: Organization, bob: Advisor, charlie: Advisor, now: dt.datetime
) -> None:
    for advisor in (None, charlie):
        with pytest.raises(keys.KeyRefused):
            made(organization, now, "userleads", advisor=advisor)
    assert made(organization, now, "userleads", advisor=bob).advisor == bob


def test_a_partner_of_one_organization_is_spoken_for_by_it(organization: Organization, now: dt.datetime) -> None:
    key = made(organization, now, "recoverbiz")
    assert key.partner == organization.partner
    assert list(keys.keys_of(organization)) == [key]
    assert keys.revoke(key, organization=organization, by=BY, now=now)


def test_a_partner_of_several_is_spoken_for_by_none(organization: Organization, now: dt.datetime) -> None:
    key = made(organization, now, "recoverbiz")
    Organization.objects.create(name="Sister", partner=organization.partner)
    for act in (
        lambda: made(organization, now, "recoverbiz"),
        lambda: keys.revoke(key, organization=organization, by=BY, now=now),
        lambda: keys.rotate(key, organization=organization, by=BY, now=now),
    ):
        with pytest.raises(keys.KeyRefused):
            act()
    key.refresh_from_db()
    assert key.revoked_at is None


def test_it_refuses_a_key_of_another_organization(
    organization: Organization, other_organization: Organization, now: dt.datetime
) -> None:
    for kind in ("lendworks", "recoverbiz"):
        key = made(other_organization, now, kind)
        assert key not in keys.keys_of(organization)
        with pytest.raises(keys.KeyRefused):
            keys.revoke(key, organization=organization, by=BY, now=now)
