"""Which leads and companies a list request means. Pages go up by id, so that none is skipped and none comes twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Model, Q, QuerySet

from crm.models import Advisor, Organization
from leads.models import Company, Lead

_CONDITIONS: Mapping[str, Callable[[Any], Q]] = {
    "status": lambda status: Q(stage__slot=status),
    "company_id": lambda company_id: Q(company_id=company_id),
    # Django drops a condition that every number fulfils, and with it the one that there is a number at all.
    "min_score": lambda score: Q(score__gte=score, score__isnull=False),
    "max_score": lambda score: Q(score__lte=score, score__isnull=False),
    "created_after": lambda day: Q(created_at__gte=dt.datetime.combine(day, dt.time.min, dt.UTC)),
    "created_before": lambda day: Q(created_at__lte=dt.datetime.combine(day, dt.time.max, dt.UTC)),
}


def leads_of(advisor: Advisor) -> QuerySet[Lead]:
    """All that this contract ever shows or changes: the live leads that are the user's own."""
    return Lead.objects.of(advisor.organization).filter(advisor=advisor)


def companies_of(organization: Organization) -> QuerySet[Company]:
    return Company.objects.filter(organization=organization)


def found_leads(advisor: Advisor, wanted: Mapping[str, Any]) -> QuerySet[Lead]:
    """The user's leads that fulfil each of the conditions; a lead without a score has neither a high nor a low one."""
    conditions = [condition(wanted[name]) for name, condition in _CONDITIONS.items() if name in wanted]
    return leads_of(advisor).filter(*conditions)


def page[M: Model](rows: QuerySet[M], wanted: Mapping[str, Any]) -> QuerySet[M]:
    """The rows after the cursor, and one more than the page has room for when there are more."""
    return rows.filter(pk__gt=wanted["cursor"]).order_by("pk")[: wanted["limit"] + 1]
