"""The reports page."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from crm.access import AdvisorRequest, advisor_required
from crm.costly import at_most
from crm.replica.reading import reads_from_replica
from leads import charts
from leads.board import team_of
from leads.filters import LeadFilter
from leads.reports import FAST, Cohort, Report, report

PERIODS = (30, 90, 365)
USUAL = 90
#: A handful says nothing about a trend.
_ENOUGH = 10


@gzip_page
@advisor_required
@at_most(60, of="reports")
@never_cache
@require_safe
@reads_from_replica()
def reports(request: AdvisorRequest) -> HttpResponse:
    """?days= one of PERIODS, and the filters of the board and the list."""
    asked = request.GET.get("days", "")
    days = int(asked) if asked in {str(period) for period in PERIODS} else USUAL
    lead_filter = LeadFilter(request.GET, advisor=request.advisor, team=team_of(request.advisor.organization))
    tomorrow = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(days=1)
    since = tomorrow - dt.timedelta(days=days)
    found = report(lead_filter.leads, advisor=request.advisor, since=since, until=tomorrow)
    context = {
        "days": days,
        "periods": PERIODS,
        "since": since,
        "until": tomorrow - dt.timedelta(days=1),
        "report": found,
        "changes": _changes(found.now, found.before),
        "worst": _worst(found),
        "funnel": charts.funnel([step.leads for step in found.funnel]),
        "speed": charts.histogram([count for _label, count in found.speeds], strong=FAST),
        "fast": sum(count for _label, count in found.speeds[:FAST]),
        "pipeline": charts.line([float(week.value) for week in found.pipeline]),
        "most": max((row.leads for row in found.sources), default=1),
    }
    return render(request, "leads/reports.html", context)


def _changes(now: Cohort, before: Cohort) -> dict[str, Any]:
    """Against the time of the same length before; empty where too little came then to compare with."""
    if before.leads < _ENOUGH:
        return {}
    leads = round(100 * (now.leads - before.leads) / before.leads)
    rate = None if now.rate is None or before.rate is None else round(100 * (now.rate - before.rate), 1)
    faster = (before.median - now.median).total_seconds() if now.median and before.median else None
    return {"leads": leads, "rate": rate, "faster": faster, "slower": -faster if faster and faster < 0 else None}


def _worst(found: Report) -> str:
    """Between which stages most leads stay behind."""
    steps = found.funnel
    lost = [(before.leads - after.leads, before.label, after.label) for before, after in itertools.pairwise(steps)]
    count, before, after = max(lost, default=(0, "", ""))
    return (
        _("Most leads stay behind between %(a)s and %(b)s: %(count)s.") % {"a": before, "b": after, "count": count}
        if count
        else ""
    )
