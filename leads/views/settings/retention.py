"""What goes by itself when it is old: days for each kind, looked at before they count."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.access import AdvisorRequest
from crm.models import Actor
from crm.stepping_up import freshly_known
from crm.views.settings.door import manager_required, page
from leads import retention
from leads.retention import KINDS, MOST_COUNTED

_TAB = "leads:settings-retention"
_MOST_DAYS = 36_500


class RetentionForm(forms.Form):
    """A number of days for each kind; empty: never."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in KINDS.values():
            self.fields[kind.name] = forms.IntegerField(
                required=False, min_value=kind.least, max_value=_MOST_DAYS, label=kind.label
            )


@manager_required
@require_http_methods(["GET", "HEAD", "POST"])
@freshly_known
def rules(request: AdvisorRequest) -> HttpResponse:
    """POST: what would go now by these days; with confirmed they count."""
    organization, now = request.advisor.organization, timezone.now()
    known = {kind: rule.days for kind, rule in retention.rules_of(organization).items()}
    form = RetentionForm(request.POST) if request.method == "POST" else RetentionForm(initial=known)
    is_asked = request.method == "POST" and form.is_valid()
    if is_asked and request.POST.get("confirmed"):
        if retention.set_rules(organization, form.cleaned_data, by=Actor.advisor(request.advisor), now=now):
            messages.success(request, _("Saved"))
        return redirect(_TAB)
    days = form.cleaned_data if is_asked else {} if request.method == "POST" else known
    rows = [
        {
            "kind": kind,
            "field": form[kind.name],
            "number": retention.preview(organization, kind, days[kind.name], now) if days.get(kind.name) else None,
        }
        for kind in KINDS.values()
    ]
    context = {"rows": rows, "is_preview": is_asked, "most": MOST_COUNTED, "form": form}
    return page(request, _TAB, "leads/settings/retention", context, status=422 if form.errors else 200)
