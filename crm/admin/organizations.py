"""Organisations and the partners that hold keys to them."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from crm import events
from crm.admin.actor import actor_of
from crm.admin.settled import ForGood
from crm.models import Actor, Organization, Partner
from crm.organizations import found


class OrganizationForm(forms.ModelForm):
    class Meta:
        model = Organization
        fields = (
            "name",
            "partner",
            "time_zone",
            "is_active",
            "is_demo",
            "advisors_see",
            "quiet_hours",
            "contact_from",
            "contact_until",
            "requires_consent",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None and "partner" in self.fields:
            self.fields["partner"].required = False
            self.fields["partner"].help_text = "Left empty, the organisation gets a key holder of its own"

    def clean_time_zone(self) -> str:
        name = str(self.cleaned_data["time_zone"])
        if name not in available_timezones():
            raise forms.ValidationError("Such as America/New_York; see the IANA list of time zones.")
        return name


@admin.register(Organization)
class OrganizationAdmin(ForGood):
    form = OrganizationForm
    list_display = ("name", "public_id", "partner", "time_zone", "is_active", "quiet_hours", "is_demo", "created_at")
    list_filter = ("is_active", "is_demo", "quiet_hours")
    list_select_related = ("partner",)
    search_fields = ("name", "public_id")
    autocomplete_fields = ("partner",)
    readonly_fields = ("public_id", "created_at")
    ordering = ("name", "pk")

    def save_model(self, request: HttpRequest, obj: Organization, form: Any, change: bool) -> None:
        now = timezone.now()
        if change:
            obj.save()
            by = actor_of(request, obj)
            events.record("organization.changed", organization=obj, by=by, now=now, changed=form.changed_data)
            return
        by = Actor.system(f"{request.user} (administration)")
        made = found(name=obj.name, partner=form.cleaned_data["partner"], by=by, now=now)
        for field, value in form.cleaned_data.items():
            if field != "partner":
                setattr(made, field, value)
        made.save()
        obj.pk = made.pk
        obj.refresh_from_db()


@admin.register(Partner)
class PartnerAdmin(ForGood):
    list_display = ("name", "created_at")
    search_fields = ("name",)
    ordering = ("name", "pk")
