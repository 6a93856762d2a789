"""Who writes for an organisation this month: its model, or, when its cap is reached, the composer."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, Sum

from crm import ai_accounts
from crm.ai.base import Account
from crm.models import Organization
from leads.models import Generation

_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Writer:
    """account: None means the composer; instead: why it is the composer although there is a model."""

    account: Account | None
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Spending:
    """Of one organisation in the running month, in US dollars. unpriced: texts of models whose price nobody knows."""

    since: dt.datetime
    spent: Decimal
    texts: int
    unpriced: int


def writers(organizations: Iterable[Organization], now: dt.datetime) -> dict[int, Writer]:
    """
    By the id of the organisation. One statement; two when one of them has a cap.

    What is being written when the cap is reached is finished: a month may cost a few texts more than its cap.
    """
    by_id = {organization.pk: organization for organization in organizations}
    accounts = ai_accounts.accounts_of(by_id)
    capped = [each for pk, each in by_id.items() if each.ai_monthly_cap is not None and accounts[pk]]
    spent = _spent(capped, now)
    over = {each.pk for each in capped if spent.get(each.pk, _NOTHING) >= (each.ai_monthly_cap or _NOTHING)}
    return {
        pk: Writer(None, reached(by_id[pk], now)) if pk in over else Writer(account) for pk, account in accounts.items()
    }


def writer_for(organization: Organization, now: dt.datetime) -> Writer:
    return writers([organization], now)[organization.pk]


def reached(organization: Organization, now: dt.datetime) -> str:
    """In words for a person."""
    month = f"{_begin(organization, now):%B}"
    return f"The AI budget for {month} (${organization.ai_monthly_cap}) is spent, so no model was asked."


def spending(organization: Organization, now: dt.datetime) -> Spending:
    """What models wrote since the month began by the organisation's clock. One statement."""
    since = _begin(organization, now)
    rows = Generation.objects.filter(organization=organization, created_at__gte=since).exclude(model="")
    found = rows.aggregate(spent=Sum("cost"), texts=Count("pk"), unpriced=Count("pk", filter=Q(cost=None, error="")))
    return Spending(since, found["spent"] or _NOTHING, found["texts"], found["unpriced"])


def _spent(organizations: Iterable[Organization], now: dt.datetime) -> dict[int, Decimal]:
    """Of those that spent anything. One statement; none when nobody is asked about."""
    months: dict[dt.datetime, list[int]] = defaultdict(list)
    for organization in organizations:
        months[_begin(organization, now)].append(organization.pk)
    if not months:
        return {}
    of_these = Q()
    for since, theirs in months.items():
        of_these |= Q(organization__in=theirs, created_at__gte=since)
    rows = Generation.objects.filter(of_these, cost__gt=0).order_by().values_list("organization")
    return dict(rows.annotate(Sum("cost")))


def _begin(organization: Organization, now: dt.datetime) -> dt.datetime:
    local = now.astimezone(organization.zone)
    return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
