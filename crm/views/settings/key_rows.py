"""Keys as the page tells of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.keys import GRACE
from crm.models import Credential, CredentialKind, Tier
from crm.views.settings import words


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One key in words. tone is the badge's colour: ok, warn, or none for what has ended."""

    pk: int
    url: str
    name: str
    prefix: str
    contract: str
    permission: str
    tier: str
    holder: str
    created: str
    ends: str
    last_used: dt.datetime | None
    state: str
    tone: str
    is_live: bool
    can_rotate: bool


def row_of(key: Credential, now: dt.datetime) -> KeyRow:
    """Wants advisor__user and partner loaded."""
    state, tone = _state(key, now)
    is_live = tone != ""
    return KeyRow(
        pk=key.pk,
        url=reverse("crm:settings-key", args=[key.pk]),
        name=key.name or _("Without a name"),
        prefix=key.prefix,
        contract=words.CONTRACTS[key.kind],
        permission=str(words.PERMISSIONS[key.permission]),
        tier=str(Tier(key.tier).label),
        holder=_holder(key),
        created=words.day(key.created_at),
        ends=words.end(key.expires_at) if key.expires_at else _("Never"),
        last_used=key.last_used_at,
        state=state,
        tone=tone,
        is_live=is_live,
        can_rotate=is_live and not key.is_log_in and not (key.expires_at and key.expires_at <= now + GRACE),
    )


def _holder(key: Credential) -> str:
    if key.kind == CredentialKind.USERLEADS and key.advisor:
        return key.advisor.name
    return _("Partner %(name)s") % {"name": key.partner.name} if key.partner else _("This organisation")


def _state(key: Credential, now: dt.datetime) -> tuple[str, str]:
    if key.revoked_at:
        return _("Revoked %(day)s") % {"day": words.day(key.revoked_at)}, ""
    if key.is_expired(now):
        return _("Expired"), ""
    if key.expires_at and key.expires_at <= now + dt.timedelta(days=7):
        return _("Ends soon"), "warn"
    return _("Valid"), "ok"
