"""Twilio as it calls us: form fields, signed with the account's token over the public address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from twilio.request_validator import RequestValidator

from crm import channel_accounts
from crm.models import Actor, ChannelAccount, Organization

SID, TOKEN, NUMBER = f"AC{'a1' * 16}", "the-auth-token", "+14155559000"
PUBLIC_URL = "https://crm.example.com"

type Calls = Callable[..., Any]


@pytest.fixture
def account(organization: Organization, settings: Any) -> ChannelAccount:
    settings.PUBLIC_URL = PUBLIC_URL
    return connected(organization)


def connected(organization: Organization, **changes: str) -> ChannelAccount:
    about = {"provider": "twilio", "external_id": SID, "sender": NUMBER, "secret": TOKEN} | changes
    return channel_accounts.connect(
        organization, **about, by=Actor.system("test"), now=dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    )


@pytest.fixture
def twilio_calls(account: ChannelAccount) -> Calls:
    """twilio_calls("/twilio/inbound", Body="Hi"): the answer; signed= and token= for those who pretend."""

    def call(path: str, *, token: str = TOKEN, signed: str | None = None, **fields: str) -> Any:
        fields = {"AccountSid": SID} | fields
        signature = RequestValidator(token).compute_signature(PUBLIC_URL + path, fields) if signed is None else signed
        return Client(enforce_csrf_checks=True).post(path, fields, headers={"X-Twilio-Signature": signature})

    return call
