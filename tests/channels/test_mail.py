"""E-mail through a real SMTP server, and the link by which a recipient ends it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from crm import channel_accounts
from crm.channels.base import Accepted, CannotTell, Outgoing, Refused, Tried, Uncertain
from crm.channels.mail import Email
from crm.models import Advisor, Organization
from leads import contactability, messaging, outbox, unsubscribing
from leads.models import Channel, DoNotCall, Lead, Message, MessageState
from tests.channels.conftest import ME, PUBLIC_URL
from tests.channels.fake_smtp import FakeMailServer, own_certificate
from tests.conftest import MakeLead

REFERENCE = str(uuid.UUID(int=7))
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def server(settings: Any) -> Iterator[FakeMailServer]:
    server = FakeMailServer()
    settings.MAILERS = through(server)
    settings.DEFAULT_FROM_EMAIL, settings.PUBLIC_URL = "crm@leadwright.example", PUBLIC_URL
    yield server
    server.close()


def through(server: FakeMailServer, **options: Any) -> dict[str, Any]:
    return {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": server.port, "timeout": 3, **options},
        }
    }


def mail(**changes: Any) -> Outgoing:
    about = {
        "to": "mary@x.example",
        "subject": "Your application",
        "body": "Hi Mary,\n\n1 < 2 & so on",
        "reference": REFERENCE,
        "sender": "Acme Lending",
        "unsubscribe_url": f"{PUBLIC_URL}/u/token",
    }
    return Outgoing(**about | changes)


def test_it_works(server: FakeMailServer) -> None:
    assert Email().send(mail()) == Accepted(REFERENCE)
    (taken,) = server.taken
    assert taken["From"] == "Acme Lending <crm@leadwright.example>"
    assert taken["Message-ID"] == f"<{REFERENCE}@leadwright.example>"
    assert taken["List-Unsubscribe"] == f"<{PUBLIC_URL}/u/token>"
    assert taken["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    plain, rich = taken.get_body(("plain",)), taken.get_body(("html",))
    assert plain is not None
    assert rich is not None
    assert "1 < 2 & so on" in plain.get_content()
    assert "1 &lt; 2 &amp; so on" in rich.get_content()


def test_the_organizations_own_address_is_the_sender(server: FakeMailServer) -> None:
    Email().send(mail(account={"sender": "loans@acme.example"}, sender='Acme\r\nBcc: all "Loans"'))
    assert server.taken[0]["From"].addresses[0].addr_spec == "loans@acme.example"
    assert server.taken[0]["Bcc"] is None


def test_a_second_try_has_the_same_message_id(server: FakeMailServer) -> None:
    for _ in range(2):
        Email().send(mail())
    first, second = server.taken
    assert first["Message-ID"] == second["Message-ID"]


@pytest.mark.parametrize(
    ("says", "code", "permanent", "account_trouble"),
    [
        ("rcpt 550 5.1.1 no such mailbox", "smtp_550", True, False),
        ("rcpt 450 4.2.1 greylisted", "smtp_450", False, False),
        ("mail 553 not your address", "smtp_553", False, True),
        ("mail 421 too many connections", "smtp_421", False, False),
        ("data 554 looks like spam", "smtp_554", True, False),
        ("data 451 try again", "smtp_451", False, False),
    ],
)
def test_a_refusal_says_whether_to_try_again(
    server: FakeMailServer, says: str, code: str, permanent: bool, account_trouble: bool
) -> None:
    server.says = says
    with pytest.raises(Refused) as refused:
        Email().send(mail())
    told = refused.value
    assert (told.code, told.permanent, told.account_trouble) == (code, permanent, account_trouble)
    assert server.taken == []


@pytest.mark.parametrize(("says", "count"), [("hang_up_in_data", 0), ("take_and_hang_up", 1)])
def test_a_server_that_hangs_up_over_the_text_leaves_a_doubt(server: FakeMailServer, says: str, count: int) -> None:
    server.says = says
    with pytest.raises(Uncertain):
        Email().send(mail())
    assert len(server.taken) == count


def test_where_nobody_listens_nothing_was_sent(server: FakeMailServer) -> None:
    server.close()
    with pytest.raises(Refused) as refused:
        Email().send(mail())
    assert (refused.value.code, refused.value.permanent) == ("smtp_unreachable", False)


def test_a_server_whose_certificate_nobody_vouches_for_gets_nothing(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = FakeMailServer(tls_context=own_certificate(tmp_path))
    settings.MAILERS = through(server, use_tls=True)
    with pytest.raises(Refused) as refused:
        Email().send(mail())
    assert (refused.value.code, server.taken) == ("smtp_unreachable", [])
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    Email().send(mail())
    assert len(server.taken) == 1
    server.close()


def test_an_address_that_is_none_is_refused_for_good(server: FakeMailServer) -> None:
    with pytest.raises(Refused) as refused:
        Email().send(mail(to="mary@x.example, all@x.example"))
    assert refused.value.permanent


def test_a_mail_server_does_not_say_what_it_took(now: dt.datetime) -> None:
    with pytest.raises(CannotTell):
        Email().lookup(Tried(mail(), since=now, now=now))


@pytest.fixture
def written(
    server: FakeMailServer, make_lead: MakeLead, alice: Advisor, now: dt.datetime, organization: Organization
) -> Message:
    """An e-mail that went out through Acme's own address."""
    yesterday = now - dt.timedelta(days=1)
    channel_accounts.connect(organization, provider="smtp", sender="loans@acme.example", by=ME, now=yesterday)
    lead = make_lead(email="Mary@X.example")
    message = messaging.write(lead, body="Hi", by_advisor=alice, now=now, channel=Channel.EMAIL)
    outbox.deliver_now([message.pk], now=now)
    message.refresh_from_db()
    return message


def link_in(server: FakeMailServer) -> str:
    return str(server.taken[0]["List-Unsubscribe"]).strip("<>").removeprefix(PUBLIC_URL)


def test_an_e_mail_goes_out_from_the_outbox(server: FakeMailServer, written: Message) -> None:
    assert (written.state, written.provider, written.provider_id) == (MessageState.SENT, "smtp", str(written.uuid))
    assert server.taken[0]["From"].addresses[0].addr_spec == "loans@acme.example"


def test_one_click_ends_it_without_cookies(server: FakeMailServer, written: Message, now: dt.datetime) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(link_in(server), ONE_CLICK).status_code == 200
    assert DoNotCall.objects.get().address == "mary@x.example"
    verdict = contactability.check(Lead.objects.select_related("stage", "organization").get(), Channel.EMAIL, now)
    assert verdict.kind is contactability.Kind.NEVER


def test_the_page_asks_before_it_does_anything(server: FakeMailServer, written: Message, client: Client) -> None:
    page = client.get(link_in(server))
    assert page.status_code == 200
    assert b"mary@x.example" in page.content
    assert not DoNotCall.objects.exists()
    done = client.post(link_in(server))
    assert b"You are unsubscribed" in done.content
    assert DoNotCall.objects.count() == 1


def test_without_the_pages_token_only_one_click_counts(server: FakeMailServer, written: Message) -> None:
    assert Client(enforce_csrf_checks=True).post(link_in(server)).status_code == 403
    assert not DoNotCall.objects.exists()


@pytest.mark.django_db
def test_a_link_that_we_did_not_make_does_nothing(client: Client, organization: Organization) -> None:
    good = unsubscribing.unsubscribe_url(organization.pk, "mary@x.example").rpartition("/")[2]
    for token in (good[:-1], "x", f"{good}x"):
        assert client.post(f"/u/{token}", ONE_CLICK).status_code == 404
    assert not DoNotCall.objects.exists()
