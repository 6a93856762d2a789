"""The queue: what is worth doing now, taken, dealt with or put off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST, require_safe

from crm.access import AdvisorRequest, advisor_required
from leads import call_panel, calling, queue_work
from leads.errors import DomainError
from leads.models import Lead, QueueMark
from leads.queue import Entry, read_one, read_queue

MORNING = 9


def _until(choice: str, now: dt.datetime) -> dt.datetime | None:
    """When a choice of "later" ends, in the time of the organisation; None for one that there is not."""
    local = timezone.localtime(now)
    morning = local.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    choices: dict[str, Callable[[], dt.datetime]] = {
        "hour": lambda: now + dt.timedelta(hours=1),
        "tomorrow": lambda: morning + dt.timedelta(days=1),
        "days": lambda: morning + dt.timedelta(days=3),
        "week": lambda: morning + dt.timedelta(days=7),
    }
    return choices[choice]() if choice in choices else None


@gzip_page
@advisor_required
@never_cache
@require_safe
def queue(request: AdvisorRequest) -> HttpResponse:
    """The page; for htmx the list alone. ?whose=team for everybody's, ?at= for the lead that is looked at."""
    part = bool(request.htmx)  # type: ignore[attr-defined]
    if part:
        return render(request, "leads/_queue.html", _shown(request, request.GET))
    call, now = calling.open_call_of(request.advisor), timezone.now()
    panel = call_panel.of_call(call, call.lead, now) if call else {}
    return render(request, "leads/queue.html", {**_shown(request, request.GET), **panel})


def _shown(request: AdvisorRequest, asked: QueryDict) -> dict[str, Any]:
    whole_team = asked.get("whose") == "team" and request.advisor.sees_all_leads
    found = read_queue(request.advisor, whole_team=whole_team, now=timezone.now())
    at = asked.get("at", "")
    named = (entry for entry in found.entries if str(entry.lead.uuid) == at)
    mine = (entry for entry in found.entries if entry.is_mine)
    free = (entry for entry in found.entries if not entry.taken_by)
    return {
        "queue": found,
        "at": next(named, None) or next(mine, None) or next(free, None),
        "whose": "team" if whole_team else "",
        "can_see_team": request.advisor.sees_all_leads,
    }


def _lead(request: AdvisorRequest, uuid: UUID) -> Lead:
    return get_object_or_404(Lead.objects.visible_to(request.advisor), uuid=uuid)


@advisor_required
@never_cache
@require_safe
def one(request: AdvisorRequest, uuid: UUID) -> HttpResponse:
    """The panel about one lead."""
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("leads:lead", uuid)
    return _panel(request, read_one(_lead(request, uuid), request.advisor, timezone.now()))


def _panel(request: HttpRequest, entry: Entry, *, status: int = 200) -> HttpResponse:
    return render(
        request, "leads/_queue_panel.html", {"at": entry, "whose": request.POST.get("whose", "")}, status=status
    )


@advisor_required
@require_POST
def claim(request: AdvisorRequest, uuid: UUID) -> HttpResponse:
    """Theirs for some minutes; 409 with the panel that says whose it is."""
    lead, now, status = _lead(request, uuid), timezone.now(), 200
    try:
        queue_work.claim(lead, by=request.advisor, now=now)
    except queue_work.Taken as taken:
        if not request.htmx:  # type: ignore[attr-defined]
            messages.error(request, taken.words)
            return redirect("leads:queue")
        status = 409
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("leads:lead", uuid)
    return _panel(request, read_one(lead, request.advisor, now), status=status)


@advisor_required
@require_POST
def settle(request: AdvisorRequest, uuid: UUID) -> HttpResponse:
    """for: done, or hour, tomorrow, days, week. The list as it then is, with a way back."""
    lead, now, advisor = _lead(request, uuid), timezone.now(), request.advisor
    choice = request.POST.get("for", "")
    try:
        if choice == "done":
            mark = queue_work.done(lead, by=advisor, now=now)
            words = _("%(name)s is done") % {"name": lead.display_name}
        else:
            mark = queue_work.snooze(lead, until=_until(choice, now) or now, by=advisor, now=now)
            words = _("%(name)s comes back later") % {"name": lead.display_name}
    except DomainError as refused:
        return _list(request, refused=refused.words)
    return _list(request, toast=words, mark=mark)


@advisor_required
@require_POST
def undo(request: AdvisorRequest, uuid: UUID) -> HttpResponse:
    """Back into the queue."""
    lead, now = _lead(request, uuid), timezone.now()
    marked_at = parse_datetime(request.POST.get("marked_at", "")) or now
    try:
        queue_work.undo(lead, marked_at=marked_at, by=request.advisor, now=now)
    except DomainError as refused:
        return _list(request, refused=refused.words)
    return _list(request, toast=_("%(name)s is back") % {"name": lead.display_name})


def _list(
    request: AdvisorRequest, *, toast: str = "", refused: str = "", mark: QueueMark | None = None
) -> HttpResponse:
    if not request.htmx:  # type: ignore[attr-defined]
        (messages.error if refused else messages.success)(request, refused or toast)
        return redirect("leads:queue")
    context = _shown(request, request.POST)
    told = {"toast": refused or toast, "toast_icon": "alert" if refused else "check", "mark": mark}
    return render(request, "leads/_queue_settled.html", context | told, status=409 if refused else 200)
