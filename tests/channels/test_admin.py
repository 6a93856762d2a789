"""Accounts in the administration: a secret goes in and never comes out."""

from __future__ import annotations

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from crm.models import ChannelAccount, Event, Organization
from tests.channels.conftest import NUMBER, SID, TOKEN
from tests.crm.conftest import page
from tests.staff import staff_client

ACCOUNT = "crm.channelaccount"


@pytest.fixture
def staff(db: None) -> Client:
    return staff_client("root@leadwright.example", is_superuser=True)


def form(organization: Organization, **changes: str) -> dict[str, object]:
    about = {"provider": "twilio", "external_id": SID, "sender": NUMBER, "secret": TOKEN}
    return {"organization": organization.pk} | about | changes


def test_it_works(staff: Client, organization: Organization) -> None:
    assert staff.post(page(ACCOUNT, "add"), form(organization)).status_code == 302
    account = ChannelAccount.objects.get()
    assert (account.sender, account.secret()) == (NUMBER, TOKEN)
    assert Event.objects.filter(name="channel.connected").exists()
    shown = staff.get(page(ACCOUNT, "change", account.pk)).content.decode()
    assert SID in shown
    assert TOKEN not in shown
    assert account.locked_secret not in shown


def test_what_can_not_be_right_is_refused_and_the_secret_not_shown_again(
    staff: Client, organization: Organization
) -> None:
    answer = staff.post(page(ACCOUNT, "add"), form(organization, external_id="AC1"))
    assert b"An Account SID is AC" in answer.content
    assert TOKEN.encode() not in answer.content
    assert not ChannelAccount.objects.exists()


def test_a_new_secret_replaces_the_old_one_and_none_changes_nothing(staff: Client, organization: Organization) -> None:
    staff.post(page(ACCOUNT, "add"), form(organization))
    account = ChannelAccount.objects.get()
    for typed, expected in (("", TOKEN), ("another", "another")):
        assert staff.post(page(ACCOUNT, "change", account.pk), {"secret": typed}).status_code == 302
        account.refresh_from_db()
        assert account.secret() == expected


def test_accounts_are_disconnected_together(staff: Client, organization: Organization) -> None:
    staff.post(page(ACCOUNT, "add"), form(organization))
    account = ChannelAccount.objects.get()
    answer = staff.post(page(ACCOUNT, "changelist"), {"action": "disconnect", "_selected_action": [account.pk]})
    account.refresh_from_db()
    assert (account.is_connected, account.locked_secret) == (False, "")
    assert [str(told) for told in get_messages(answer.wsgi_request)]
    answer = staff.post(page(ACCOUNT, "change", account.pk), {"secret": "again"})
    assert b"Connect it anew" in answer.content
