"""The pipeline board."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from crm.access import AdvisorRequest, advisor_required


@advisor_required
@require_safe
def board(request: AdvisorRequest) -> HttpResponse:
    """All stages with their cards."""
    return render(request, "leads/board.html", {})
