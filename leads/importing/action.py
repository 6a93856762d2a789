"""The job that brings the rows of a file in: tried out first, then done, and undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models import Advisor
from leads import permissions, pipeline, suppression
from leads.bulk_actions import DONE, REFUSED, UNCHANGED, UNDONE, ActionForm, Batch, BulkAction, register
from leads.bulk_intake import receive_leads
from leads.errors import DomainError, InvalidValue
from leads.importing import foreseeing, taking_down, undoing
from leads.importing.plans import Plan
from leads.importing.rows import Read, Reader
from leads.intake import Action, Received
from leads.manners import Known, Manner
from leads.models import BulkJob, BulkRow, Lead, LeadImport, Source


@register
class ImportLeads(BulkAction):
    kind = "import"
    label = gettext_lazy("Import")
    icon = "upload"
    form = ActionForm
    is_for_leads = False
    rank = 900
    rows_at_once = 500

    def may(self, advisor: Advisor) -> bool:
        return permissions.may_import(advisor)

    def make_ready(self, job: BulkJob, goes_on: Callable[[], bool]) -> bool:
        return taking_down.take_down(job, goes_on)

    def check(self, batch: Batch) -> None:
        reader, manner = _reader(batch), manner_of(batch)
        good = _readable(batch, reader)
        outcomes = foreseeing.outcomes_of(batch, reader, manner, good)
        _settle(batch, [row for row, _read in good], outcomes, manner)

    def apply(self, batch: Batch) -> None:
        reader, manner = _reader(batch), manner_of(batch)
        plan, good = reader.plan, _readable(batch, reader)
        outcomes = receive_leads(
            organization=batch.job.organization,
            rows=[read.fields for _row, read in good],
            by=batch.by,
            now=batch.now,
            source=Source.CSV_IMPORT,
            consent=plan.consent,
            consent_source=plan.consent_source,
            manner=manner,
            told={"job": str(batch.job.uuid), "file": batch.job.file.name, "unheard": plan.unheard},
        )
        _settle(batch, [row for row, _read in good], outcomes, manner)
        _forbid(batch, good, outcomes)

    def undo(self, batch: Batch) -> None:
        undoing.take_back(batch)

    def forget(self, batch: Batch) -> None:
        """Leads that an undo took away have no more use for their papers."""
        gone = Lead.objects.filter(organization_id=batch.job.organization_id, deleted_at__isnull=False)
        undone = [row.lead_id for row in batch.rows if row.state == UNDONE and row.lead_id]
        pipeline.discard_papers(list(gone.filter(pk__in=undone).only("pk")), now=batch.now)


def manner_of(batch: Batch) -> Manner:
    importer = batch.job.advisor
    sees = None if importer is None or importer.sees_all_leads else importer
    return Manner(Known(batch.options["known"]), needs_phone=False, sees=sees, job=batch.job.uuid)


def _reader(batch: Batch) -> Reader:
    return Reader(batch.job.organization, Plan.of(batch.options))


def _readable(batch: Batch, reader: Reader) -> list[tuple[BulkRow, Read]]:
    """The rows that say something; the others are refused at once."""
    good = []
    for row in batch.rows:
        try:
            good.append((row, reader.read(row.given or [])))
        except InvalidValue as error:
            row.settle(REFUSED, error.words)
    return good


def _settle(batch: Batch, rows: Sequence[BulkRow], outcomes: Sequence[Received | DomainError], manner: Manner) -> None:
    created = updated = 0
    for row, outcome in zip(rows, outcomes, strict=True):
        if isinstance(outcome, DomainError):
            row.settle(REFUSED, outcome.words)
            continue
        row.lead_id = outcome.lead.pk
        if outcome.action is Action.SKIPPED:
            row.settle(UNCHANGED, _known(manner))
            continue
        is_new = outcome.action is Action.CREATED
        created, updated = created + is_new, updated + (not is_new)
        before: dict[str, Any] = {"at": batch.now.isoformat(), "new": is_new}
        row.settle(DONE, before=before if is_new else before | {"changes": dict(outcome.changes)})
    file: LeadImport = batch.job.file
    file.created, file.updated = file.created + created, file.updated + updated
    file.save(update_fields=["created", "updated"])


def _known(manner: Manner) -> str:
    if manner.known is Known.SKIP:
        return _("Is known already.")
    return _("Is known already, and has everything that the row says.")


def _forbid(batch: Batch, good: Sequence[tuple[BulkRow, Read]], outcomes: Sequence[Received | DomainError]) -> None:
    """Who must not be called stays so, whatever became of the row."""
    leads = {
        outcome.lead.pk: outcome.lead
        for (_row, read), outcome in zip(good, outcomes, strict=True)
        if read.is_forbidden and isinstance(outcome, Received) and not outcome.lead.is_do_not_call
    }
    reason = f"The file {batch.job.file.name} says so"
    suppression.set_do_not_call_all(list(leads.values()), reason=reason, by=batch.by, now=batch.now)
