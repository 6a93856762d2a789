"""The lead page, what is known about the lead, and what happens to it as a whole."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from crm.access import AdvisorRequest
from crm.models import Actor
from leads import facts, permissions, pipeline, suppression, tagging
from leads.duplicates import holder_of_phone
from leads.editing import change_lead
from leads.errors import DomainError, DuplicateLead
from leads.fields import column_values
from leads.lead_forms import CustomFieldForm, DoNotCallForm, FactForm, TagsForm
from leads.models import Lead
from leads.timeline import Place, page_of, with_days
from leads.views import panels
from leads.views.checks import checklist_of
from leads.views.visible import of_visible_lead, wants_part

TAGS = "tags"
MOST_ON_PAPER = 500  # entries of the timeline


@of_visible_lead
@require_safe
def lead(request: AdvisorRequest, lead: Lead) -> HttpResponse:
    """The whole page. ?show= chooses the tab; ?before= and ?edit= serve where scripts are off."""
    editing = request.GET.get("edit", "")
    return page(request, lead, _form_for(lead, editing) if editing else {})


def page(request: AdvisorRequest, lead: Lead, instead: panels.Context, *, status: int = 200) -> HttpResponse:
    """The page, with some of its parts in another state: a form that was refused, a fact being edited."""
    now = timezone.now()
    show, before = panels.show_of(request.GET.get("show", "")), Place.read(request.GET.get("before", ""))
    context = {
        **panels.head(request, lead, now),
        **panels.duplicates(request, lead, now),
        **panels.timeline(lead, now, show=show, before=before),
        **panels.call(request, lead, now),
        **panels.writing(request, lead, now),
        **checklist_of(lead, now),
        **({} if "groups" in instead else panels.details(lead)),
        **instead,
    }
    return render(request, "leads/lead.html", context, status=status)


def answer(
    request: AdvisorRequest, lead: Lead, template: str, context: panels.Context, *, status: int = 200
) -> HttpResponse:
    """After a change: the fragment for htmx; else back to the page, or the page with what was wrong."""
    if wants_part(request):
        response = render(request, template, context, status=status)
        if status == 200:
            response["HX-Trigger"] = "lead-changed"
        return response
    return redirect("leads:lead", lead.uuid) if status == 200 else page(request, lead, context, status=status)


@of_visible_lead
@require_safe
def on_paper(request: AdvisorRequest, lead: Lead) -> HttpResponse:
    """All that is known and was said, newest last, to be printed."""
    now = timezone.now()
    entries = page_of(lead, now=now, size=MOST_ON_PAPER)
    context = {
        **checklist_of(lead, now),
        **panels.details(lead),
        "rows": with_days(entries.entries, now),
        "is_cut": entries.earlier is not None,
        "most": MOST_ON_PAPER,
    }
    return render(request, "leads/print.html", context)


@of_visible_lead
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: AdvisorRequest, lead: Lead) -> HttpResponse:
    """GET: the panel, ?edit= with the form of one fact. POST: change that fact."""
    key = request.POST.get("fact", "") if request.method == "POST" else request.GET.get("edit", "")
    if request.method == "POST":
        return _change(request, lead, key)
    if not wants_part(request):
        return page(request, lead, _form_for(lead, key) if key else {})
    context = _form_for(lead, key) if key else panels.details(lead)
    return render(request, "leads/_facts.html", context)


def _form_for(lead: Lead, key: str) -> panels.Context:
    if key == TAGS:
        tags = tagging.names_of([lead.pk]).get(lead.pk, [])
        return panels.details(lead, editing=key, form=TagsForm(initial={"tags": ", ".join(tags)}))
    if key.startswith(facts.CUSTOM):
        return panels.details(lead, editing=key, form=_custom_form(lead, key, None))
    if key not in facts.EDITABLE:
        raise Http404("No such fact.")
    return panels.details(lead, editing=key, form=FactForm(fact=facts.EDITABLE[key], lead=lead))


def _change(request: AdvisorRequest, lead: Lead, key: str) -> HttpResponse:
    form: FactForm | TagsForm | CustomFieldForm
    if key == TAGS:
        form = TagsForm(request.POST)
    elif key.startswith(facts.CUSTOM):
        form = _custom_form(lead, key, request.POST)
    elif key in facts.EDITABLE:
        form = FactForm(request.POST, fact=facts.EDITABLE[key], lead=lead)
    else:
        raise Http404("No such fact.")
    twin = _save(request, lead, form) if form.is_valid() else None
    if form.errors:
        context = panels.details(lead, editing=key, form=form, holder=twin)
        return answer(request, lead, "leads/_facts.html", context, status=422)
    now = timezone.now()
    context = {**panels.head(request, lead, now), **panels.details(lead)}
    return answer(request, lead, "leads/_facts_changed.html", context)


def _custom_form(lead: Lead, key: str, given: QueryDict | None) -> CustomFieldForm:
    """For the custom field of this key; for a new one where the key names none."""
    name = key.removeprefix(facts.CUSTOM)
    if name and not any(row.key == key and row.is_editable for row in facts.custom_rows(lead)):
        raise Http404("No such field.")
    return CustomFieldForm(given, name=name, lead=lead)


def _save(request: AdvisorRequest, lead: Lead, form: FactForm | TagsForm | CustomFieldForm) -> Lead | None:
    """Change the lead, or put the error beside its field; returns the lead that was in the way, if it may be seen."""
    changes: dict[str, Any]
    if isinstance(form, CustomFieldForm):
        changes = {"custom_fields": form.values()}
    else:
        changes = {"tags": form.names()} if isinstance(form, TagsForm) else dict(form.cleaned_data)
    try:
        change_lead(lead, changes, by=Actor.advisor(request.advisor), now=timezone.now())
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.words)
        if isinstance(error, DuplicateLead):
            return holder_of_phone(column_values(changes).get("phone_e164"), request.advisor)
    return None


@of_visible_lead
@require_POST
def do_not_call(request: AdvisorRequest, lead: Lead) -> HttpResponse:
    """Put the lead on the do-not-call list with a reason, or take it off (lift=1)."""
    by, now = Actor.advisor(request.advisor), timezone.now()
    if request.POST.get("lift"):
        if not permissions.may_lift_do_not_call(request.advisor):
            raise PermissionDenied(_("Only a manager takes somebody off the do-not-call list."))
        if request.POST["lift"] == "number":
            suppression.lift_wrong_number(lead, by=by, now=now)
            messages.success(request, _("The number may be called and texted again"))
            return redirect("leads:lead", lead.uuid)
        suppression.lift_do_not_call(lead, by=by, now=now)
        messages.success(request, _("Taken off the do-not-call list"))
        return redirect("leads:lead", lead.uuid)
    form = DoNotCallForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(form.errors["reason"][0]))
        return redirect("leads:lead", lead.uuid)
    suppression.set_do_not_call(lead, reason=form.cleaned_data["reason"], by=by, now=now)
    messages.success(request, _("On the do-not-call list. What was waiting to go out is cancelled."))
    return redirect("leads:lead", lead.uuid)


@of_visible_lead
@require_POST
def deletion(request: AdvisorRequest, lead: Lead) -> HttpResponse:
    """Delete the lead; its conversation stays, so that a STOP is never forgotten."""
    if not permissions.may_delete_leads(request.advisor):
        raise PermissionDenied(_("Only a manager deletes leads."))
    try:
        pipeline.delete_lead(lead, by=Actor.advisor(request.advisor), now=timezone.now())
    except DomainError as refused:
        messages.error(request, refused.words)
        url = f"/leads/{lead.uuid}"
        return HttpResponseClientRedirect(url) if wants_part(request) else redirect(url)
    messages.success(request, _("%(display_name)s was deleted") % {"display_name": lead.display_name})
    return HttpResponseClientRedirect("/board") if wants_part(request) else redirect("leads:board")
