"""Channel accounts in the settings: a secret goes in and never comes out, but for the one that we make."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from crm import channel_accounts
from crm.models import Actor, Advisor, ChannelAccount, Event, Organization
from tests.channels.fake_twilio import FakeTwilio
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db
SID, TOKEN, NUMBER = f"AC{'a1' * 16}", "the-auth-token", "+14155559000"
BY = Actor.system()
FORM = {"external_id": SID, "secret": TOKEN, "sender": NUMBER, "per_minute": ""}
SMS, EMAIL = "/settings/channels/sms", "/settings/channels/email"


@pytest.fixture
def client(client_of: ClientOf, alice: Advisor) -> Client:
    return client_of(alice)


@pytest.fixture
def twilio(settings: Any) -> Iterator[FakeTwilio]:
    fake = FakeTwilio(SID, TOKEN)
    settings.TWILIO_API_URL = fake.url
    yield fake
    fake.close()


@pytest.fixture
def account(organization: Organization) -> ChannelAccount:
    return channel_accounts.connect(
        organization, provider="twilio", external_id=SID, sender=NUMBER, secret=TOKEN, by=BY, now=timezone.now()
    )


def ticket(client: Client, url: str) -> str:
    found = re.search(r'name="ticket" value="([^"]+)"', client.get(url).content.decode())
    assert found
    return found[1]


def test_it_works(client: Client, twilio: FakeTwilio, organization: Organization) -> None:
    assert "Simulated" in client.get("/settings/channels").content.decode()
    answer = client.post(SMS, FORM | {"ticket": ticket(client, SMS)}, follow=True)
    page = answer.content.decode()
    for words in ("Connected", NUMBER, SID, "/twilio/inbound", "/twilio/status", "Stored encrypted", "60 a minute"):
        assert words in page
    account = channel_accounts.accounts_of(organization).get()
    assert account.secret() == TOKEN
    assert TOKEN not in page
    assert TOKEN not in account.locked_secret
    assert TOKEN not in str(list(Event.objects.values_list("data", flat=True)))
    tried = client.post(f"{SMS}/test", follow=True).content.decode()
    assert "Twilio knows the account as “Acme”, and it is active." in tried
    assert twilio.taken == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"external_id": ""}, "first page of Twilio&#x27;s console"),
        ({"external_id": "AC1"}, "An Account SID is AC and 32"),
        ({"sender": "call me"}, "The sender is a number"),
        ({"secret": ""}, "Twilio shows it beside the Account SID"),
        ({"per_minute": "many"}, "A whole number, or nothing"),
        ({"per_minute": "-1"}, "greater than or equal to 0"),
        ({"per_minute": "9" * 30}, "less than or equal to"),
        ({"secret": "a\0b"}, "Null characters"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_without_the_secret(
    client: Client, changed: dict[str, str], words: str
) -> None:
    answer = client.post(SMS, FORM | {"ticket": ticket(client, SMS)} | changed)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert TOKEN not in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert not ChannelAccount.objects.exists()


def test_a_form_that_is_sent_twice_connects_once(client: Client) -> None:
    sent = FORM | {"ticket": ticket(client, SMS)}
    client.post(SMS, sent)
    client.post(SMS, sent)
    assert ChannelAccount.objects.count() == 1


@pytest.mark.parametrize(
    ("token", "status", "words"),
    [
        ("another", "active", "Twilio does not accept the Account SID and auth token"),
        (TOKEN, "suspended", "“Acme” is suspended"),
    ],
)
def test_a_refusal_is_trouble_that_shows_until_it_is_put_right(
    client: Client, twilio: FakeTwilio, account: ChannelAccount, token: str, status: str, words: str
) -> None:
    twilio.auth_token, twilio.account_status = token, status
    assert words in client.post(f"{SMS}/test", follow=True).content.decode()
    assert "In trouble" in client.get("/settings/channels").content.decode()
    assert Event.objects.filter(name="channel.in_trouble").count() == 1
    twilio.account_status = "active"
    page = client.post(f"{SMS}/secret", {"secret": "another"}, follow=True).content.decode()
    assert "The new token is in use" in page
    assert "In trouble" not in page
    account.refresh_from_db()
    assert account.secret() == "another"


def test_a_provider_that_is_away_is_no_trouble_of_the_account(
    client: Client, settings: Any, account: ChannelAccount
) -> None:
    settings.TWILIO_API_URL = "http://127.0.0.1:9"
    assert "can&#x27;t be reached" in client.post(f"{SMS}/test", follow=True).content.decode()
    account.refresh_from_db()
    assert account.trouble == ""


def test_a_new_token_must_be_typed_in(client: Client, account: ChannelAccount) -> None:
    answer = client.post(f"{SMS}/secret", {"secret": " "})
    assert answer.status_code == 422
    assert "Type the new token in." in answer.content.decode()


def test_an_email_account_has_a_secret_of_ours_that_is_shown_once(client: Client, organization: Organization) -> None:
    sent = {"sender": "loans@acme.example", "per_minute": "", "ticket": ticket(client, EMAIL)}
    answer = client.post(EMAIL, sent)
    account = channel_accounts.accounts_of(organization).get()
    secret = account.secret()
    assert secret in answer.content.decode()
    assert f"/inbound-email/{account.public_id}" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    page = client.get(EMAIL).content.decode()
    assert secret not in page
    assert "loans@acme.example" in page
    replaced = client.post(f"{EMAIL}/secret", {"ticket": ticket(client, EMAIL)})
    account.refresh_from_db()
    assert account.secret() != secret
    assert account.secret() in replaced.content.decode()
    client.post(f"{EMAIL}/secret")
    assert ChannelAccount.objects.get().locked_secret == account.locked_secret


def test_a_site_without_a_mail_server_says_so(client: Client, organization: Organization) -> None:
    channel_accounts.connect(organization, provider="smtp", sender="loans@acme.example", by=BY, now=timezone.now())
    page = client.post(f"{EMAIL}/test", follow=True).content.decode()
    assert "No mail server is set up" in page


def test_the_rate_and_the_end(client: Client, account: ChannelAccount) -> None:
    assert "30 a minute" in client.post(f"{SMS}/rate", {"per_minute": "30"}, follow=True).content.decode()
    assert client.post(f"{SMS}/rate", {"per_minute": "x"}).status_code == 422
    client.post(f"{SMS}/disconnection")
    account.refresh_from_db()
    assert (account.is_connected, account.locked_secret, account.per_minute) == (False, "", 30)


def test_a_site_that_is_for_real_says_that_nothing_goes_out(client: Client, settings: Any) -> None:
    settings.SIMULATE_WITHOUT_ACCOUNT = False
    assert "Not connected" in client.get("/settings/channels").content.decode()


def test_advisors_and_strangers_have_no_part_in_it(
    bob: Advisor, charlie: Advisor, client_of: ClientOf, account: ChannelAccount
) -> None:
    for below in ("", "/secret", "/rate", "/test", "/disconnection"):
        assert client_of(bob).post(f"{SMS}{below}", FORM).status_code == 403
    assert client_of(bob).get("/settings/channels").status_code == 403
    theirs = client_of(charlie)
    assert NUMBER not in theirs.get(SMS).content.decode()
    for below in ("/secret", "/rate", "/test", "/disconnection"):
        assert theirs.post(f"{SMS}{below}", FORM).status_code == 404
    assert client_of(charlie).get("/settings/channels/fax").status_code == 404
    account.refresh_from_db()
    assert account.is_connected


def test_what_the_pages_cost(
    client: Client, account: ChannelAccount, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(6):
        client.get("/settings/channels")
    with django_assert_max_num_queries(10):
        client.get(SMS)
