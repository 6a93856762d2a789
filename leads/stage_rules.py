"""What stages ask of the leads that enter them. A new StageRule gets its check here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from leads import checklists, fields
from leads.errors import InvalidValue, StageRefused
from leads.models import Lead, Stage, StageRule

type Answers = Mapping[str, str]


def satisfy(lead: Lead, stage: Stage, answers: Answers) -> None:
    """Take what the stage asks for from the answers, or find it on the lead. Raises StageRefused."""
    if rule := RULES.get(stage.asks_for):
        rule(lead, stage, answers)


def _lost_reason(lead: Lead, stage: Stage, answers: Answers) -> None:
    reason = answers.get("lost_reason", "").strip() or lead.lost_reason
    if not reason:
        raise StageRefused(f"{stage.label} asks for a reason.", rule=StageRule.LOST_REASON)
    lead.lost_reason = reason[:255]


def _funded_amount(lead: Lead, stage: Stage, answers: Answers) -> None:
    given = answers.get("funded_amount", "").strip().replace(",", "").removeprefix("$")
    try:
        amount = fields.amount(given, field="funded amount") or lead.funded_amount
    except InvalidValue:
        raise StageRefused("The funded amount must be a number.", rule=StageRule.FUNDED_AMOUNT) from None
    if not amount:
        raise StageRefused(f"{stage.label} asks for the funded amount.", rule=StageRule.FUNDED_AMOUNT)
    lead.funded_amount = amount


def _documents(lead: Lead, stage: Stage, answers: Answers) -> None:
    progress = checklists.progress_of(lead.organization, [lead.pk])[lead.pk]
    if progress.missing:
        items = "1 item is" if progress.missing == 1 else f"{progress.missing} items are"
        raise StageRefused(f"{items} missing on the checklist.", rule=StageRule.DOCUMENTS)


RULES: dict[str, Callable[[Lead, Stage, Answers], None]] = {
    StageRule.LOST_REASON: _lost_reason,
    StageRule.FUNDED_AMOUNT: _funded_amount,
    StageRule.DOCUMENTS: _documents,
}
