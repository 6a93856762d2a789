"""Leads: found by any word of theirs, changed only by the functions that every page and contract calls."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import flatten
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from crm.admin.actor import actor_of
from crm.admin.base import ORGANIZATION
from crm.admin.exporting import Exported
from leads import consents
from leads.admin.lead_actions import ACTIONS, delete_all
from leads.admin.lead_form import CONSENT, DIALER, ORIGIN, REACH, WANTS, WHERE, WHO, LeadForm
from leads.admin.refusals import Refusable
from leads.editing import change_lead
from leads.holds import held_among
from leads.intake import OnDuplicate, receive_lead
from leads.models import Lead, Source
from leads.pipeline import assign_to, delete_lead, move_to
from leads.search import search

_KEPT: tuple[str | tuple[str, ...], ...] = (
    ("organization", "uuid", "version"),
    ("stage_entered_at", "phone_e164", "score"),
    ("requested_amount", "funded_amount"),
    ("is_do_not_call", "dnc_reason", "dnc_at"),
    "consent_at",
    ("contacted", "last_called_at", "converted_at"),
    ("created_at", "created_by_label", "updated_at"),
    ("duplicate_of", "deleted_at"),
    "more",
)


class StandingFilter(admin.SimpleListFilter):
    """Deleted leads are kept, but nobody looks for them first."""

    title = _("standing")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("duplicates", _("Duplicates")), ("deleted", _("Deleted"))]

    def choices(self, changelist: Any) -> Any:
        everything, *others = super().choices(changelist)
        return [everything | {"display": _("Live")}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Lead]) -> QuerySet[Lead]:
        match self.value():
            case "duplicates":
                return queryset.filter(duplicate_of__isnull=False, deleted_at=None)
            case "deleted":
                return queryset.filter(deleted_at__isnull=False)
        return queryset.filter(deleted_at=None)


@admin.register(Lead)
class LeadAdmin(Exported, Refusable):
    form = LeadForm
    list_display = (
        "display_name",
        "name",
        "phone",
        "stage",
        "advisor",
        "requested_amount",
        "priority",
        "source",
        "organization",
        "created_at",
    )
    list_filter = (
        StandingFilter,
        ORGANIZATION,
        "stage__slot",
        ("advisor", admin.EmptyFieldListFilter),
        "priority",
        "source",
        "is_do_not_call",
    )
    list_select_related = ("organization", "stage", "advisor__user")
    search_fields = ("search_text",)
    search_help_text = _("Words of the business, name, e-mail or external id, or a phone number however it is written")
    ordering = ("-pk",)
    sortable_by = ()
    show_full_result_count = False
    actions = ACTIONS
    export_columns = (
        *("uuid", "organization__public_id", "business_name", "name", "phone", "email", "stage__label"),
        *("advisor__user__email", "requested_amount", "funded_amount", "priority", "source", "external_id"),
        *("is_do_not_call", "city", "state", "created_at", "last_contacted_at", "conversation__last_outbound_at"),
        *("converted_at", "deleted_at"),
    )
    export_related = ("organization", "stage", "advisor__user", "conversation")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return [
                (None, {"fields": ("organization", ("priority", "tag_names"))}),
                (_("Who"), {"fields": WHO}),
                (_("Reach"), {"fields": REACH}),
                (_("Wants"), {"fields": WANTS}),
            ]
        folded = {"classes": ("collapse",)}
        return [
            (_("Where it stands"), {"fields": WHERE}),
            (_("Who"), {"fields": WHO}),
            (_("Reach"), {"fields": REACH}),
            (_("Wants"), {"fields": WANTS}),
            (_("Origin"), {"fields": ORIGIN} | folded),
            (_("Consent"), {"fields": CONSENT} | folded),
            (_("Dialler"), {"fields": DIALER} | folded),
            (_("Kept by Leadwright"), {"fields": _KEPT}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return flatten(_KEPT) if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.deleted_at)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.deleted_at)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        return (search(queryset, search_term) if search_term.strip() else queryset), False

    def save_model(self, request: HttpRequest, obj: Lead, form: Any, change: bool) -> None:
        if change:
            _change(obj, form, request)
        else:
            received = receive_lead(
                organization=obj.organization,
                fields=form.given(),
                by=actor_of(request, obj.organization),
                now=timezone.now(),
                on_duplicate=OnDuplicate.NEW,
                source=Source.MANUAL,
            )
            obj.pk = received.lead.pk
        obj.refresh_from_db()

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Nothing is lost: the lead is hidden, and its conversation stays. One with a legal hold stays as well."""
        held = held_among([lead.pk for lead in objs])
        protected = [str(lead) for lead in objs if lead.pk in held]
        return [str(lead) for lead in objs], {self.opts.verbose_name_plural: len(objs)}, set(), protected

    def delete_model(self, request: HttpRequest, obj: Lead) -> None:
        delete_lead(obj, by=actor_of(request, obj.organization_id), now=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Lead]) -> None:
        delete_all(request, queryset)

    @admin.display(description=_("lead"))
    def display_name(self, lead: Lead) -> str:
        return lead.display_name

    @admin.display(description=_("Last contact"), empty_value="–")
    def contacted(self, lead: Lead) -> dt.datetime | None:
        return lead.contacted_at

    @admin.display(description=_("more of it"))
    def more(self, lead: Lead) -> SafeString:
        """Ways to the rows of other tables that tell about this lead."""
        ways = [
            (_("Facts"), "admin:crm_event_changelist", f"q={lead.pk}"),
            (_("Messages"), "admin:leads_message_changelist", f"q={lead.address.replace('+', '%2B')}"),
            (_("Notes"), "admin:leads_note_changelist", f"lead={lead.pk}"),
            (_("Calls"), "admin:leads_call_changelist", f"lead={lead.pk}"),
            (_("Checklist"), "admin:leads_checklistitem_changelist", f"lead={lead.pk}"),
            (_("Refusals"), "admin:leads_contactdecision_changelist", f"lead={lead.pk}"),
            (_("Enrollments"), "admin:sequences_enrollment_changelist", f"lead={lead.pk}"),
        ]
        return format_html_join(
            " · ", '<a href="{}?{}">{}</a>', ((reverse(name), query, words) for words, name, query in ways)
        )


def _change(obj: Lead, form: LeadForm, request: HttpRequest) -> None:
    now, by = timezone.now(), actor_of(request, obj.organization_id)
    lead = Lead.objects.select_related("stage", "organization").get(pk=obj.pk)
    change_lead(lead, form.changes(), by=by, now=now)
    if {"consent_basis", "consent_source"} & set(form.changed_data):
        basis, source = form.cleaned_data["consent_basis"], form.cleaned_data["consent_source"]
        consents.attest(lead, basis=basis, source=source, by=by, now=now)
    if "stage" in form.changed_data:
        move_to(lead, form.cleaned_data["stage"], by=by, now=now, answers=form.answers())
    if "advisor" in form.changed_data:
        assign_to(lead, form.cleaned_data["advisor"], by=by, now=now)
