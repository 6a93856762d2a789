"""Read and write the lead's conversation."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crm.access import AdvisorRequest
from leads import messaging, suggesting
from leads.change_mark import mark_of
from leads.contactability import address_on
from leads.errors import ContactRefused, DomainError
from leads.lead_forms import ComposeForm, ReplyForm, channels_of
from leads.models import Channel, Lead
from leads.timeline import Place
from leads.views import panels
from leads.views.lead import answer, page
from leads.views.visible import of_visible_lead, wants_part


@of_visible_lead
@require_safe
def timeline(request: AdvisorRequest, lead: Lead) -> HttpResponse:
    """A tab of the timeline, or with ?before= the page before that place."""
    now, show = timezone.now(), panels.show_of(request.GET.get("show", ""))
    before = Place.read(request.GET.get("before", ""))
    if not wants_part(request):
        return page(request, lead, {})
    if before:
        return render(request, "leads/_earlier.html", panels.earlier(lead, now, show=show, before=before))
    return render(request, "leads/_timeline.html", panels.timeline(lead, now, show=show))


@of_visible_lead
@require_safe
def conversation(request: AdvisorRequest, lead: Lead) -> HttpResponse:
    """The newest part of the timeline; 204 when nothing has changed since ?mark=."""
    now = timezone.now()
    if request.GET.get("mark") == mark_of(lead, now):
        return HttpResponse(status=204)
    if not wants_part(request):
        return redirect("leads:lead", lead.uuid)
    context = _conversation(request, lead, request.GET)
    response = render(request, "leads/_conversation_changed.html", context)
    response["HX-Trigger"] = "conversation-changed"
    return response


def _conversation(request: AdvisorRequest, lead: Lead, given: Any) -> panels.Context:
    """The newest part as this page knows it (since, show, channel), and the lights beside it."""
    now = timezone.now()
    return {
        **panels.head(request, lead, now),
        **panels.composer(lead, now, channel=given.get("channel", "")),
        **panels.conversation(
            lead, now, show=panels.show_of(given.get("show", "")), since=Place.read(given.get("since", ""))
        ),
    }


@of_visible_lead
@require_safe
def channel(request: AdvisorRequest, lead: Lead) -> HttpResponse:
    """The top of the composer for ?channel=: where it leads, its light, and whether it can be sent at all."""
    if not wants_part(request):
        return redirect("leads:lead", lead.uuid)
    form = ComposeForm(initial={"channel": request.GET.get("channel", ""), "subject": request.GET.get("subject", "")})
    context = panels.composer(lead, timezone.now(), form=form, channel=request.GET.get("channel", ""))
    return render(request, "leads/_channel_changed.html", context)


@of_visible_lead
@require_POST
def messages(request: AdvisorRequest, lead: Lead) -> HttpResponse:
    """Write to the lead. The form's token makes a second POST show the first one's message."""
    now, form = timezone.now(), ComposeForm(request.POST)
    if not form.is_valid():
        return _not_sent(request, lead, form)
    target = panels.target(lead, form.cleaned_data["channel"], now)
    if target.channel != form.cleaned_data["channel"]:
        form.add_error(None, _("This lead can't be written to on that channel any more."))
        return _not_sent(request, lead, form)
    if target.is_quiet and not form.cleaned_data["anyway"]:
        form.add_error("anyway", _("It is quiet hours there. Tick “Send anyway” if it can't wait."))
        return _not_sent(request, lead, form)
    try:
        message = messaging.write(
            lead,
            body=form.cleaned_data["body"],
            by_advisor=request.advisor,
            now=now,
            channel=target.channel,
            subject=form.cleaned_data["subject"],
            token=form.cleaned_data["token"],
        )
    except ContactRefused as refusal:
        form.add_error(None, _("Not sent. %(words)s") % {"words": refusal.words})
        return _not_sent(request, lead, form)
    if message.lead_id != lead.pk:
        form.add_error(None, _("Not sent: this form was used for another lead. Reload the page."))
        return _not_sent(request, lead, form)
    suggesting.note_sent(request.POST.get("generation", ""), message, request.advisor)
    return _sent(request, lead, target.channel)


@of_visible_lead
@require_POST
def draft(request: AdvisorRequest, lead: Lead) -> HttpResponse:
    """The composer, filled with a draft to be read and changed; what stood in it says what the draft is about."""
    given, now = request.POST, timezone.now()
    at = panels.target(lead, given.get("channel", ""), now)
    kept = {"channel": at.channel, "subject": given.get("subject", ""), "body": given.get("body", "").replace("\0", "")}
    try:
        made = suggesting.suggest(lead, channel=at.channel, hint=kept["body"], by=request.advisor, now=now)
    except DomainError as error:
        return _composer(request, lead, kept, {"draft_error": error.words}, status=422)
    if made.error:
        return _composer(request, lead, kept, {"draft_error": made.error}, status=422)
    kept |= {"body": made.text, "subject": kept["subject"] or made.subject}
    return _composer(request, lead, kept, {"suggestion": made})


def _composer(
    request: AdvisorRequest, lead: Lead, kept: dict[str, Any], more: panels.Context, *, status: int = 200
) -> HttpResponse:
    """The composer with these values in its fields: a part for htmx, else on the whole page."""
    form = ComposeForm(initial=kept)
    context = {**panels.composer(lead, timezone.now(), form=form, channel=kept["channel"]), **more}
    if wants_part(request):
        return render(request, "leads/_composer.html", context, status=status)
    return page(request, lead, context, status=status)


def _sent(request: AdvisorRequest, lead: Lead, channel: Channel) -> HttpResponse:
    """An empty composer on the same channel, and the conversation with the message and its state."""
    form = ComposeForm(initial={"channel": channel})
    context = {**_conversation(request, lead, request.POST), "compose": form} if wants_part(request) else {}
    response = answer(request, lead, "leads/_sent.html", context)
    response["HX-Trigger"] = "conversation-changed"  # it is in the answer already
    return response


def _not_sent(request: AdvisorRequest, lead: Lead, form: ComposeForm) -> HttpResponse:
    """The composer as it was, with the reason; the text is kept."""
    context = panels.composer(lead, timezone.now(), form=form, channel=request.POST.get("channel", ""))
    return answer(request, lead, "leads/_composer.html", context, status=422)


@of_visible_lead
@require_POST
def replies(request: AdvisorRequest, lead: Lead) -> HttpResponse:
    """In a demo: answer as the borrower would."""
    channel = channels_of(lead)[0]
    address = address_on(lead, channel)
    if not request.advisor.organization.is_demo or not address:
        return HttpResponse("Only the borrowers of a demo can be played.", status=404, content_type="text/plain")
    form = ReplyForm(request.POST)
    context = {"lead": lead, "reply": form, "is_demo": True, "quick_replies": panels.QUICK_REPLIES}
    if not form.is_valid():
        return answer(request, lead, "leads/_reply.html", context, status=422)
    messaging.receive(
        request.advisor.organization,
        address=address,
        body=form.cleaned_data["body"],
        now=timezone.now(),
        channel=channel,
        provider="demo",
        provider_id=str(form.cleaned_data["token"]),
    )
    return answer(request, lead, "leads/_reply.html", context | {"reply": ReplyForm()})
