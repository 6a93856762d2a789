"""Drafts that go out only when a person says so: looked at, changed, approved, rejected, or handed to a person."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm import events, tasks
from crm.models import Actor, Advisor
from leads import handoffs, outbox
from leads.errors import Changed, InvalidValue
from leads.models import Channel, Conversation, Lead, Message, MessageState

LONGEST = {Channel.SMS: 1600, Channel.EMAIL: 10_000}
_LAPSE_BATCH = 500


def awaiting(advisor: Advisor) -> QuerySet[Message]:
    """What awaits approval of leads that the advisor may see; the one that has waited longest first."""
    drafts = Message.objects.filter(organization_id=advisor.organization_id, state=MessageState.APPROVAL)
    return drafts.filter(lead__in=Lead.objects.visible_to(advisor).order_by()).order_by("not_before", "pk")


def version_of(message: Message) -> str:
    """Changes whenever the draft does: whoever approves says which words they saw."""
    seen = repr((message.state, message.subject, message.body, message.state_reason))
    return hashlib.blake2b(seen.encode(), digest_size=8).hexdigest()


@transaction.atomic
def approve(message: Message, *, body: str, subject: str = "", seen: str, by: Advisor, now: dt.datetime) -> None:
    """
    Send it as it now reads; the gate is asked again before it goes out.

    Raises InvalidValue for words that can't go out, Changed when somebody else has decided, or the draft is another.
    """
    body, subject = body.strip(), subject.strip()
    if not body:
        raise InvalidValue(_("Write something first."), field="body")
    if len(body) > LONGEST[Channel(message.channel)]:
        raise InvalidValue(
            _("At most %(most)s characters.") % {"most": LONGEST[Channel(message.channel)]}, field="body"
        )
    is_edited = (body, subject) != (message.body.strip(), message.subject.strip())
    how = "Edited and approved" if is_edited else "Approved"
    _decide(
        message,
        seen,
        state=MessageState.QUEUED,
        state_reason="",
        body=body,
        subject=subject[:255],
        not_before=now,
        reason={**message.reason, "approved_by": by.name, "approval": f"{how} by {by.name}"},
    )
    _tell("message.approved", message, Actor.advisor(by), now, edited=is_edited)
    transaction.on_commit(partial(outbox.deliver_now, [message.pk]))


@transaction.atomic
def reject(message: Message, *, why: str = "", seen: str, by: Advisor, now: dt.datetime) -> None:
    """It does not go out; the sequence goes on. Raises Changed."""
    why = " ".join(why.split())[:150]
    words = f"{by.name} rejected the draft{f': {why}' if why else ''}"
    _decide(message, seen, state=MessageState.CANCELLED, state_reason=f"{outbox.STEP_SKIPPED} {words}"[:255])
    _tell("message.rejected", message, Actor.advisor(by), now, reason=why)


@transaction.atomic
def hand_off(message: Message, *, seen: str, by: Advisor, now: dt.datetime) -> None:
    """A person answers instead of it, and the AI keeps silent. Raises Changed."""
    Conversation.objects.select_for_update(no_key=True).get(pk=message.conversation_id)  # as a STOP locks: it first
    words = f"{outbox.STEP_SKIPPED} {by.name} handed the conversation to a person"
    _decide(message, seen, state=MessageState.CANCELLED, state_reason=words[:255])
    _tell("message.rejected", message, Actor.advisor(by), now, reason="a person answers instead")
    handoffs.call_in(message, by=Actor.advisor(by), now=now, reason="Handed over from a draft.")


@transaction.atomic
def write_anew(message: Message, *, seen: str, by: Advisor, now: dt.datetime) -> None:
    """Have another text written; it comes back here. Raises Changed."""
    _decide(
        message,
        seen,
        state=MessageState.DRAFTING,
        state_reason="",
        body="",
        attempts=0,
        not_before=now,
        reason={**message.reason, "asked_again_by": by.name},
    )
    tasks.nudge()


def withdraw(drafts: QuerySet[Message], reason: str, *, now: dt.datetime) -> int:
    """They are not needed any more; the reason follows "Skipped:". How many there were."""
    with transaction.atomic():
        held = list(drafts.filter(state=MessageState.APPROVAL).select_for_update(of=("self",)).order_by("pk"))
        words = f"{outbox.STEP_SKIPPED} {reason}"
        Message.objects.filter(pk__in=[message.pk for message in held]).update(
            state=MessageState.CANCELLED, state_reason=words[:255]
        )
        _tell_all("message.withdrawn", held, now, reason=reason)
    return len(held)


def withdraw_stale(now: dt.datetime | None = None) -> int:
    """A chore: what nobody approved for days would no longer fit; its sequence goes on."""
    now = now or dt.datetime.now(dt.UTC)
    days = settings.APPROVAL_DAYS
    stale = Message.objects.filter(state=MessageState.APPROVAL, not_before__lt=now - dt.timedelta(days=days))
    batch = stale.order_by("pk").values_list("pk", flat=True)[:_LAPSE_BATCH]
    return withdraw(Message.objects.filter(pk__in=list(batch)), f"nobody approved it within {days} days.", now=now)


def _decide(message: Message, seen: str, **columns: object) -> None:
    """One of all who decide at the same moment does."""
    mine = Message.objects.filter(organization=message.organization_id, pk=message.pk)
    row = mine.select_for_update(of=("self",), no_key=True).get()
    if row.state != MessageState.APPROVAL or version_of(row) != seen:
        raise Changed(_("Somebody else has decided about this draft, or it was written anew."))
    mine.update(**columns)
    message.refresh_from_db()


def _tell(name: str, message: Message, by: Actor, now: dt.datetime, **data: object) -> None:
    events.record(
        name,
        organization=message.organization_id,
        lead_id=message.lead_id,
        by=by,
        now=now,
        message=str(message.uuid),
        **data,
    )


def _tell_all(name: str, messages: Iterable[Message], now: dt.datetime, *, reason: str) -> None:
    events.record_all(
        events.fact(
            name,
            organization=message.organization_id,
            lead_id=message.lead_id,
            by=Actor.system(),
            now=now,
            message=str(message.uuid),
            reason=reason,
        )
        for message in messages
    )
