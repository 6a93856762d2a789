"""Log-ins, and the places in organisations that they open."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.http import HttpRequest
from django.utils import timezone

from crm import events, team
from crm.admin.actor import actor_of
from crm.admin.settled import ForGood, Settled
from crm.models import Advisor, Invitation, User


class NewUserForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("email",)

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip().lower()


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    """Staff see every organisation; a place in one organisation is an advisor, whatever its role."""

    add_form = NewUserForm
    add_fieldsets = (
        (None, {"fields": ("email", "first_name", "last_name", "usable_password", "password1", "password2")}),
    )
    fieldsets = (
        (None, {"fields": ("email", "password", "first_name", "last_name")}),
        ("Administration", {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        ("When", {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")
    list_display = ("email", "first_name", "last_name", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser")
    search_fields = ("email", "first_name", "last_name")
    ordering = ("email",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


#: What rules may give them is set on the organisation's own page.
LIMITS = ("licensed_in", "most_open_leads", "paused_until")


@admin.register(Advisor)
class AdvisorAdmin(ForGood):
    list_display = ("user", "organization", "role", "is_active", "licensed_in", "paused_until", "created_at")
    list_filter = ("role", "is_active", "organization")
    list_select_related = ("user", "organization")
    search_fields = ("user__email", "user__first_name", "user__last_name", "uuid__exact")
    autocomplete_fields = ("user", "organization")
    readonly_fields = ("uuid", "created_at", *LIMITS)
    ordering = ("-pk",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.readonly_fields, "user", "organization") if obj else (*self.readonly_fields, "is_active")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("user", "organization")

    def save_model(self, request: HttpRequest, obj: Advisor, form: Any, change: bool) -> None:
        now, by = timezone.now(), actor_of(request, obj.organization_id)
        if change:
            obj.save(update_fields=["role", "is_active"])
            about = {"advisor_id": obj.pk, "changed": form.changed_data}
            events.record("advisor.changed", organization=obj.organization_id, by=by, now=now, **about)
            return
        made = team.join(organization=obj.organization, email=obj.user.email, role=obj.role, by=by, now=now)
        obj.pk = made.pk
        obj.refresh_from_db()


@admin.register(Invitation)
class InvitationAdmin(Settled):
    list_display = ("email", "organization", "role", "created_at", "sent_at", "trouble", "accepted_at", "withdrawn_at")
    list_filter = ("organization",)
    list_select_related = ("organization",)
    search_fields = ("email",)
