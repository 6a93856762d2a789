"""Signing in: a password and a second step, a forgotten password, sessions, and what stops somebody who guesses."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from cryptography.fernet import Fernet
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from crm import locking_out
from crm.encryption import decrypt
from crm.models import Advisor, Event, LogInTry
from crm.second_step import take
from tests.conftest import PASSWORD
from tests.staff import staff_client


@pytest.fixture(autouse=True)
def nobody_has_tried_yet() -> None:
    cache.clear()


def code_now(secret: str) -> str:
    """What an authenticator app shows."""
    return format_hotp_value(hotp_value(secret, min(yield_hotp_counters_from_time())))


def next_code(secret: str) -> str:
    """What it shows in half a minute, which is taken already: each code works once."""
    return format_hotp_value(hotp_value(secret, max(yield_hotp_counters_from_time())))


def sign_in(client: Client, advisor: Advisor, password: str = PASSWORD) -> str:
    """Where it leads, or "" when it leads nowhere."""
    answer = client.post("/sign-in", {"login": advisor.user.email, "password": password})
    return str(answer.headers.get("Location", ""))


def switch_second_step_on(client: Client) -> str:
    """The secret that the QR code carries."""
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    form = client.get("/account/second-step/totp/activate/")
    secret = str(form.context["form"].secret)
    answer = client.post("/account/second-step/totp/activate/", {"code": code_now(secret)})
    assert answer.status_code == 302
    return secret


def test_it_works(alice: Advisor) -> None:
    client = Client()
    assert sign_in(client, alice) == "/board"
    secret = switch_second_step_on(client)
    client = Client()
    assert sign_in(client, alice) == "/account/second-step/authenticate/"
    assert client.get("/board").status_code == 302
    assert client.post("/account/second-step/authenticate/", {"code": "000000"}).status_code == 200
    client.post("/account/second-step/authenticate/", {"code": next_code(secret)})
    answer = client.post("/account/second-step/trust/", {"action": "skip"})
    assert answer.headers["Location"] == "/board"
    assert client.get("/board").status_code == 200


def test_the_secret_lies_encrypted(alice: Advisor) -> None:
    client = Client()
    sign_in(client, alice)
    secret = switch_second_step_on(client)
    stored = Authenticator.objects.get(type=Authenticator.Type.TOTP).data["secret"]
    assert secret not in stored
    assert decrypt(stored) == secret


def test_the_secret_is_closed_with_a_new_key_and_still_opens(alice: Advisor, settings: Settings) -> None:
    client = Client()
    sign_in(client, alice)
    secret = switch_second_step_on(client)
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.ENCRYPTION_KEYS]
    call_command("rotate_secrets")
    settings.ENCRYPTION_KEYS = settings.ENCRYPTION_KEYS[:1]
    assert decrypt(Authenticator.objects.get(type=Authenticator.Type.TOTP).data["secret"]) == secret
    codes = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES)
    assert len(codes.wrap().get_unused_codes()) == 10


def test_a_code_for_an_emergency_opens_once(alice: Advisor) -> None:
    client = Client()
    sign_in(client, alice)
    switch_second_step_on(client)
    codes = client.get("/account/second-step/recovery-codes/").context["unused_codes"]
    assert len(codes) == 10
    for client, opens in ((Client(), True), (Client(), False)):
        sign_in(client, alice)
        client.post("/account/second-step/authenticate/", {"code": codes[0]})
        assert (
            client.post("/account/second-step/trust/", {"action": "skip"}).headers.get("Location") == "/board"
        ) is opens


def test_guessing_stops_after_five_tries_even_with_the_right_password(alice: Advisor) -> None:
    for _ in range(5):
        assert sign_in(Client(), alice, "wrong") == ""
    answer = Client().post("/sign-in", {"login": alice.user.email, "password": PASSWORD})
    assert answer.status_code == 200
    assert "Too many attempts" in answer.content.decode()


def test_an_unknown_address_is_answered_like_a_wrong_password(alice: Advisor) -> None:
    wrong = Client().post("/sign-in", {"login": alice.user.email, "password": "wrong"})
    unknown = Client().post("/sign-in", {"login": "nobody@acme.example", "password": "wrong"})
    words = "belong together"
    assert words in wrong.content.decode()
    assert words in unknown.content.decode()


def test_nobody_signs_themselves_up(db: None) -> None:
    answer = Client().post("/account/signup/", {"email": "new@acme.example", "password1": PASSWORD})
    assert "closed" in answer.content.decode()


@pytest.mark.parametrize("path", ["/account/inactive/", "/account/signup/", "/account/password/reset/key/done/"])
def test_no_page_around_the_log_in_is_a_dead_end(db: None, path: str) -> None:
    way = '<a class="link" href="/sign-in">'
    assert way in Client().get(path).content.decode()
    assert way not in Client().get("/sign-in").content.decode()


def test_a_forgotten_password_is_replaced_by_a_link_that_works_once(alice: Advisor) -> None:
    client = Client()
    client.post("/account/password/reset/", {"email": alice.user.email})
    [letter] = mail.outbox
    assert letter.to == [alice.user.email]
    assert letter.subject == "Password Reset Email"
    found = re.search(r"http://testserver(/account/password/reset/key/\S+)", str(letter.body))
    assert found
    address = client.get(found[1]).headers["Location"]
    new = {"password1": "brand new battery", "password2": "brand new battery"}
    assert client.post(address, new).status_code == 302
    assert sign_in(Client(), alice) == ""
    assert sign_in(Client(), alice, "brand new battery") == "/board"
    assert "This link no longer works" in Client().get(found[1]).content.decode()


def test_a_new_password_is_no_way_round_the_second_step(alice: Advisor) -> None:
    client = Client()
    sign_in(client, alice)
    switch_second_step_on(client)
    client = Client()
    client.post("/account/password/reset/", {"email": alice.user.email})
    found = re.search(r"http://testserver(/account/password/reset/key/\S+)", str(mail.outbox[-1].body))
    assert found
    new = {"password1": "brand new battery", "password2": "brand new battery"}
    assert client.post(client.get(found[1]).headers["Location"], new).status_code == 302
    assert client.get("/board").headers["Location"].startswith("/sign-in")
    assert sign_in(client, alice, "brand new battery") == "/account/second-step/authenticate/"
    assert client.get("/board").status_code == 302


@pytest.mark.parametrize(("proxies", "address"), [(0, "127.0.0.1"), (1, "203.0.113.9"), (2, "203.0.113.8")])
def test_the_address_is_what_our_own_proxies_say(
    alice: Advisor, settings: Settings, proxies: int, address: str
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    form = {"login": alice.user.email, "password": PASSWORD}
    Client().post("/sign-in", form, headers={"x-forwarded-for": "198.51.100.1, 203.0.113.8, 203.0.113.9"})
    assert Event.objects.get(name="log_in.succeeded").data["address"] == address


def test_staff_end_anybodys_session(alice: Advisor) -> None:
    theirs, staff = Client(), staff_client("root@leadwright.example", is_superuser=True)
    sign_in(theirs, alice)
    theirs.get("/board")
    session = UserSession.objects.get(user=alice.user)
    answer = staff.post(f"/admin/usersessions/usersession/{session.pk}/delete/", {"post": "yes"})
    assert answer.status_code == 302
    assert theirs.get("/board").headers["Location"].startswith("/sign-in")


def test_a_letter_to_an_unknown_address_tells_nothing(db: None) -> None:
    answer = Client().post("/account/password/reset/", {"email": "nobody@acme.example"})
    assert answer.headers["Location"] == "/account/password/reset/done/"


def test_other_sessions_are_listed_and_ended(alice: Advisor) -> None:
    here, elsewhere = Client(), Client()
    sign_in(here, alice)
    sign_in(elsewhere, alice)
    assert here.get("/account/sessions/").context["session_count"] == 2
    here.post("/account/sessions/")
    assert here.get("/board").status_code == 200
    assert elsewhere.get("/board").status_code == 302


@pytest.mark.parametrize(
    "path",
    [
        "second-step/",
        "second-step/totp/activate/",
        "second-step/webauthn/add/",
        "password/change/",
        "email/",
        "sessions/",
    ],
)
def test_the_pages_of_a_log_in_have_no_style_of_their_own(alice: Advisor, path: str) -> None:
    client = Client()
    sign_in(client, alice)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    page = client.get(f"/account/{path}").content.decode()
    assert "style=" not in page
    assert "<style" not in page
    assert 'aria-label="Your log-in"' in page


def asks_for_the_second_step(advisor: Advisor) -> Client:
    client = Client()
    assert sign_in(client, advisor) == "/account/second-step/authenticate/"
    return client


def opens(client: Client, code: str) -> bool:
    client.post("/account/second-step/authenticate/", {"code": code})
    client.post("/account/second-step/trust/", {"action": "skip"})
    return bool(client.get("/board").status_code == 200)


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """The half minute of the codes does not pass."""
    now = list(yield_hotp_counters_from_time())
    for module in ("allauth.mfa.totp.internal.auth", "crm.second_step", __name__):
        monkeypatch.setattr(f"{module}.yield_hotp_counters_from_time", lambda: iter(now))


@pytest.mark.usefixtures("still")
@pytest.mark.django_db(transaction=True)
def test_a_code_works_once_in_whichever_process(alice: Advisor) -> None:
    """Each process without Redis has a cache of its own; theirs are emptied here."""
    client = Client()
    sign_in(client, alice)
    secret = switch_second_step_on(client)
    cache.clear()
    assert not opens(asks_for_the_second_step(alice), code_now(secret)), "it set the app up"
    cache.clear()
    code = next_code(secret)
    assert opens(asks_for_the_second_step(alice), code)
    cache.clear()
    assert not opens(asks_for_the_second_step(alice), code)
    assert not opens(asks_for_the_second_step(alice), code_now(secret)), "one of before"


@pytest.mark.usefixtures("still")
def test_of_two_who_show_a_code_at_once_one_comes_in(alice: Advisor) -> None:
    client = Client()
    sign_in(client, alice)
    secret = switch_second_step_on(client)
    one, other = (Authenticator.objects.get(type=Authenticator.Type.TOTP) for _ in range(2))
    assert [take(one, next_code(secret)), take(other, next_code(secret))] == [True, False]


def test_tries_at_the_second_step_are_counted_where_all_processes_look(alice: Advisor) -> None:
    client = Client()
    sign_in(client, alice)
    secret = switch_second_step_on(client)
    guess = asks_for_the_second_step(alice)
    for _ in range(5):
        cache.clear()
        assert not opens(guess, "000000")
    cache.clear()
    assert not opens(guess, next_code(secret))
    LogInTry.objects.update(opened_at=timezone.now() - locking_out.WINDOW - dt.timedelta(seconds=1))
    cache.clear()
    assert opens(guess, next_code(secret))
