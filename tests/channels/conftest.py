"""Acme texts through a Twilio of the tests' own, and nobody else does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as project

from crm import channel_accounts
from crm.models import Actor, ChannelAccount, Organization
from tests.channels.fake_twilio import FakeTwilio

SID, TOKEN, NUMBER = f"AC{'a1' * 16}", "the-auth-token", "+14155559000"
PUBLIC_URL = "https://crm.example.com"
ME = Actor.system("test")


@pytest.fixture
def twilio(settings: Any) -> Iterator[FakeTwilio]:
    fake = FakeTwilio(SID, TOKEN)
    settings.TWILIO_API_URL, settings.PUBLIC_URL = fake.url, PUBLIC_URL
    settings.ALLOWED_HOSTS = [*project.ALLOWED_HOSTS, "testserver", "crm.example.com"]
    yield fake
    fake.close()


@pytest.fixture
def account(organization: Organization, twilio: FakeTwilio) -> ChannelAccount:
    """Connected yesterday, so that what is tried now was tried through it."""
    return channel_accounts.connect(
        organization,
        provider="twilio",
        external_id=SID,
        sender=NUMBER,
        secret=TOKEN,
        by=ME,
        now=dt.datetime.now(dt.UTC) - dt.timedelta(days=1),
    )
