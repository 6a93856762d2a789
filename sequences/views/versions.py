"""The versions of a sequence, the newest first, each with what it changed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from crm.access import AdvisorRequest
from sequences.authoring import STEP_KEYS
from sequences.enrolling import LIVE
from sequences.models import Enrollment, Sequence, SequenceVersion, Step
from sequences.telling import Told, told
from sequences.views.door import in_own_time, may_write, of_sequence

_PAGE = 20


@dataclass(frozen=True, slots=True)
class VersionRow:
    version: SequenceVersion
    changes: list[Told]
    under_way: int
    is_current: bool
    is_first: bool


@in_own_time
@of_sequence
@require_safe
def versions(request: AdvisorRequest, sequence: Sequence) -> HttpResponse:
    """?page= older ones."""
    everything = SequenceVersion.objects.filter(sequence=sequence).order_by("-number")
    page = Paginator(everything, _PAGE).get_page(request.GET.get("page"))
    context = {
        "sequence": sequence,
        "rows": _rows(sequence, list(page)),
        "page": page,
        "may_write": may_write(request.advisor),
    }
    return render(request, "sequences/versions.html", context)


def _rows(sequence: Sequence, found: list[SequenceVersion]) -> list[VersionRow]:
    """Three statements: the steps of these versions and of the one before them, and who is under way in which."""
    numbers = [version.number for version in found]
    steps: dict[int, list[dict[str, Any]]] = defaultdict(list)
    wanted = Q(version__number__in=[*numbers, min(numbers, default=1) - 1])
    for step in Step.objects.filter(wanted, version__sequence=sequence).select_related("version").order_by("order"):
        steps[step.version.number].append({key: getattr(step, key) for key in STEP_KEYS})
    live = dict(
        Enrollment.objects.filter(sequence=sequence, status__in=LIVE, version__in=found)
        .values("version_id")
        .annotate(count=Count("pk"))
        .values_list("version_id", "count")
    )
    return [
        VersionRow(
            version,
            told(steps[version.number - 1], steps[version.number]) if version.number > 1 else [],
            live.get(version.pk, 0),
            version.pk == sequence.current_id,
            version.number == 1,
        )
        for version in found
    ]
