"""After a restore: nothing that went out since the backup was made may go out again."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django_q.models import OrmQ

from crm.models import Actor
from leads import sending
from leads.models import Message, MessageState

_BY = Actor.system("The restore")


@transaction.atomic
def park(made_at: dt.datetime, now: dt.datetime) -> None:
    """
    Everybody's sending is stopped, and the provider is asked about each message that may have gone out meanwhile.

    What was still to be written then is given up: nobody can ask about words that are not there. A STOP that came after
    the backup is not in it, which is why a person must let messages go on (docs/operations.md says when).
    """
    OrmQ.objects.all().delete()
    why = f"Restored from the backup of {made_at:%Y-%m-%d %H:%M} UTC. Enter the STOPs that came since, then go on."
    sending.stop(None, why=why, by=_BY, now=now)
    perhaps = f"Restored from a backup of {made_at:%Y-%m-%d %H:%M} UTC: it may have gone out since."
    Message.objects.filter(state__in=[MessageState.QUEUED, MessageState.SENDING], not_before__lte=now).update(
        state=MessageState.UNKNOWN, state_reason=perhaps, doubtful_since=now, lease=None, leased_until=None
    )
    Message.objects.filter(state=MessageState.DRAFTING).update(
        state=MessageState.CANCELLED, state_reason=f"Not sent: {perhaps}", lease=None, leased_until=None
    )
