"""Who must not be contacted, and what was held back for which reason."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.admin.actor import actor_of
from crm.admin.base import ORGANIZATION, Page
from crm.admin.settled import Settled
from crm.models import Organization
from leads import contact, suppression
from leads.models import Consent, ContactDecision, DoNotCall, Suppression


class ListingForm(forms.ModelForm):
    """An address for the do-not-call list, in the form in which messages find it."""

    class Meta:
        model = DoNotCall
        fields = ("organization", "address", "reason")

    def clean_address(self) -> str:
        given = str(self.cleaned_data["address"]).strip()
        address = given.lower() if contact.is_email(given) else contact.e164(given)
        if not address:
            raise forms.ValidationError("A phone number that can be dialled, or an e-mail address, please.")
        return address

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        listed = DoNotCall.objects.filter(kind=Suppression.DO_NOT_CALL, lifted_at=None)
        if listed.filter(organization=given.get("organization"), address=given.get("address")).exists():
            self.add_error("address", "This address is on the list already.")
        return given


@admin.register(DoNotCall)
class DoNotCallAdmin(Settled):
    """Rows are lifted, never deleted: they are the proof."""

    list_display = ("address", "kind", "reason", "actor_label", "created_at", "lifted_at", "lifted_by", "organization")
    list_filter = (ORGANIZATION, "kind", ("lifted_at", admin.EmptyFieldListFilter))
    list_select_related = ("organization",)
    search_fields = ("address__startswith",)
    search_help_text = "How the address begins: +1415… or an e-mail address"
    actions = ("lift",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return Page.has_add_permission(self, request)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **kwargs | ({} if obj else {"form": ListingForm}))

    def save_model(self, request: HttpRequest, obj: DoNotCall, form: Any, change: bool) -> None:
        now, by = timezone.now(), actor_of(request, obj.organization)
        suppression.list_address(obj.organization, obj.address, reason=obj.reason, by=by, now=now)
        made = DoNotCall.objects.filter(organization=obj.organization, address=obj.address, lifted_at=None)
        obj.pk = made.get(kind=Suppression.DO_NOT_CALL).pk
        obj.refresh_from_db()

    @admin.action(description="Take the chosen addresses off the list (opt-outs stay)", permissions=["add"])
    def lift(self, request: HttpRequest, queryset: QuerySet[DoNotCall]) -> None:
        now, lifted = timezone.now(), 0
        listed: dict[Organization, list[str]] = defaultdict(list)
        chosen = queryset.filter(kind=Suppression.DO_NOT_CALL, lifted_at=None)
        for entry in chosen.select_related("organization"):
            listed[entry.organization].append(entry.address)
        for organization, addresses in listed.items():
            by = actor_of(request, organization)
            lifted += suppression.unlist_addresses(organization, addresses, by=by, now=now)
        words = _("%(number)d address(es) taken off the list. Only the borrower lifts an opt-out, by writing START.")
        self.message_user(request, words % {"number": lifted})


@admin.register(Consent)
class ConsentAdmin(Settled):
    """Rows are revoked, never deleted: they are the proof."""

    list_display = ("address", "channels", "basis", "source", "recorded_at", "revoked_at", "organization")
    list_filter = (ORGANIZATION, "basis", ("revoked_at", admin.EmptyFieldListFilter))
    list_select_related = ("organization",)
    search_fields = ("address__startswith",)
    search_help_text = "How the address begins: +1415… or an e-mail address"


@admin.register(ContactDecision)
class ContactDecisionAdmin(Settled):
    list_display = ("decided_at", "address", "channel", "purpose", "verdict", "words", "until", "organization")
    list_filter = (ORGANIZATION, "verdict", "channel")
    list_select_related = ("organization",)
    search_fields = ("address__startswith",)
    search_help_text = "How the address begins: +1415… or an e-mail address"
