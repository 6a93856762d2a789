"""An advisor's own word on new leads: none until some time, or all again."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from crm.access import AdvisorRequest, advisor_required
from crm.models import Actor
from leads import assignment_rules
from leads.errors import InvalidValue

_MORNING = 9


class PauseForm(forms.Form):
    """Empty: they take new leads."""

    until = forms.DateTimeField(
        required=False,
        label=gettext_lazy("No new leads until"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        error_messages={"invalid": gettext_lazy("Write a day and a time.")},
    )


@advisor_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def availability(request: AdvisorRequest) -> HttpResponse:
    """POST until=: a time of theirs, or nothing to take new leads again."""
    now, advisor = timezone.now(), request.advisor
    form = PauseForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        until = form.cleaned_data["until"]
        try:
            assignment_rules.pause(advisor, until=until, by=Actor.advisor(advisor), now=now)
        except InvalidValue as refused:
            form.add_error("until", refused.words)
        else:
            messages.success(request, _said(advisor.paused_until, now))
            return redirect("leads:availability")
    paused = advisor.paused_until if advisor.paused_until and advisor.paused_until > now else None
    context: dict[str, Any] = {
        "form": form,
        "paused": paused,
        "picks": _picks(now),
        "shown": form["until"].value() or "",
    }
    context["by_rules"] = assignment_rules.are_on(advisor.organization)
    return render(request, "leads/availability.html", context, status=422 if form.errors else 200)


def _said(until: dt.datetime | None, now: dt.datetime) -> str:
    if until is None or until <= now:
        return _("You take new leads")
    return _("No new leads until %(when)s") % {"when": date_format(timezone.localtime(until), "j M, H:i")}


def _picks(now: dt.datetime) -> list[tuple[str, str]]:
    """Words, and the value for the field: tomorrow morning, Monday's, and that of a week from now."""
    morning = timezone.localtime(now).replace(hour=_MORNING, minute=0, second=0, microsecond=0)
    tomorrow, week = morning + dt.timedelta(days=1), morning + dt.timedelta(days=7)
    monday = morning + dt.timedelta(days=7 - morning.weekday())
    times = dict.fromkeys([tomorrow, monday, week])
    return [(date_format(each, "l j M, G:i"), f"{each:%Y-%m-%dT%H:%M}") for each in sorted(times)]
