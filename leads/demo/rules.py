"""How the demonstration gives out new leads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from crm.models import Actor, Advisor, Organization, Role
from leads import assignment_rules
from leads.models import Way

_LARGE = Decimal(500_000)


def write_rules(organization: Organization, people: Sequence[Advisor], by: Actor, now: dt.datetime) -> None:
    """Large requests are for the first who claims them, all others for the advisors in turns."""
    advisors = dict.fromkeys([person for person in people if person.role == Role.ADVISOR], 1)
    large = {"name": "Large requests", "least_amount": _LARGE, "way": Way.CLAIM, "claim_minutes": 15}
    assignment_rules.add(organization, large, dict.fromkeys(people, 1), by=by, now=now)
    assignment_rules.add(organization, {"name": "All others in turns", "way": Way.TURNS}, advisors, by=by, now=now)
