"""In which language somebody reads the workspace, and by which clock."""

from __future__ import annotations

from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.http import require_http_methods

from crm.access import advisor_of
from crm.models import User


class LanguageForm(forms.Form):
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=[("", gettext_lazy("As the organisation has it")), *settings.LANGUAGES],
        required=False,
    )
    time_zone = forms.CharField(label=gettext_lazy("Time zone"), max_length=64, required=False)

    def clean_time_zone(self) -> str:
        zone: str = self.cleaned_data["time_zone"].strip()
        if zone and zone not in available_timezones():
            raise forms.ValidationError(_("Write a zone such as America/Chicago."))
        return zone


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def language(request: HttpRequest) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)
    advisor = advisor_of(request)
    form = LanguageForm(request.POST or None, initial={"language": user.language, "time_zone": user.time_zone})
    if request.method == "POST" and form.is_valid():
        User.objects.filter(pk=user.pk).update(**form.cleaned_data)
        usual = advisor.organization.language if advisor else settings.LANGUAGES[0][0]
        request.chosen_language = form.cleaned_data["language"] or usual  # type: ignore[attr-defined]
        with override(request.chosen_language):  # type: ignore[attr-defined]
            messages.success(request, _("Saved"))
        return redirect("account_language")
    known = {"form": form, "zones": _zones(), "organization": advisor.organization if advisor else None}
    return render(request, "account/language.html", known, status=422 if form.errors else 200)


def _zones() -> list[str]:
    """Those of the country first: most who work here live there."""
    return sorted(available_timezones(), key=lambda zone: (not zone.startswith("America/"), zone))
