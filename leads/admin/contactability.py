"""Who must not be contacted, and what was held back for which reason."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from crm.admin.actor import actor_of
from crm.admin.base import ORGANIZATION, Page
from crm.admin.exporting import Exported
from crm.admin.settled import Settled
from crm.models import Organization
from leads import suppression
from leads.admin import list_import
from leads.models import Consent, ContactDecision, DoNotCall, Suppression


class ListingForm(forms.ModelForm):
    """An address for the do-not-call list, in the form in which messages find it."""

    class Meta:
        model = DoNotCall
        fields = ("organization", "address", "reason")

    def clean_address(self) -> str:
        address = list_import.normal(str(self.cleaned_data["address"]))
        if not address:
            raise forms.ValidationError(
                gettext_lazy("A phone number that can be dialled, or an e-mail address, please.")
            )
        return address

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        listed = DoNotCall.objects.filter(kind=Suppression.DO_NOT_CALL, lifted_at=None)
        if listed.filter(organization=given.get("organization"), address=given.get("address")).exists():
            self.add_error("address", gettext_lazy("This address is on the list already."))
        return given


@admin.register(DoNotCall)
class DoNotCallAdmin(Exported, Settled):
    """Rows are lifted, never deleted: they are the proof."""

    list_display = ("address", "kind", "reason", "actor_label", "created_at", "lifted_at", "lifted_by", "organization")
    list_filter = (ORGANIZATION, "kind", ("lifted_at", admin.EmptyFieldListFilter))
    list_select_related = ("organization",)
    search_fields = ("address__startswith",)
    search_help_text = gettext_lazy("How the address begins: +1415… or an e-mail address")
    actions = ("lift",)

    actions_list = ("bring_in",)
    export_columns = (
        *("organization__public_id", "address", "kind", "reason", "actor_label"),
        *("created_at", "lifted_at", "lifted_by"),
    )
    export_related = ("organization",)

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

    @admin.action(
        description=gettext_lazy("Take the chosen addresses off the list (opt-outs stay)"), permissions=["add"]
    )
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

    @action(description=gettext_lazy("Bring in a list"), url_path="bring-in", permissions=["bring_in"])
    def bring_in(self, request: HttpRequest) -> HttpResponse:
        """Addresses that can't be read come back on the page; the others are banned in one transaction."""
        form = list_import.ListForm(request.POST or None, request.FILES or None)
        unread: list[str] = []
        if request.method == "POST" and form.is_valid():
            organization, given = form.cleaned_data["organization"], form.cleaned_data["addresses"]
            new = suppression.list_addresses(
                organization,
                given.good,
                reason=form.cleaned_data["reason"],
                by=actor_of(request, organization),
                now=timezone.now(),
            )
            words = _("%(new)d new on the list, %(known)d were on it already.")
            self.message_user(request, words % {"new": len(new), "known": len(given.good) - len(new)})
            if not given.unread:
                return redirect("admin:leads_donotcall_changelist")
            unread = given.unread
        about = {"opts": self.opts, "title": _("Bring in a list"), "form": form, "unread": unread}
        context = self.admin_site.each_context(request) | about
        return TemplateResponse(request, "admin/leads/donotcall/bring_in.html", context)

    def has_bring_in_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request)


@admin.register(Consent)
class ConsentAdmin(Settled):
    """Rows are revoked, never deleted: they are the proof."""

    list_display = ("address", "channels", "basis", "source", "recorded_at", "revoked_at", "organization")
    list_filter = (ORGANIZATION, "basis", ("revoked_at", admin.EmptyFieldListFilter))
    list_select_related = ("organization",)
    search_fields = ("address__startswith",)
    search_help_text = gettext_lazy("How the address begins: +1415… or an e-mail address")


@admin.register(ContactDecision)
class ContactDecisionAdmin(Settled):
    list_display = ("decided_at", "address", "channel", "purpose", "verdict", "words", "until", "organization")
    list_filter = (ORGANIZATION, "verdict", "channel")
    list_select_related = ("organization",)
    search_fields = ("address__startswith",)
    search_help_text = gettext_lazy("How the address begins: +1415… or an e-mail address")
