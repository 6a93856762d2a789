"""Keys that integrations show; only a hash of them is kept."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import string

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from crm.models.organization import Organization, Partner
from crm.models.user import Advisor


class CredentialKind(models.TextChoices):
    LENDWORKS = "lendworks", gettext_lazy("Lendworks")
    RECOVERBIZ = "recoverbiz", gettext_lazy("Recoverbiz")
    USERLEADS = "userleads", gettext_lazy("Userleads")
    CONVOSO = "convoso", gettext_lazy("Convoso")


class Permission(models.TextChoices):
    READ = "read", gettext_lazy("Read")
    READ_WRITE = "read_write", gettext_lazy("Read Write")
    FULL = "full", gettext_lazy("Full")


class Tier(models.TextChoices):
    BASIC = "basic", gettext_lazy("Basic")
    STANDARD = "standard", gettext_lazy("Standard")
    PREMIUM = "premium", gettext_lazy("Premium")


def _random(length: int) -> str:
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(length))


def _new_secret(kind: str) -> str:
    """A secret in the form that the contract documents."""
    match kind:
        case CredentialKind.LENDWORKS:
            return f"lw_live_{_random(40)}"
        case CredentialKind.RECOVERBIZ:
            return f"pk_live_{_random(32)}"
        case CredentialKind.USERLEADS:
            return f"ru_v2_{_random(12)}_{_random(32)}"
        case _:
            return _random(40)


def digest_of(secret: str) -> str:
    """SHA-256 in hex. The secrets carry 190 random bits or more, so a slow hash would only slow down every request."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class Credential(models.Model):
    """One key of one contract. RecoverBiz keys belong to a partner, userleads keys to an advisor's user."""

    kind = models.CharField(max_length=12, choices=CredentialKind)
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, null=True, blank=True, related_name="credentials"
    )
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, null=True, blank=True, related_name="credentials")
    advisor = models.ForeignKey(Advisor, on_delete=models.CASCADE, null=True, blank=True, related_name="credentials")
    name = models.CharField(max_length=100, blank=True)
    prefix = models.CharField(
        max_length=24, editable=False, help_text=gettext_lazy("First characters, to recognise it by")
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    permission = models.CharField(max_length=10, choices=Permission, default=Permission.READ_WRITE)
    is_log_in = models.BooleanField(
        default=False,
        editable=False,
        help_text=gettext_lazy("made by signing in; has no secret, see api/userleads/log_ins.py"),
    )
    tier = models.CharField(max_length=8, choices=Tier, default=Tier.STANDARD)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = gettext_lazy("key")
        verbose_name_plural = gettext_lazy("keys")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=CredentialKind.RECOVERBIZ, partner__isnull=False, organization__isnull=True)
                | (~Q(kind=CredentialKind.RECOVERBIZ) & Q(partner__isnull=True, organization__isnull=False)),
                name="credential_belongs_where_its_kind_does",
            ),
            models.CheckConstraint(
                condition=~Q(kind=CredentialKind.USERLEADS) | Q(advisor__isnull=False),
                name="credential_userleads_has_advisor",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.prefix}…"

    @classmethod
    def issue(
        cls,
        kind: CredentialKind | str,
        *,
        organization: Organization,
        advisor: Advisor | None = None,
        permission: Permission | str = Permission.READ_WRITE,
        name: str = "",
    ) -> tuple[Credential, str]:
        """A new key and its secret. The secret is not kept: this is the only time that anybody sees it."""
        secret = _new_secret(kind)
        owner: dict[str, object] = (
            {"partner": organization.partner} if kind == CredentialKind.RECOVERBIZ else {"organization": organization}
        )
        credential = cls.objects.create(
            kind=kind,
            advisor=advisor,
            permission=permission,
            name=name,
            prefix=secret[:12],
            digest=digest_of(secret),
            **owner,
        )
        return credential, secret

    @classmethod
    def shown(cls, secret: str) -> Credential | None:
        """The key with this secret, whatever its state, with all that a request needs of it."""
        return (
            cls.objects.select_related("organization", "partner", "advisor__user", "advisor__organization")
            .filter(digest=digest_of(secret))
            .first()
        )

    def is_expired(self, now: dt.datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now

    def was_used(self, now: dt.datetime) -> None:
        """Note the use, at most once a minute, so that reading does not become writing."""
        minute_ago = now - dt.timedelta(minutes=1)
        if self.last_used_at is None or self.last_used_at < minute_ago:
            Credential.objects.filter(Q(last_used_at=None) | Q(last_used_at__lt=minute_ago), pk=self.pk).update(
                last_used_at=now
            )
