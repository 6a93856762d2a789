"""Accounts at providers: connected here, given a new secret, disconnected. A secret goes in and never comes out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from unfold.widgets import UnfoldAdminPasswordWidget

from crm import channel_accounts
from crm.admin.actor import actor_of
from crm.admin.base import ORGANIZATION, StepUp
from crm.admin.settled import ForGood
from crm.models import ChannelAccount, Provider

_KNOWN = ("organization", "provider", "external_id", "sender")
_SETTLED = (
    *("public_id", "organization", "channel", "provider", "external_id", "sender"),
    *("trouble", "trouble_since", "connected_at", "disconnected_at"),
)


class AccountForm(forms.ModelForm):
    """A secret that is typed in replaces the old one; the field is always empty when the page is shown."""

    secret = forms.CharField(
        label=gettext_lazy("secret"),
        required=False,
        max_length=255,
        widget=UnfoldAdminPasswordWidget(render_value=False, attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Twilio: the auth token. E-mail: whsec_…; left empty, one is made. Never shown again."),
    )

    class Meta:
        model = ChannelAccount
        fields = (*_KNOWN, "per_minute")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        about = {name: given.get(name, getattr(self.instance, name)) for name in ("provider", "sender", "external_id")}
        secret = given.get("secret") or ""
        if self.errors or (self.instance.pk and not secret):
            return given
        try:
            if self.instance.pk and not self.instance.is_connected:
                raise channel_accounts.AccountRefused(
                    gettext("This account is disconnected. Connect it anew."), "secret"
                )
            channel_accounts.checked(Provider(about["provider"]), about["sender"], about["external_id"], secret)
        except channel_accounts.AccountRefused as error:
            self.add_error(error.field if error.field in self.fields else None, error.words)
        return given


@admin.register(ChannelAccount)
class ChannelAccountAdmin(StepUp, ForGood):
    form = AccountForm
    list_display = ("organization", "channel", "provider", "sender", "trouble", "connected_at", "disconnected_at")
    list_filter = (
        ORGANIZATION,
        "provider",
        ("trouble", admin.EmptyFieldListFilter),
        ("disconnected_at", admin.EmptyFieldListFilter),
    )
    list_select_related = ("organization",)
    search_fields = ("public_id__exact", "external_id__exact", "sender")
    ordering = ("-pk",)
    actions = ("disconnect",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*(_SETTLED if obj else _KNOWN), "per_minute", "secret")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return _SETTLED if obj else ()

    def save_model(self, request: HttpRequest, obj: ChannelAccount, form: Any, change: bool) -> None:
        secret, now = form.cleaned_data.get("secret") or "", timezone.now()
        by = actor_of(request, obj.organization_id)
        if not change:
            made = channel_accounts.connect(
                obj.organization,
                provider=obj.provider,
                external_id=obj.external_id,
                sender=obj.sender,
                secret=secret,
                per_minute=obj.per_minute,
                by=by,
                now=now,
            )
            obj.pk = made.pk
            obj.refresh_from_db()
            return
        if secret:
            channel_accounts.replace_secret(obj, secret, by=by, now=now)
        if "per_minute" in form.changed_data:
            stored = ChannelAccount.objects.get(pk=obj.pk)
            channel_accounts.set_rate(stored, form.cleaned_data["per_minute"], by=by, now=now)

    @admin.action(description=gettext_lazy("Disconnect the chosen accounts"), permissions=["change"])
    def disconnect(self, request: HttpRequest, queryset: QuerySet[ChannelAccount]) -> None:
        count = sum(
            channel_accounts.disconnect(account, by=actor_of(request, account.organization_id), now=timezone.now())
            for account in queryset
        )
        words = gettext("%(number)d account(s) disconnected; their secrets are forgotten.") % {"number": count}
        self.message_user(request, words, messages.SUCCESS)
