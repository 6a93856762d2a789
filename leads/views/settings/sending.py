"""The emergency stop: a manager stops all messages of the organisation, and lets them go on."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from crm.access import AdvisorRequest
from crm.models import Actor
from crm.views.settings.door import manager_required, page
from leads import sending

_TAB = "leads:settings-sending"


class StopForm(forms.Form):
    why = forms.CharField(
        max_length=255,
        label=gettext_lazy("Why"),
        error_messages={"required": gettext_lazy("Say why: everybody reads it on every page.")},
    )


class ResumeForm(forms.Form):
    waiting = forms.ChoiceField(choices=[("send", gettext_lazy("send")), ("discard", gettext_lazy("discard"))])


@manager_required
@require_http_methods(["GET", "HEAD", "POST"])
def switch(request: AdvisorRequest) -> HttpResponse:
    """POST stops with a reason (why), or lets what waits be sent or discarded (waiting)."""
    organization, by = request.advisor.organization, Actor.advisor(request.advisor)
    is_stopped = organization.sending_stopped_at is not None
    form = (ResumeForm if is_stopped else StopForm)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if is_stopped:
            discard = form.cleaned_data["waiting"] == "discard"
            if sending.resume(organization, discard=discard, by=by, now=timezone.now()):
                messages.success(request, _("Messages go out again"))
            else:
                messages.error(request, _("Whoever runs this site has stopped everybody's messages."))
        else:
            sending.stop(organization, why=form.cleaned_data["why"], by=by, now=timezone.now())
            messages.success(request, _("No message leaves any more"))
        return redirect(_TAB)
    context = {"form": form, "waiting": sending.waiting(organization).count()}
    return page(request, _TAB, "leads/settings/sending", context, status=422 if form.errors else 200)
