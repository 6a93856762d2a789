"""Two leads side by side, made one, and taken apart again."""

from __future__ import annotations

import uuid as uuids

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.access import AdvisorRequest
from crm.models import Actor
from leads import merging
from leads.errors import DomainError
from leads.merge_choices import choices_of
from leads.models import Lead, Merge
from leads.views.visible import of_visible_lead

_THEIRS = "other"


@of_visible_lead
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: AdvisorRequest, lead: Lead, other: uuids.UUID) -> HttpResponse:
    """GET: what each knows, to choose from. POST: <fact>=other for what is to be taken from the one that goes."""
    visible = Lead.objects.visible_to(request.advisor).exclude(pk=lead.pk)
    twin = get_object_or_404(visible.select_related("stage", "advisor__user", "company", "dial_list"), uuid=other)
    if request.method != "POST":
        return _page(request, lead, twin)
    take = {choice.key for choice in choices_of(lead, twin) if request.POST.get(choice.key) == _THEIRS}
    try:
        merging.merge(lead, twin, take=take, by=Actor.advisor(request.advisor), now=timezone.now())
    except DomainError as refusal:
        return _page(request, lead, twin, refusal=refusal.words)
    messages.success(request, _("Merged. What belonged to the other lead is here now."))
    return redirect("leads:lead", lead.uuid)


def _page(request: AdvisorRequest, lead: Lead, other: Lead, *, refusal: str = "") -> HttpResponse:
    choices = choices_of(lead, other)
    sides = [(lead, _brings(lead)), (other, _brings(other))]
    context = {
        "lead": lead,
        "other": other,
        "sides": sides,
        "differing": [choice for choice in choices if not choice.is_same],
        "same": [choice for choice in choices if choice.is_same],
        "given": request.POST,
        "refusal": refusal,
    }
    return render(request, "leads/merge.html", context, status=409 if refusal else 200)


def _brings(lead: Lead) -> dict[str, int]:
    """How much hangs on the lead, by what it is. Four short statements."""
    return {
        "messages": lead.messages.filter(organization=lead.organization_id).count(),
        "calls": lead.calls.count(),
        "notes": lead.notes_written.count(),
        "papers": lead.documents.count(),
    }


@of_visible_lead
@require_POST
def undo(request: AdvisorRequest, lead: Lead, merge: uuids.UUID) -> HttpResponse:
    """Take the two apart; what somebody has changed since stays, and is named."""
    made = get_object_or_404(Merge, uuid=merge, kept=lead)
    try:
        undone = merging.undo(made, by=Actor.advisor(request.advisor), now=timezone.now())
    except DomainError as refusal:
        messages.error(request, refusal.words)
        return redirect("leads:lead", lead.uuid)
    if undone.left:
        words = _("Two leads again. Changed since the merge, and so left as it is: %(what)s.")
        messages.success(request, words % {"what": ", ".join(undone.left)})
    else:
        messages.success(request, _("Two leads again, as they were."))
    return redirect("leads:lead", lead.uuid)
