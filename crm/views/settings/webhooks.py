"""Webhooks: listed, made, changed, switched, deleted. What is to be sent is filed here, and sent by a worker."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm import webhook_endpoints
from crm.access import AdvisorRequest
from crm.models import Actor, WebhookEndpoint
from crm.views.settings.door import manager_required, page
from crm.views.settings.tickets import new_ticket, spend_ticket
from crm.views.settings.webhook_forms import WebhookForm, form_of
from crm.views.settings.webhook_rows import endpoint_row
from crm.webhook_endpoints import WebhookRefused

_SENT_ALREADY = gettext_lazy("That form was sent before. A secret is shown only once: if it is lost, make a new one.")


@manager_required
@require_safe
def listing(request: AdvisorRequest) -> HttpResponse:
    organization, now = request.advisor.organization, timezone.now()
    found = list(webhook_endpoints.endpoints_of(organization).order_by("-pk"))
    context = {
        "webhooks": [endpoint_row(each, now) for each in found],
        "partner": organization.partner if any(each.partner_id for each in found) else None,
    }
    return page(request, "webhooks", "webhooks", context)


@manager_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: AdvisorRequest) -> HttpResponse:
    """GET: the form. POST: the webhook, with its signing secret."""
    form = WebhookForm(request.POST if request.method == "POST" else None, contracts=webhook_endpoints.contracts())
    if request.method != "POST":
        return _form_page(request, form)
    if not form.is_valid():
        return _form_page(request, form, status=422)
    if not spend_ticket(request):
        messages.error(request, _SENT_ALREADY)
        return redirect("crm:settings-webhooks")
    try:
        endpoint = webhook_endpoints.create(
            organization=request.advisor.organization,
            contract=form.chosen_contract,
            url=form.cleaned_data["url"],
            wanted=form.wanted,
            **by_whom(request),
        )
    except WebhookRefused as refused:
        form.refuse(refused.words, refused.field)
        return _form_page(request, form, status=422)
    return _secret_page(request, endpoint, endpoint.secret, is_new=True)


def by_whom(request: AdvisorRequest) -> dict[str, Any]:
    return {"by": Actor.advisor(request.advisor), "now": timezone.now()}


def endpoint_of(request: AdvisorRequest, public_id: str) -> WebhookEndpoint:
    """One that hears of the organisation; another is not told from one that does not exist."""
    return get_object_or_404(webhook_endpoints.endpoints_of(request.advisor.organization), public_id=public_id)


def changeable_endpoint_of(request: AdvisorRequest, public_id: str) -> WebhookEndpoint:
    """One that the organisation decides on; 403 for its partner's, when that hears of others too."""
    endpoint = endpoint_of(request, public_id)
    if not webhook_endpoints.is_changed_by(request.advisor.organization, endpoint):
        raise PermissionDenied(
            _("This webhook hears of all organisations of your partner: ask whoever runs Leadwright.")
        )
    return endpoint


def _form_page(
    request: AdvisorRequest, form: WebhookForm, *, endpoint: WebhookEndpoint | None = None, status: int = 200
) -> HttpResponse:
    context = {"form": form, "ticket": new_ticket(request) if endpoint is None else ""}
    if endpoint is not None:
        context["webhook"] = endpoint_row(endpoint, timezone.now())
    return page(request, "webhooks", "webhook_form", context, status=status)


def _secret_page(request: AdvisorRequest, endpoint: WebhookEndpoint, secret: str, *, is_new: bool) -> HttpResponse:
    """The only answer with the secret in it; never_cache keeps it out of every store."""
    context = {"webhook": endpoint_row(endpoint, timezone.now()), "secret": secret, "is_new": is_new}
    return page(request, "webhooks", "webhook_secret", context)


@manager_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: AdvisorRequest, public_id: str) -> HttpResponse:
    """Another address, other events."""
    endpoint = changeable_endpoint_of(request, public_id)
    if request.method != "POST":
        return _form_page(request, form_of(endpoint), endpoint=endpoint)
    form = form_of(endpoint, request.POST)
    if form.is_valid():
        try:
            webhook_endpoints.change(endpoint, url=form.cleaned_data["url"], wanted=form.wanted, **by_whom(request))
        except WebhookRefused as refused:
            form.refuse(refused.words, refused.field)
        else:
            messages.success(request, _("Saved"))
            return redirect("crm:settings-webhook", public_id)
    return _form_page(request, form, endpoint=endpoint, status=422)


@manager_required
@require_POST
def switch(request: AdvisorRequest, public_id: str) -> HttpResponse:
    """on=1 or on=0."""
    is_on = request.POST.get("on") == "1"
    webhook_endpoints.switch(changeable_endpoint_of(request, public_id), on=is_on, **by_whom(request))
    messages.success(request, _("Switched on: events are sent from now on") if is_on else _("Switched off"))
    return redirect("crm:settings-webhook", public_id)


@manager_required
@require_POST
@sensitive_variables("secret")
def rotation(request: AdvisorRequest, public_id: str) -> HttpResponse:
    """A new signing secret; end=1 silences the old one before its day is over."""
    endpoint = changeable_endpoint_of(request, public_id)
    if request.POST.get("end"):
        webhook_endpoints.end_rotation(endpoint, **by_whom(request))
        messages.success(request, _("The old secret signs no longer"))
        return redirect("crm:settings-webhook", public_id)
    if not spend_ticket(request):
        messages.error(request, _SENT_ALREADY)
        return redirect("crm:settings-webhook", public_id)
    try:
        secret = webhook_endpoints.rotate_secret(endpoint, **by_whom(request))
    except WebhookRefused as refused:
        messages.error(request, refused.words)
        return redirect("crm:settings-webhook", public_id)
    return _secret_page(request, endpoint, secret, is_new=False)


@manager_required
@require_POST
def deletion(request: AdvisorRequest, public_id: str) -> HttpResponse:
    webhook_endpoints.delete(changeable_endpoint_of(request, public_id), **by_whom(request))
    messages.success(request, _("The webhook and its log are deleted"))
    return redirect("crm:settings-webhooks")
