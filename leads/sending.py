"""
The emergency stop: no message leaves an organisation, or the whole site, until somebody lets them go on.

A message that is in a carrier's hands when the switch is thrown may still leave within a tenth of a second.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm import events, organizations, tasks
from crm.models import Actor, Organization
from leads.errors import InvalidValue
from leads.models import Direction, Message, MessageState

_WAITING = (MessageState.QUEUED, MessageState.DRAFTING)


def stopped_among(messages: Collection[Message]) -> set[int]:
    """Of the messages' organisations, those whose messages are stopped. One statement."""
    ids = {message.organization_id for message in messages}
    stopped = Organization.objects.filter(pk__in=ids, sending_stopped_at__isnull=False)
    return set(stopped.values_list("pk", flat=True))


@transaction.atomic
def stop(organization: Organization | None, *, why: str, by: Actor, now: dt.datetime) -> list[Organization]:
    """
    Those whose messages are stopped by this; None stands for everybody, also those who are founded later.

    Raises InvalidValue without a reason: whoever sees the notice on every page must understand it.
    """
    why = " ".join(why.split())[:255]
    if not why:
        raise InvalidValue(_("Say why: everybody reads it on every page."), field="why")
    chosen = _locked(organization)
    changed = list(
        chosen.filter(is_stopped_with_all=False) if organization is None else chosen.filter(sending_stopped_at=None)
    )
    Organization.objects.filter(pk__in=[each.pk for each in changed]).update(
        sending_stopped_at=now,
        sending_stopped_by=by.label[:255],
        sending_stopped_why=why,
        is_stopped_with_all=organization is None,
    )
    _tell("sending.stopped", changed, by, now, why=why)
    return changed


@transaction.atomic
def resume(
    organization: Organization | None, *, discard: bool = False, by: Actor, now: dt.datetime
) -> list[Organization]:
    """
    Those whose messages go on. None lifts the stop of everybody, also where an organisation had stopped before.

    discard: what waits now is cancelled instead of sent, and says so; else each passes the gate anew.
    An organisation can't lift what was stopped for everybody: it is not among those returned.
    """
    is_everybody = organization is None
    stopped = _locked(organization).filter(sending_stopped_at__isnull=False, is_stopped_with_all=is_everybody)
    changed = list(stopped)
    if discard:
        why = f"Not sent: {by.label} discarded what waited while sending was stopped."
        for each in changed:
            waiting(each).update(state=MessageState.CANCELLED, state_reason=why[:255])
    Organization.objects.filter(pk__in=[each.pk for each in changed]).update(
        sending_stopped_at=None, sending_stopped_by="", sending_stopped_why="", is_stopped_with_all=False
    )
    _tell("sending.resumed", changed, by, now, discarded=discard)
    tasks.nudge()
    return changed


def waiting(organization: Organization) -> QuerySet[Message]:
    """What would go out, or be written, if it were not stopped."""
    return Message.objects.filter(organization=organization, direction=Direction.OUTBOUND, state__in=_WAITING)


def _locked(organization: Organization | None) -> QuerySet[Organization]:
    rows = Organization.objects.select_for_update(no_key=True).order_by("pk")
    if organization is None:
        organizations.let_nobody_be_founded()
        return rows
    return rows.filter(pk=organization.pk)


def _tell(name: str, told: Collection[Organization], by: Actor, now: dt.datetime, **data: Any) -> None:
    events.record_all(events.fact(name, organization=each, by=by, now=now, **data) for each in told)
