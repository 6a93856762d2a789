"""
What can be done to many rows in the background. An action says how, leads/bulk_jobs.py does it batch by batch.

    @register
    class Praise(BulkAction):
        kind = "praise"

An app registers its own where it is made ready, as with crm.events.listen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _

from crm.models import Actor, Advisor
from leads.models import BulkJob, BulkRow, Lead, RowState

DONE, UNCHANGED, REFUSED = RowState.DONE, RowState.UNCHANGED, RowState.REFUSED
UNDONE, KEPT = RowState.UNDONE, RowState.KEPT


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of a job, in its order, within one transaction. by: who started it, or who has it undone."""

    job: BulkJob
    rows: Sequence[BulkRow]
    by: Actor
    now: dt.datetime

    @property
    def options(self) -> Mapping[str, Any]:
        options: Mapping[str, Any] = self.job.options
        return options


class ActionForm(forms.Form):
    """What the action has to be told. Made for one advisor, who chooses among their organisation's things."""

    def __init__(self, data: Any = None, *, advisor: Advisor) -> None:
        super().__init__(data)
        self.advisor = advisor

    def options(self) -> dict[str, Any]:
        """The answers as JSON, for the job. Call it on a valid form."""
        return {}

    def title(self) -> str:
        """The job in words."""
        raise NotImplementedError


class BulkAction:
    """One kind of job. apply and undo settle every row of the batch: row.settle(DONE, before={…})."""

    kind: ClassVar[str]
    label: ClassVar[Any]
    icon: ClassVar[str] = "check"
    #: What a person should know before they confirm.
    warning: ClassVar[Any] = ""
    form: ClassVar[type[ActionForm]]
    #: Whether the list of leads offers it; a job that brings leads in has a page of its own.
    is_for_leads: ClassVar[bool] = True
    is_dangerous: ClassVar[bool] = False
    #: Its place among the others, the smallest first.
    rank: ClassVar[int]
    #: Where it is better done in other batches than most.
    rows_at_once: ClassVar[int | None] = None

    def may(self, advisor: Advisor) -> bool:
        """Whether the advisor may do this to leads that they see."""
        return True

    def may_undo(self, advisor: Advisor) -> bool:
        return self.may(advisor)

    def apply(self, batch: Batch) -> None:
        raise NotImplementedError

    def make_ready(self, job: BulkJob, goes_on: Callable[[], bool]) -> bool:
        """
        Before a job is tried out: make its rows. False when they can't be had, or goes_on() says that it is not ours.
        """
        return True

    def check(self, batch: Batch) -> None:
        """Settle the rows as apply would, with nothing done; for jobs that are tried out first."""
        raise NotImplementedError

    def undo(self, batch: Batch) -> None:
        """Put back what nobody has changed since, and say of the others why not."""
        raise NotImplementedError

    def forget(self, batch: Batch) -> None:
        """The job can't be undone any more: let go of what was kept for that."""


_actions: dict[str, BulkAction] = {}


def register(action: type[BulkAction]) -> type[BulkAction]:
    _actions[action.kind] = action()
    return action


def action_of(kind: str) -> BulkAction | None:
    return _actions.get(kind)


def offered_to(advisor: Advisor) -> list[BulkAction]:
    """What the list of leads offers."""
    offered = (action for action in _actions.values() if action.is_for_leads and action.may(advisor))
    return sorted(offered, key=lambda action: action.rank)


def live_leads(batch: Batch) -> dict[int, Lead]:
    """The batch's leads by id, with their stage and organisation; rows whose lead is gone are refused at once."""
    found = _leads(batch)
    for row in batch.rows:
        if row.lead_id not in found:
            row.settle(REFUSED, _("Somebody has deleted it meanwhile."))
    return found


def leads_to_undo(batch: Batch) -> dict[int, Lead]:
    """The same for an undoing: rows whose lead is gone are kept as they are."""
    found = _leads(batch)
    for row in batch.rows:
        if row.lead_id not in found:
            row.settle(KEPT, _("Somebody has deleted it since."))
    return found


def _leads(batch: Batch) -> dict[int, Lead]:
    """In the order of their ids, so that two jobs, or a job and an import, never wait for each other in a ring."""
    ids = [row.lead_id for row in batch.rows if row.lead_id]
    leads = Lead.objects.live().filter(organization_id=batch.job.organization_id, pk__in=ids)
    leads = leads.select_related("organization").prefetch_related("stage").order_by("pk")
    return {lead.pk: lead for lead in leads.select_for_update(no_key=True, of=("self",))}


def rows_of(batch: Batch, leads: Mapping[int, Lead]) -> Iterator[tuple[BulkRow, Lead]]:
    """The rows that are left with their leads."""
    for row in batch.rows:
        if row.lead_id is not None and row.lead_id in leads:
            yield row, leads[row.lead_id]


def settle_changed(
    batch: Batch, leads: Iterable[int], before: Mapping[int, Mapping[str, Any]], so_already: str
) -> None:
    """Those with something before were changed, the rest of these leads were so already."""
    here = set(leads)
    for row in batch.rows:
        if row.lead_id is not None and row.lead_id in before:
            row.settle(DONE, before=dict(before[row.lead_id]))
        elif row.lead_id in here:
            row.settle(UNCHANGED, so_already)


def moment(text: str) -> dt.datetime:
    """A time that a row's before keeps as text."""
    return dt.datetime.fromisoformat(text)
