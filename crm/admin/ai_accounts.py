"""The model that writes for an organisation, and its key. A key goes in and never comes out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminPasswordWidget

from crm import ai_accounts
from crm.admin.actor import actor_of
from crm.admin.base import Page, StepUp
from crm.models import AiAccount


class AiAccountForm(forms.ModelForm):
    """The key is asked for whenever the account is saved; the field is always empty when the page is shown."""

    key = forms.CharField(
        label=gettext_lazy("key"),
        max_length=255,
        widget=UnfoldAdminPasswordWidget(render_value=False, attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("The provider's API key. Never shown again."),
    )

    class Meta:
        model = AiAccount
        fields = ("organization", "model", "price_read", "price_written")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                ai_accounts.checked(given["model"], given["key"])
            except ai_accounts.AccountRefused as error:
                self.add_error(error.field, error.words)
        return given


@admin.register(AiAccount)
class AiAccountAdmin(StepUp, Page):
    form = AiAccountForm
    fields = ("organization", "model", "key", "price_read", "price_written")
    list_display = ("organization", "model", "changed_at")
    list_select_related = ("organization",)
    search_fields = ("organization__name",)
    ordering = ("-pk",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("organization",) if obj else ()

    def save_model(self, request: HttpRequest, obj: AiAccount, form: Any, change: bool) -> None:
        key, by = form.cleaned_data["key"], actor_of(request, obj.organization_id)
        made = ai_accounts.connect(
            obj.organization, model=obj.model, key=key, prices=obj.prices, by=by, now=timezone.now()
        )
        obj.pk = made.pk
        obj.refresh_from_db()

    def delete_model(self, request: HttpRequest, obj: AiAccount) -> None:
        ai_accounts.disconnect(obj, by=actor_of(request, obj.organization_id), now=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[AiAccount]) -> None:
        for account in queryset:
            self.delete_model(request, account)
