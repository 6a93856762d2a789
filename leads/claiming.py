"""Claim a batch; when one message breaks that, claim them one by one, so that the others go out."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator

from django.db import InterfaceError, OperationalError
from django.db.models import QuerySet

from leads import outbox
from leads.models import Message, MessageState

log = logging.getLogger(__name__)

#: When a message that broke its claim is tried again.
_SET_ASIDE = dt.timedelta(minutes=10)


def claims(now: dt.datetime, messages: QuerySet[Message], limit: int) -> Iterator[outbox.Claimed]:
    """What outbox.claim() hands out: in one piece, or in as many as there are messages."""
    try:
        claimed = outbox.claim(now, messages, limit=limit)
    except (OperationalError, InterfaceError):  # the database is away or busy: no message is to blame
        raise
    except Exception:
        log.exception("claiming a batch; trying its messages one by one")
        yield from _singly(now, messages, limit)
    else:
        yield claimed


def _singly(now: dt.datetime, messages: QuerySet[Message], limit: int) -> Iterator[outbox.Claimed]:
    due = messages.filter(state=MessageState.QUEUED, not_before__lte=now).order_by("not_before", "pk")
    for pk in list(due.values_list("pk", flat=True)[:limit]):
        one = Message.objects.filter(pk=pk)
        try:
            claimed = outbox.claim(now, one, limit=1)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("message %s can't be claimed", pk)
            one.filter(state=MessageState.QUEUED).update(
                not_before=now + _SET_ASIDE, state_reason="Something went wrong before sending; it is tried again."
            )
        else:
            yield claimed
