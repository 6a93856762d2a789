"""AI: which model writes for the organisation, what it may cost, link to, and when it keeps silent."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from crm import ai_accounts, organizations
from crm.access import AdvisorRequest
from crm.ai_accounts import AccountRefused
from crm.models import Actor, AiAccount
from crm.views.settings.door import manager_required, page
from leads.views.settings.ai_forms import AccountForm, RulesForm
from leads.views.settings.ai_standing import standing_of

_TAB = "leads:settings-ai"


@manager_required
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("key")
@sensitive_variables("form")
def account(request: AdvisorRequest) -> HttpResponse:
    """GET: who writes, and the forms. POST: connect an account, in the place of one that is connected."""
    if request.method != "POST":
        return _page(request)
    form = AccountForm(request.POST)
    if not form.is_valid():
        return _page(request, form=form)
    try:
        ai_accounts.connect(
            request.advisor.organization,
            model=form.model,
            key=form.cleaned_data["key"],
            prices=form.prices,
            **_by_whom(request),
        )
    except AccountRefused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.words)
        return _page(request, form=form)
    messages.success(request, _("Connected. Try it out before the first text is written."))
    return redirect(_TAB)


@manager_required
@require_POST
def rules(request: AdvisorRequest) -> HttpResponse:
    form = RulesForm(request.POST, auto_id="rules_%s")
    if not form.is_valid():
        return _page(request, rules=form)
    organizations.change(request.advisor.organization, form.cleaned_data, **_by_whom(request))
    messages.success(request, _("Saved"))
    return redirect(_TAB)


@manager_required
@require_POST
def test(request: AdvisorRequest) -> HttpResponse:
    """Ask the organisation's own model for a word. Nothing is sent to anybody."""
    _account(request)
    found = ai_accounts.account_of(request.advisor.organization)
    assert found is not None
    try:
        messages.success(request, ai_accounts.try_out(found))
    except AccountRefused as refused:
        messages.error(request, refused.words)
    return redirect(_TAB)


@manager_required
@require_POST
def disconnection(request: AdvisorRequest) -> HttpResponse:
    ai_accounts.disconnect(_account(request), **_by_whom(request))
    messages.success(request, _("Disconnected. Its key is forgotten."))
    return redirect(_TAB)


def _account(request: AdvisorRequest) -> AiAccount:
    found = ai_accounts.own_account(request.advisor.organization)
    if found is None:
        raise Http404("No account is connected.")
    return found


def _page(request: AdvisorRequest, *, form: AccountForm | None = None, rules: RulesForm | None = None) -> HttpResponse:
    organization = request.advisor.organization
    own = ai_accounts.own_account(organization)
    context = {
        "own": own,
        "standing": standing_of(organization, own, timezone.now()),
        "form": form or AccountForm.of(own),
        "rules": rules or RulesForm.of(organization),
        "is_connecting": form is not None,
    }
    return page(request, _TAB, "leads/settings/ai", context, status=422 if form or rules else 200)


def _by_whom(request: AdvisorRequest) -> dict[str, Any]:
    return {"by": Actor.advisor(request.advisor), "now": timezone.now()}
