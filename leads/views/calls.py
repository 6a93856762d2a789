"""Call a lead, and say how it ended: the panel on the lead page and the queue, and a part of the dialer."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.access import AdvisorRequest
from crm.wording import spoken
from leads import call_log, call_panel, calling
from leads.call_forms import CallForm
from leads.calling import CallRefused
from leads.errors import DomainError, StageRefused
from leads.models import Call, Lead
from leads.queue_work import Taken
from leads.views import dialer
from leads.views.visible import of_visible_lead, wants_part

type Context = dict[str, Any]


@of_visible_lead
@require_POST
def calls(request: AdvisorRequest, lead: Lead) -> HttpResponse:
    """
    do=call places one, with why= against a "not now", number= for another of theirs; made and inbound note one down
    that has happened.

    at: lead, queue or dialer, where the panel is. 409: the gate refuses, or a colleague has the lead.
    """
    now, by, do = timezone.now(), request.advisor, request.POST.get("do", "call")
    why, number = request.POST.get("why", ""), request.POST.get("number", "")
    try:
        if do in ("made", "inbound"):
            call = calling.note_down(lead, is_inbound=do == "inbound", by=by, now=now)
        else:
            call = calling.place(lead, by=by, now=now, number=number, why_anyway=why)
    except CallRefused as refused:
        panel = call_panel.of_refusal(lead, refused.verdict, now, number=number, why=why)
        return _panel(request, lead, panel, status=409)
    except (Taken, DomainError) as refused:
        return _panel(request, lead, {"lead": lead, "taken": refused.words}, status=409)
    return _panel(request, lead, call_panel.of_call(call, lead, now, dials=do == "call"))


@of_visible_lead
@require_POST
def call(request: AdvisorRequest, lead: Lead, pk: int) -> HttpResponse:
    """The advisor's own call: do=log with how it ended; do=none: there was none after all."""
    mine = Call.objects.filter(lead=lead, advisor=request.advisor).select_related("lead", "advisor__user")
    found = get_object_or_404(mine, pk=min(pk, 2**63 - 1))
    if request.POST.get("do") == "none":
        is_dialer, words = request.POST.get("at") == "dialer", _("No call was written down.")
        calling.withdraw(found, by=request.advisor, keeps_lead=is_dialer)
        return dialer.shown(request, {"toast": words}) if is_dialer else _over(request, lead, words)
    form, now, asks = CallForm(request.POST, lead=lead), timezone.now(), ""
    if form.is_valid():
        try:
            call_log.log(found, form.ending(), by=request.advisor, now=now)
        except StageRefused as refused:
            asks = refused.rule
            form.add_error("stage", refused.words)
        except DomainError as refused:
            form.add_error(refused.field if refused.field in form.fields else None, refused.words)
        else:
            label = spoken(form.cleaned_data["disposition"].label)
            return _over(request, lead, _("%(name)s: %(end)s") % {"name": lead.display_name, "end": label})
    if not found.is_open:
        return _over(request, lead, _("This call is logged already."))
    return _panel(request, lead, call_panel.of_call(found, lead, now, form=form, asks=asks), status=422)


def _panel(request: AdvisorRequest, lead: Lead, panel: Context, *, status: int = 200) -> HttpResponse:
    at = request.POST.get("at", "")
    if at == "dialer":
        return dialer.shown(request, panel, status=status)
    if wants_part(request):
        response = render(request, "leads/_call.html", panel | {"at": at}, status=status)
        if status == 200:
            response["HX-Trigger"] = json.dumps({"lead-changed": {}, "call-placed": {}})
        return response
    if "refused" in panel or "taken" in panel:
        messages.error(request, panel["taken"] if "taken" in panel else panel["refused"].words)
    elif status != 200:
        messages.error(
            request, " ".join(str(error) for errors in panel["call_form"].errors.values() for error in errors)
        )
    return redirect("leads:lead", lead.uuid)


def _over(request: AdvisorRequest, lead: Lead, words: str) -> HttpResponse:
    """The panel closes; the dialer goes on to the next."""
    at = request.POST.get("at", "")
    if at == "dialer":
        return dialer.go_on(request, toast=words)
    if not wants_part(request):
        messages.success(request, words)
        return redirect("leads:lead", lead.uuid)
    response = render(request, "leads/_call_over.html", {"toast": words, "elsewhere": lead if at == "queue" else None})
    response["HX-Trigger"] = json.dumps({"lead-changed": {}, "call-logged": {}})
    return response
