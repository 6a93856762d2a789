"""Where customers want to be told, as their managers set it up: made, changed, switched, tried out, deleted."""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from crm import events, keys, outbound, webhooks
from crm.models import Actor, DeliveryState, Event, Organization, Partner, WebhookDelivery, WebhookEndpoint

#: Of the characters of RFC 3986; all others have to be written as %XX, and names of hosts in Punycode.
_ADDRESS = re.compile(
    r"[a-z]+://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?"
    r"([/?#]([A-Za-z0-9._~:/?#@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)?\Z",
    re.ASCII | re.IGNORECASE,
)


class WebhookRefused(Exception):
    """The words say why, to a person; field names what was wrong with."""

    def __init__(self, words: str, field: str = "") -> None:
        super().__init__(words)
        self.words = words
        self.field = field


def contracts() -> list[str]:
    """Those that tell their customers of events."""
    return list(settings.WEBHOOK_VOICES)


def events_of(contract: str) -> Sequence[str]:
    """The contract's own names of what it tells."""
    return webhooks.voice_of(contract).EVENTS


def endpoints_of(organization: Organization) -> QuerySet[WebhookEndpoint]:
    """Every endpoint that hears of the organisation: its own, and those of its partner."""
    return WebhookEndpoint.objects.filter(Q(organization=organization) | Q(partner=organization.partner_id))


def is_changed_by(organization: Organization, endpoint: WebhookEndpoint) -> bool:
    """Whether managers there decide on it: not on one that hears of the partner's other organisations too."""
    return endpoint.partner_id is None or not keys.partner_has_others(organization)


@transaction.atomic
def create(
    *,
    organization: Organization | None = None,
    partner: Partner | None = None,
    contract: str,
    url: str,
    wanted: Sequence[str] = (),
    by: Actor,
    now: dt.datetime,
    secret: str = "",
) -> WebhookEndpoint:
    """
    An endpoint that hears of the wanted events from now on (of all, when none is named). Raises WebhookRefused.

    One of a partner hears of all its organisations, those of tomorrow too.
    """
    if contract not in settings.WEBHOOK_VOICES:
        raise WebhookRefused(_("This contract has no webhooks."), "contract")
    endpoint = WebhookEndpoint(
        organization=organization,
        partner=partner,
        contract=contract,
        url=_checked(url),
        events=_known(contract, wanted),
        created_at=now,
        **({"secret": secret} if secret else {}),
    )
    endpoint.save(force_insert=True)
    _record("webhook.created", endpoint, by, now, events=endpoint.events)
    return endpoint


@transaction.atomic
def change(endpoint: WebhookEndpoint, *, url: str, wanted: Sequence[str], by: Actor, now: dt.datetime) -> None:
    """Another address or other events. A new address starts with a clean record. Raises WebhookRefused."""
    before = endpoint.url
    endpoint.url, endpoint.events = _checked(url), _known(endpoint.contract, wanted)
    if endpoint.url != before:
        endpoint.failing_since = None
    endpoint.save(update_fields=["url", "events", "failing_since"])
    _record("webhook.changed", endpoint, by, now, events=endpoint.events, previous_url=before)


@transaction.atomic
def switch(endpoint: WebhookEndpoint, *, on: bool, by: Actor, now: dt.datetime) -> bool:
    """On or off; what failed before is forgiven. False when it stood so already."""
    fresh = {"is_active": on, "switched_off_because": "", "failing_since": None}
    if not WebhookEndpoint.objects.filter(pk=endpoint.pk, is_active=not on).update(**fresh):
        return False
    endpoint.is_active, endpoint.switched_off_because, endpoint.failing_since = on, "", None
    _record("webhook.switched_on" if on else "webhook.switched_off", endpoint, by, now)
    return True


@transaction.atomic
def rotate_secret(endpoint: WebhookEndpoint, *, by: Actor, now: dt.datetime) -> str:
    """
    A new signing secret, returned; the old one signs beside it for a day.

    Raises WebhookRefused while that day runs: a second rotation would silence the secret that the receiver knows.
    """
    locked = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
    if is_rotating(locked, now):
        raise WebhookRefused(_("The last rotation is not over: the old secret still signs. End that first."))
    secret = webhooks.rotate_secret(locked, now=now)
    endpoint.refresh_from_db(fields=["secret", "previous_secret", "previous_secret_until"])
    _record("webhook.secret_rotated", endpoint, by, now)
    return secret


@transaction.atomic
def end_rotation(endpoint: WebhookEndpoint, *, by: Actor, now: dt.datetime) -> None:
    """The old secret signs no longer."""
    endpoint.previous_secret, endpoint.previous_secret_until = "", None
    endpoint.save(update_fields=["previous_secret", "previous_secret_until"])
    _record("webhook.rotation_ended", endpoint, by, now)


def is_rotating(endpoint: WebhookEndpoint, now: dt.datetime) -> bool:
    return len(endpoint.secrets(now)) > 1


@transaction.atomic
def delete(endpoint: WebhookEndpoint, *, by: Actor, now: dt.datetime) -> None:
    """The endpoint and its delivery log are gone; what was still waiting is not sent."""
    _record("webhook.deleted", endpoint, by, now)
    endpoint.delete()


@transaction.atomic
def send_test(endpoint: WebhookEndpoint, *, by: Actor, now: dt.datetime) -> WebhookDelivery:
    """File a ping in the contract's own envelope, whatever events are wanted. Raises WebhookRefused."""
    _refuse_switched_off(endpoint)
    recorded = _record("webhook.tested", endpoint, by, now)
    if not recorded:
        raise WebhookRefused(_("There is no account yet that it could hear of."))
    return webhooks.file_one(endpoint, webhooks.voice_of(endpoint.contract).ping(recorded[0]))


@transaction.atomic
def send_again(delivery: WebhookDelivery, *, endpoint: WebhookEndpoint, by: Actor, now: dt.datetime) -> WebhookDelivery:
    """The same message once more. Raises WebhookRefused when it is still on its way."""
    _refuse_switched_off(endpoint)
    if delivery.state not in {DeliveryState.DELIVERED, DeliveryState.FAILED}:
        raise WebhookRefused(_("This one is still on its way."))
    again = webhooks.send_again(delivery, now=now)
    _record("webhook.sent_again", endpoint, by, now, delivery=str(delivery.uuid), again=str(again.uuid))
    return again


def _refuse_switched_off(endpoint: WebhookEndpoint) -> None:
    if not endpoint.is_active:
        raise WebhookRefused(_("This webhook is switched off. Switch it on first."))


def _checked(url: str) -> str:
    url = url.strip()
    try:
        host = outbound.check(url).hostname or ""
    except outbound.Forbidden as error:
        raise WebhookRefused(str(error), "url") from None
    if len(url) > 2000 or not _ADDRESS.match(url):
        raise WebhookRefused(_("This is not a web address."), "url")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return url  # a name: it is looked up whenever something is sent
    if not outbound.is_public(address):
        raise WebhookRefused(_("%(host)s is not a public address.") % {"host": host}, "url")
    return url


def _known(contract: str, wanted: Sequence[str]) -> list[str]:
    known = events_of(contract)
    if unknown := [name for name in wanted if name not in known]:
        raise WebhookRefused(_("This contract has no event %(event)s.") % {"event": unknown[0]}, "events")
    return [name for name in known if name in wanted]


def _record(name: str, endpoint: WebhookEndpoint, by: Actor, now: dt.datetime, **more: Any) -> list[Event]:
    """A fact for each organisation that the endpoint hears of."""
    return events.record_all(
        events.fact(
            name,
            organization=organization_id,
            by=by,
            now=now,
            endpoint=endpoint.public_id,
            contract=str(endpoint.contract),
            url=endpoint.url,
            **more,
        )
        for organization_id in endpoint.organization_ids()
    )
