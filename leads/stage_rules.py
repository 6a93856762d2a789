"""What stages ask of the leads that enter them. A new StageRule gets its check here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache

from django.utils.translation import gettext as _

from leads import checklists, fields
from leads.errors import InvalidValue, StageRefused
from leads.models import Lead, Stage, StageRule

type Answers = Mapping[str, str]
#: What each lead's checklist lacks, by name, read for all of them when the first is asked about.
type Missing = Callable[[], Mapping[int, Sequence[str]]]
type Rule = Callable[[Lead, Stage, Answers, Missing], None]

_NAMED = 3


def satisfy(lead: Lead, stage: Stage, answers: Answers) -> None:
    """Take what the stage asks for from the answers, or find it on the lead. Raises StageRefused."""
    if refused := satisfy_all([lead], stage, answers):
        raise refused[lead.pk]


def satisfy_all(leads: Sequence[Lead], stage: Stage, answers: Answers) -> dict[int, StageRefused]:
    """The same for leads of one organisation that enter together: those that may not, by id, and why."""
    refused: dict[int, StageRefused] = {}
    rule = RULES.get(stage.asks_for)
    if rule is None or not leads:
        return refused

    @cache
    def missing() -> Mapping[int, Sequence[str]]:
        lists = checklists.items_of_all(leads)
        return {lead_id: [item.name for item in items if not item.is_done] for lead_id, items in lists.items()}

    for lead in leads:
        try:
            rule(lead, stage, answers, missing)
        except StageRefused as error:
            refused[lead.pk] = error
    return refused


def _lost_reason(lead: Lead, stage: Stage, answers: Answers, missing: Missing) -> None:
    reason = answers.get("lost_reason", "").strip() or lead.lost_reason
    if not reason:
        raise StageRefused(_("%(stage)s asks for a reason.") % {"stage": stage.label}, rule=StageRule.LOST_REASON)
    lead.lost_reason = reason[:255]


def _funded_amount(lead: Lead, stage: Stage, answers: Answers, missing: Missing) -> None:
    given = answers.get("funded_amount", "").strip().replace(",", "").removeprefix("$")
    try:
        amount = fields.amount(given, field=_("funded amount")) or lead.funded_amount
    except InvalidValue:
        raise StageRefused(_("The funded amount must be a number."), rule=StageRule.FUNDED_AMOUNT) from None
    if not amount:
        raise StageRefused(
            _("%(stage)s asks for the funded amount.") % {"stage": stage.label}, rule=StageRule.FUNDED_AMOUNT
        )
    lead.funded_amount = amount


def _documents(lead: Lead, stage: Stage, answers: Answers, missing: Missing) -> None:
    if names := missing()[lead.pk]:
        more = len(names) - _NAMED
        words = (
            _("Missing on the checklist: %(names)s and %(more)s more.")
            if more > 0
            else _("Missing on the checklist: %(names)s.")
        )
        raise StageRefused(words % {"names": ", ".join(names[:_NAMED]), "more": more}, rule=StageRule.DOCUMENTS)


RULES: dict[str, Rule] = {
    StageRule.LOST_REASON: _lost_reason,
    StageRule.FUNDED_AMOUNT: _funded_amount,
    StageRule.DOCUMENTS: _documents,
}
