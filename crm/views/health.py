"""Does it work? For load balancers and monitors, without a log-in."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from crm.migrated import is_migrated
from crm.progress import oldest_due
from crm.replica import standing as replica

log = logging.getLogger(__name__)

#: So old may the oldest due row be before the workers count as late: a big import takes its time.
_LATE = dt.timedelta(minutes=15)


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 {"status": "ok"} when the database answers, else 503 {"status": "down"}; says no more to strangers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except (DatabaseError, OSError) as error:
        log.error("The database does not answer: %s", error)
        return JsonResponse({"status": "down", "database": "does not answer"}, status=503)
    return JsonResponse({"status": "ok", "database": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """
    200 when this server may get requests: the database answers and has the tables that this code wants, or those of a
    later release; else 503.

    "worker" says whether what is due gets its turn ("ok" or "late"); with ?worker=1, for a monitor, late is 503 too. A
    web server is no worse for a worker that is down, so a load balancer must not ask for that. "replica", where there
    is one, says "ok" or why lists are read from the primary, and never makes it 503.
    """
    try:
        migrations = "ok" if is_migrated() else "missing"
        found = {"database": "ok", "migrations": migrations, "worker": _worker(), **_replica()}
    except (DatabaseError, OSError) as error:
        log.error("The database does not answer: %s", error)
        found = {"database": "does not answer"}
    counted = {"database", "migrations", *(request.GET.keys() & {"worker"})}
    is_ready = all(value == "ok" for key, value in found.items() if key in counted)
    return JsonResponse({"status": "ok" if is_ready else "not ready", **found}, status=200 if is_ready else 503)


def _worker() -> str:
    now = timezone.now()
    ages = [now - each.since for each in oldest_due(now).values()]
    return "ok" if max(ages, default=dt.timedelta()) < _LATE else "late"


def _replica() -> dict[str, str]:
    return {"replica": replica.watch.now().why_not or "ok"} if replica.is_there() else {}


_PROBES = {"/healthz": healthz, "/readyz": readyz}


class Probes:
    """Answers probes before anything asks for host name, TLS or session: they come by a machine's address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        probe = _PROBES.get(request.path_info)
        if probe is None:
            return self._get_response(request)
        response = probe(request)
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response
