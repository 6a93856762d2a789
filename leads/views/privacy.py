"""What is held about a borrower: a copy of it, a legal hold on it, the end of it. For managers."""

from __future__ import annotations

import uuid as uuids
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from crm.access import AdvisorRequest
from crm.costly import at_most
from crm.models import Actor
from crm.stepping_up import freshly_known
from leads import borrower_export, erasing, holds
from leads.borrowers import borrower_of
from leads.errors import DomainError
from leads.models import BorrowerExport, ExportState, Lead, LegalHold
from leads.views.documents import HEADERS
from leads.views.stored import opened_or_told
from leads.views.visible import of_visible_lead

#: What borrower_export.held_of() has, to a person.
_LABELS = {
    "leads": gettext_lazy("Leads"),
    "conversations": gettext_lazy("Conversations"),
    "messages": gettext_lazy("Messages"),
    "drafts_and_summaries": gettext_lazy("Drafts and summaries"),
    "calls": gettext_lazy("Calls"),
    "recordings": gettext_lazy("Recordings"),
    "notes": gettext_lazy("Notes"),
    "tasks": gettext_lazy("Tasks"),
    "checklist": gettext_lazy("Checklist"),
    "documents": gettext_lazy("Documents"),
    "upload_links": gettext_lazy("Upload links"),
    "consents": gettext_lazy("Consents"),
    "do_not_call": gettext_lazy("Do not call"),
    "refusals": gettext_lazy("Refusals"),
    "legal_holds": gettext_lazy("Legal holds"),
    "events": gettext_lazy("Facts"),
}


class HoldForm(forms.Form):
    reason = forms.CharField(
        max_length=255,
        label=gettext_lazy("Why"),
        error_messages={"required": gettext_lazy("Say why, so that others know when it may be lifted.")},
    )


class ErasureForm(forms.Form):
    """The word is asked for because nothing brings back what is erased."""

    typed = forms.CharField(max_length=40, label=gettext_lazy("Type ERASE to confirm"))

    def clean_typed(self) -> str:
        if self.cleaned_data["typed"].strip().upper() not in ("ERASE", _("ERASE")):
            raise forms.ValidationError(_("Type ERASE, or leave everything as it is."))
        return str(self.cleaned_data["typed"])


def of_managed_lead[**P](
    view: Callable[Concatenate[AdvisorRequest, Lead, P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    @of_visible_lead
    @wraps(view)
    def opened(request: AdvisorRequest, lead: Lead, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.advisor.is_manager:
            raise PermissionDenied(_("Only a manager copies, holds or erases what is held about a borrower."))
        return view(request, lead, *args, **kwargs)

    return opened


@of_managed_lead
@require_safe
def privacy(request: AdvisorRequest, lead: Lead) -> HttpResponse:
    """How much is held, copies that were made, the hold, and the form that ends it all."""
    return _page(request, lead)


@of_managed_lead
@at_most(30, of="exports")
@require_POST
@freshly_known
def exports(request: AdvisorRequest, lead: Lead) -> HttpResponse:
    """Ask for a copy."""
    try:
        borrower_export.ask(lead, by_advisor=request.advisor, now=timezone.now())
    except DomainError as refused:
        messages.error(request, refused.words)
    else:
        messages.success(request, _("The copy is being prepared. It shows up here in a moment."))
    return redirect("leads:privacy", lead.uuid)


@of_managed_lead
@at_most(30, of="exports")
@require_safe
@freshly_known
def export(request: AdvisorRequest, lead: Lead, export: uuids.UUID) -> HttpResponse:
    """The ZIP; that it was taken is on record."""
    now = timezone.now()
    ready = BorrowerExport.objects.filter(lead=lead, state=ExportState.READY, expires_at__gt=now)
    found = get_object_or_404(ready, uuid=export)
    file = opened_or_told(request, lambda: borrower_export.opened(found, by_advisor=request.advisor, now=now))
    if isinstance(file, HttpResponse):
        return file
    name = f"borrower-{lead.pk}-{timezone.localtime(found.created_at):%Y-%m-%d}.zip"
    sent = FileResponse(file, as_attachment=True, filename=name, content_type="application/zip", headers=HEADERS)
    return cast(HttpResponse, sent)


@of_managed_lead
@require_POST
def hold(request: AdvisorRequest, lead: Lead) -> HttpResponse:
    """lift: the hold that stands is lifted. Otherwise one is placed, with its reason."""
    by, now = Actor.advisor(request.advisor), timezone.now()
    if request.POST.get("lift"):
        standing = LegalHold.objects.filter(lead=lead, lifted_at=None).first()
        if standing and holds.lift(standing, by=by, now=now):
            messages.success(request, _("The hold is lifted"))
        return redirect("leads:privacy", lead.uuid)
    form = HoldForm(request.POST)
    if not form.is_valid():
        return _page(request, lead, hold_form=form, status=422)
    try:
        holds.place(lead, reason=form.cleaned_data["reason"], by=by, now=now)
        messages.success(request, _("A legal hold stands on this lead"))
    except DomainError as refused:
        messages.error(request, refused.words)
    return redirect("leads:privacy", lead.uuid)


@of_managed_lead
@require_POST
@freshly_known
def erasure(request: AdvisorRequest, lead: Lead) -> HttpResponse:
    """Everything that says who this is goes, for good."""
    form = ErasureForm(request.POST)
    if not form.is_valid():
        return _page(request, lead, erasure_form=form, status=422)
    try:
        erasing.erase(lead, by=Actor.advisor(request.advisor), now=timezone.now())
    except DomainError as refused:
        messages.error(request, refused.words)
        return redirect("leads:privacy", lead.uuid)
    messages.success(request, _("The borrower is erased. An opt-out is remembered."))
    return redirect("leads:board")


def _page(request: AdvisorRequest, lead: Lead, *, status: int = 200, **forms: forms.Form) -> HttpResponse:
    context: dict[str, Any] = {
        "lead": lead,
        "exports": BorrowerExport.objects.filter(lead=lead, expires_at__gt=timezone.now()).order_by("-pk"),
        "hold": LegalHold.objects.filter(lead=lead, lifted_at=None).first(),
        "hold_form": HoldForm(),
        "erasure_form": ErasureForm(),
        **forms,
    }
    try:
        borrower = borrower_of(lead)
    except DomainError as refused:
        context["refused"] = refused.words
    else:
        others = [each for each in borrower.leads if each.pk != lead.pk]
        tables = [(_LABELS[name], rows.count()) for name, rows in borrower_export.held_of(borrower)]
        context |= {"others": others, "tables": [(label, number) for label, number in tables if number]}
        context["is_held"] = bool(holds.held_among(borrower.lead_ids))
    return render(request, "leads/privacy.html", context, status=status)
