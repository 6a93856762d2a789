"""Found an organisation with everything that it needs on its first day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction

from crm import events
from crm.models import Actor, Organization, Partner

#: What says that an organisation's messages are stopped; see leads/sending.py.
STOPPED = ["sending_stopped_at", "sending_stopped_by", "sending_stopped_why", "is_stopped_with_all"]
#: What PostgreSQL knows it by that somebody founds an organisation, or means all of them.
_FOUNDING = 0x1EAE << 40


@transaction.atomic
def found(
    *,
    name: str,
    by: Actor | None = None,
    now: dt.datetime,
    partner: Partner | None = None,
    quiet_hours: bool = True,
    time_zone: str = "America/New_York",
    is_demo: bool = False,
) -> Organization:
    """
    A new organisation, with a key holder of its own when no partner is given.

    Stages and the default sequence are added by those who listen to organization.founded.
    """
    _take_turns("pg_advisory_xact_lock_shared")
    organization = Organization.objects.create(
        name=name,
        partner=partner or Partner.objects.create(name=name),
        quiet_hours=quiet_hours,
        time_zone=time_zone,
        is_demo=is_demo,
    )
    if whole_site := Organization.objects.filter(is_stopped_with_all=True).first():
        for column in STOPPED:
            setattr(organization, column, getattr(whole_site, column))
        organization.save(update_fields=STOPPED)
    events.record("organization.founded", organization=organization, by=by or Actor.system(), now=now)
    return organization


def let_nobody_be_founded() -> None:
    """Until the transaction ends: whoever means all organisations sees them all. Who is founding one is waited for."""
    _take_turns("pg_advisory_xact_lock")


def _take_turns(lock: str) -> None:
    if connection.vendor == "postgresql":  # SQLite lets only one write anyway
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {lock}(%s)", [_FOUNDING])


@transaction.atomic
def change(organization: Organization, changes: Mapping[str, Any], *, by: Actor, now: dt.datetime) -> None:
    """Overwrite columns. What stands so already is no change, and only a change is a fact."""
    locked = Organization.objects.select_for_update().get(pk=organization.pk)
    changed = {column: value for column, value in changes.items() if getattr(locked, column) != value}
    before = {column: getattr(locked, column) for column in changed}
    for column, value in changes.items():
        setattr(locked, column, value)
        setattr(organization, column, value)
    if changed:
        locked.save(update_fields=[*changed])
        told = {column: [_told(before[column]), _told(value)] for column, value in changed.items()}
        events.record("organization.changed", organization=organization, by=by, now=now, changes=told)


def _told(value: Any) -> Any:
    """Times and amounts of money as words; the rest as it is."""
    return value if value is None or isinstance(value, str | int) else str(value)
