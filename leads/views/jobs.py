"""Jobs over many leads: how far they are, what was refused and why, stop, undo."""

from __future__ import annotations

import csv
import uuid as uuids
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from crm.access import AdvisorRequest, advisor_required
from crm.costly import at_most
from crm.models import Actor
from leads import bulk_jobs
from leads.bulk_actions import action_of
from leads.errors import DomainError
from leads.importing.action import ImportLeads
from leads.models import BulkJob, BulkRow, Lead, RowState
from leads.spreadsheets import Echo, harmless_row

SHOWN = 100
#: Rows that a person wants to read about.
TOLD = (RowState.REFUSED, RowState.KEPT)
_CHUNK = 2000
#: Has a page of its own.
IMPORT = ImportLeads.kind


@advisor_required
@never_cache
@require_safe
def jobs(request: AdvisorRequest) -> HttpResponse:
    """The newest ones: an advisor's own, everybody's for managers."""
    found = BulkJob.objects.visible_to(request.advisor).begun().order_by("-pk")[:SHOWN]
    return render(request, "leads/jobs.html", {"jobs": found})


@advisor_required
@never_cache
@require_safe
def job(request: AdvisorRequest, uuid: uuids.UUID) -> HttpResponse:
    """The page; for htmx its inside, which asks again while the job is at work."""
    job = _job(request, uuid)
    if job.kind == IMPORT:
        return redirect("leads:import", uuid)
    context = _context(request, job)
    is_part = request.htmx  # type: ignore[attr-defined]
    return render(request, "leads/_job.html" if is_part else "leads/job.html", context)


def _job(request: AdvisorRequest, uuid: uuids.UUID) -> BulkJob:
    return get_object_or_404(BulkJob.objects.visible_to(request.advisor), uuid=uuid)


def _context(request: AdvisorRequest, job: BulkJob) -> dict[str, Any]:
    action, now = action_of(job.kind), timezone.now()
    rows = list(_told(job).select_related(None)[: SHOWN + 1]) if job.refused or job.kept else []
    leads = Lead.objects.visible_to(request.advisor).in_bulk([row.lead_id for row in rows[:SHOWN] if row.lead_id])
    return {
        "job": job,
        "icon_name": action.icon if action else "check",
        "can_undo": job.can_be_undone(now) and action is not None,
        "may_undo": action is not None and action.may_undo(request.advisor),
        "told": [(row, leads.get(row.lead_id or 0)) for row in rows[:SHOWN]],
        "has_more": len(rows) > SHOWN,
    }


def _told(job: BulkJob) -> Any:
    return BulkRow.objects.filter(job=job, state__in=TOLD).order_by("state", "number")


@advisor_required
@require_POST
def undo(request: AdvisorRequest, uuid: uuids.UUID) -> HttpResponse:
    job = _job(request, uuid)
    action = action_of(job.kind)
    if action is None or not action.may_undo(request.advisor):
        raise PermissionDenied(_("Only a manager undoes this."))
    try:
        bulk_jobs.undo(job, by=Actor.advisor(request.advisor), now=timezone.now())
    except DomainError as error:
        messages.error(request, error.words)
    return redirect("leads:job", uuid)


@advisor_required
@require_POST
def stop(request: AdvisorRequest, uuid: uuids.UUID) -> HttpResponse:
    job = _job(request, uuid)
    if bulk_jobs.stop(job, by=Actor.advisor(request.advisor), now=timezone.now()):
        messages.success(request, _("Stopped. What was done by then can be undone."))
    else:
        messages.error(request, _("It had ended already."))
    return redirect("leads:job", uuid)


@advisor_required
@at_most(30, of="exports")
@never_cache
@require_safe
def refused_csv(request: AdvisorRequest, uuid: uuids.UUID) -> HttpResponse:
    """Every row that was refused or could not be undone, with its reason."""
    job = _job(request, uuid)
    if job.kind == IMPORT:
        return redirect("leads:import-refused", uuid)
    headers = {"Content-Disposition": f'attachment; filename="refused-{job.created_at:%Y-%m-%d}.csv"'}
    lines = _lines(job, request)
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)  # type: ignore[return-value]


def _lines(job: BulkJob, request: AdvisorRequest) -> Iterator[str]:
    writer = csv.writer(Echo())
    rows = _told(job).order_by("number")
    yield writer.writerow(harmless_row([_("Row"), _("Lead"), _("Phone"), _("State"), _("Reason")]))
    after = 0
    while chunk := list(rows.filter(number__gt=after)[:_CHUNK]):
        leads = Lead.objects.visible_to(request.advisor).in_bulk([row.lead_id for row in chunk if row.lead_id])
        for row in chunk:
            lead = leads.get(row.lead_id or 0)
            known = [str(lead), lead.phone] if lead else ["", ""]
            told = [str(row.number), *known, row.get_state_display(), row.reason]
            yield writer.writerow(harmless_row(told))
        after = chunk[-1].number
