"""The link by which the recipient of an e-mail ends them, without an account and without a log-in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core import signing
from django.urls import reverse

from crm import reach
from crm.models import Actor, Organization
from crm.public_url import public_url
from leads import suppression

_SALT = "leadwright.unsubscribe"


@dataclass(frozen=True, slots=True)
class Subscription:
    organization: Organization
    address: str


def unsubscribe_url(organization_id: int, address: str) -> str:
    """It stays valid as long as SECRET_KEY does (or stands in SECRET_KEY_FALLBACKS)."""
    token = signing.dumps([organization_id, address.strip().lower()], salt=_SALT)
    return public_url(reverse("leads:unsubscribe", args=[token]))


def subscription_of(token: str) -> Subscription | None:
    """What the link stands for; None when we did not make it."""
    try:
        organization_id, address = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    reach.turn_to(int(organization_id))
    organization = Organization.objects.filter(pk=organization_id).first()
    return Subscription(organization, address) if organization else None


def unsubscribe(subscription: Subscription, *, now: dt.datetime) -> bool:
    """No e-mail from this organisation any more. False when it was so before."""
    return suppression.opt_out(
        subscription.organization,
        subscription.address,
        reason="Unsubscribed by the link in an e-mail",
        by=Actor.borrower(subscription.address),
        now=now,
    )
