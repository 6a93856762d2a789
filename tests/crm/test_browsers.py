"""What every answer tells a browser about itself: what it may run, keep, frame and pass on; and the cookies it gets."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.test import Client

from crm.models import Advisor
from leads.models import Lead
from tests.conftest import PASSWORD, ClientOf, MakeLead
from tests.crm.test_production import check

PAGES = [
    "/board", "/leads", "/queue", "/dialer", "/reviews", "/reports", "/notifications", "/leads/import",
    "/settings/team", "/settings/audit", "/settings/keys", "/account/email/", "/account/sessions/",
    "/account/second-step/", "/account/password/change/", "/leads/$lead",
]  # fmt: skip
OTHERS = [
    "/sign-in",
    "/v1/leads",
    "/v1/leads/search",
    "/lendworks/v9/x",
    "/api/docs",
    "/static/css/app.css",
    "/nowhere",
]


@pytest.fixture
def lead(make_lead: MakeLead) -> Lead:
    return make_lead()


@pytest.fixture
def stale(client_of: ClientOf, alice: Advisor) -> Client:
    """Alice signed in an hour ago. Her password is hashed as it should be: a weaker one would be hashed anew."""
    alice.user.set_password(PASSWORD)
    alice.user.save()
    client = client_of(alice)
    session = client.session
    session["account_authentication_methods"][0]["at"] -= 3600
    session.save()
    return client


@pytest.mark.parametrize("path", [*PAGES, *OTHERS])
def test_it_works(alice: Advisor, client_of: ClientOf, lead: Lead, path: str) -> None:
    answer = client_of(alice).get(path.replace("$lead", str(lead.uuid)))
    assert path in OTHERS or answer.status_code == 200
    policy = answer["Content-Security-Policy"]
    assert all(part in policy for part in ("base-uri 'none'", "frame-ancestors 'none'"))
    assert "object-src 'none'" in policy or "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in answer


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_probe_is_what_it_says(db: None, path: str) -> None:
    assert Client().get(path)["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", [*PAGES, "/v1/leads", "/convoso/v1/leads/search"])
def test_nothing_about_anybody_is_kept(alice: Advisor, client_of: ClientOf, lead: Lead, path: str) -> None:
    answer = client_of(alice).get(path.replace("$lead", str(lead.uuid)))
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("path", [*PAGES, "/sign-in", "/v1/leads", "/nowhere"])
def test_text_says_how_it_is_written(alice: Advisor, client_of: ClientOf, lead: Lead, path: str) -> None:
    kind = client_of(alice).get(path.replace("$lead", str(lead.uuid)))["Content-Type"]
    assert kind in ("text/html; charset=utf-8", "application/json; charset=utf-8", "application/json")


@pytest.mark.parametrize("path", PAGES)
def test_the_way_out_is_on_every_page(alice: Advisor, client_of: ClientOf, lead: Lead, path: str) -> None:
    assert "/sign-out" in client_of(alice).get(path.replace("$lead", str(lead.uuid))).content.decode()


@pytest.mark.parametrize("path", ["/static/", "/static/css/", "/static/js", "/files/", "/.git/config"])
def test_no_folder_is_listed(db: None, path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == 404
    assert "Index of" not in answer.content.decode()


@pytest.mark.parametrize("path", ["/board", "/sign-in", "/leads", "/v1/leads", "/settings/team", "/healthz"])
def test_nothing_is_traced(alice: Advisor, client_of: ClientOf, path: str) -> None:
    answer = client_of(alice).trace(path, headers={"x-secret": "7fK2pQ"})
    assert answer.status_code in (302, 401, 404, 405)
    assert b"7fK2pQ" not in answer.content


def test_cookies_are_for_this_site_and_no_script(alice: Advisor) -> None:
    client = Client()
    client.get("/sign-in")
    client.post("/sign-in", {"login": alice.user.email, "password": PASSWORD})
    client.get("/board")
    assert {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME} <= set(client.cookies)
    for cookie in (each for each in client.cookies.values() if each.value):
        assert cookie["httponly"], cookie.key
        assert cookie["samesite"] == "Lax", cookie.key
        assert (cookie["path"], cookie["domain"]) == ("/", ""), cookie.key


def test_with_tls_they_are_this_hosts_alone_and_nothing_else_is_spoken_for_a_year(tmp_path: Path) -> None:
    names = [name for name in dir(settings) if name.endswith("COOKIE_NAME")]
    script = f"""
import json, os
os.environ["DJANGO_SETTINGS_MODULE"] = "crm.settings"
from django.conf import settings
flags = [settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, settings.SECURE_SSL_REDIRECT]
print(json.dumps([[getattr(settings, n) for n in {names!r}], flags, settings.SECURE_HSTS_SECONDS]))
"""
    cookies, flags, seconds = json.loads(check(tmp_path, "-c", script).stdout)
    assert len(cookies) == 5
    assert all(name.startswith("__Host-") for name in cookies)
    assert all(flags)
    assert seconds >= 365 * 24 * 3600


def test_a_session_begins_with_signing_in_and_is_over_with_signing_out(alice: Advisor) -> None:
    client = Client()
    client.get("/sign-in")
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    client.post("/sign-in", {"login": alice.user.email, "password": PASSWORD})
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert key != session.session_key
    assert len(key) >= 26  # of 36 signs each: more than 128 bits
    client.post("/sign-out")
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    assert client.get("/board").status_code == 302
    kept: type[SessionBase] = import_module(settings.SESSION_ENGINE).SessionStore
    assert not kept().exists(key)


def test_another_password_ends_every_other_session(alice: Advisor, client_of: ClientOf) -> None:
    here, elsewhere = client_of(alice), client_of(alice)
    new = {"oldpassword": PASSWORD, "password1": "brand new battery", "password2": "brand new battery"}
    assert here.post("/account/password/change/", new).status_code == 302
    assert here.get("/board").status_code == 200
    assert elsewhere.get("/board").status_code == 302


def test_another_e_mail_address_asks_who_it_is(stale: Client, alice: Advisor) -> None:
    answer = stale.post("/account/email/", {"action_add": "", "email": "else@acme.example"})
    assert answer.headers.get("Location", "").startswith("/account/reauthenticate/")
    alice.user.refresh_from_db()
    assert alice.user.email == "alice@acme.example"


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_a_form_of_another_site_changes_nothing(alice: Advisor, client_of: ClientOf, origin: str) -> None:
    client = client_of(alice)
    page = client.get("/account/password/change/").content.decode()
    token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    for form in ({}, {"csrfmiddlewaretoken": token}):
        assert strict.post("/sign-out", form, headers={"origin": origin}).status_code == 403
    assert strict.get("/board").status_code == 200
