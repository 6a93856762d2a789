"""What the editor shows: the steps with their results, a rehearsal on a real lead, and how the sequence is set up."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from crm.access import AdvisorRequest
from sequences import authoring, words
from sequences.models import Sequence, SequenceVersion
from sequences.overview import glances
from sequences.results import results_of
from sequences.setup_form import SetupForm
from sequences.step_forms import StepForms
from sequences.telling import Told, told
from sequences.views import trial
from sequences.views.door import may_write

LATELY = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Conflict:
    """What a colleague has published since this author opened the editor."""

    version: SequenceVersion
    changes: list[Told]


def conflict_with(sequence: Sequence, seen: int) -> Conflict:
    """Wants the sequence fresh."""
    assert sequence.current is not None
    before = SequenceVersion.objects.filter(sequence=sequence, number=seen).values_list("pk", flat=True).first()
    changes = told(authoring.contents_of(before), authoring.contents_of(sequence.current_id))
    return Conflict(sequence.current, changes)


def page(
    request: AdvisorRequest,
    sequence: Sequence,
    steps: StepForms,
    *,
    setup: SetupForm | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """The whole page; its steps may be half written, and its parts wrong."""
    now = timezone.now()
    period = "all" if request.GET.get("results") == "all" else "lately"
    with_results(sequence, steps, since=None if period == "all" else now - LATELY)
    is_open = more.pop("open", "") or _first_wrong(steps)
    [glance] = glances(request.advisor.organization, [sequence])
    context = {
        "sequence": sequence,
        "glance": glance,
        "steps": steps,
        "open": is_open,
        "period": period,
        "setup": setup or SetupForm.of(sequence),
        "may_write": may_write(request.advisor),
        "variables": words.VARIABLE_NAMES,
        **trial.context(request, steps, now, shown=is_open),
        **more,
    }
    return render(request, "sequences/editor.html", context, status=status)


def with_results(sequence: Sequence, steps: StepForms, *, since: dt.datetime | None) -> None:
    """Each step that stands in the current version gets what became of it there."""
    if sequence.current is None:
        return
    known = {str(result.step.order): result for result in results_of(sequence.current, since=since)}
    for form in steps:
        form.result = known.get(form.key)


def _first_wrong(steps: StepForms) -> str:
    return next((form.key for form in steps if form.is_bound and form.errors), "")
