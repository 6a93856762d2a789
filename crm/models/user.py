"""People who log in, and their place in an organisation."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy

from crm.identifiers import new_uuid
from crm.models.organization import LeadVisibility, Organization


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, **fields | {"is_staff": True, "is_superuser": True})

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=(username or "").strip())


class User(AbstractUser):
    """Logs in by e-mail address, whatever its case."""

    username = None  # type: ignore[assignment]
    email = models.EmailField(gettext_lazy("e-mail address"), unique=True)
    language = models.CharField(
        max_length=8,
        choices=settings.LANGUAGES,
        blank=True,
        help_text=gettext_lazy("Empty: as the organisation has it"),
    )
    time_zone = models.CharField(
        max_length=64, blank=True, help_text=gettext_lazy("IANA name; empty: the organisation's")
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    objects = UserManager()  # type: ignore[assignment,misc]

    class Meta:
        verbose_name = gettext_lazy("user")
        verbose_name_plural = gettext_lazy("users")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        return self.get_full_name() or self.email


class Role(models.TextChoices):
    ADVISOR = "advisor", gettext_lazy("Advisor")
    MANAGER = "manager", gettext_lazy("Manager")
    ADMIN = "admin", gettext_lazy("Admin")


class Advisor(models.Model):
    """A user's place in one organisation."""

    uuid = models.UUIDField(unique=True, default=new_uuid, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="advisors")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="advisors")
    role = models.CharField(max_length=8, choices=Role, default=Role.ADVISOR)
    is_active = models.BooleanField(default=True)
    licensed_in = models.CharField(
        max_length=250,
        blank=True,
        help_text=gettext_lazy("States whose leads rules may give them: CA, TX. Empty: all states"),
    )
    most_open_leads = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text=gettext_lazy("Rules give them no more while so many of theirs are open. Empty: no limit"),
    )
    paused_until = models.DateTimeField(
        null=True, blank=True, help_text=gettext_lazy("Rules give them nothing until then")
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = gettext_lazy("advisor")
        verbose_name_plural = gettext_lazy("advisors")
        constraints = [
            models.UniqueConstraint(fields=["organization", "user"], name="advisor_once_per_organization"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return str(self.user)

    #: How many notifications wait to be read; crm/access.py counts them with whoever comes in.
    unread = 0

    @property
    def initials(self) -> str:
        letters = [word[0] for word in self.name.replace("@", " ").split()[:2]]
        return "".join(letters).upper()

    @property
    def language(self) -> str:
        """What they read the workspace in."""
        return self.user.language or self.organization.language

    @property
    def zone(self) -> ZoneInfo:
        """What their own clock shows."""
        try:
            return ZoneInfo(self.user.time_zone) if self.user.time_zone else self.organization.zone
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return self.organization.zone

    @property
    def is_manager(self) -> bool:
        return self.role in {Role.MANAGER, Role.ADMIN}

    @property
    def sees_all_leads(self) -> bool:
        return self.is_manager or self.organization.advisors_see == LeadVisibility.ALL

    @classmethod
    def by_uuid(cls, organization: Organization, value: UUID | str) -> Advisor | None:
        return cls.objects.filter(organization=organization, uuid=value, is_active=True).select_related("user").first()
