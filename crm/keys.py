"""Keys of the contracts: made, replaced, ended. Each is recorded; a secret is returned once, and kept nowhere."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from crm import events, reach
from crm.models import Actor, Advisor, Credential, CredentialKind, Organization, Partner, Permission, Tier

#: How long a key that was replaced stays valid beside its successor.
GRACE = dt.timedelta(hours=24)


class KeyRefused(Exception):
    """The words say why, to a person; field names what was wrong with."""

    def __init__(self, words: str, field: str = "") -> None:
        super().__init__(words)
        self.words = words
        self.field = field


def keys_of(organization: Organization) -> QuerySet[Credential]:
    """Every key that opens the organisation: its own, and those of its partner."""
    return Credential.objects.filter(Q(organization=organization) | Q(partner=organization.partner_id))


def live(keys: QuerySet[Credential], now: dt.datetime) -> QuerySet[Credential]:
    return keys.filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None)


def ended(keys: QuerySet[Credential], now: dt.datetime) -> QuerySet[Credential]:
    return keys.filter(Q(expires_at__lte=now) | Q(revoked_at__isnull=False))


def partner_has_others(organization: Organization) -> bool:
    """Whether a key of the partner opens more than this organisation, so that nobody here alone may decide on it."""
    with reach.everybody():
        return Organization.objects.filter(partner=organization.partner_id).exclude(pk=organization.pk).exists()


@transaction.atomic
def issue(
    *,
    organization: Organization,
    kind: CredentialKind | str,
    by: Actor,
    now: dt.datetime,
    name: str = "",
    permission: Permission | str = Permission.READ_WRITE,
    tier: Tier | str = Tier.STANDARD,
    advisor: Advisor | None = None,
    expires_at: dt.datetime | None = None,
    may_reach_partner: bool = False,
) -> tuple[Credential, str]:
    """
    A new key and its secret, which nobody can see again. Raises KeyRefused.

    may_reach_partner: it may open all organisations of the partner, which staff alone decide.
    """
    if not may_reach_partner:
        _refuse_wider_reach(organization, kind)
    _refuse_past(expires_at, now)
    if kind == CredentialKind.USERLEADS and advisor is None:
        raise KeyRefused(_("A userleads key belongs to an advisor: say whose it is."), "advisor")
    if advisor and advisor.organization_id != organization.pk:
        raise KeyRefused(_("This advisor does not work here."), "advisor")
    key, secret = Credential.issue(kind, organization=organization, advisor=advisor, permission=permission, name=name)
    key.tier, key.expires_at = str(tier), expires_at
    key.save(update_fields=["tier", "expires_at"])
    _record("key.issued", key, organization, by, now)
    return key, secret


@transaction.atomic
def rotate(key: Credential, *, organization: Organization, by: Actor, now: dt.datetime) -> tuple[Credential, str]:
    """
    A successor with the same rights, and its secret; the old key stays valid for GRACE.

    A key that was to end lives as long again, from now. Raises KeyRefused, also for a key that ends within GRACE
    anyway: so of two who press the button at once, only one replaces it.
    """
    _refuse_others_key(key, organization)
    if key.is_log_in:
        raise KeyRefused(_("This is a log-in: whoever signed in does so again. It can only be revoked."))
    life = key.expires_at - key.created_at if key.expires_at else None
    lasting = live(Credential.objects.filter(pk=key.pk), now).exclude(expires_at__lte=now + GRACE)
    if not lasting.update(expires_at=now + GRACE):
        raise KeyRefused(_("This key has ended, or ends within a day. Make a new one instead."))
    key.expires_at = now + GRACE
    successor, secret = issue(
        organization=organization,
        kind=key.kind,
        by=by,
        now=now,
        name=key.name,
        permission=key.permission,
        tier=key.tier,
        advisor=key.advisor,
        expires_at=now + life if life else None,
    )
    _record("key.rotated", key, organization, by, now, successor=successor.prefix)
    return successor, secret


@transaction.atomic
def change(
    key: Credential,
    *,
    organization: Organization,
    name: str,
    expires_at: dt.datetime | None,
    by: Actor,
    now: dt.datetime,
) -> None:
    """Another name, another end. Raises KeyRefused for a key that has ended: nothing brings it back."""
    _refuse_others_key(key, organization)
    if expires_at != key.expires_at:
        _refuse_past(expires_at, now)
    if not live(Credential.objects.filter(pk=key.pk), now).update(name=name, expires_at=expires_at):
        raise KeyRefused(_("This key has ended; it can't be changed any more."))
    key.name, key.expires_at = name, expires_at
    _record("key.changed", key, organization, by, now)


@transaction.atomic
def revoke(key: Credential, *, organization: Organization, by: Actor, now: dt.datetime) -> bool:
    """The key opens nothing from now on. False when it was revoked before."""
    _refuse_others_key(key, organization)
    if not Credential.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now):
        return False
    key.revoked_at = now
    _record("key.revoked", key, organization, by, now)
    return True


@transaction.atomic
def revoke_all(chosen: QuerySet[Credential], *, by_label: str, now: dt.datetime) -> int:
    """
    For staff: these keys open nothing from now on; how many did until now. Four statements, however many there are.

    A key of a partner is on record with the oldest of the organisations that it opened.
    """
    held = list(chosen.filter(revoked_at=None).select_for_update(of=("self",)).order_by("pk"))
    Credential.objects.filter(pk__in=[key.pk for key in held]).update(revoked_at=now)
    theirs = Organization.objects.filter(partner__in=[key.partner_id for key in held if key.partner_id])
    oldest = {partner: pk for pk, partner in theirs.order_by("-pk").values_list("pk", "partner")}
    homes = ((key, key.organization_id or oldest.get(key.partner_id or 0)) for key in held)
    by = Actor.system(f"{by_label} (administration)")
    events.record_all(
        events.fact("key.revoked", organization=home, by=by, now=now, **_about(key)) for key, home in homes if home
    )
    return len(held)


def _refuse_others_key(key: Credential, organization: Organization) -> None:
    is_ours = key.partner_id == organization.partner_id if key.partner_id else key.organization_id == organization.pk
    if not is_ours:
        raise KeyRefused(_("This key belongs to somebody else."))
    _refuse_wider_reach(organization, key.kind)


def _refuse_wider_reach(organization: Organization, kind: CredentialKind | str) -> None:
    """The partner's row is held, so that no second organisation joins it between the question and the answer."""
    if kind != CredentialKind.RECOVERBIZ:
        return
    Partner.objects.select_for_update().get(pk=organization.partner_id)
    if partner_has_others(organization):
        raise KeyRefused(
            _("RecoverBiz keys reach all of the partner's organisations: ask whoever runs Leadwright."), "kind"
        )


def _refuse_past(expires_at: dt.datetime | None, now: dt.datetime) -> None:
    if expires_at is not None and expires_at <= now:
        raise KeyRefused(_("This day is over. Choose one that is still to come."), "expires_on")


def _record(name: str, key: Credential, organization: Organization, by: Actor, now: dt.datetime, **more: Any) -> None:
    events.record(name, organization=organization, by=by, now=now, **_about(key), **more)


def _about(key: Credential) -> dict[str, Any]:
    return {
        "key": key.prefix,
        "kind": str(key.kind),
        "key_name": key.name,
        "permission": str(key.permission),
        "expires_at": key.expires_at.isoformat() if key.expires_at else None,
    }
