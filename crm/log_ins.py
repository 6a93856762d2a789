"""Who came in, who did not, and what they changed about how they do: facts, from the signals of django-allauth."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account import signals as account
from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa import signals as mfa
from django.contrib.auth.signals import user_logged_out, user_login_failed
from django.core.exceptions import PermissionDenied
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from crm import events, reach
from crm.models import Actor, Advisor, User
from crm.observing import security


def record(name: str, user: User | None, request: HttpRequest | None, **more: Any) -> None:
    """The fact, in every organisation where the user works. Nobody is asked what they did where nobody knows them."""
    if user is None or user.pk is None:
        return
    with reach.everybody():
        _record_everywhere(name, user, {"address": _address(request), **more, "unheard": ["webhooks"]})


def _record_everywhere(name: str, user: User, said: dict[str, Any]) -> None:
    places = Advisor.objects.filter(user=user.pk, is_active=True, organization__is_active=True).select_related("user")
    now = timezone.now()
    events.record_all(
        events.fact(name, organization=place.organization_id, by=Actor.advisor(place), now=now, **said)
        for place in places.order_by("pk")
    )


def _address(request: HttpRequest | None) -> str:
    try:
        return str(get_adapter().get_client_ip(request)) if request is not None else ""
    except PermissionDenied:
        return ""


def _mark(email: str) -> str:
    return security.blinded(email) if email else ""


def _factors(request: HttpRequest | None, user: User) -> str:
    """With what somebody showed who they are, as django-allauth noted it: password, password + totp, webauthn."""
    noted = get_authentication_records(request, user) if request is not None else []
    return " + ".join(dict.fromkeys(str(each.get("type") or each["method"]) for each in noted))


@receiver(account.user_logged_in)
def came_in(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    factor = _factors(request, user)
    record("log_in.succeeded", user, request, factor=factor)
    security.tell("log_in.succeeded", level=logging.INFO, factor=factor)


@receiver(user_logged_out)
def went(sender: Any, request: HttpRequest, user: User | None, **_: Any) -> None:
    record("log_in.ended", user, request)
    security.tell("log_in.ended", level=logging.INFO)


@receiver(user_login_failed)
def stayed_out(sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """A wrong password; told to those whose log-in it was tried at."""
    email = str(credentials.get("email") or credentials.get("username") or "").strip()
    user = User.objects.filter(email__iexact=email).first() if email else None
    record("log_in.refused", user, request)
    security.tell("log_in.refused", why="wrong password" if user else "nobody has the address", whom=_mark(email))


@receiver(mfa.authentication_failed)
def failed_second_step(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    record("log_in.second_step_refused", user, request)
    security.tell("log_in.refused", why="wrong second step", whom=_mark(user.email))


@receiver(account.password_changed)
@receiver(account.password_reset)
@receiver(account.password_set)
def other_password(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    record("log_in.password_changed", user, request)


@receiver(account.email_changed)
def other_email(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    record("log_in.email_changed", user, request)


@receiver(mfa.authenticator_added)
@receiver(mfa.authenticator_reset)
def second_step_added(sender: Any, request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    record("log_in.second_step_added", user, request, kind=str(authenticator.type))


@receiver(mfa.authenticator_removed)
def second_step_removed(sender: Any, request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    record("log_in.second_step_removed", user, request, kind=str(authenticator.type))
