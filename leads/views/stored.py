"""A file from storage, for a view that has decided who may have it."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from crm.sealing import Unopened


def opened_or_told(request: HttpRequest, open_it: Callable[[], IO[bytes]]) -> IO[bytes] | HttpResponse:
    """The file, or 410 with a page that says that it can't be opened. Raises Http404 when it is gone."""
    try:
        return open_it()
    except Unopened:
        return render(request, "leads/file_closed.html", status=410)
    except OSError:
        raise Http404("The file is gone.") from None
