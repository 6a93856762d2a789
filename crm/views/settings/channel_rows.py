"""The ways out of the house as the page tells of them: who carries texts and e-mails, and how that goes."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from crm import channel_accounts
from crm.channels.base import channel_named
from crm.models import AccountChannel, ChannelAccount, Organization, Provider
from crm.public_url import public_url
from crm.views.settings import words

PROVIDER_OF = {AccountChannel.SMS: Provider.TWILIO, AccountChannel.EMAIL: Provider.SMTP}
_ICON = {AccountChannel.SMS: "message", AccountChannel.EMAIL: "mail"}


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """tone is the badge's colour; account is None while the site carries the channel, pretends to, or refuses."""

    channel: AccountChannel
    link: str
    icon: str
    name: str
    state: str
    tone: str
    says: str
    account: ChannelAccount | None
    trouble: str
    since: str
    connected: str
    rate: str
    is_simulated: bool


def rows_of(organization: Organization) -> list[ChannelRow]:
    """Texts, then e-mail. One statement."""
    accounts = {account.channel: account for account in channel_accounts.accounts_of(organization)}
    return [row_of(organization, channel, accounts.get(channel)) for channel in AccountChannel]


def row_of(organization: Organization, channel: AccountChannel, account: ChannelAccount | None) -> ChannelRow:
    state, tone, says, is_simulated = _standing(organization, channel, account)
    return ChannelRow(
        channel=channel,
        link=reverse("crm:settings-channel", args=[channel.value]),
        icon=_ICON[channel],
        name=_("Texts") if channel is AccountChannel.SMS else _("E-mail"),
        state=state,
        tone=tone,
        says=says,
        account=account,
        trouble=account.trouble if account else "",
        since=words.minute(account.trouble_since) if account and account.trouble_since else "",
        connected=words.day(account.connected_at) if account else "",
        rate=_rate(account) if account else "",
        is_simulated=is_simulated,
    )


def _standing(
    organization: Organization, channel: AccountChannel, account: ChannelAccount | None
) -> tuple[str, str, str, bool]:
    if account and account.trouble:
        return _("In trouble"), "bad", _("%(sender)s is turned away") % {"sender": account.sender}, False
    if account:
        return _("Connected"), "ok", _("They come from %(sender)s") % {"sender": account.sender}, False
    if not getattr(channel_named(channel.value), "is_simulated", False):
        return _("By the site"), "ok", _("Whoever runs Leadwright carries them for you"), False
    if channel_accounts.may_simulate(organization):
        return _("Simulated"), "warn", _("They are only written down: nobody gets anything"), True
    return _("Not connected"), "bad", _("Nothing goes out: every message is refused"), False


def _rate(account: ChannelAccount) -> str:
    if account.per_minute is None:
        usual = settings.MESSAGES_PER_MINUTE.get(account.provider, 0)
        if account.sender.startswith("MG") or not usual:
            return _("As fast as the provider takes them")
        return _("%(n)d a minute, the usual") % {"n": usual}
    return _("%(n)d a minute") % {"n": account.per_minute} if account.per_minute else _("As fast as can be")


def addresses_of(account: ChannelAccount) -> list[tuple[str, str, str]]:
    """What is copied to the provider: label, address, where it goes."""
    if account.provider == Provider.TWILIO:
        return [
            (
                _("A message comes in"),
                public_url(reverse("api:twilio-inbound")),
                _("In Twilio's console at your number or messaging service, as a webhook by HTTP POST"),
            ),
            (
                _("Delivery reports"),
                public_url(reverse("api:twilio-status")),
                _("Goes out with each text by itself. Only to check a firewall."),
            ),
        ]
    return [
        (
            _("E-mail comes in"),
            public_url(reverse("api:inbound-email", args=[account.public_id])),
            _("Your mail service posts replies here, signed with the secret as Standard Webhooks has it"),
        )
    ]
