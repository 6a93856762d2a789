"""Ask the borrower for papers: a link, in a message of the advisor's or to be copied."""

from __future__ import annotations

import datetime as dt
import uuid as uuids

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.access import AdvisorRequest
from crm.models import Actor
from leads import checklists, upload_links
from leads.errors import DomainError
from leads.lead_forms import RequestForm
from leads.models import Channel, ItemKind, Lead, UploadLink
from leads.views import panels
from leads.views.checks import Context, checklist_of
from leads.views.lead import answer, page
from leads.views.visible import of_visible_lead, wants_part

PART = "leads/_checklist.html"


@of_visible_lead
@require_http_methods(["GET", "HEAD", "POST"])
def requests(request: AdvisorRequest, lead: Lead) -> HttpResponse:
    """GET: the checklist with the form. POST: act=send writes to the borrower, act=link only makes the link."""
    now = timezone.now()
    if request.method != "POST":
        context = _context(lead, now, _fresh_form(lead), request.GET.get("channel", ""))
        return answer(request, lead, PART, context) if wants_part(request) else page(request, lead, context)
    form = RequestForm(request.POST, items=_papers_of(lead))
    if not form.is_valid() or not _done(request, lead, form, now):
        context = _context(lead, now, form, request.POST.get("channel", ""))
        return answer(request, lead, PART, context, status=422)
    return answer(request, lead, PART, checklist_of(lead, now))


def _done(request: AdvisorRequest, lead: Lead, form: RequestForm, now: dt.datetime) -> bool:
    """Sent, or made; False with the reason in the form."""
    given = form.cleaned_data
    try:
        if given["act"] == "link":
            upload_links.make(lead, form.chosen(), by_advisor=request.advisor, now=now)
            return True
        target = panels.target(lead, given["channel"], now)
        if target.channel != given["channel"]:
            form.add_error(None, _("This lead can't be written to on that channel any more."))
        elif target.is_quiet and not given["anyway"]:
            form.add_error("anyway", _("It is quiet hours there. Tick “Send anyway” if it can't wait."))
        else:
            upload_links.send(
                lead,
                form.chosen(),
                words=given["body"],
                channel=target.channel,
                subject=_("What we still need") if target.channel == Channel.EMAIL else "",
                by_advisor=request.advisor,
                now=now,
                token=given["token"],
            )
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.words)
    return not form.errors


def _fresh_form(lead: Lead) -> RequestForm:
    papers = _papers_of(lead)
    missing = [item for item in papers if not item.is_done]
    initial = {"items": [item.key for item in missing], "body": upload_links.usual_words(lead, missing or papers)}
    return RequestForm(initial=initial, items=papers)


def _papers_of(lead: Lead) -> list[checklists.Item]:
    return [item for item in checklists.items_of(lead) if item.kind == ItemKind.DOCUMENT]


def _context(lead: Lead, now: dt.datetime, form: RequestForm, channel: str) -> Context:
    return {**checklist_of(lead, now), **panels.composer(lead, now, channel=channel), "request_form": form}


@of_visible_lead
@require_POST
def revocation(request: AdvisorRequest, lead: Lead, link: uuids.UUID) -> HttpResponse:
    """The link opens nothing any more."""
    found = get_object_or_404(UploadLink, uuid=link, lead=lead)
    upload_links.revoke(found, by=Actor.advisor(request.advisor), now=timezone.now())
    return answer(request, lead, PART, checklist_of(lead, timezone.now()))
