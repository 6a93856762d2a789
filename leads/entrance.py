"""Where many new leads stand when they come, and whose they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from crm.bulk import insert_rows
from crm.models import Organization
from crm.statements import statement
from leads import assigning
from leads.assignment_choice import Decision
from leads.intake import Intake, first_stage
from leads.models import Lead, Stage


def entrance(organization: Organization) -> tuple[Stage, bool]:
    """Where new leads stand, and whether rules say whose they are; their desk is held from here on."""
    for stage in _first_stage(organization.pk):
        return stage, bool(stage.has_rules)
    return first_stage(organization), False  # which refuses


@statement
def _first_stage(organization_id: int) -> QuerySet[Stage, Any]:
    stages = Stage.objects.filter(organization_id=organization_id).order_by("position", "pk")
    return stages.annotate(has_rules=assigning.holding(organization_id))[:1]


def assign(intake: Intake, leads: Sequence[Lead]) -> dict[int, Decision]:
    """The rules are asked about new leads for whom nobody was named, in the order of the rows; by id() of the lead."""
    nobodys = [lead for lead in leads if lead.advisor_id is None]
    if not nobodys:
        return {}
    turns, decided = assigning.choose_for_new(assigning.desk_of(intake.organization, intake.now), nobodys)
    insert_rows(turns)
    return decided
