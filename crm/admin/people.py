"""Log-ins, and the places in organisations that they open."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from crm import team
from crm.admin.actor import actor_of
from crm.admin.base import ORGANIZATION, Page, StepUp, ask_who_it_is
from crm.admin.exporting import Exported
from crm.admin.settled import ForGood, Settled
from crm.models import Advisor, Invitation, User

#: What makes a log-in mightier; only those who have all of it give it away.
_MIGHT = ("is_staff", "is_superuser", "groups", "user_permissions")


class NewUserForm(UserCreationForm):
    class Meta:
        model = User
        fields = ("email",)

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip().lower()


@admin.register(User)
class UserAdmin(StepUp, DjangoUserAdmin, Page):
    """Staff see every organisation; a place in one organisation is an advisor, whatever its role."""

    form = UserChangeForm
    add_form = NewUserForm
    change_password_form = AdminPasswordChangeForm
    add_fieldsets = (
        (None, {"fields": ("email", "first_name", "last_name", "usable_password", "password1", "password2")}),
    )
    fieldsets = (
        (None, {"fields": ("email", "password", "first_name", "last_name")}),
        (_("Administration"), {"fields": ("is_active", *_MIGHT)}),
        (_("When"), {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")
    list_display = ("email", "first_name", "last_name", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser")
    search_fields = ("email", "first_name", "last_name")
    ordering = ("email",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields if request.user.is_superuser else (*self.readonly_fields, *_MIGHT)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever sets the password of a superuser is one."""
        is_beyond = bool(obj and (obj.is_staff or obj.is_superuser) and not request.user.is_superuser)
        return super().has_change_permission(request, obj) and not is_beyond

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:
        return ask_who_it_is(request) or super().user_change_password(request, id, form_url)


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(StepUp, DjangoGroupAdmin, Page):
    """What staff who are not superusers may do."""


#: What rules may give them is set on the organisation's own page.
LIMITS = ("licensed_in", "most_open_leads", "paused_until")


class PlaceForm(forms.ModelForm):
    class Meta:
        model = Advisor
        fields = ("user", "organization", "role", "is_active")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        leaves = not given.get("is_active", True) or given.get("role") not in team.MANAGING
        managed = self.instance.pk and self.instance.is_active and self.instance.is_manager
        if managed and leaves and not team.others_manage(self.instance):
            self.add_error(None, _("Somebody must be left to manage the organisation."))
        return given


@admin.register(Advisor)
class AdvisorAdmin(Exported, ForGood):
    form = PlaceForm
    list_display = ("user", "organization", "role", "is_active", "licensed_in", "paused_until", "created_at")
    list_filter = ("role", "is_active", ORGANIZATION)
    export_columns = (
        *("uuid", "organization__public_id", "user__email", "user__first_name", "user__last_name"),
        *("role", "is_active", "created_at"),
    )
    export_related = ("user", "organization")
    list_select_related = ("user", "organization")
    search_fields = ("user__email", "user__first_name", "user__last_name", "uuid__exact")
    readonly_fields = ("uuid", "created_at", *LIMITS)
    ordering = ("-pk",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.readonly_fields, "user", "organization") if obj else (*self.readonly_fields, "is_active")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("user", "organization")

    def save_model(self, request: HttpRequest, obj: Advisor, form: Any, change: bool) -> None:
        now, by = timezone.now(), actor_of(request, obj.organization_id)
        if change:
            team.change_place_by_staff(obj, role=obj.role, is_active=obj.is_active, by=by, now=now)
            return
        made = team.join(organization=obj.organization, email=obj.user.email, role=obj.role, by=by, now=now)
        obj.pk = made.pk
        obj.refresh_from_db()


@admin.register(Invitation)
class InvitationAdmin(Settled):
    list_display = ("email", "organization", "role", "created_at", "sent_at", "trouble", "accepted_at", "withdrawn_at")
    list_filter = (ORGANIZATION, ("trouble", admin.EmptyFieldListFilter))
    list_select_related = ("organization",)
    search_fields = ("email",)
    date_hierarchy = "created_at"
