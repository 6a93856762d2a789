"""Hours: when somebody is in the office, and when automated messages may reach a borrower."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from crm import contact_policy, organizations
from crm.access import AdvisorRequest
from crm.models import Actor, Organization
from crm.views.settings.door import manager_required, page

_DAYS = (
    ("1", gettext_lazy("Monday")),
    ("2", gettext_lazy("Tuesday")),
    ("3", gettext_lazy("Wednesday")),
    ("4", gettext_lazy("Thursday")),
    ("5", gettext_lazy("Friday")),
    ("6", gettext_lazy("Saturday")),
    ("7", gettext_lazy("Sunday")),
)
_A_TIME = {"invalid": gettext_lazy("Write it like 09:00."), "required": gettext_lazy("Write it like 09:00.")}


class OfficeForm(forms.Form):
    business_from = forms.TimeField(label=gettext_lazy("From"), error_messages=_A_TIME)
    business_until = forms.TimeField(label=gettext_lazy("Until"), error_messages=_A_TIME)
    business_days = forms.MultipleChoiceField(
        choices=_DAYS, error_messages={"required": gettext_lazy("Choose one day at least.")}
    )

    def clean_business_days(self) -> str:
        return "".join(sorted(self.cleaned_data["business_days"]))


class ContactForm(forms.Form):
    contact_from = forms.TimeField(label=gettext_lazy("From"), error_messages=_A_TIME)
    contact_until = forms.TimeField(label=gettext_lazy("Until"), error_messages=_A_TIME)
    quiet_hours = forms.BooleanField(required=False)
    requires_consent = forms.BooleanField(required=False)


@manager_required
@require_http_methods(["GET", "HEAD", "POST"])
def office(request: AdvisorRequest) -> HttpResponse:
    """GET: both forms. POST: the business hours."""
    organization = request.advisor.organization
    if request.method != "POST":
        return _page(request)
    form = OfficeForm(request.POST, auto_id="office_%s")
    try:
        if form.is_valid():
            contact_policy.refuse_wrong_office(*form.cleaned_data.values())
            organizations.change(organization, form.cleaned_data, by=Actor.advisor(request.advisor), now=timezone.now())
            return _saved(request)
    except contact_policy.PolicyRefused as refused:
        form.add_error(None, str(refused))
    return _page(request, office=form)


@manager_required
@require_POST
def contact(request: AdvisorRequest) -> HttpResponse:
    """The hours in which borrowers may be reached, and whether that needs their consent on record."""
    form = ContactForm(request.POST, auto_id="contact_%s")
    try:
        if form.is_valid():
            _change_contact(request, form.cleaned_data)
            return _saved(request)
    except contact_policy.PolicyRefused as refused:
        form.add_error(None, str(refused))
    return _page(request, contact=form)


@transaction.atomic
def _change_contact(request: AdvisorRequest, given: dict[str, Any]) -> None:
    organization, by, now = request.advisor.organization, request.advisor, timezone.now()
    contact_policy.change_contact_hours(
        organization,
        opens=given["contact_from"],
        closes=given["contact_until"],
        quiet_hours=given["quiet_hours"],
        by=by,
        now=now,
    )
    contact_policy.change_consent_rule(organization, requires_consent=given["requires_consent"], by=by, now=now)


def _saved(request: AdvisorRequest) -> HttpResponse:
    messages.success(request, _("Saved"))
    return redirect("crm:settings-hours")


def _page(
    request: AdvisorRequest, *, office: OfficeForm | None = None, contact: ContactForm | None = None
) -> HttpResponse:
    organization = request.advisor.organization
    context = {
        "office": office or OfficeForm(initial=_initial(organization, OfficeForm), auto_id="office_%s"),
        "contact": contact or ContactForm(initial=_initial(organization, ContactForm), auto_id="contact_%s"),
        "zone": organization.time_zone.replace("_", " "),
        "floor": contact_policy.FLOOR,
    }
    return page(request, "hours", "hours", context, status=422 if office or contact else 200)


def _initial(organization: Organization, form: type[forms.Form]) -> dict[str, Any]:
    """Times as 09:00, which is what the browser's field takes."""
    values = {name: getattr(organization, name) for name in form.base_fields}
    return {name: f"{each:%H:%M}" if isinstance(each, dt.time) else each for name, each in values.items()}
