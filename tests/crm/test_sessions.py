"""How long a session lasts, the key that opens it, and who ends it."""

from __future__ import annotations

import time

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.test import Client

from crm.models import Advisor
from crm.sessions import BEGAN, SEEN
from tests.conftest import PASSWORD, ClientOf
from tests.staff import confirm

HOUR = 3600


def signed_in(advisor: Advisor, browser: str = "Firefox") -> Client:
    client = Client(headers={"User-Agent": browser})
    assert client.post("/sign-in", {"login": advisor.user.email, "password": PASSWORD}).status_code == 302
    return client


def key_of(client: Client) -> str:
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


def grow_older(client: Client, **seconds: float) -> None:
    session = client.session
    for name, age in seconds.items():
        session[name] = int(time.time() - age)
    session.save()


def test_it_ends_when_nobody_is_there(alice: Advisor, client_of: ClientOf) -> None:
    client = client_of(alice)
    grow_older(client, **{SEEN: 11 * HOUR})
    assert client.get("/leads").status_code == 200
    grow_older(client, **{SEEN: 12 * HOUR + 5})
    answer = client.get("/leads")
    assert answer.headers["Location"] == "/sign-in?next=/leads"
    assert "_auth_user_id" not in client.session


def test_who_comes_back_within_it_has_the_whole_time_again(alice: Advisor, client_of: ClientOf) -> None:
    client = client_of(alice)
    for _ in range(3):
        grow_older(client, **{SEEN: 11 * HOUR})
        assert client.get("/leads").status_code == 200


@pytest.mark.parametrize("headers", [{"HX-Request": "true"}, {"Sec-Fetch-Mode": "cors"}])
def test_a_page_that_lies_open_is_nobody(alice: Advisor, client_of: ClientOf, headers: dict[str, str]) -> None:
    client = client_of(alice)
    grow_older(client, **{SEEN: 11 * HOUR})
    before = client.session[SEEN]
    client.get("/board/changes", headers=headers)
    assert client.session[SEEN] == before
    client.post("/views/new", {"name": ""}, headers=headers)
    assert client.session[SEEN] > before


def test_it_ends_however_busy(alice: Advisor, client_of: ClientOf) -> None:
    client = client_of(alice)
    grow_older(client, **{BEGAN: 7 * 24 * HOUR - 60})
    assert client.get("/leads").status_code == 200
    grow_older(client, **{BEGAN: 7 * 24 * HOUR + 5})
    assert client.get("/leads").status_code == 302


def test_one_from_before_there_were_limits_is_over(alice: Advisor, client_of: ClientOf) -> None:
    client = client_of(alice)
    session = client.session
    del session[BEGAN]
    session.save()
    assert client.get("/leads").status_code == 302


def test_who_shows_once_more_who_they_are_gets_another_key(alice: Advisor) -> None:
    client = signed_in(alice)
    before = key_of(client)
    client.post("/account/reauthenticate/", {"password": "a wrong one"})
    assert key_of(client) == before
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    after = key_of(client)
    assert after != before
    assert client.get("/leads").status_code == 200
    assert UserSession.objects.get().session_key == after
    client.cookies[settings.SESSION_COOKIE_NAME] = before
    assert client.get("/leads").status_code == 302


def test_one_of_ones_own_is_ended(alice: Advisor, bob: Advisor) -> None:
    here, there, elsewhere = signed_in(alice, "Firefox"), signed_in(alice, "Chrome"), signed_in(bob)
    page = here.get("/account/sessions/").content.decode()
    ids = dict(UserSession.objects.values_list("session_key", "pk"))
    assert f"/account/sessions/{ids[key_of(there)]}/end" in page
    assert f"/account/sessions/{ids[key_of(here)]}/end" not in page
    assert here.post(f"/account/sessions/{ids[key_of(elsewhere)]}/end").status_code == 404
    assert here.post(f"/account/sessions/{ids[key_of(there)]}/end").headers["Location"] == "/account/sessions/"
    assert [client.get("/leads").status_code for client in (here, there, elsewhere)] == [200, 302, 200]


@pytest.mark.parametrize("path", ["/account/sessions/", "/account/sessions/{}/end"])
def test_whoever_ends_one_shows_first_who_they_are(alice: Advisor, path: str) -> None:
    here, there = signed_in(alice, "Firefox"), signed_in(alice, "Chrome")
    confirm(here, seconds_ago=HOUR)
    answer = here.post(path.format(UserSession.objects.get(session_key=key_of(there)).pk))
    assert answer.headers["Location"].startswith("/account/reauthenticate/")
    assert there.get("/leads").status_code == 200


def test_who_leaves_leaves_no_page_to_go_back_to(alice: Advisor) -> None:
    client = signed_in(alice)
    assert "Clear-Site-Data" not in client.get("/leads").headers
    assert client.post("/sign-out").headers["Clear-Site-Data"] == '"cache"'
    assert "Clear-Site-Data" not in client.get("/sign-in").headers
