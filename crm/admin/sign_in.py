"""How people sign in: their verified addresses, second steps and sessions, without what opens them."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.http import HttpRequest

from crm.admin.base import Page, StepUp
from crm.admin.settled import Settled

for _theirs in (EmailAddress, Authenticator, UserSession):  # they show seeds and the keys of sessions
    admin.site.unregister(_theirs)


@admin.register(EmailAddress)
class EmailAddressAdmin(Settled):
    list_display = ("email", "user", "primary", "verified")
    list_filter = ("primary", "verified")
    list_select_related = ("user",)
    search_fields = ("email", "user__email")


class _TakenAway(StepUp, Settled):
    """May be deleted, for somebody who has lost their telephone or left their laptop on a train."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may = Page.has_delete_permission(self, request, obj)
        return may and bool(request.user.is_superuser or not (obj and obj.user.is_staff))


@admin.register(Authenticator)
class SecondStepAdmin(_TakenAway):
    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("user__email",)
    exclude = ("data",)


@admin.register(UserSession)
class SessionAdmin(_TakenAway):
    list_display = ("user", "ip", "user_agent", "created_at", "last_seen_at")
    list_select_related = ("user",)
    search_fields = ("user__email", "ip")
    exclude = ("session_key", "data")

    def delete_model(self, request: HttpRequest, obj: UserSession) -> None:
        obj.end()

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for session in queryset.select_related("user"):
            session.end()
