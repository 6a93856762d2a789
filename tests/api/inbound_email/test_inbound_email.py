"""What borrowers write by e-mail, signed by whoever receives it for the organisation."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client
from standardwebhooks import Webhook

from crm import channel_accounts
from crm.models import Actor, Advisor, ChannelAccount, Organization
from leads import messaging
from leads.inbound_email import without_quote
from leads.models import Channel, DoNotCall, Message
from tests.conftest import MakeLead

MAIL = {"from": "Mary <Mary@X.example>", "subject": "Re: Loan", "text": "Yes please", "message_id": "<1@x.example>"}


@pytest.fixture
def account(organization: Organization, now: dt.datetime) -> ChannelAccount:
    return channel_accounts.connect(
        organization, provider="smtp", sender="loans@acme.example", by=Actor.system(), now=now
    )


def delivered(account: ChannelAccount, body: Any, *, secret: str = "", at: dt.datetime | None = None) -> Any:
    at = at or dt.datetime.now(dt.UTC)
    text = body if isinstance(body, str) else json.dumps(body)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret or account.secret()).sign("msg_1", at, text),
    }
    url = f"/inbound-email/{account.public_id}"
    return Client(enforce_csrf_checks=True).post(url, text, content_type="application/json", headers=headers)


def heard() -> list[Message]:
    return list(Message.objects.filter(direction="in"))


def test_it_works(account: ChannelAccount, make_lead: MakeLead) -> None:
    lead = make_lead(email="mary@x.example")
    assert delivered(account, MAIL).json() == {"heard": True}
    (message,) = heard()
    assert (message.lead, message.body, message.subject) == (lead, "Yes please", "Re: Loan")
    assert (message.channel, message.address) == ("email", "mary@x.example")


def test_the_same_e_mail_is_heard_once(account: ChannelAccount) -> None:
    assert [delivered(account, MAIL).status_code for _ in range(2)] == [200, 200]
    assert len(heard()) == 1


def test_nobody_else_may_bring_e_mail(account: ChannelAccount, now: dt.datetime) -> None:
    stranger = "whsec_" + "A" * 32
    assert delivered(account, MAIL, secret=stranger).status_code == 403
    assert delivered(account, MAIL, at=now - dt.timedelta(minutes=6)).status_code == 403
    assert Client().post(f"/inbound-email/{account.public_id}", MAIL, "application/json").status_code == 403
    assert Client().post("/inbound-email/chn_none", MAIL, "application/json").status_code == 403
    channel_accounts.disconnect(account, by=Actor.system(), now=now)
    assert delivered(account, MAIL, secret=stranger).status_code == 403
    assert heard() == []


@pytest.mark.parametrize("signature", ["", "v1", "v1,x", "v1,§", "v2,YQ==", "v1,a,b"])
def test_a_signature_that_is_none_is_refused(account: ChannelAccount, signature: str, now: dt.datetime) -> None:
    headers = {"webhook-id": "1", "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signature}
    answer = Client().post(f"/inbound-email/{account.public_id}", MAIL, "application/json", headers=headers)
    assert answer.status_code == 403


@pytest.mark.parametrize("body", ["[]", "{}", "{", MAIL | {"from": "nobody"}, MAIL | {"message_id": None}])
def test_what_is_no_e_mail_is_refused(account: ChannelAccount, body: Any) -> None:
    assert delivered(account, body).status_code == 400


def test_an_answer_by_a_machine_is_no_reply(account: ChannelAccount) -> None:
    assert delivered(account, MAIL | {"auto_submitted": "auto-replied"}).json() == {"heard": False}
    assert heard() == []


def test_an_answer_from_another_mailbox_finds_its_conversation(
    account: ChannelAccount, make_lead: MakeLead, alice: Advisor, now: dt.datetime
) -> None:
    lead = make_lead(email="mary@x.example")
    asked = messaging.write(lead, body="Ready?", by_advisor=alice, now=now, channel=Channel.EMAIL)
    reply = MAIL | {"from": "mary@work.example", "references": f"<0@x.example> <{asked.uuid}@leadwright.example>"}
    delivered(account, reply)
    assert [(message.lead, message.address) for message in heard()] == [(lead, "mary@x.example")]


def test_stop_above_a_quote_works_at_once(account: ChannelAccount, make_lead: MakeLead) -> None:
    make_lead(email="mary@x.example")
    quote = "\n\nOn Fri, 20 Nov 2026 at 10:00, Acme Lending\n<loans@acme.example> wrote:\n\n> Hi Mary\n>\n> Ready?\n"
    delivered(account, MAIL | {"text": f"STOP{quote}"})
    assert DoNotCall.objects.get().address == "mary@x.example"


def test_an_e_mail_may_say_all_in_its_subject_or_in_html(account: ChannelAccount) -> None:
    delivered(account, MAIL | {"text": "", "subject": "Call me"})
    delivered(account, MAIL | {"text": " ", "html": "<p>Rates &amp; <b>terms</b>?</p>", "message_id": "<2@x.example>"})
    assert [message.body for message in heard()] == ["Call me", "Rates & terms?"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Yes", "Yes"),
        ("Yes\n> old\n> older", "Yes"),
        ("Yes\nOn Friday, Acme wrote:\n> old", "Yes"),
        ("Yes\n\nOn Fri, Acme\n<a@b.example> wrote:\n\n> old\n", "Yes"),
        ("> Ready?\nYes", "> Ready?\nYes"),
        ("Yes\n> old\nand no\n> older", "Yes\n> old\nand no"),
        ("> only\n> quoted", "> only\n> quoted"),
        ("Yes\n\n-----Original Message-----\nFrom: Acme", "Yes\n\n-----Original Message-----\nFrom: Acme"),
    ],
)
def test_only_a_quote_that_stands_whole_below_is_cut(text: str, kept: str) -> None:
    assert without_quote(text).rstrip() == kept
