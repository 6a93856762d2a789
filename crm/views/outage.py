"""What people see of a mistake of ours, and of a database that is away for a moment."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error as mistake

from crm.outages import RETRY_LATER, is_outage


def server_error(request: HttpRequest) -> HttpResponse:
    """For handler500: 503 with Retry-After while the database is away, else 500."""
    if is_outage(sys.exc_info()[1]):
        return HttpResponse(render_to_string("503.html"), status=503, headers=RETRY_LATER)
    return mistake(request)
