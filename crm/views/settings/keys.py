"""Keys for integrations: listed, made, changed, replaced, revoked. A secret is in one answer, and in no other."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm import keys
from crm.access import AdvisorRequest
from crm.keys import KeyRefused
from crm.models import Actor, Advisor, Credential, CredentialKind
from crm.stepping_up import freshly_known
from crm.views.settings.door import manager_required, page
from crm.views.settings.key_forms import KeyForm, NewKeyForm, form_of
from crm.views.settings.key_rows import row_of
from crm.views.settings.tickets import new_ticket, spend_ticket

MOST_ENDED = 100
_SENT_ALREADY = gettext_lazy(
    "That form was sent before. A secret is shown only once: if it is lost, revoke the key and make another."
)


@manager_required
@require_safe
def listing(request: AdvisorRequest) -> HttpResponse:
    """Those that open something now; ?show=ended those that no longer do."""
    organization, now = request.advisor.organization, timezone.now()
    all_keys = keys.keys_of(organization).select_related("advisor__user", "partner").order_by("-pk")
    shows_ended = request.GET.get("show") == "ended"
    found = keys.ended(all_keys, now)[:MOST_ENDED] if shows_ended else keys.live(all_keys, now)
    context = {
        "keys": [row_of(key, now) for key in found],
        "shows_ended": shows_ended,
        "partner": organization.partner,
        "is_shared": keys.partner_has_others(organization),
    }
    return page(request, "keys", "keys", context)


@manager_required
@require_http_methods(["GET", "HEAD", "POST"])
@freshly_known
@sensitive_variables("secret")
def new(request: AdvisorRequest) -> HttpResponse:
    """GET: the form. POST: the key, with its secret."""
    form = _new_form(request)
    if request.method != "POST":
        return _new_page(request, form)
    if not form.is_valid():
        return _new_page(request, form, status=422)
    if not spend_ticket(request):
        messages.error(request, _SENT_ALREADY)
        return redirect("crm:settings-keys")
    try:
        key, secret = keys.issue(
            organization=request.advisor.organization,
            by=Actor.advisor(request.advisor),
            now=timezone.now(),
            **form.key_fields(),
        )
    except KeyRefused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.words)
        return _new_page(request, form, status=422)
    return _issued(request, key, secret)


def _new_form(request: AdvisorRequest) -> NewKeyForm:
    organization = request.advisor.organization
    team = Advisor.objects.filter(organization=organization, is_active=True).select_related("user")
    return NewKeyForm(
        request.POST if request.method == "POST" else None,
        zone=organization.zone,
        team=sorted(team, key=lambda person: person.name.casefold()),
        may_recoverbiz=not keys.partner_has_others(organization),
    )


def _new_page(request: AdvisorRequest, form: NewKeyForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "ticket": new_ticket(request), "partner": request.advisor.organization.partner}
    return page(request, "keys", "key_new", context, status=status)


def _issued(request: AdvisorRequest, key: Credential, secret: str, *, old: Credential | None = None) -> HttpResponse:
    """The only answer with the secret in it; never_cache keeps it out of every store."""
    now = timezone.now()
    context = {"key": row_of(key, now), "secret": secret, "old": row_of(old, now) if old else None}
    return page(request, "keys", "key_issued", context)


def _key(request: AdvisorRequest, pk: int) -> Credential:
    known = keys.keys_of(request.advisor.organization).select_related("advisor__user", "partner")
    return get_object_or_404(known, pk=pk)


@manager_required
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: AdvisorRequest, pk: int) -> HttpResponse:
    """GET: all about a key. POST: another name or last day."""
    key = _key(request, pk)
    zone = request.advisor.organization.zone
    if request.method != "POST":
        return _one_page(request, key, form_of(key, zone))
    form = form_of(key, zone, request.POST)
    if form.is_valid() and _changed(request, key, form):
        messages.success(request, _("Saved"))
        return redirect("crm:settings-key", pk)
    return _one_page(request, key, form, status=422)


def _changed(request: AdvisorRequest, key: Credential, form: KeyForm) -> bool:
    """A day that nobody touched leaves the exact moment as it is: a replaced key ends at some minute."""
    expires_at = form.expires_at if "expires_on" in form.changed_data else key.expires_at
    try:
        keys.change(key, name=form.cleaned_data["name"], expires_at=expires_at, **_by_whom(request))
    except KeyRefused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.words)
        return False
    return True


def _by_whom(request: AdvisorRequest) -> dict[str, Any]:
    advisor = request.advisor
    return {"organization": advisor.organization, "by": Actor.advisor(advisor), "now": timezone.now()}


def _one_page(request: AdvisorRequest, key: Credential, form: KeyForm, *, status: int = 200) -> HttpResponse:
    is_foreign = key.kind == CredentialKind.RECOVERBIZ and keys.partner_has_others(request.advisor.organization)
    last = form["expires_on"].value() or ""
    context = {
        "key": row_of(key, timezone.now()),
        "form": form,
        "expires_on": last.isoformat() if isinstance(last, dt.date) else last,
        "is_shared": is_foreign,
        "ticket": new_ticket(request),
    }
    return page(request, "keys", "key", context, status=status)


@manager_required
@require_POST
@freshly_known
@sensitive_variables("secret")
def rotation(request: AdvisorRequest, pk: int) -> HttpResponse:
    """A successor, with its secret; this key ends in a day."""
    key = _key(request, pk)
    if not spend_ticket(request):
        messages.error(request, _SENT_ALREADY)
        return redirect("crm:settings-keys")
    try:
        successor, secret = keys.rotate(key, **_by_whom(request))
    except KeyRefused as refused:
        messages.error(request, refused.words)
        return redirect("crm:settings-key", pk)
    return _issued(request, successor, secret, old=key)


@manager_required
@require_POST
def revocation(request: AdvisorRequest, pk: int) -> HttpResponse:
    """The key opens nothing any more."""
    key = _key(request, pk)
    try:
        keys.revoke(key, **_by_whom(request))
    except KeyRefused as refused:
        messages.error(request, refused.words)
        return redirect("crm:settings-key", pk)
    messages.success(
        request, _("%(prefix)s is revoked and opens nothing any more") % {"prefix": key.name or key.prefix}
    )
    return redirect("crm:settings-keys")
