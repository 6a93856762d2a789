"""Accounts at providers: connected, replaced, disconnected, and their secrets closed."""

from __future__ import annotations

import datetime as dt
import stat
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import connection

from crm import channel_accounts, encryption
from crm.channel_accounts import AccountRefused
from crm.models import ChannelAccount, Event, Organization
from crm.secret_key import encryption_keys
from tests.channels.conftest import ME, NUMBER, SID, TOKEN

GOOD = {"provider": "twilio", "external_id": SID, "sender": NUMBER, "secret": TOKEN}


def names() -> list[str]:
    return list(Event.objects.filter(name__startswith="channel.").order_by("pk").values_list("name", flat=True))


def test_it_works(organization: Organization, now: dt.datetime) -> None:
    account = channel_accounts.connect(organization, **GOOD, by=ME, now=now)
    assert (account.channel, account.is_connected, account.secret()) == ("sms", True, TOKEN)
    assert names() == ["channel.connected"]


def test_the_secret_is_nowhere_in_the_database(organization: Organization, now: dt.datetime) -> None:
    channel_accounts.connect(organization, **GOOD, by=ME, now=now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM crm_channelaccount")
        rows = str(cursor.fetchall())
        cursor.execute("SELECT data FROM crm_event")
        rows += str(cursor.fetchall())
    assert SID in rows
    assert TOKEN not in rows


def test_a_second_account_takes_the_place_of_the_first(organization: Organization, now: dt.datetime) -> None:
    first = channel_accounts.connect(organization, **GOOD, by=ME, now=now)
    second = channel_accounts.connect(organization, **GOOD | {"sender": "+14155559001"}, by=ME, now=now)
    assert [*channel_accounts.accounts_of(organization)] == [second]
    first.refresh_from_db()
    assert (first.is_connected, first.locked_secret) == (False, "")
    assert names() == ["channel.connected", "channel.disconnected", "channel.connected"]


def test_a_new_secret_ends_the_trouble(organization: Organization, now: dt.datetime) -> None:
    account = channel_accounts.connect(organization, **GOOD, by=ME, now=now)
    assert channel_accounts.note_trouble(account.pk, "Turned away", now=now)
    assert not channel_accounts.note_trouble(account.pk, "Turned away", now=now)
    channel_accounts.replace_secret(account, "another", by=ME, now=now)
    account = ChannelAccount.objects.get()
    assert (account.trouble, account.secret()) == ("", "another")
    assert names() == ["channel.connected", "channel.in_trouble", "channel.secret_replaced"]


def test_nothing_brings_a_disconnected_account_back(organization: Organization, now: dt.datetime) -> None:
    account = channel_accounts.connect(organization, **GOOD, by=ME, now=now)
    assert channel_accounts.disconnect(account, by=ME, now=now)
    assert not channel_accounts.disconnect(account, by=ME, now=now)
    with pytest.raises(AccountRefused):
        channel_accounts.replace_secret(account, "another", by=ME, now=now)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"external_id": "AC123"}, "external_id"),
        ({"sender": "555-0100"}, "sender"),
        ({"secret": " "}, "secret"),
        ({"provider": "pigeon"}, "provider"),
        ({"provider": "smtp", "sender": "nobody"}, "sender"),
    ],
)
def test_what_can_not_be_right_is_refused(
    organization: Organization, now: dt.datetime, wrong: dict[str, str], field: str
) -> None:
    with pytest.raises(AccountRefused) as refused:
        channel_accounts.connect(organization, **GOOD | wrong, by=ME, now=now)
    assert refused.value.field == field
    assert not ChannelAccount.objects.exists()


def test_an_old_key_still_opens_and_a_lost_one_says_so(
    organization: Organization, now: dt.datetime, settings: Any
) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = [old]
    account = channel_accounts.connect(organization, **GOOD, by=ME, now=now)
    settings.ENCRYPTION_KEYS = [new, old]
    assert (account.secret(), encryption.is_current(account.locked_secret)) == (TOKEN, False)
    call_command("rotate_secrets")
    settings.ENCRYPTION_KEYS = [new]
    account.refresh_from_db()
    assert (account.secret(), encryption.is_current(account.locked_secret)) == (TOKEN, True)
    settings.ENCRYPTION_KEYS = [old]
    with pytest.raises(encryption.Unreadable, match=encryption.key_id(new)):
        account.secret()


def test_a_key_of_the_sites_own_is_made_once_and_kept_from_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ENCRYPTION_KEYS", raising=False)
    (made,) = encryption_keys(tmp_path)
    assert encryption_keys(tmp_path) == [made]
    assert stat.S_IMODE((tmp_path / "encryption_key").stat().st_mode) == 0o600
    Fernet(made)


def test_keys_come_from_a_file_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "keys").write_text("new\nold\n")
    monkeypatch.setenv("ENCRYPTION_KEYS_FILE", str(tmp_path / "keys"))
    assert encryption_keys(tmp_path) == ["new", "old"]
