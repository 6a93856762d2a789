"""The one way to say something, and the one way to hear something."""

from __future__ import annotations

import datetime as dt
import uuid
from functools import partial

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext, gettext_noop, override

from crm import events
from crm.identifiers import new_uuid
from crm.models import Actor, Advisor, Organization
from leads import contactability, ledger, outbox, suppression, suspicion, takeover
from leads.duplicates import survivor_at
from leads.errors import ContactRefused
from leads.models import Author, Channel, Conversation, Direction, Lead, Message, MessageState
from leads.opt_out_words import Keyword, keyword_in

_REPLIES = {
    Keyword.STOP: gettext_noop(
        "You are unsubscribed from {name} and will get no more messages. Reply START to change this."
    ),
    Keyword.START: gettext_noop("You are subscribed to messages from {name} again. Reply STOP to end them."),
    Keyword.HELP: gettext_noop("{name}: we write about your application. Reply STOP to end messages."),
}


def write(
    lead: Lead,
    *,
    body: str,
    by_advisor: Advisor | None = None,
    by_person: str = "",
    now: dt.datetime,
    channel: Channel | str = Channel.SMS,
    subject: str = "",
    token: uuid.UUID | None = None,
) -> Message:
    """
    An advisor, or a person named by_person who works elsewhere, says something to a lead; it goes out as soon as the
    transaction commits.

    The same token never says it twice: the second call returns the first one's message. Raises ContactRefused for
    somebody who opted out or must not be called, and writes that refusal down.
    """
    if token and (sent := Message.objects.filter(organization_id=lead.organization_id, uuid=token).first()):
        return sent
    writer = by_advisor.name if by_advisor else by_person
    verdict = contactability.check(lead, channel, now, automated=False)
    if verdict.kind is contactability.Kind.NEVER:
        purpose = f"message by {writer}"
        ledger.write([contactability.decision(lead, channel, verdict, purpose=purpose, now=now)])
        raise ContactRefused(verdict.words, rule=verdict.rule)
    address = contactability.address_on(lead, channel)
    try:
        with transaction.atomic():
            message = _outbound(lead.organization, lead, channel, address, body, now)
            message.uuid = token or new_uuid()
            message.author, message.advisor, message.author_label = Author.ADVISOR, by_advisor, writer[:255]
            message.subject = subject[:255]
            message.reason = {"kind": "advisor", "words": f"Written by {writer}"}
            message.save(force_insert=True)
            takeover.take_over(message.conversation, lead, by=_actor_of(message), now=now)
    except IntegrityError:  # the same form, sent twice at the same moment
        assert token is not None
        return Message.objects.get(organization_id=lead.organization_id, uuid=token)
    transaction.on_commit(partial(outbox.deliver_now, [message.pk]))
    return message


def conversation_with(organization: Organization, address: str, lead: Lead | None = None) -> Conversation:
    """The conversation with this address, made on first use; the lead, if any, is tied to it."""
    conversation, _ = Conversation.objects.get_or_create(organization=organization, address=address)
    if lead and lead.conversation_id is None:
        Lead.objects.filter(pk=lead.pk, conversation=None).update(conversation=conversation)
        lead.conversation = conversation
    return conversation


@transaction.atomic
def receive(
    organization: Organization,
    *,
    address: str,
    body: str,
    now: dt.datetime,
    channel: Channel | str = Channel.SMS,
    provider: str = "",
    provider_id: str = "",
) -> Message:
    """
    A borrower said something. The same provider_id is heard once, however often it is delivered.

    STOP, START and HELP (leads/opt_out_words.py) take effect at once and are answered.
    """
    if provider_id and (heard := _heard(organization, provider, provider_id)):
        return heard
    lead = lead_at(organization, address)
    conversation = conversation_with(organization, lead.address if lead else address, lead)
    message = Message.objects.create(
        organization=organization,
        conversation=conversation,
        lead=lead,
        direction=Direction.INBOUND,
        channel=channel,
        address=address,
        author=Author.BORROWER,
        author_label=lead.name if lead else "",
        body=body,
        state=MessageState.RECEIVED,
        not_before=now,
        provider=provider,
        provider_id=provider_id,
        created_at=now,
    )
    _note_reply(conversation, now)
    by = Actor.borrower((lead.name if lead else "") or address)
    events.record(
        "message.received",
        organization=organization,
        lead_id=lead.pk if lead else None,
        by=by,
        now=now,
        message=str(message.uuid),
        address=address,
        channel=str(channel),
    )
    if keyword := keyword_in(body):
        _obey(keyword, organization, lead, channel, address, by, now)
    elif suspicion.sounds_like_opt_out(body):
        suspicion.suspect(conversation, message, by=by, now=now)
    return message


def _actor_of(message: Message) -> Actor:
    return Actor.advisor(message.advisor) if message.advisor else Actor.system(message.author_label)


def lead_at(organization: Organization, address: str) -> Lead | None:
    """
    The lead that answers to this address: by phone, or the oldest with this e-mail address; else the one that a lead
    with it was merged into.
    """
    leads = Lead.objects.of(organization).select_related("stage", "organization", "conversation")
    if "@" in address:
        found = leads.filter(email__iexact=address).order_by("pk").first()
    else:
        found = leads.filter(phone_e164=address, duplicate_of=None).first()
    return found or survivor_at(organization, address)


def _heard(organization: Organization, provider: str, provider_id: str) -> Message | None:
    return Message.objects.filter(organization=organization, provider=provider, provider_id=provider_id).first()


def _note_reply(conversation: Conversation, now: dt.datetime) -> None:
    conversation.last_message_at = conversation.last_inbound_at = now
    conversation.unanswered_since = conversation.unanswered_since or now
    conversation.message_count = F("message_count") + 1
    conversation.save(update_fields=["last_message_at", "last_inbound_at", "unanswered_since", "message_count"])
    conversation.refresh_from_db(fields=["message_count"])


def _obey(
    keyword: Keyword,
    organization: Organization,
    lead: Lead | None,
    channel: Channel | str,
    address: str,
    by: Actor,
    now: dt.datetime,
) -> None:
    if keyword is Keyword.STOP and not suppression.opt_out(
        organization, address, reason="The borrower wrote STOP", by=by, now=now
    ):
        return  # they have been told already
    if keyword is Keyword.START and not suppression.lift_opt_out(organization, address, by=by, now=now):
        return
    Conversation.objects.filter(organization=organization, address=lead.address if lead else address).update(
        unanswered_since=None
    )
    with override(organization.language):
        words = gettext(_REPLIES[keyword]).format(name=organization.name)
    answer = _outbound(organization, lead, channel, address, words, now)
    answer.author, answer.author_label = Author.SYSTEM, "Leadwright"
    answer.reason = {"kind": outbox.KEYWORD_REPLY, "words": f"Answer to {keyword.upper()}"}
    answer.save(force_insert=True)
    transaction.on_commit(partial(outbox.deliver_now, [answer.pk]))


def _outbound(
    organization: Organization,
    lead: Lead | None,
    channel: Channel | str,
    address: str,
    body: str,
    now: dt.datetime,
) -> Message:
    """A message on its way out, not yet written."""
    return Message(
        organization=organization,
        conversation=conversation_with(organization, lead.address if lead else address, lead),
        lead=lead,
        direction=Direction.OUTBOUND,
        channel=channel,
        address=address,
        body=body,
        state=MessageState.QUEUED,
        not_before=now,
        created_at=now,
    )
