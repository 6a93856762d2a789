"""How it stands with the organisation's model, as the page tells it: who writes, who pays, what it cost so far."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from crm import ai_accounts
from crm.ai import pricing
from crm.models import AiAccount, Organization
from crm.wording import spoken
from leads import ai_budget


@dataclass(frozen=True, slots=True)
class Standing:
    """tone is the badge's colour. cap: "" when there is none; trouble: why no model writes, or no price is known."""

    state: str
    tone: str
    says: str
    month: str
    spent: str
    cap: str
    texts: int
    trouble: str
    changed: str


def standing_of(organization: Organization, own: AiAccount | None, now: dt.datetime) -> Standing:
    """Two statements."""
    account = ai_accounts.account_of(organization)
    used = ai_budget.spending(organization, now)
    cap = organization.ai_monthly_cap
    trouble = ""
    if account and cap is not None and used.spent >= cap:
        trouble = spoken(ai_budget.reached(organization, now)) + " " + _("The composer writes until the month is over.")
    elif account and cap is not None and not pricing.has_price(account):
        trouble = _("Nobody knows what %(model)s costs, so the cap holds nothing back. Give its prices.")
        trouble %= {"model": account.model}
    elif own and account and not account.key:
        trouble = _("The stored key can't be read any more. Connect the account anew.")
    state, tone, says = _writer(own, account.model if account else "")
    return Standing(
        state=state,
        tone="warn" if trouble else tone,
        says=says,
        month=date_format(used.since, "F"),
        spent=_dollars(used.spent),
        cap=_dollars(cap) if cap is not None else "",
        texts=used.texts,
        trouble=trouble,
        changed=date_format(own.changed_at.astimezone(organization.zone), "j M Y") if own else "",
    )


def _writer(own: AiAccount | None, model: str) -> tuple[str, str, str]:
    if own:
        return _("Connected"), "ok", _("%(model)s writes for you, with your key.") % {"model": model}
    if model:
        return _("By the site"), "ok", _("%(model)s writes; whoever runs Leadwright has the key.") % {"model": model}
    return _("Composer"), "", _("No model is connected: texts are put together from plain sentences, by rules.")


def _dollars(amount: Decimal) -> str:
    """$0.0042 for what is less than a cent, else $12.34."""
    return f"${amount:.4f}" if 0 < amount < Decimal("0.01") else f"${amount:,.2f}"
