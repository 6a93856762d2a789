"""Rules for tests."""

from __future__ import annotations

import datetime as dt
from typing import Any

from crm.models import Actor, Advisor, Organization
from leads import assignment_rules
from leads.models import AssignmentRule, Way


def rule(
    organization: Organization, *members: Advisor, way: Way = Way.TURNS, weights: tuple[int, ...] = (), **values: Any
) -> AssignmentRule:
    """A rule at the end of the list; rule(acme, bob, carol, states=["TX"])."""
    weighted = dict(zip(members, weights or [1] * len(members), strict=True))
    values = {"name": "Everybody", "way": way} | values
    return assignment_rules.add(organization, values, weighted, by=Actor.system(), now=dt.datetime.now(dt.UTC))
