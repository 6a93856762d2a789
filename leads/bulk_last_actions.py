"""What ends the contact with all leads of a list: do not call, delete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models import Advisor
from leads import bulk_pipeline, holds, permissions, pipeline, putting_back, suppression
from leads.bulk_actions import (
    DONE,
    KEPT,
    REFUSED,
    UNDONE,
    ActionForm,
    Batch,
    BulkAction,
    leads_to_undo,
    live_leads,
    moment,
    register,
    rows_of,
    settle_changed,
)
from leads.errors import DuplicateLead
from leads.models import BulkRow, DoNotCall, Lead, Suppression


class DoNotCallForm(ActionForm):
    reason = forms.CharField(
        max_length=255,
        label=gettext_lazy("Why?"),
        error_messages={"required": gettext_lazy("Say why, so that others know.")},
    )

    def options(self) -> dict[str, Any]:
        return {"reason": self.cleaned_data["reason"]}

    def title(self) -> str:
        return _("Do not call: %(reason)s") % {"reason": self.cleaned_data["reason"]}


@register
class ForbidToCall(BulkAction):
    kind = "do-not-call"
    rank = 60
    label = gettext_lazy("Do not call")
    icon = "lock"
    warning = gettext_lazy(
        "Texts, calls and follow-up stop at once, and what waits to go out is cancelled. An undo lifts the ban;"
        " what was cancelled stays so."
    )
    form = DoNotCallForm
    is_dangerous = True

    def may_undo(self, advisor: Advisor) -> bool:
        return permissions.may_lift_do_not_call(advisor)

    def apply(self, batch: Batch) -> None:
        leads = live_leads(batch)
        free = [lead for lead in leads.values() if not lead.is_do_not_call]
        new = suppression.set_do_not_call_all(free, reason=batch.options["reason"], by=batch.by, now=batch.now)
        at = batch.now.isoformat()
        before = {lead.pk: {"at": at, "listed": lead.address in new} for lead in free}
        settle_changed(batch, leads, before, _("Was so already."))

    def undo(self, batch: Batch) -> None:
        leads = leads_to_undo(batch)
        for row, lead in rows_of(batch, leads):
            before = row.before or {}
            if not lead.is_do_not_call:
                row.settle(KEPT, _("Somebody has lifted it since."))
            elif lead.dnc_at != moment(before["at"]):
                row.settle(KEPT, _("Somebody has set it anew since."))
            else:
                _lift(lead, before, batch)
                row.settle(UNDONE)


def _lift(lead: Lead, before: Mapping[str, Any], batch: Batch) -> None:
    """Off the list as well where this job had put the address there, and nobody has listed it anew."""
    entries = DoNotCall.objects.filter(organization_id=lead.organization_id, address=lead.address, lifted_at=None)
    ours = entries.filter(kind=Suppression.DO_NOT_CALL, created_at=moment(before["at"]))
    if before["listed"] and ours.exists():
        suppression.lift_do_not_call(lead, by=batch.by, now=batch.now)
    else:
        Lead.objects.filter(pk=lead.pk).update(is_do_not_call=False, dnc_reason="", dnc_at=None, updated_at=batch.now)


class DeleteForm(ActionForm):
    def title(self) -> str:
        return _("Delete")


@register
class Delete(BulkAction):
    kind = "delete"
    rank = 70
    label = gettext_lazy("Delete")
    icon = "close"
    warning = gettext_lazy(
        "They leave the board and every list, and their follow-up stops. For a week this can be undone; then their"
        " checklists and papers are gone. Conversations are kept."
    )
    form = DeleteForm
    is_dangerous = True

    def may(self, advisor: Advisor) -> bool:
        return permissions.may_delete_leads(advisor)

    def apply(self, batch: Batch) -> None:
        leads = _free(live_leads(batch), batch)
        duplicates = bulk_pipeline.hide_all(list(leads.values()), by=batch.by, now=batch.now)
        at = batch.now.isoformat()
        before = {pk: {"at": at, "duplicates": theirs} for pk, theirs in duplicates.items()}
        settle_changed(batch, leads, before, "")

    def undo(self, batch: Batch) -> None:
        leads = Lead.objects.filter(organization_id=batch.job.organization_id, deleted_at__isnull=False)
        locked = leads.filter(pk__in=[row.lead_id for row in batch.rows]).order_by("pk").select_for_update(no_key=True)
        gone = {lead.pk: lead for lead in locked}
        for row in batch.rows:
            self._restore(row, gone.get(row.lead_id or 0), batch)

    def _restore(self, row: BulkRow, lead: Lead | None, batch: Batch) -> None:
        before = row.before or {}
        if lead is None:
            return row.settle(KEPT, _("It is there already."))
        if lead.deleted_at != moment(before["at"]):
            return row.settle(KEPT, _("Somebody has deleted it anew since."))
        try:
            putting_back.restore(lead, before["duplicates"], by=batch.by, now=batch.now)
        except DuplicateLead as error:
            return row.settle(KEPT, error.words)
        row.settle(UNDONE, _("Its follow-up does not go on by itself."))

    def forget(self, batch: Batch) -> None:
        gone = Lead.objects.filter(organization_id=batch.job.organization_id, deleted_at__isnull=False)
        deleted = [row.lead_id for row in batch.rows if row.state == DONE and row.lead_id]
        free = set(deleted) - holds.held_among(deleted)
        pipeline.discard_papers(list(gone.filter(pk__in=free).only("pk")), now=batch.now)


def _free(leads: Mapping[int, Lead], batch: Batch) -> dict[int, Lead]:
    """Those on which no legal hold stands; the rows of the others are refused."""
    held = holds.held_among(leads)
    for row in batch.rows:
        if row.lead_id in held:
            row.settle(REFUSED, _("A legal hold stands on it."))
    return {pk: lead for pk, lead in leads.items() if pk not in held}
