"""
Signing in with e-mail address and password, for programs that have no key.

A log-in is a Credential that ends after a week without a refresh: limits, revoking, the last use and the list in the
settings are those of keys. It has no secret of its own; its digest is that of the refresh token that is good now.
"""

from __future__ import annotations

import datetime as dt
import logging
import secrets
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from api.userleads import tokens
from api.userleads.tokens import BadToken, Use
from crm import events
from crm.models import Actor, Advisor, Credential, CredentialKind, Permission, User
from crm.observing import security

ACCESS_LIFE, REFRESH_LIFE = dt.timedelta(minutes=15), dt.timedelta(days=7)
#: How long an ended log-in can still be looked up.
KEPT_FOR = dt.timedelta(days=1)


class NoPlace(Exception):
    """The user works in no active organisation."""


@dataclass(frozen=True, slots=True)
class Tokens:
    access: str
    refresh: str
    user: User


@transaction.atomic
def log_in(user: User, *, now: dt.datetime) -> Tokens:
    """The user's first place is what they see. Raises NoPlace."""
    places = Advisor.objects.filter(user=user, is_active=True, organization__is_active=True)
    advisor = places.select_related("organization", "user").order_by("pk").first()
    if advisor is None:
        raise NoPlace
    name = _new_name()
    credential = Credential.objects.create(
        kind=CredentialKind.USERLEADS,
        organization=advisor.organization,
        advisor=advisor,
        name="Log-in",
        prefix="log-in",
        permission=Permission.FULL,
        is_log_in=True,
        digest=tokens.digest_of(name, user.get_session_auth_hash()),
        expires_at=now + REFRESH_LIFE,
    )
    _record("log_in.made", credential, advisor, now)
    security.tell("log_in.succeeded", level=logging.INFO, factor="password")
    return _tokens(credential.pk, name, user, now)


def refresh(secret: str, *, now: dt.datetime) -> Tokens:
    """
    New tokens for a refresh token, which is good once. Raises BadToken.

    One that comes a second time was copied by somebody: the log-in ends for both. So does one from before the password
    was changed.
    """
    token = tokens.read(secret, Use.REFRESH)
    known = _live(now).filter(pk=token.log_in).select_related("advisor__user", "organization").first()
    if known is None or known.advisor is None or not known.advisor.user.is_active:
        raise BadToken
    name, mark = _new_name(), known.advisor.user.get_session_auth_hash()
    is_newest = _live(now).filter(pk=known.pk, digest=tokens.digest_of(token.name, mark))
    if not is_newest.update(digest=tokens.digest_of(name, mark), expires_at=now + REFRESH_LIFE):
        _end(known, known.advisor, "log_in.ended_by_reuse", now)
        raise BadToken
    return _tokens(known.pk, name, known.advisor.user, now)


def log_out(secret: str, *, now: dt.datetime) -> None:
    """The log-in of a refresh token ends, with every access token of it. Raises BadToken."""
    token = tokens.read(secret, Use.REFRESH)
    known = _live(now).filter(pk=token.log_in).select_related("advisor__user", "organization").first()
    if known is not None and known.advisor is not None:
        _end(known, known.advisor, "log_in.ended", now)


def prune(now: dt.datetime | None = None) -> int:
    """Forget log-ins that have ended; how many there were."""
    oldest = (now or timezone.now()) - KEPT_FOR
    ended = Credential.objects.filter(Q(expires_at__lte=oldest) | Q(revoked_at__lte=oldest), is_log_in=True)
    return sum(Credential.objects.filter(pk=pk).delete()[0] > 0 for pk in ended.values_list("pk", flat=True)[:1000])


def _live(now: dt.datetime) -> QuerySet[Credential]:
    return Credential.objects.filter(is_log_in=True, revoked_at=None, expires_at__gt=now)


@transaction.atomic
def _end(credential: Credential, advisor: Advisor, fact: str, now: dt.datetime) -> None:
    if Credential.objects.filter(pk=credential.pk, revoked_at=None).update(revoked_at=now):
        _record(fact, credential, advisor, now)


def _record(fact: str, credential: Credential, advisor: Advisor, now: dt.datetime) -> None:
    events.record(fact, organization=advisor.organization, by=Actor.advisor(advisor), now=now, log_in=credential.pk)


def _tokens(log_in: int, name: str, user: User, now: dt.datetime) -> Tokens:
    return Tokens(
        tokens.sign(Use.ACCESS, log_in=log_in, name=_new_name(), now=now, life=ACCESS_LIFE),
        tokens.sign(Use.REFRESH, log_in=log_in, name=name, now=now, life=REFRESH_LIFE),
        user,
    )


def _new_name() -> str:
    return secrets.token_urlsafe(24)
