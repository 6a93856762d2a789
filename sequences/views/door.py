"""The door of the pages about sequences: everybody of the organisation reads, managers write, times are its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from crm.access import AdvisorRequest, Page, advisor_required
from crm.models import Advisor
from sequences.models import Sequence

type SequencePage[**P] = Callable[Concatenate[AdvisorRequest, Sequence, P], HttpResponse]


def may_write(advisor: Advisor) -> bool:
    return advisor.is_manager


def in_own_time[**P](view: Page[P]) -> Callable[..., HttpResponseBase]:
    """Let the organisation's people in; advisor_required has set their clock."""
    return advisor_required(never_cache(view))


def for_authors[**P](view: Page[P]) -> Callable[..., HttpResponseBase]:
    """Let those in who write sequences."""

    @in_own_time
    @wraps(view)
    def opened(request: AdvisorRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_write(request.advisor):
            raise PermissionDenied(_("Managers write sequences. Ask one of yours to change something."))
        return view(request, *args, **kwargs)

    return opened


def of_sequence[**P](view: SequencePage[P]) -> Callable[..., HttpResponseBase]:
    """Calls view(request, sequence, …) with the organisation's sequence of this public id; below one of the others."""

    @wraps(view)
    def opened(request: AdvisorRequest, public_id: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        own = Sequence.objects.of(request.advisor.organization).select_related("current", "goal")
        return view(request, get_object_or_404(own, public_id=public_id), *args, **kwargs)

    return opened
