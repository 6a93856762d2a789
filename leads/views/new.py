"""A new lead, typed in by an advisor: a page, or the same form in a dialog over the board."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from crm.access import AdvisorRequest, advisor_required
from crm.models import Actor
from leads import assignment_rules
from leads.board import team_of
from leads.errors import DomainError
from leads.filters import tag_names
from leads.forms import PRODUCTS, NewLeadForm
from leads.intake import Action, OnDuplicate, Received, receive_lead
from leads.models import ConsentBasis, Lead, Stage
from leads.permissions import may_import

#: The button that was pressed when the phone is known already.
FILL, SECOND = "fill", "second"


@advisor_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_lead(request: AdvisorRequest) -> HttpResponse:
    """GET: the form (?stage=<key> chooses the column). POST: take the lead in, or say what is wrong with it."""
    organization = request.advisor.organization
    form = NewLeadForm(
        request.POST if request.method == "POST" else None,
        me=request.advisor,
        team=team_of(organization),
        stages=list(Stage.objects.filter(organization=organization).order_by("position", "pk")),
        initial={"stage": request.GET.get("stage", "")},
        by_rules=assignment_rules.are_on(organization),
    )
    if request.method != "POST":
        return _page(request, form)
    if not form.is_valid():
        return _page(request, form, status=422)
    decision = request.POST.get("known")
    known = _known(request, form) if decision != SECOND else None
    if known and not (decision == FILL and known["lead"]):
        return _page(request, form, status=409, known=known)
    try:
        received = _receive(request, form, is_second=decision == SECOND)
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.words)
        return _page(request, form, status=422)
    return _done(request, received)


def _known(request: AdvisorRequest, form: NewLeadForm) -> dict[str, Any] | None:
    """The lead that answers to this phone; when the advisor may not see it, only that there is one."""
    if form.phone_e164 is None:
        return None
    same_phone = Lead.objects.of(request.advisor.organization).answering().filter(phone_e164=form.phone_e164)
    if not same_phone.exists():
        return None
    return {"lead": same_phone.visible_to(request.advisor).select_related("stage", "advisor__user").first()}


def _receive(request: AdvisorRequest, form: NewLeadForm, *, is_second: bool) -> Received:
    attested = form.cleaned_data["has_consent"]
    return receive_lead(
        organization=request.advisor.organization,
        fields=form.lead_fields(),
        by=Actor.advisor(request.advisor),
        now=timezone.now(),
        on_duplicate=OnDuplicate.NEW if is_second or form.phone_e164 is None else OnDuplicate.FILL,
        source=form.cleaned_data["source"],
        consent=ConsentBasis.ADVISOR if attested else ConsentBasis.NONE,
        consent_source=f"Entered by {request.advisor.name}" if attested else "",
    )


def _done(request: AdvisorRequest, received: Received) -> HttpResponse:
    name = received.lead.display_name
    messages.success(
        request,
        _("%(name)s is on the board") % {"name": name}
        if received.action is Action.CREATED
        else _("%(name)s was known already, and got what it lacked") % {"name": name},
    )
    return HttpResponseClientRedirect("/board") if request.htmx else redirect("leads:board")  # type: ignore[attr-defined]


def _page(request: AdvisorRequest, form: NewLeadForm, *, status: int = 200, **extra: Any) -> HttpResponse:
    context = {"form": form, "products": PRODUCTS, "tag_names": tag_names(request.advisor.organization)}
    context |= {"is_untouched": not form.is_bound, "may_import": may_import(request.advisor), **extra}
    template = "leads/_new.html" if request.htmx else "leads/new.html"  # type: ignore[attr-defined]
    return render(request, template, context, status=status)
