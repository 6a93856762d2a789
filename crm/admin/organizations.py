"""Organisations and the partners that hold keys to them."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy

from crm import contact_policy, events, link_hosts
from crm.admin.actor import actor_of
from crm.admin.settled import ForGood
from crm.models import Actor, Organization, Partner
from crm.organizations import found

_HOURS = {"quiet_hours", "contact_from", "contact_until"}


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
            "business_from",
            "business_until",
            "business_days",
            "requires_consent",
            "ai_pause_hours",
            "link_hosts",
            "ai_monthly_cap",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None and "partner" in self.fields:
            self.fields["partner"].required = False
            self.fields["partner"].help_text = gettext_lazy("Left empty, the organisation gets a key holder of its own")

    def clean(self) -> dict[str, Any] | None:
        given = super().clean() or self.cleaned_data
        for check, names in (
            (contact_policy.refuse_wrong_hours, ("contact_from", "contact_until")),
            (contact_policy.refuse_wrong_office, ("business_from", "business_until", "business_days")),
        ):
            try:
                if all(name in given for name in names):
                    check(*(given[name] for name in names))
            except contact_policy.PolicyRefused as error:
                self.add_error(names[0], str(error))
        return given

    def clean_link_hosts(self) -> str:
        try:
            return link_hosts.in_order(self.cleaned_data["link_hosts"])
        except link_hosts.HostRefused as error:
            raise forms.ValidationError(str(error)) from error

    def clean_time_zone(self) -> str:
        name = str(self.cleaned_data["time_zone"])
        if name not in available_timezones():
            raise forms.ValidationError(gettext_lazy("Such as America/New_York; see the IANA list of time zones."))
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
            self._change(obj, form, actor_of(request, obj), now)
            return
        by = Actor.system(f"{request.user} (administration)")
        made = found(name=obj.name, partner=form.cleaned_data["partner"], by=by, now=now)
        for field, value in form.cleaned_data.items():
            if field != "partner":
                setattr(made, field, value)
        made.save()
        obj.pk = made.pk
        obj.refresh_from_db()

    def _change(self, obj: Organization, form: Any, by: Actor, now: dt.datetime) -> None:
        """The contact hours by their own door, which writes down what they were; the rest as it is."""
        with transaction.atomic():
            contact_policy.set_contact_hours(
                obj,
                opens=obj.contact_from,
                closes=obj.contact_until,
                quiet_hours=obj.quiet_hours,
                may_loosen=True,
                by=by,
                now=now,
            )
            obj.save()
            changed = [name for name in form.changed_data if name not in _HOURS]
            if changed:
                events.record("organization.changed", organization=obj, by=by, now=now, changed=changed)


@admin.register(Partner)
class PartnerAdmin(ForGood):
    list_display = ("name", "created_at")
    search_fields = ("name",)
    ordering = ("name", "pk")
