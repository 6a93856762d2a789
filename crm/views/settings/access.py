"""What advisors who are no managers see and may take out of the house."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm import organizations
from crm.access import AdvisorRequest
from crm.models import Actor
from crm.models.organization import LeadVisibility
from crm.views.settings.door import manager_required, page


class AccessForm(forms.Form):
    advisors_see = forms.ChoiceField(choices=LeadVisibility.choices)
    advisors_may_export = forms.BooleanField(required=False)
    advisors_may_import = forms.BooleanField(required=False)
    language = forms.ChoiceField(choices=settings.LANGUAGES, required=False)

    def clean_language(self) -> str:
        """What does not say is left as it is."""
        return self.cleaned_data["language"] or str(self.initial["language"])


@manager_required
@require_http_methods(["GET", "HEAD", "POST"])
def access(request: AdvisorRequest) -> HttpResponse:
    organization = request.advisor.organization
    initial = {name: getattr(organization, name) for name in AccessForm.base_fields}
    form = AccessForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        organizations.change(organization, form.cleaned_data, by=Actor.advisor(request.advisor), now=timezone.now())
        messages.success(request, _("Saved"))
        return redirect("crm:settings-access")
    return page(request, "access", "access", {"form": form}, status=422 if form.errors else 200)
