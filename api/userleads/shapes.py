"""What this contract's answers look like. The document shows only the lead; each other shape is one function here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from crm.models import Advisor
from leads.models import Company, Lead

LEAD = ("pk", "company_id", "stage__slot", "notes", "score", "created_at", "updated_at")


def leads(rows: QuerySet[Lead], advisor: Advisor) -> list[dict[str, Any]]:
    """The lead objects of these rows, all of them the advisor's. One statement."""
    return [_lead(row, advisor) for row in rows.values_list(*LEAD)]


def _lead(row: Sequence[Any], advisor: Advisor) -> dict[str, Any]:
    pk, company_id, slot, notes, score, created_at, updated_at = row
    return {
        "id": pk,
        "user_id": advisor.user_id,
        "company_id": company_id,
        "status": slot,
        "notes": notes,
        "score": score,
        "created_at": created_at,
        "updated_at": updated_at,
    }


def company(row: Company) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "industry": row.industry,
        "website": row.website,
        "phone": row.phone,
        "created_at": row.created_at,
    }


def page(items: Sequence[Mapping[str, Any]], limit: int) -> dict[str, Any]:
    """The list answer: the items on the page, of which one too many says that there are more."""
    shown, has_more = items[:limit], len(items) > limit
    return {"data": shown, "next_cursor": shown[-1]["id"] if has_more else None, "has_more": has_more}
