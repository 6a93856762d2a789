"""Codes of the second step: tries at them are counted where all processes look, and each works once."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa import signals
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from crm import locking_out
from crm.encryption import decrypt

#: In an app's data: the newest period of 30 seconds whose code was taken.
_NEWEST = "newest_period"


class _Counted(forms.BaseAuthenticateForm):
    """The library counts tries and remembers codes in the cache, which a process without Redis has for itself."""

    def clean_code(self) -> str:
        whose = f"second step of {self.user.pk}"
        if not locking_out.may_try(whose, now=timezone.now()):
            raise get_account_adapter().validation_error("too_many_login_attempts")
        code: str = super().clean_code()
        if self.authenticator.type == Authenticator.Type.TOTP and not take(self.authenticator, code):
            raise get_adapter().validation_error("incorrect_code")
        locking_out.was_right(whose)
        return code


class AuthenticateForm(_Counted, forms.AuthenticateForm):
    pass


class ReauthenticateForm(_Counted, forms.ReauthenticateForm):
    pass


@receiver(signals.authenticator_added)
def first_code(sender: Any, request: HttpRequest, authenticator: Authenticator, **_: Any) -> None:
    """The one that set the app up was shown, too."""
    if authenticator.type == Authenticator.Type.TOTP:
        take(authenticator, request.POST.get("code", ""))


def take(app: Authenticator, code: str) -> bool:
    """
    Take this code and all before it; False when it, or a later one, was taken before.

    Two who show the same code at once both read the row as it was; one of them changes it.
    """
    secret, known = decrypt(app.data["secret"]), app.data
    fitting = (
        period
        for period in yield_hotp_counters_from_time()
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, period)))
    )
    period = next(fitting, 0)
    if period <= known.get(_NEWEST, 0):
        return False
    app.data = known | {_NEWEST: period}
    return bool(Authenticator.objects.filter(pk=app.pk, data=known).update(data=app.data))
