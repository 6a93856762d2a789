"""How django-allauth signs people in here: nobody signs themselves up, and secrets lie encrypted."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm import locking_out
from crm.encryption import decrypt, encrypt, is_current
from crm.models import User
from crm.observing import security

#: Where django-allauth keeps what it has encrypted, in an authenticator's data.
_LOCKED = ("secret", "seed")


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _(
            "That e-mail address and password don't belong together. Passwords distinguish capitals."
        ),
        "too_many_login_attempts": _("Too many attempts with a wrong password. Wait five minutes, then try again."),
    }

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """The library counts in the cache, for each address of the network too; we count where all processes look."""
        if not locking_out.may_try(_login_of(credentials), now=timezone.now()):
            security.tell("log_in.refused", why="locked", whom=security.blinded(_login_of(credentials)))
            raise self.validation_error("too_many_login_attempts")
        super().pre_authenticate(request, **credentials)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        user = super().authenticate(request, **credentials)
        if user is not None:
            locking_out.was_right(_login_of(credentials))
        return user

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        super()._delete_login_attempts_cached_email(request, **credentials)
        locking_out.forgive(_login_of(credentials))

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False  # a manager invites


def _login_of(credentials: dict[str, Any]) -> str:
    return str(credentials.get("email") or credentials.get("username") or "")


class MfaAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(encrypted_text)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return super().get_public_key_credential_rp_entity() | {"name": settings.MFA_TOTP_ISSUER}


def second_steps(user: OuterRef | User) -> QuerySet[Authenticator]:
    """What somebody shows besides a password. Codes for an emergency open, but don't count as one."""
    return Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES)


def relock_second_steps() -> int:
    """Close the secrets of second steps with the newest encryption key; how many were closed with an older one."""
    count = 0
    for step in Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).order_by("pk"):
        old = {name: step.data[name] for name in _LOCKED if name in step.data and not is_current(step.data[name])}
        if old:
            data = step.data | {name: encrypt(decrypt(secret)) for name, secret in old.items()}
            count += Authenticator.objects.filter(pk=step.pk, data=step.data).update(data=data)
    return count
