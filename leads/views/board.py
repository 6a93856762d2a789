"""The pipeline board: the page, a column's next cards, and what has changed since."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from crm.access import AdvisorRequest, advisor_required
from leads import board as reading
from leads import saved_views
from leads.board import Place
from leads.cards import html_of
from leads.columns import View, more_cards, read_board
from leads.filters import NAMES, LeadFilter, address_without, menus_of
from leads.models import Stage, ViewPage
from leads.permissions import may_import


def view_of(request: AdvisorRequest) -> tuple[View, LeadFilter]:
    """How the address asks to see the board: filters, and ?open=<stage key> for closed stages to unfold."""
    team = reading.team_of(request.advisor.organization)
    lead_filter = LeadFilter(request.GET, advisor=request.advisor, team=team)
    view = View(
        advisor=request.advisor,
        leads=lead_filter.leads,
        is_filtered=lead_filter.is_set,
        unfolded=frozenset(request.GET.getlist("open")),
        team=team,
    )
    return view, lead_filter


@gzip_page
@advisor_required
@never_cache
@require_safe
def board(request: AdvisorRequest) -> HttpResponse:
    """All stages with their first cards; for htmx only what a filter changes."""
    view, lead_filter = view_of(request)
    pipeline = read_board(view, now=timezone.now())
    context = {
        "board": pipeline,
        "may_import": may_import(request.advisor),
        "unfolded": request.GET.getlist("open"),
        **filters_shown(lead_filter, [column.stage for column in pipeline.columns]),
        **saved_views.shown(request.advisor, request.GET, ViewPage.BOARD),
        "kept": [("view", name) for name in request.GET.getlist("view")],
        "filters_only": address_without(request.GET, *(set(request.GET) - {*NAMES})),
        **addresses(request),
    }
    is_part = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    response = render(request, "leads/_board_filtered.html" if is_part else "leads/board.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def filters_shown(lead_filter: LeadFilter, stages: Sequence[Stage]) -> dict[str, Any]:
    """What the row of filters says, on the board and on the list."""
    return {
        "menus": menus_of(lead_filter, stages),
        "text": lead_filter.values.get("q", ""),
        "since": lead_filter.values.get("since"),
        "until": lead_filter.values.get("until"),
        "is_stale_only": "stale" in lead_filter.values,
        "is_filtered": lead_filter.is_set,
        "filter_names": " ".join(NAMES),
        "cleared": address_without(lead_filter.data, *NAMES),
    }


@gzip_page
@advisor_required
@never_cache
@require_safe
def cards(request: AdvisorRequest) -> HttpResponse:
    """A column's cards under ?below=<position>.<id>: a fragment, or a page of their own without htmx."""
    view, _ = view_of(request)
    stage = get_object_or_404(Stage, organization=request.advisor.organization, key=request.GET.get("stage", ""))
    below = Place.parse(request.GET.get("below", ""))
    if below is None:
        return HttpResponse("below must be a place such as 123.45", status=400, content_type="text/plain")
    found, rest = more_cards(view, stage, below=below, now=timezone.now())
    context = {"html": html_of(found), "rest": rest, "stage": stage, **addresses(request)}
    template = "leads/_cards.html" if request.htmx else "leads/board_column.html"  # type: ignore[attr-defined]
    return render(request, template, context)


@gzip_page
@advisor_required
@never_cache
@require_safe
def changes(request: AdvisorRequest) -> HttpResponse:
    """204 while ?mark= still holds, after one statement; else the board anew, with as many cards as were shown."""
    if request.GET.get("mark") == reading.change_mark(request.advisor.organization):
        return HttpResponse(status=204)
    view, _ = view_of(request)
    fresh = read_board(view, now=timezone.now(), sizes=sizes_of(request.GET.getlist("shown")))
    return render(request, "leads/_board.html", {"board": fresh, **addresses(request)})


def addresses(request: AdvisorRequest) -> dict[str, str]:
    """The board's own part of the address, filters and unfolded stages; and the same with all closed stages folded."""
    others = set(request.GET) - {*NAMES, "open"}
    return {
        "query": address_without(request.GET, *others),
        "query_folded": address_without(request.GET, *others, "open"),
    }


def sizes_of(shown: list[str]) -> dict[str, int]:
    """{"new": 50} from ["new:50"]."""
    pairs: list[Any] = [text.rpartition(":") for text in shown]
    return {key: int(number) for key, _, number in pairs if number.isascii() and number.isdigit() and len(number) < 6}
