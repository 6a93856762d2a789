"""Import a file of leads: choose it, say what its columns are, look at what would happen, begin, follow."""

from __future__ import annotations

import csv
import uuid as uuids
from collections.abc import Iterator
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.access import AdvisorRequest, Page, advisor_required
from crm.costly import at_most
from leads import permissions
from leads.bulk_actions import action_of
from leads.errors import DomainError
from leads.importing import imports, plans, targets
from leads.importing.action import ImportLeads
from leads.importing.forms import KNOWN, PlanForm
from leads.importing.plans import Plan
from leads.importing.tables import MOST_BYTES, MOST_COLUMNS, MOST_ROWS
from leads.models import BulkJob, BulkRow, JobState, Lead, RowState
from leads.spreadsheets import Echo, harmless_row
from leads.views.documents import weighed

SHOWN = 50
_CHUNK = 2000


def importer_required[**P](view: Page[P]) -> Any:
    @advisor_required
    @never_cache
    @wraps(view)
    def guarded(request: AdvisorRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not permissions.may_import(request.advisor):
            raise PermissionDenied(_("Your organisation lets managers import leads."))
        return view(request, *args, **kwargs)

    return guarded


@weighed
@importer_required
@at_most(60, of="imports")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: AdvisorRequest) -> HttpResponseBase:
    """GET: choose a file; the imports so far. POST: file."""
    if request.is_too_large and request.method == "POST":  # type: ignore[attr-defined]
        return _choose(request, _("This file is larger than %(most)s MB.") % {"most": MOST_BYTES // 1_000_000}, 413)
    return csrf_protect(_new)(request)


def _new(request: AdvisorRequest) -> HttpResponse:
    if request.method != "POST":
        return _choose(request)
    upload = request.FILES.get("file")
    if upload is None:
        return _choose(request, _("Choose a file first."), 422)
    try:
        job = imports.receive(request.advisor, upload, now=timezone.now())
    except DomainError as error:
        return _choose(request, error.words, 422)
    return redirect("leads:import", job.uuid)


def _choose(request: AdvisorRequest, trouble: str = "", status: int = 200) -> HttpResponse:
    context = {
        "trouble": trouble,
        "jobs": _imports(request).select_related("file").order_by("-pk")[:SHOWN],
        "most_rows": MOST_ROWS,
        "most_columns": MOST_COLUMNS,
        "most_megabytes": MOST_BYTES // 1_000_000,
    }
    return render(request, "leads/import_new.html", context, status=status)


def _imports(request: AdvisorRequest) -> Any:
    return BulkJob.objects.visible_to(request.advisor).filter(kind=ImportLeads.kind, file__isnull=False)


def _job(request: AdvisorRequest, uuid: uuids.UUID) -> BulkJob:
    job: BulkJob = get_object_or_404(_imports(request).select_related("file"), uuid=uuid)
    return job


@importer_required
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: AdvisorRequest, uuid: uuids.UUID) -> HttpResponse:
    """GET: where it stands; ?columns=1 for the columns once more. POST: what the columns are, to have it tried out."""
    job = _job(request, uuid)
    if request.method == "POST":
        return _planned(request, job)
    is_prepared = job.state == JobState.DRAFT and job.file.is_checked and not job.file.trouble
    if job.state == JobState.DRAFT and (not is_prepared or "columns" in request.GET):
        return _columns(request, job, _form(request, job))
    is_part = request.htmx  # type: ignore[attr-defined]
    return render(request, "leads/_import.html" if is_part else "leads/import.html", _context(request, job))


def _form(request: AdvisorRequest, job: BulkJob, data: Any = None) -> PlanForm:
    own = plans.own_names(request.advisor.organization)
    return PlanForm(data, headings=job.file.headings, advisor=request.advisor, plan=Plan.of(job.options), own=own)


def _planned(request: AdvisorRequest, job: BulkJob) -> HttpResponse:
    form = _form(request, job, request.POST)
    if not form.is_valid():
        return _columns(request, job, form, status=422)
    try:
        imports.plan(job, form.planned(), by=request.advisor, now=timezone.now())
    except DomainError as error:
        messages.error(request, error.words)
    return redirect("leads:import", job.uuid)


def _columns(request: AdvisorRequest, job: BulkJob, form: PlanForm, *, status: int = 200) -> HttpResponse:
    columns = [
        {
            "place": place,
            "heading": heading,
            "sample": sample[:3],
            "chosen": form.chosen(place),
            "own": f"{targets.OWN}{targets.own_name(heading)}",
        }
        for place, (heading, sample) in enumerate(imports.columns_of(job.file))
    ]
    context = {
        "job": job,
        "file": job.file,
        "form": form,
        "columns": columns,
        "groups": targets.GROUPS,
        "own": [(f"{targets.OWN}{name}", name.replace("_", " ")) for name in form.own],
        "known": KNOWN,
        "starts_sequences": form["starts_sequences"].value(),
        "tells_others": form["tells_others"].value(),
        "left_out": sum(not column["chosen"] for column in columns),
    }
    response = render(request, "leads/import_columns.html", context, status=status)
    if request.htmx:  # type: ignore[attr-defined]
        response["HX-Redirect"] = f"/imports/{job.uuid}"  # a poll that finds the file unreadable leads back here
    return response


def _context(request: AdvisorRequest, job: BulkJob) -> dict[str, Any]:
    action, plan = action_of(job.kind), Plan.of(job.options)
    rows = list(_told(job)[: SHOWN + 1]) if job.refused or job.kept else []
    leads = Lead.objects.visible_to(request.advisor).in_bulk([row.lead_id for row in rows[:SHOWN] if row.lead_id])
    return {
        "job": job,
        "file": job.file,
        "plan": plan,
        "fills": plan.known in ("fill", "overwrite"),
        "left_out": _left_out(job, plan),
        "can_undo": job.can_be_undone(timezone.now()) and action is not None,
        "told": [(row, leads.get(row.lead_id or 0)) for row in rows[:SHOWN]],
        "has_more": len(rows) > SHOWN,
        "is_check": job.state in (JobState.DRAFT, JobState.CHECKING),
        "consent": dict(PlanForm.base_fields["consent"].choices).get(plan.consent),  # type: ignore[attr-defined]
    }


def _left_out(job: BulkJob, plan: Plan) -> list[str]:
    pairs = zip(job.file.headings, plan.targets, strict=False)
    return [heading for heading, target in pairs if target == targets.NOTHING]


def _told(job: BulkJob) -> Any:
    return BulkRow.objects.filter(job=job, state__in=(RowState.REFUSED, RowState.KEPT)).order_by("number")


@importer_required
@require_POST
def start(request: AdvisorRequest, uuid: uuids.UUID) -> HttpResponse:
    try:
        imports.begin(_job(request, uuid), now=timezone.now())
    except DomainError as error:
        messages.error(request, error.words)
    return redirect("leads:import", uuid)


@importer_required
@require_POST
def deletion(request: AdvisorRequest, uuid: uuids.UUID) -> HttpResponse:
    """Let go of a file that was not brought in."""
    try:
        imports.discard(_job(request, uuid), now=timezone.now())
    except DomainError as error:
        messages.error(request, error.words)
        return redirect("leads:import", uuid)
    messages.success(request, _("The file is gone; nothing was brought in."))
    return redirect("leads:new-import")


@importer_required
@at_most(30, of="exports")
@require_safe
def refused_csv(request: AdvisorRequest, uuid: uuids.UUID) -> HttpResponseBase:
    """The rows that were refused, or could not be undone, as they were in the file, with number and reason."""
    job = _job(request, uuid)
    headers = {"Content-Disposition": f'attachment; filename="refused-{job.created_at:%Y-%m-%d}.csv"'}
    return StreamingHttpResponse(_lines(job), content_type="text/csv; charset=utf-8", headers=headers)


def _lines(job: BulkJob) -> Iterator[str]:
    writer = csv.writer(Echo())
    headings: list[str] = job.file.headings
    yield "\ufeff" + writer.writerow(harmless_row([*headings, _("Row"), _("Reason")]))
    after = 0
    while chunk := list(_told(job).filter(number__gt=after)[:_CHUNK]):
        for row in chunk:
            cells = [*(row.given or []), *[""] * len(headings)][: max(len(headings), len(row.given or []))]
            yield writer.writerow(harmless_row([*cells, str(row.number), row.reason]))
        after = chunk[-1].number
