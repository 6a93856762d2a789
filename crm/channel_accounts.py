"""The accounts that an organisation sends from: connected, given a new secret, disconnected. Each is recorded."""

from __future__ import annotations

import base64
import datetime as dt
import re
import secrets
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm import events
from crm.channels.base import Refused, Testable, Uncertain, channel_named
from crm.encryption import Unreadable
from crm.models import AccountChannel, Actor, ChannelAccount, Organization, Provider

CHANNEL_OF = {Provider.TWILIO: AccountChannel.SMS, Provider.SMTP: AccountChannel.EMAIL}

_ACCOUNT_SID = re.compile(r"AC[0-9a-f]{32}\Z")
_SIGNING_SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{32,200}={0,2}\Z")
_TEXT_SENDER = re.compile(r"(\+[1-9]\d{7,14}|MG[0-9a-f]{32})\Z")


class AccountRefused(Exception):
    """The words say why, to a person; field names what was wrong with."""

    def __init__(self, words: str, field: str = "") -> None:
        super().__init__(words)
        self.words = words
        self.field = field


def accounts_of(organization: Organization) -> QuerySet[ChannelAccount]:
    """Those that are connected."""
    return ChannelAccount.objects.filter(organization=organization, disconnected_at=None).order_by("channel")


@transaction.atomic
def connect(
    organization: Organization,
    *,
    provider: Provider | str,
    sender: str,
    secret: str = "",
    external_id: str = "",
    per_minute: int | None = None,
    by: Actor,
    now: dt.datetime,
) -> ChannelAccount:
    """
    From now on the channel's messages go through this account; one that was connected before is disconnected.

    twilio: external_id is the Account SID, secret the auth token. smtp: the secret signs inbound e-mail, and is made
    when none is given. Raises AccountRefused for what can't be right.
    """
    provider = _known(provider)
    sender, external_id, secret = checked(provider, sender.strip(), external_id.strip(), secret.strip())
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    for former in accounts_of(organization).filter(channel=CHANNEL_OF[provider]):
        disconnect(former, by=by, now=now)
    account = ChannelAccount(
        organization=organization,
        channel=CHANNEL_OF[provider],
        provider=provider,
        external_id=external_id,
        sender=sender,
        per_minute=per_minute,
        connected_at=now,
        changed_at=now,
    )
    account.lock(secret)
    account.save(force_insert=True)
    _record("channel.connected", account, by, now)
    return account


@transaction.atomic
def replace_secret(account: ChannelAccount, secret: str, *, by: Actor, now: dt.datetime) -> None:
    """The provider gave a new one; what it complained of is forgotten. Raises AccountRefused."""
    secret = checked(Provider(account.provider), account.sender, account.external_id, secret.strip())[2]
    account.lock(secret)
    live = ChannelAccount.objects.filter(pk=account.pk, disconnected_at=None)
    if not live.update(locked_secret=account.locked_secret, trouble="", trouble_since=None):
        raise AccountRefused(_("This account is disconnected. Connect it anew."))
    account.trouble, account.trouble_since = "", None
    _record("channel.secret_replaced", account, by, now)


@transaction.atomic
def set_rate(account: ChannelAccount, per_minute: int | None, *, by: Actor, now: dt.datetime) -> bool:
    """So many messages a minute at most (None: what the provider usually takes, 0: any); whether that is new."""
    if account.per_minute == per_minute:
        return False
    before, account.per_minute = account.per_minute, per_minute
    account.save(update_fields=["per_minute"])
    _record("channel.rate_changed", account, by, now, before=before, after=per_minute)
    return True


@transaction.atomic
def disconnect(account: ChannelAccount, *, by: Actor, now: dt.datetime) -> bool:
    """Nothing goes out through it any more, and its secret is forgotten. False when it was so before."""
    live = ChannelAccount.objects.filter(pk=account.pk, disconnected_at=None)
    if not live.update(disconnected_at=now, changed_at=now, locked_secret="", trouble="", trouble_since=None):
        return False
    account.disconnected_at = account.changed_at = now
    account.locked_secret = account.trouble = ""
    _record("channel.disconnected", account, by, now)
    return True


@transaction.atomic
def note_trouble(account_id: int, words: str, *, now: dt.datetime) -> bool:
    """The provider turns the account away. Recorded once, until a new secret or account; False when it is known."""
    well = ChannelAccount.objects.filter(pk=account_id, trouble="", disconnected_at=None)
    if not well.update(trouble=words[:255], trouble_since=now):
        return False
    account = ChannelAccount.objects.get(pk=account_id)
    _record("channel.in_trouble", account, Actor.system(), now, words=account.trouble)
    return True


def note_well(account_id: int) -> None:
    """The provider took a message: what it complained of is over."""
    ChannelAccount.objects.filter(pk=account_id).exclude(trouble="").update(trouble="", trouble_since=None)


def try_out(account: ChannelAccount, *, now: dt.datetime) -> str:
    """
    Ask the provider whether it lets this account in; what it says when it does. No message is sent.

    A refusal is noted as trouble; what the provider complained of before is over only when it takes a message. Raises
    AccountRefused with the reason.
    """
    client = cast(Testable, channel_named(account.provider))
    try:
        return client.try_account(account.settings())
    except Refused as refusal:
        if refusal.account_trouble:
            note_trouble(account.pk, refusal.words, now=now)
        raise AccountRefused(refusal.words) from refusal
    except (Uncertain, Unreadable) as error:
        raise AccountRefused(str(error)) from error


def simulated_channels(organization: Organization) -> set[AccountChannel]:
    """Those whose messages are only written down, because nobody carries them. At most one statement."""
    if not may_simulate(organization):
        return set()
    pretended = {each for each in AccountChannel if getattr(channel_named(each.value), "is_simulated", False)}
    return pretended - {AccountChannel(each.channel) for each in accounts_of(organization)} if pretended else set()


def may_simulate(organization: Organization) -> bool:
    """A site that is for real pretends nothing, but in a demonstration."""
    return organization.is_demo or bool(settings.SIMULATE_WITHOUT_ACCOUNT)


def _known(provider: Provider | str) -> Provider:
    try:
        return Provider(provider)
    except ValueError:
        raise AccountRefused(_("Nobody of this name carries messages."), "provider") from None


def checked(provider: Provider, sender: str, external_id: str, secret: str) -> tuple[str, str, str]:
    """The same, with a secret where we choose it. Raises AccountRefused for what can't be right."""
    if provider is Provider.TWILIO:
        if not _ACCOUNT_SID.match(external_id):
            raise AccountRefused(_("An Account SID is AC and 32 digits or letters from a to f."), "external_id")
        if not _TEXT_SENDER.match(sender):
            raise AccountRefused(
                _("The sender is a number such as +14155551234, or a messaging service (MG…)."), "sender"
            )
        if not secret:
            raise AccountRefused(_("The auth token is missing."), "secret")
    else:
        try:
            validate_email(sender)
        except ValidationError:
            raise AccountRefused(_("This is not an e-mail address."), "sender") from None
        secret = secret or f"whsec_{base64.b64encode(secrets.token_bytes(24)).decode()}"
        if not _SIGNING_SECRET.match(secret):
            raise AccountRefused(_("The secret must be whsec_ and 24 bytes or more in Base64."), "secret")
    return sender, external_id, secret


def _record(name: str, account: ChannelAccount, by: Actor, now: dt.datetime, **more: Any) -> None:
    events.record(
        name,
        organization=account.organization_id,
        by=by,
        now=now,
        account=account.public_id,
        channel=str(account.channel),
        provider=str(account.provider),
        sender=account.sender,
        **more,
    )
