"""Messages of which nobody can tell whether they arrived: a person decides."""

from __future__ import annotations

import datetime as dt
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from crm import events
from crm.models import Actor, Advisor
from leads import outbox
from leads.errors import Changed, InvalidValue
from leads.models import Message, MessageState


@transaction.atomic
def send_again(message: Message, *, by: Advisor, now: dt.datetime) -> None:
    """
    Queue it once more, at the risk of saying it twice; the gate is asked again before it goes out.

    Raises InvalidValue for one without words, Changed when somebody else has decided.
    """
    if not message.body:
        raise InvalidValue(_("This message was never written; write to them yourself."))
    _decide(
        message, MessageState.QUEUED, f"Sent again by {by.name}", "message.sent_again", by, now,
        not_before=now, attempts=0, crashes=0, provider_id="",
    )  # fmt: skip
    transaction.on_commit(partial(outbox.deliver_now, [message.pk]))


@transaction.atomic
def settle(message: Message, *, by: Advisor, now: dt.datetime) -> None:
    """Leave it as it is. Raises Changed when somebody else has decided."""
    reason = _("Not sent again: %(name)s left it; nobody can tell whether it arrived") % {"name": by.name}
    _decide(message, MessageState.CANCELLED, reason, "message.left", by, now)


def _decide(
    message: Message, state: MessageState, reason: str, fact: str, by: Advisor, now: dt.datetime, **more: object
) -> None:
    waiting = Message.objects.filter(
        organization=message.organization_id, pk=message.pk, state=MessageState.NEEDS_REVIEW
    )
    if not waiting.update(state=state, state_reason=reason[:255], **more):
        raise Changed(_("Somebody else has decided about this message."))
    message.refresh_from_db()
    events.record(
        fact,
        organization=message.organization_id,
        lead_id=message.lead_id,
        by=Actor.advisor(by),
        now=now,
        message=str(message.uuid),
    )
