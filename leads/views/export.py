"""Download all leads that the list shows, as CSV or XLSX."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from crm.access import AdvisorRequest, advisor_required
from crm.costly import at_most
from crm.replica.reading import reads_from_replica
from crm.stepping_up import freshly_known
from leads import exporting
from leads.errors import DomainError
from leads.exporting import COLUMNS
from leads.filters import address_without
from leads.permissions import may_export
from leads.views.bulk import selection_of

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@advisor_required
@at_most(30, of="exports")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@freshly_known
@reads_from_replica()
def export(request: AdvisorRequest) -> HttpResponse:
    """GET: how many, and which columns. POST: the file; who took it is on record."""
    if not may_export(request.advisor):
        raise PermissionDenied(_("Your organisation lets managers export leads."))
    if request.method == "POST":
        return _download(request)  # type: ignore[return-value]
    selection = selection_of(request, everything=True)
    context = {
        "number": selection.number,
        "columns": COLUMNS.values(),
        "query": selection.query,
        "here": request.get_full_path(),
    }
    is_part = request.htmx  # type: ignore[attr-defined]
    return render(request, "leads/_export.html" if is_part else "leads/export.html", context)


def _download(request: AdvisorRequest) -> HttpResponseBase:
    wanted = set(request.POST.getlist("column"))
    columns = [column for column in COLUMNS.values() if column.name in wanted]
    columns = columns or [column for column in COLUMNS.values() if column.is_usual]
    now = timezone.now()
    selection = selection_of(request, everything=True)
    about: dict[str, Any] = {"advisor": request.advisor, "query": address_without(request.GET), "now": now}
    name = f"leads-{timezone.localtime(now):%Y-%m-%d}"
    if request.POST.get("format") == "xlsx":
        try:
            file = exporting.export_workbook(selection.leads, columns, **about)
        except DomainError as error:
            return HttpResponse(error.words, status=422, content_type="text/plain; charset=utf-8")
        return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=_XLSX)
    lines = exporting.export(selection.leads, columns, **about)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "X-Accel-Buffering": "no"}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)
