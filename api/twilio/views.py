"""POST /twilio/status and POST /twilio/inbound, as Twilio's documentation of its webhooks has them."""

from __future__ import annotations

import logging
import uuid

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseNotFound, QueryDict
from django.utils import timezone

from api.twilio.signing import signed_by_twilio
from api.twilio.vocabulary import STATUSES
from crm import reach
from crm.channels.twilio_errors import Meaning, explained, meaning_of
from crm.models import Actor, ChannelAccount, Organization
from leads import contact, messaging, receipts, suppression
from leads.models import Channel

log = logging.getLogger(__name__)

_NOTHING_TO_SAY = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


@signed_by_twilio
def status(request: HttpRequest, accounts: list[ChannelAccount]) -> HttpResponse:
    """MessageSid, MessageStatus and perhaps ErrorCode; ?message= is our reference. 204, also for what we can't use."""
    form = request.POST
    sid = form.get("MessageSid", "")
    known = STATUSES.get(form.get("MessageStatus", ""))
    if not _is_sid(sid):
        return HttpResponseBadRequest("MessageSid is missing.", content_type="text/plain")
    if known is None:
        return HttpResponse(status=204)  # a status that was invented after this was written moves nothing
    code = form.get("ErrorCode", "") if known is receipts.Status.FAILED else ""
    receipt = receipts.Receipt(
        provider="twilio",
        provider_id=sid,
        status=known,
        reference=_reference(request.GET.get("message", "")),
        code=code,
        words=explained(code, "Twilio could not deliver it") if known is receipts.Status.FAILED else "",
        has_opted_out=bool(code) and meaning_of(code, 400) is Meaning.OPTED_OUT,
    )
    if receipts.note(receipt, organizations=[each.organization_id for each in accounts], now=timezone.now()) is None:
        log.warning("a status for %s, which is no message of ours", sid)
    return HttpResponse(status=204)


@signed_by_twilio
def inbound(request: HttpRequest, accounts: list[ChannelAccount]) -> HttpResponse:
    """MessageSid, From, To, Body, perhaps media: heard once, answered with TwiML that says nothing."""
    form = request.POST
    sid, sender = form.get("MessageSid", ""), form.get("From", "").strip()
    if not _is_sid(sid) or not sender or len(sender) > 20 or "\0" in sender:
        return HttpResponseBadRequest("MessageSid or From is missing.", content_type="text/plain")
    organization = _meant(form, accounts)
    if organization is None:
        log.error("%s came to %s, which several organisations could be", sid, form.get("To"))
        return HttpResponseNotFound("No organisation has this number.", content_type="text/plain")
    reach.turn_to(organization.pk)
    _hear(organization, sid, contact.e164(sender) or sender, form)
    return HttpResponse(_NOTHING_TO_SAY, content_type="text/xml")


def _hear(organization: Organization, sid: str, address: str, form: QueryDict) -> None:
    now = timezone.now()
    try:
        messaging.receive(
            organization,
            address=address,
            body=_words(form),
            now=now,
            channel=Channel.SMS,
            provider="twilio",
            provider_id=sid,
        )
    except IntegrityError:
        return  # delivered twice at the same moment, and the other one was faster
    by = Actor.borrower(address)
    if form.get("OptOutType") == "STOP":  # in words that only Twilio was told of
        suppression.opt_out(organization, address, reason="The borrower opted out at Twilio", by=by, now=now)
    elif form.get("OptOutType") == "START":
        suppression.lift_opt_out(organization, address, by=by, now=now)


def _words(form: QueryDict) -> str:
    """What was written, and where pictures lie."""
    count = form.get("NumMedia", "")
    media = [form.get(f"MediaUrl{number}", "") for number in range(min(int(count), 10) if count.isdecimal() else 0)]
    lines = [form.get("Body", ""), *(f"[attachment: {url}]" for url in media if url)]
    return "\n".join(line for line in lines if line).replace("\0", "")


def _meant(form: QueryDict, accounts: list[ChannelAccount]) -> Organization | None:
    """Whose number or messaging service it came to; whose the account is, when it is but one's."""
    names = {form.get("To", "").strip(), form.get("MessagingServiceSid", "")}
    named = [account for account in accounts if account.sender in names]
    possible = named or accounts
    return possible[0].organization if len(possible) == 1 else None


def _is_sid(text: str) -> bool:
    return 0 < len(text) <= 64 and text.isalnum()


def _reference(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
