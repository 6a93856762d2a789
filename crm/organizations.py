"""Found an organisation with everything that it needs on its first day."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from crm import events
from crm.models import Actor, Organization, Partner


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
    organization = Organization.objects.create(
        name=name,
        partner=partner or Partner.objects.create(name=name),
        quiet_hours=quiet_hours,
        time_zone=time_zone,
        is_demo=is_demo,
    )
    events.record("organization.founded", organization=organization, by=by or Actor.system(), now=now)
    return organization
