"""What people see of a mistake of ours, of a database that is away for a moment, and of what is not theirs."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views import defaults
from django.views.csrf import csrf_failure

from crm import refusing
from crm.models import Actor
from crm.observing import security
from crm.outages import RETRY_LATER, is_outage


def server_error(request: HttpRequest) -> HttpResponse:
    """For handler500: 503 with Retry-After while the database is away, else 500."""
    if is_outage(sys.exc_info()[1]):
        return HttpResponse(render_to_string("503.html"), status=503, headers=RETRY_LATER)
    return defaults.server_error(request)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """For handler403; a fact where it is known who asked."""
    if (advisor := getattr(request, "advisor", None)) is not None:
        refusing.record(advisor.organization_id, Actor.advisor(advisor), request, why="not permitted")
    return defaults.permission_denied(request, exception)


def strange_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """For CSRF_FAILURE_VIEW."""
    return security.refused_for("form token", csrf_failure(request, reason))
