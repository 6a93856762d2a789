"""Signing in with e-mail address and password: tokens, their lives and ends."""

from __future__ import annotations

import datetime as dt
from typing import Any

import jwt
import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client

from api.userleads import log_ins, tokens
from crm import keys
from crm.models import Actor, Advisor, Credential, Event, Organization
from tests.api.caller import Caller
from tests.api.userleads.conftest import MakeLeadOf
from tests.conftest import PASSWORD, ClientOf
from tests.racing import at_once

anybody = Caller()


@pytest.fixture(autouse=True)
def _no_attempts_yet() -> None:
    cache.clear()  # django-allauth counts wrong passwords there


def log_in(advisor: Advisor, **changed: Any) -> Any:
    return anybody.post("/auth/login", {"email": advisor.user.email, "password": PASSWORD, **changed})


def signed_in(advisor: Advisor) -> dict[str, Any]:
    answer = log_in(advisor)
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def asked(access: str) -> Any:
    return Caller("/v1", Authorization=f"Bearer {access}").get("/leads")


def refreshed(refresh: str) -> Any:
    return anybody.post("/auth/refresh", {"refresh_token": refresh})


def test_it_works(bob: Advisor, lead_of_bob: MakeLeadOf) -> None:
    lead = lead_of_bob()
    answer = signed_in(bob)
    assert answer["user"] == {"id": bob.user_id, "email": "bob@acme.example", "name": "Bob Baker"}
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 900)
    assert [each["id"] for each in asked(answer["access_token"]).json()["data"]] == [lead.pk]


@pytest.mark.parametrize("prefix", ["", "/userleads"])
def test_it_has_an_address_below_the_contracts_own_name_too(bob: Advisor, prefix: str) -> None:
    body = {"email": bob.user.email, "password": PASSWORD}
    assert anybody.post(f"{prefix}/auth/login", body).status_code == 200


def test_tokens_are_json_web_tokens_of_a_quarter_of_an_hour_and_a_week(bob: Advisor) -> None:
    answer = signed_in(bob)
    lives = {}
    for name in ("access_token", "refresh_token"):
        claims = jwt.decode(answer[name], options={"verify_signature": False})
        lives[name] = claims["exp"] - claims["iat"]
    assert lives == {"access_token": 15 * 60, "refresh_token": 7 * 24 * 3600}


@pytest.mark.parametrize("changed", [{"password": "wrong"}, {"email": "nobody@acme.example"}])
def test_a_wrong_pair_is_401_and_does_not_say_which(bob: Advisor, changed: dict[str, str]) -> None:
    answer = log_in(bob, **changed)
    assert answer.status_code == 401
    assert answer.json() == {"error": "E-mail address and password do not belong together"}


@pytest.mark.parametrize("body", [{}, {"email": "x"}, {"email": 1, "password": 2}, {"email": None, "password": None}])
def test_what_is_missing_is_named(db: None, body: dict[str, Any]) -> None:
    answer = anybody.post("/auth/login", body)
    assert answer.status_code == 422
    assert "password" in answer.json()["error"]


def test_guessing_ends(bob: Advisor) -> None:
    statuses = [log_in(bob, password=f"wrong-{number}").status_code for number in range(12)]
    assert statuses[0] == 401
    assert statuses[-1] == 429
    assert log_in(bob).status_code == 429


def test_whoever_needs_a_second_step_is_told_to_use_a_key(bob: Advisor, organization: Organization) -> None:
    Authenticator.objects.create(user=bob.user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert log_in(bob).status_code == 403
    Authenticator.objects.all().delete()
    Organization.objects.filter(pk=organization.pk).update(requires_second_step=True)
    assert log_in(bob).status_code == 403
    assert not Credential.objects.filter(is_log_in=True).exists()


def test_somebody_who_has_left_is_turned_away(bob: Advisor) -> None:
    tokens_of_bob = signed_in(bob)
    Advisor.objects.filter(pk=bob.pk).update(is_active=False)
    assert log_in(bob).status_code == 403
    assert asked(tokens_of_bob["access_token"]).status_code == 401


def test_an_access_token_ends(bob: Advisor, now: dt.datetime) -> None:
    old = log_ins.log_in(bob.user, now=now - log_ins.ACCESS_LIFE - dt.timedelta(seconds=1))
    answer = asked(old.access)
    assert (answer.status_code, answer.json()) == (401, {"error": "This access token has expired"})
    assert refreshed(old.refresh).status_code == 200


def test_a_log_in_ends_after_a_week_without_a_refresh(bob: Advisor, now: dt.datetime) -> None:
    old = log_ins.log_in(bob.user, now=now - log_ins.REFRESH_LIFE - dt.timedelta(seconds=1))
    assert refreshed(old.refresh).status_code == 401


def test_a_refresh_token_is_good_once_and_a_second_use_ends_the_log_in(bob: Advisor) -> None:
    first = signed_in(bob)
    second = refreshed(first["refresh_token"]).json()
    assert asked(second["access_token"]).status_code == 200
    assert refreshed(first["refresh_token"]).status_code == 401
    assert refreshed(second["refresh_token"]).status_code == 401
    assert asked(second["access_token"]).status_code == 401
    assert Event.objects.filter(name="log_in.ended_by_reuse").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_with_one_refresh_token_one_gets_new_ones(bob: Advisor) -> None:
    first = signed_in(bob)
    statuses = at_once(lambda _: refreshed(first["refresh_token"]).status_code, 8)
    assert sorted(statuses) == [200, *[401] * 7]


def test_another_password_ends_the_log_in(bob: Advisor) -> None:
    first = signed_in(bob)
    bob.user.set_password("another horse battery")
    bob.user.save()
    assert refreshed(first["refresh_token"]).status_code == 401


def test_logging_out_ends_it_at_once_and_may_be_said_twice(bob: Advisor) -> None:
    first = signed_in(bob)
    for _ in range(2):
        answer = anybody.post("/auth/logout", {"refresh_token": first["refresh_token"]})
        assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert asked(first["access_token"]).status_code == 401
    assert refreshed(first["refresh_token"]).status_code == 401


def test_each_token_is_for_its_own_use(bob: Advisor) -> None:
    first = signed_in(bob)
    assert asked(first["refresh_token"]).status_code == 401
    assert refreshed(first["access_token"]).status_code == 401
    assert Caller("/v1", X_API_Key=Credential.objects.get(is_log_in=True).digest).get("/leads").status_code == 401


@pytest.mark.parametrize("algorithm", ["none", "HS512"])
def test_a_token_that_we_did_not_sign_opens_nothing(bob: Advisor, algorithm: str, now: dt.datetime) -> None:
    signed_in(bob)
    claims = {"use": "access", "sid": Credential.objects.get().pk, "jti": "x", "exp": now + dt.timedelta(hours=1)}
    forged = jwt.encode(claims, "" if algorithm == "none" else "k" * 64, algorithm=algorithm)
    assert asked(forged).status_code == 401


def test_a_former_secret_key_still_reads(bob: Advisor, settings: Any) -> None:
    access = signed_in(bob)["access_token"]
    former, settings.SECRET_KEY = settings.SECRET_KEY, "another key of fifty characters, or nearly so, at least"
    assert asked(access).status_code == 401
    settings.SECRET_KEY_FALLBACKS = [former]
    assert asked(access).status_code == 200


def test_it_is_no_key_of_another_contract(bob: Advisor) -> None:
    access = signed_in(bob)["access_token"]
    answer = Caller("/lendworks/v1", Authorization=f"Bearer {access}").get("/leads")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (401, "INVALID_API_KEY")


def test_nobody_signs_up_here(db: None) -> None:
    answer = anybody.post("/auth/register", {"email": "new@acme.example", "password": PASSWORD})
    assert answer.status_code == 403
    assert "invites" in answer.json()["error"]


@pytest.mark.parametrize(("path", "status"), [("/auth/login", 405), ("/auth/else", 401), ("/auth", 401)])
def test_other_addresses_and_methods_answer_in_the_contracts_words(db: None, path: str, status: int) -> None:
    answer = anybody.get(path)
    assert (answer.status_code, list(answer.json())) == (status, ["error"])


def test_the_settings_list_it_and_a_manager_ends_it(
    bob: Advisor, alice: Advisor, client_of: ClientOf, now: dt.datetime
) -> None:
    access = signed_in(bob)["access_token"]
    browser: Client = client_of(alice)
    assert "Log-in" in browser.get("/settings/keys").content.decode()
    log_in = Credential.objects.get(is_log_in=True)
    with pytest.raises(keys.KeyRefused):
        keys.rotate(log_in, organization=alice.organization, by=Actor.advisor(alice), now=now)
    browser.post(f"/settings/keys/{log_in.pk}/revocation")
    assert asked(access).status_code == 401


def test_limits_are_counted_for_each_log_in(bob: Advisor) -> None:
    headers = asked(signed_in(bob)["access_token"]).headers
    assert (headers["X-RateLimit-Limit"], headers["X-RateLimit-Remaining"]) == ("1000", "999")


def test_ended_log_ins_are_forgotten_after_a_day(bob: Advisor, now: dt.datetime) -> None:
    log_ins.log_in(bob.user, now=now - log_ins.REFRESH_LIFE - log_ins.KEPT_FOR - dt.timedelta(minutes=1))
    kept = log_ins.log_in(bob.user, now=now)
    assert log_ins.prune(now) == 1
    assert tokens.read(kept.access, tokens.Use.ACCESS).log_in == Credential.objects.get().pk
