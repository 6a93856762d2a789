"""The dialer: leads worked through one after another."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from crm.access import AdvisorRequest, advisor_required
from leads import call_panel, calling, dialer, facts
from leads.errors import InvalidValue
from leads.models import Call, DialSession, Lead, Note

type Context = dict[str, Any]

_LAST_CALLS, _LAST_NOTES = 5, 2


@advisor_required
@never_cache
@require_safe
def page(request: AdvisorRequest) -> HttpResponse:
    """What is before the advisor: nothing yet, a lead to call, a call to log, a pause."""
    return shown(request, {})


@advisor_required
@require_POST
def start(request: AdvisorRequest) -> HttpResponse:
    """Work through source: queue, list:<id> or view:<uuid>."""
    now = timezone.now()
    try:
        session = dialer.start(request.advisor, request.POST.get("source", ""), now=now)
    except InvalidValue as refused:
        return shown(request, {"start_error": refused.words}, status=422)
    dialer.advance(session, now=now)
    return shown(request, {})


@advisor_required
@require_POST
def onward(request: AdvisorRequest) -> HttpResponse:
    """The next lead; do=skip does not offer this one again."""
    return go_on(request, skips=request.POST.get("do") == "skip")


@advisor_required
@require_POST
def rest(request: AdvisorRequest) -> HttpResponse:
    """do=pause lets the lead go; do=end ends the turn."""
    session = dialer.session_of(request.advisor)
    if session is not None:
        (dialer.end if request.POST.get("do") == "end" else dialer.pause)(session, now=timezone.now())
    return shown(request, {})


def go_on(request: AdvisorRequest, *, toast: str = "", skips: bool = False) -> HttpResponse:
    session = dialer.session_of(request.advisor)
    if session is not None and not (toast and session.paused_at):
        dialer.advance(session, now=timezone.now(), skips=skips)
    return shown(request, {"toast": toast})


def shown(request: AdvisorRequest, panel: Context, *, status: int = 200) -> HttpResponse:
    """The dialer as it stands, with a panel in it that a call has brought; the page where htmx does not ask."""
    now, advisor = timezone.now(), request.advisor
    if not request.htmx and request.method == "POST" and not panel.get("start_error"):  # type: ignore[attr-defined]
        if words := panel.get("toast") or panel.get("taken") or getattr(panel.get("refused"), "words", ""):
            messages.success(request, words)
        return redirect("leads:dialer")
    session, context = dialer.session_of(advisor), {**panel, "at": "dialer"}
    if session is None:
        context |= {"sources": dialer.sources_of(advisor), "waiting": dialer.waiting_first(advisor, now)}
    else:
        context |= {"session": session, "counts": dialer.counts_of(session), **_before(session, panel, now)}
    template = "leads/_dialer.html" if request.htmx else "leads/dialer.html"  # type: ignore[attr-defined]
    return render(request, template, context, status=status)


def _before(session: DialSession, panel: Context, now: Any) -> Context:
    """The lead before the advisor and what is known about it; a call that has still to be logged comes first."""
    if "lead" in panel:
        return _about(panel["lead"], now)
    if call := calling.open_call_of(session.advisor):
        return call_panel.of_call(call, call.lead, now) | _about(call.lead, now)
    lead = dialer.current_lead(session, now)
    return {"dial_light": call_panel.light_for(lead, now), **_about(lead, now)} if lead else {}


def _about(lead: Lead, now: Any) -> Context:
    """Five statements."""
    made = Call.objects.filter(lead=lead, organization=lead.organization_id, is_open=False)
    return {
        "lead": lead,
        "attempts": made.filter(is_inbound=False).count(),
        "last_calls": made.select_related("advisor__user").order_by("-started_at")[:_LAST_CALLS],
        "last_notes": Note.objects.filter(lead=lead).select_related("advisor__user").order_by("-pk")[:_LAST_NOTES],
        "groups": facts.groups_of(lead),
    }
