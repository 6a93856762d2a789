"""The list of leads: filtered, sorted, with the columns that somebody wants to see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from crm.access import AdvisorRequest, advisor_required
from crm.costly import at_most
from crm.replica.reading import reads_from_replica
from leads import board as reading
from leads import saved_views
from leads.bulk_actions import offered_to
from leads.filters import NAMES, LeadFilter, address_without
from leads.list_columns import COLUMNS, NAME, ListColumn, columns_named
from leads.listing import Page, Start, read_page, total_of
from leads.models import Stage, ViewPage
from leads.permissions import may_export, may_import
from leads.sorting import Sort, sort_named
from leads.views.board import filters_shown

_REMEMBERED = "list_columns"


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column: where a click leads, and how the list is sorted by it ("ascending", "descending", "")."""

    column: ListColumn
    address: str
    is_sorted: str


@gzip_page
@advisor_required
@at_most(1000, of="lists")
@never_cache
@require_safe
@reads_from_replica()
def leads(request: AdvisorRequest) -> HttpResponse:
    """
    ?sort=, ?columns=, the filters, and where the page begins: ?after= or ?before=. For htmx what a filter changes.
    """
    organization, now = request.advisor.organization, timezone.now()
    team = reading.team_of(organization)
    stages = {stage.pk: stage for stage in Stage.objects.filter(organization=organization).order_by("position", "pk")}
    lead_filter = LeadFilter(request.GET, advisor=request.advisor, team=team)
    sort = sort_named(request.GET.get("sort", ""))
    start = Start(request.GET.get("after", ""), request.GET.get("before", ""))
    try:
        page = read_page(lead_filter.leads, sort, start, advisor=request.advisor, stages=stages, team=team, now=now)
    except ValueError:
        return HttpResponse(
            "after and before take the places that this list gives.", status=400, content_type="text/plain"
        )
    context = {
        **filters_shown(lead_filter, list(stages.values())),
        **_table(request, sort, page),
        **saved_views.shown(request.advisor, request.GET, ViewPage.LIST),
        "total": total_of(lead_filter, stages),
    }
    is_part = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    response = render(request, "leads/_list_filtered.html" if is_part else "leads/list.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _table(request: AdvisorRequest, sort: Sort, page: Page) -> dict[str, Any]:
    columns = columns_named(_columns_wanted(request))
    here = request.GET.copy()
    for name in ("after", "before"):
        here.pop(name, None)
    return {
        "page": page,
        "heads": [_head(column, here, sort) for column in (NAME, *columns)],
        "columns": columns,
        "all_columns": [(column, column in columns) for column in COLUMNS],
        "newer": _with(here, before=page.before) if page.before else "",
        "older": _with(here, after=page.after) if page.after else "",
        "is_first": not (request.GET.get("after") or request.GET.get("before")),
        "kept": [(name, value) for name in ("sort", "view") for value in here.getlist(name)],
        "query": here.urlencode(),
        "filter_pairs": [(name, value) for name in NAMES for value in here.getlist(name) if value],
        "bulk_actions": offered_to(request.advisor),
        "may_export": may_export(request.advisor),
        "may_import": may_import(request.advisor),
        "filters_only": address_without(here, *(set(here) - {*NAMES})),
    }


def _columns_wanted(request: AdvisorRequest) -> list[str]:
    """Those in the address, which are remembered until others are chosen."""
    wanted = request.GET.getlist("columns")
    if wanted and wanted != request.session.get(_REMEMBERED):
        request.session[_REMEMBERED] = [column.name for column in columns_named(wanted)]
    return wanted or request.session.get(_REMEMBERED, [])


def _head(column: ListColumn, here: QueryDict, sort: Sort) -> Head:
    if not column.sort:
        return Head(column, "", "")
    direction = ("descending" if sort.falls else "ascending") if column.is_sorted_by(sort) else ""
    return Head(column, _with(here, sort=column.next_sort(sort)), direction)


def _with(query: QueryDict, **values: str) -> str:
    """The query string with these parameters set."""
    changed = query.copy()
    for name, value in values.items():
        changed[name] = value
    return changed.urlencode()
