"""Where leads stand in their sequences, for pages and contracts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

from leads.models import Lead
from sequences.models import Enrollment, EnrollmentStatus, Step


@dataclass(frozen=True, slots=True)
class Standing:
    """One lead's newest enrollment, counted in steps. current_step is the newest one reached, from 1."""

    enrollment: Enrollment
    name: str
    status: str
    current_step: int
    total_steps: int

    @property
    def is_live(self) -> bool:
        return self.status in {EnrollmentStatus.ACTIVE, EnrollmentStatus.PAUSED}

    @property
    def next_step_at(self) -> dt.datetime | None:
        return self.enrollment.next_step_at if self.status == EnrollmentStatus.ACTIVE else None


def standing_of(lead: Lead) -> Standing | None:
    """The newest enrollment of the lead, a live one first; None when it never had any."""
    return standings_of([lead.pk]).get(lead.pk)


def standings_of(lead_ids: Collection[int]) -> dict[int, Standing]:
    """The same for many leads, by their id. Two statements."""
    newest = (
        Enrollment.objects.filter(lead_id__in=lead_ids)
        .annotate(
            rank=Window(RowNumber(), partition_by=F("lead_id"), order_by=[F("ended_at").desc(nulls_first=True), "-id"])
        )
        .filter(rank=1)
        .select_related("sequence", "version")
    )
    enrollments = list(newest)
    counts = dict(
        Step.objects.filter(version_id__in={each.version_id for each in enrollments})
        .values("version_id")
        .annotate(steps=Count("pk"))
        .values_list("version_id", "steps")
    )
    return {each.lead_id: _standing(each, counts.get(each.version_id, 0)) for each in enrollments}


def _standing(enrollment: Enrollment, total: int) -> Standing:
    reached = total if enrollment.next_order is None else enrollment.next_order
    return Standing(
        enrollment=enrollment,
        name=enrollment.sequence.name,
        status=enrollment.status,
        current_step=min(max(reached, 1), total),
        total_steps=total,
    )
