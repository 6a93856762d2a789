"""All sequences of the organisation, and the way to a new one."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from crm.access import AdvisorRequest
from crm.models import Actor
from leads.simulation import playable_channels
from sequences import authoring, defaults
from sequences.overview import overview
from sequences.views.door import for_authors, in_own_time, may_write


@in_own_time
@require_safe
def listing(request: AdvisorRequest) -> HttpResponse:
    context = {
        "glances": overview(request.advisor.organization),
        "may_write": may_write(request.advisor),
        "can_play": bool(playable_channels(request.advisor)),
    }
    return render(request, "sequences/listing.html", context)


class NewSequenceForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=255,
        error_messages={"required": gettext_lazy("Give it a name that your colleagues understand.")},
    )
    beginning = forms.ChoiceField(
        label=gettext_lazy("Begin with"),
        choices=[(key, beginning.label) for key, beginning in defaults.BEGINNINGS.items()],
        initial=next(iter(defaults.BEGINNINGS)),
    )


@for_authors
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: AdvisorRequest) -> HttpResponse:
    """GET: the form. POST: a draft, switched off, to be written in the editor."""
    form = NewSequenceForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        made = authoring.create_sequence(
            organization=request.advisor.organization,
            name=form.cleaned_data["name"],
            steps=defaults.BEGINNINGS[form.cleaned_data["beginning"]].steps,
            is_active=False,
            by=Actor.advisor(request.advisor),
            now=timezone.now(),
        )
        return redirect("sequences:editor", made.public_id)
    context = {"form": form, "beginnings": defaults.BEGINNINGS}
    return render(request, "sequences/new.html", context, status=422 if form.is_bound else 200)
