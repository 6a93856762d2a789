"""The sound of a recording, for whoever holds its signed address."""

from __future__ import annotations

from typing import IO

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from crm import reach
from crm.models import Actor
from leads import call_recordings
from leads.recordings import Expired, recording_named
from leads.streaming import HEADERS, served


@require_safe
def recording(request: HttpRequest, token: str) -> HttpResponseBase:
    """
    200 with the whole file, 206 with one span of bytes, 416 for a span beyond its end.

    410 for an address that has expired, 404 for one that was never made or whose recording is gone. No sign-in, no
    cookie: the address is the key.
    """
    try:
        with reach.everybody():  # the address names it, and so whose it is
            found = recording_named(token)
        file: IO[bytes] | None = found.file.open("rb") if found else None
    except Expired:
        return HttpResponse("This address has expired.", status=410, content_type="text/plain", headers=HEADERS)
    except OSError:
        file = None
    if found is None or file is None:
        return HttpResponse("There is no such recording.", status=404, content_type="text/plain", headers=HEADERS)
    reach.turn_to(found.organization_id)
    if request.method == "GET":
        by = Actor.system("A signed address")
        call_recordings.played(found, request.headers.get("Range", ""), by=by, now=timezone.now())
    return served(request, found, file)
