"""
Claim in batches, and alone what may harm the others.

A message that breaks the claim of its batch is found by claiming one by one. One that was in the hands of workers that
died, again and again, may be what kills them: it is carried alone, so that no others are given up with it.
"""

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
#: After so many carriers that died with it, a message is carried alone; so many of them in one pass.
_SUSPECT, _SUSPECTS_AT_ONCE = 3, 20


def claims(now: dt.datetime, messages: QuerySet[Message], limit: int) -> Iterator[outbox.Claimed]:
    """What outbox.claim() hands out, in as many pieces as need be; up to limit messages and a few suspects."""
    try:
        claimed = outbox.claim(now, messages.filter(crashes__lt=_SUSPECT), limit=limit)
    except (OperationalError, InterfaceError):  # the database is away or busy: no message is to blame
        raise
    except Exception:
        log.exception("claiming a batch; trying its messages one by one")
        yield from _singly(now, messages, limit)
        return
    yield claimed
    if len(claimed.messages) < limit:
        yield from _singly(now, messages.filter(crashes__gte=_SUSPECT), _SUSPECTS_AT_ONCE)


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
