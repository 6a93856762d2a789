"""Who carries a message: the organisation's own account, else what the site offers to those without one."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from django.conf import settings
from django.utils import timezone

from crm import channel_accounts
from crm.channels.base import CannotTell, Outgoing, Refused, Tried
from crm.channels.base import Channel as Carrier
from crm.encryption import Unreadable
from crm.models import Actor, ChannelAccount, Provider
from crm.wording import in_english
from leads import suppression
from leads.models import Channel, Message
from leads.unsubscribing import unsubscribe_url

log = logging.getLogger(__name__)

#: A message may be on its way for this long before we note the doubt about it.
_IN_FLIGHT = dt.timedelta(seconds=30)
#: Carriers are asked about what happened since the try; messages sent before that are none of the candidates.
_LATELY = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Route:
    """
    name is a key of settings.CHANNELS; changed_at is when the organisation last connected or disconnected.

    sender names the number or account that all its messages share, per_minute how many it may send (0: any).
    """

    name: str
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)
    account: ChannelAccount | None = None
    changed_at: dt.datetime | None = None
    closed_because: str = ""
    sender: str = ""
    per_minute: int = 0

    def refuse_if_closed(self, message: Message, carrier: Carrier) -> None:
        """Raises Refused: for good without an account, for now when its secret can't be read."""
        if self.closed_because:
            raise Refused("secret_unreadable", self.closed_because, permanent=False, account_trouble=True)
        is_pretended = self.account is None and getattr(carrier, "is_simulated", False)
        if is_pretended and not channel_accounts.may_simulate(message.organization):
            what = in_english(Channel(message.channel).label)
            raise Refused("no_account", f"No {what} account is connected: see the settings.", permanent=True)

    def went_well(self) -> None:
        if self.account and self.account.trouble:
            channel_accounts.note_well(self.account.pk)
            self.account.trouble = ""


@dataclass(frozen=True, slots=True)
class Routes:
    """Those of a batch of messages, loaded together."""

    by_place: Mapping[tuple[int, str], Route]

    def of(self, message: Message) -> Route:
        return self.at(message.organization_id, message.channel)

    def at(self, organization_id: int, channel: str) -> Route:
        return self.by_place.get((organization_id, channel)) or _of_site(channel)


def routes_for(messages: Iterable[Message]) -> Routes:
    """One statement for all of their organisations."""
    return routes_of({message.organization_id for message in messages})


def routes_of(organizations: Collection[int]) -> Routes:
    """The ways of these organisations' messages. One statement."""
    if not organizations:
        return Routes({})
    accounts = ChannelAccount.objects.filter(organization__in=organizations).order_by("changed_at", "pk")
    return Routes({(account.organization_id, account.channel): _through(account) for account in accounts})


def _of_site(channel: str, changed_at: dt.datetime | None = None) -> Route:
    rate = settings.MESSAGES_PER_MINUTE.get(channel, 0)
    return Route(channel, changed_at=changed_at, sender=f"site {channel}", per_minute=rate)


def _through(account: ChannelAccount) -> Route:
    if not account.is_connected:
        return _of_site(account.channel, account.changed_at)
    way = Route(
        account.provider,
        account=account,
        changed_at=account.changed_at,
        sender=f"{account.provider} {account.external_id} {account.sender}",
        per_minute=_rate(account),
    )
    try:
        return replace(way, settings=account.settings())
    except Unreadable as error:
        log.error("account %s: %s", account.public_id, error)
        return replace(way, closed_because=str(error))


def _rate(account: ChannelAccount) -> int:
    """As it was told; else what the provider takes from one number. A messaging service spreads its texts itself."""
    if account.per_minute is not None:
        return account.per_minute
    is_pool = account.provider == Provider.TWILIO and not account.sender.startswith("+")
    return 0 if is_pool else settings.MESSAGES_PER_MINUTE.get(account.provider, 0)


def outgoing(message: Message, route: Route) -> Outgoing:
    """The message as its carrier gets it."""
    is_email = message.channel == Channel.EMAIL
    return Outgoing(
        to=message.address,
        body=message.body,
        subject=message.subject,
        reference=str(message.uuid),
        sender=message.organization.name,
        account=route.settings,
        unsubscribe_url=unsubscribe_url(message.organization_id, message.address) if is_email else "",
    )


def tried(message: Message, route: Route, now: dt.datetime) -> Tried:
    """What to ask the carrier about a message of unknown fate. Raises CannotTell when it went another way."""
    if route.changed_at and route.changed_at > message.not_before - _IN_FLIGHT:
        raise CannotTell("the account was changed since")
    others = Message.objects.filter(
        organization=message.organization_id, address=message.address, sent_at__gte=message.not_before - _LATELY
    )
    known = others.exclude(pk=message.pk).exclude(provider_id="").values_list("provider_id", flat=True)
    return Tried(outgoing(message, route), since=message.not_before, now=now, known=frozenset(known))


def heed(refusal: Refused, message: Message, route: Route) -> None:
    """What a refusal says beyond this one message: the borrower opted out elsewhere, or the account is in trouble."""
    now = timezone.now()
    try:
        if refusal.has_opted_out:
            suppression.opt_out(
                message.organization,
                message.address,
                reason=refusal.words,
                by=Actor.system("The carrier"),
                now=now,
            )
        if refusal.account_trouble and route.account:
            channel_accounts.note_trouble(route.account.pk, refusal.words, now=now)
    except Exception:  # the outcome of the message itself must be written down all the same
        log.exception("heeding the refusal of message %s", message.uuid)
