"""What would become of the rows of a file; rows that would meet an earlier one are known from that one's keys."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from crm.bulk import fresh, insert_rows
from crm.by_address import Wanted, by_address
from leads.bulk_actions import Batch
from leads.bulk_decisions import follows
from leads.bulk_intake import foresee
from leads.errors import DomainError
from leads.importing.rows import Read, Reader
from leads.intake import Action, Intake, Received, first_stage, new_lead, prepare
from leads.manners import Manner
from leads.models import BulkRow, ImportKey, Lead


def outcomes_of(
    batch: Batch, reader: Reader, manner: Manner, good: Sequence[tuple[BulkRow, Read]]
) -> list[Received | DomainError]:
    outcomes = foresee(
        organization=batch.job.organization,
        rows=[read.fields for _row, read in good],
        by=batch.by,
        now=batch.now,
        manner=manner,
        stand_ins=_met(batch, reader, good),
    )
    made = [
        (key, row.number)
        for (row, _read), outcome in zip(good, outcomes, strict=True)
        if isinstance(outcome, Received) and outcome.action is Action.CREATED and not follows(outcome.lead)
        for key in _keys_of(outcome.lead)
    ]
    rows = [fresh(ImportKey, job=batch.job, key=key, number=number) for key, number in made]
    insert_rows(rows, ignore_conflicts=True)
    return outcomes


def _met(batch: Batch, reader: Reader, good: Sequence[tuple[BulkRow, Read]]) -> list[Lead]:
    """Leads that earlier rows would have made, as far as these rows ask for them."""
    intake, stage = Intake(batch.job.organization, batch.by, batch.now), first_stage(batch.job.organization)

    def made(read: Read) -> Lead | None:
        try:
            values = prepare(read.fields, needs_phone=False)
        except DomainError:
            return None
        return new_lead(intake, read.fields, values, stage)

    asked = {key for _row, read in good if (lead := made(read)) for key in _keys_of(lead)}
    numbers = {number for (number,) in _numbers({(batch.job.pk, key) for key in asked})}
    earlier = BulkRow.objects.filter(job=batch.job, number__in=numbers).order_by("number")
    return [lead for row in earlier if (lead := made(reader.read(row.given or [])))]


@by_address
def _numbers(wanted: Wanted) -> QuerySet[ImportKey, tuple[int]]:
    return ImportKey.objects.filter(wanted("key", "job_id")).values_list("number")


def _keys_of(lead: Lead) -> list[str]:
    keys = [lead.phone_e164 or "", f"id:{lead.external_id}" if lead.external_id else ""]
    return list(filter(None, keys))
