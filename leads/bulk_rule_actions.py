"""Give all leads of a list to whom the assignment rules choose."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads import assigning, assignment_words, offering
from leads.assignment_choice import Decision
from leads.bulk_actions import DONE, REFUSED, UNCHANGED, ActionForm, Batch, BulkAction, live_leads, register, rows_of
from leads.bulk_lead_actions import give_back
from leads.errors import Changed
from leads.models import BulkRow, Lead


class ByRulesForm(ActionForm):
    def title(self) -> str:
        return _("Assign by rules")


@register
class AssignByRules(BulkAction):
    kind = "assign-by-rules"
    rank = 15
    label = gettext_lazy("Assign by rules")
    icon = "people"
    warning = gettext_lazy(
        "The rules are asked about each lead, also about those that belong to somebody. Where they find nobody, a lead"
        " stays whose it is, and is listed with the reason."
    )
    form = ByRulesForm

    def apply(self, batch: Batch) -> None:
        leads = live_leads(batch)
        before = {pk: lead.advisor_id for pk, lead in leads.items()}
        theirs = list(leads.values())
        decided = assigning.assign_by_rules(theirs, batch.job.organization, by=batch.by, now=batch.now)
        if theirs and not decided:
            raise Changed(_("There are no rules (any more)."))
        free = [lead for lead in theirs if lead.advisor_id is None]
        offering.withdraw([lead.pk for lead in free], now=batch.now)
        offering.offer_all(free, decided, batch.job.organization, by=batch.by, now=batch.now)
        for row, lead in rows_of(batch, leads):
            _settle(row, lead, before[lead.pk], decided[lead.pk])

    def undo(self, batch: Batch) -> None:
        give_back(batch, lambda before: before["given"])


def _settle(row: BulkRow, lead: Lead, was: int | None, decision: Decision) -> None:
    kept: dict[str, Any] = {"advisor": was, "given": lead.advisor_id}
    if lead.advisor_id != was or (decision.offered_to and was is None):
        row.settle(DONE, before=kept)
    elif assigning.is_final(decision):
        row.settle(UNCHANGED, _("Was so already."))
    elif decision.offered_to:
        row.settle(REFUSED, _("A group could claim it, but somebody has it already."))
    else:
        row.settle(REFUSED, assignment_words.told(decision.because)[:255])
