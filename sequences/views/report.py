"""What the reports page says about sequences."""

from __future__ import annotations

import datetime as dt

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from crm.access import AdvisorRequest
from sequences.results import results_by_sequence
from sequences.views.door import in_own_time

_MOST, _USUAL = 366, 90


@in_own_time
@require_safe
def report(request: AdvisorRequest) -> HttpResponse:
    """A table for htmx: ?days= back from now."""
    asked = request.GET.get("days", "")
    days = min(int(asked), _MOST) if asked.isascii() and asked.isdigit() and len(asked) < 5 else _USUAL
    since = timezone.now() - dt.timedelta(days=days)
    results = results_by_sequence(request.advisor.organization, since=since)
    return render(request, "sequences/_report.html", {"results": results})
