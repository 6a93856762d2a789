"""The steps tried on a real lead: the words that one of them makes, and what would go out when."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from crm.access import AdvisorRequest
from crm.ai.base import composer
from leads.briefing import Wish, assignments
from leads.models import Channel, Lead
from leads.search import search
from sequences import authoring
from sequences.models import Sequence, Step, StepKind
from sequences.rehearsal import rehearse
from sequences.rendering import render as filled
from sequences.rendering import values_for
from sequences.step_forms import StepForm, StepForms
from sequences.views.door import in_own_time, of_sequence

_MOST_LEADS = 20


@dataclass(frozen=True, slots=True)
class Preview:
    """One step in its words for this lead; what a model writes is not yet there. A task's title is its subject."""

    form: StepForm
    kind: str
    subject: str
    body: str


@in_own_time
@of_sequence
@require_POST
def rehearsal(request: AdvisorRequest, sequence: Sequence) -> HttpResponse:
    """The steps as they stand on the page, on the chosen lead; for readers, as they are. Nothing is stored."""
    steps, shown = StepForms.sent(request.POST), request.POST.get("open", "")
    template = "sequences/_rehearsed.html"
    if not len(steps):
        steps = StepForms.of(authoring.contents_of(sequence.current_id))
        template = "sequences/_rehearsal.html"
    tried = context(request, steps, timezone.now(), shown=shown)
    return render(request, template, {"steps": steps, **tried})


@in_own_time
@require_safe
def leads(request: AdvisorRequest) -> HttpResponse:
    """?q= -> the options of the list of leads that something may be tried on."""
    return render(request, "sequences/_lead_options.html", {"trial_leads": _leads(request, request.GET.get("q", ""))})


def context(request: AdvisorRequest, steps: StepForms, now: dt.datetime, *, shown: str = "") -> dict[str, Any]:
    """shown: the key of the step whose words are seen; the first one's, when there is no such step."""
    found = _leads(request, "")
    lead = _chosen(request) or (found[0] if found else None)
    if lead and lead not in found:
        found = [lead, *found]
    form = steps.with_key(shown) or next(iter(steps), None)
    return {
        "trial_leads": found,
        "trial_lead": lead,
        "preview": _preview(form, lead, now) if form and lead else None,
        "rehearsed": rehearse(lead, steps.steps(), now=now) if lead else [],
    }


def _preview(form: StepForm, lead: Lead, now: dt.datetime) -> Preview:
    step = form.step()
    values = values_for(lead, company=lead.organization.name)
    if step.kind == StepKind.TASK:
        return Preview(form, step.kind, filled(step.message, values), filled(step.instructions, values))
    if step.kind == StepKind.AI:
        return _composed(form, step, lead, now)
    return Preview(form, step.kind, filled(step.subject, values), filled(step.message, values))


def _composed(form: StepForm, step: Step, lead: Lead, now: dt.datetime) -> Preview:
    """What the composer would write today. What a model writes costs money, and is not asked for on each key."""
    wish = Wish(lead.organization, lead.conversation_id or 0, lead, step.instructions, step.channel == Channel.EMAIL)
    [task] = assignments([wish], now=now)
    if task.brief.account is not None or not step.instructions.strip():
        return Preview(form, step.kind, step.subject, "")
    draft = composer()(task.brief)
    return Preview(form, step.kind, step.subject or draft.subject, draft.text)


def _leads(request: AdvisorRequest, text: str) -> list[Lead]:
    """The newest that this advisor sees."""
    visible = Lead.objects.visible_to(request.advisor).select_related("stage", "organization").newest_first()
    return list((search(visible, text[:100]) if text.strip() else visible)[:_MOST_LEADS])


def _chosen(request: AdvisorRequest) -> Lead | None:
    """None when none is; 404 for one that this advisor does not see."""
    given = request.POST.get("lead") or request.GET.get("lead")
    if not given:
        return None
    visible = Lead.objects.visible_to(request.advisor).select_related("stage", "organization")
    try:
        return get_object_or_404(visible, uuid=UUID(given))
    except ValueError:
        raise Http404("No such lead.") from None
