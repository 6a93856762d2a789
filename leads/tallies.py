"""Running totals of the stages, kept in the transaction that changes them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from crm.bulk import fresh, insert_rows
from crm.models import Organization
from crm.statements import statement
from leads.models import Lead, StageTally

_FIELDS = ("leads", "answering", "requested", "entered", "departed", "advanced")


@dataclass(frozen=True, slots=True)
class Totals:
    """A stage's figures: numbers of leads, sum of requested amounts, and what is needed for averages."""

    leads: int = 0
    answering: int = 0
    requested: Decimal = Decimal(0)
    entered: int = 0
    departed: int = 0
    advanced: int = 0

    def average_days(self, now: dt.datetime) -> float | None:
        """Days that its leads have stood in the stage so far, on average."""
        return (now.timestamp() - self.entered / self.leads) / 86400 if self.leads else None

    @property
    def conversion(self) -> float | None:
        """Of all moves out of the stage, the share that went onward: 0.0 to 1.0."""
        return self.advanced / self.departed if self.departed else None


def weigh(lead: Lead, sign: int = 1, *, departed: int = 0, advanced: int = 0) -> StageTally:
    """What the lead, as it stands now, adds to its stage's totals (or takes away, with sign -1)."""
    if lead.deleted_at is not None:
        sign = 0
    return fresh(
        StageTally,
        organization_id=lead.organization_id,
        stage_id=lead.stage_id,
        leads=sign,
        answering=sign * lead.is_answering,
        requested=sign * lead.requested_or_zero(),
        entered=sign * lead.entered_epoch(),
        departed=departed,
        advanced=advanced,
    )


def of_new(leads: Iterable[Lead]) -> Iterator[StageTally]:
    """What leads that have just come add, a row for each stage."""
    by_stage: dict[int, list[Lead]] = defaultdict(list)
    for lead in leads:
        by_stage[lead.stage_id].append(lead)
    for stage_id, here in by_stage.items():
        yield fresh(
            StageTally,
            organization_id=here[0].organization_id,
            stage_id=stage_id,
            leads=len(here),
            answering=sum(lead.is_answering for lead in here),
            requested=sum((lead.requested_amount for lead in here if lead.requested_amount), Decimal(0)),
            entered=sum(lead.entered_epoch() for lead in here),
        )


def add(weights: Iterable[StageTally]) -> None:
    """Write what changes, one row for each stage that is touched."""
    insert_rows(changes(weights))


def changes(weights: Iterable[StageTally]) -> Sequence[StageTally]:
    """One row for each stage that is touched, not yet written."""
    by_stage: dict[int, StageTally] = {}
    for change in weights:
        known = by_stage.setdefault(change.stage_id, change)
        if known is not change:
            for field in _FIELDS:
                setattr(known, field, getattr(known, field) + getattr(change, field))
    return [row for row in by_stage.values() if any(getattr(row, field) for field in _FIELDS)]


def stage_totals(organization: Organization) -> dict[int, Totals]:
    """The totals of each stage that ever had a lead, by stage id; one statement over a handful of rows."""
    return {stage_id: Totals(*figures) for stage_id, *figures in _sums(organization.pk)}


@statement
def _sums(organization_id: int) -> QuerySet[StageTally, tuple[Any, ...]]:
    tallies = StageTally.objects.filter(organization_id=organization_id).values("stage_id")
    sums = {f"sum_{field}": Sum(field) for field in _FIELDS}
    return tallies.annotate(**sums).values_list("stage_id", *sums)


def fold(limit: int = 5000) -> int:
    """Replace each stage's many rows by one with their sum, so that reading stays short. Safe at any time."""
    crowded = (
        StageTally.objects.values_list("organization_id", "stage_id")
        .annotate(rows=Count("pk"))
        .filter(rows__gt=20)
        .order_by()[:200]
    )
    return sum(_fold_stage(organization_id, stage_id, limit) for organization_id, stage_id, _ in crowded)


@transaction.atomic
def _fold_stage(organization_id: int, stage_id: int, limit: int) -> int:
    rows = list(
        StageTally.objects.select_for_update(skip_locked=True)
        .filter(organization_id=organization_id, stage_id=stage_id)
        .order_by("pk")[:limit]
    )
    if len(rows) < 2:
        return 0
    StageTally.objects.filter(pk__in=[row.pk for row in rows]).delete()
    StageTally.objects.create(
        organization_id=organization_id,
        stage_id=stage_id,
        **{field: sum(getattr(row, field) for row in rows) for field in _FIELDS},
    )
    return len(rows)


@transaction.atomic
def recount(organization: Organization) -> None:
    """Rebuild the totals from the leads themselves; what moved out of stages in the past is kept."""
    rows = list(StageTally.objects.select_for_update().filter(organization=organization))
    moved: dict[int, tuple[int, int]] = {}
    for row in rows:
        departed, advanced = moved.get(row.stage_id, (0, 0))
        moved[row.stage_id] = (departed + row.departed, advanced + row.advanced)
    StageTally.objects.filter(pk__in=[row.pk for row in rows]).delete()
    counted = {
        tally["stage_id"]: tally
        for tally in Lead.objects.of(organization)
        .values("stage_id")
        .annotate(
            leads=Count("pk"),
            answering=Count("pk", filter=Q(duplicate_of=None, phone_e164__isnull=False)),
            requested=Coalesce(Sum("requested_amount"), Decimal(0)),
        )
        .order_by()
    }
    entered = _entered_sums(organization)
    StageTally.objects.bulk_create(
        StageTally(
            organization=organization,
            stage_id=stage_id,
            departed=moved.get(stage_id, (0, 0))[0],
            advanced=moved.get(stage_id, (0, 0))[1],
            entered=entered.get(stage_id, 0),
            **{name: value for name, value in counted.get(stage_id, {}).items() if name != "stage_id"},
        )
        for stage_id in sorted(counted.keys() | moved.keys())
    )


def _entered_sums(organization: Organization) -> dict[int, int]:
    """Unix seconds at which leads entered; summed here, because the databases turn dates into numbers differently."""
    sums: dict[int, int] = {}
    entries = Lead.objects.of(organization).values_list("stage_id", F("stage_entered_at"))
    for stage_id, entered_at in entries.iterator(chunk_size=5000):
        sums[stage_id] = sums.get(stage_id, 0) + int(entered_at.timestamp())
    return sums
