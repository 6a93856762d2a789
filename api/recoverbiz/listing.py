"""One page of leads: the statement of the contract's busiest address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from api.recoverbiz.serializers import LeadFilter
from api.rows import aware, fetch_all
from crm.models import Organization
from leads.models import Lead
from leads.search import search


@dataclass(frozen=True, slots=True)
class LeadPage:
    """Rows of lead id, phone, name, email, slot, source, last_message_at and created_at; total before paging."""

    rows: list[tuple[Any, ...]]
    total: int


def lead_page(account: Organization, wanted: LeadFilter) -> LeadPage:
    """The leads that answer to a phone, newest first. One statement, two with a search."""
    limit, offset = wanted.page.limit, wanted.page.offset
    if wanted.search:
        found = search(_answering(account, wanted.status), wanted.search)
        ids = [*found.newest_first().values_list("pk", flat=True)[offset : offset + limit]]
        total = found.count()
        rows = fetch_all(_BY_ID.format(ids=",".join(map(str, ids))), []) if ids else []
    elif wanted.status:
        statement = _OF_STATUS[connection.vendor].format(limit=limit, offset=offset)
        rows = fetch_all(statement, [account.pk, wanted.status, account.pk, account.pk, wanted.status])
        total = rows[0][0]
    else:
        rows = fetch_all(_OF_ACCOUNT.format(limit=limit, offset=offset), [account.pk, account.pk])
        total = rows[0][0]
    return LeadPage([_row(row) for row in rows if row[1] is not None], int(total or 0))


def _answering(account: Organization, status: str) -> Any:
    leads = Lead.objects.of(account).answering()
    return leads.filter(stage__slot=status, stage__organization=account) if status else leads


def _row(row: Any) -> tuple[Any, ...]:
    return (*row[1:7], aware(row[7]), aware(row[8]))


# Only ids are gone through up to the offset, in an index that has all of them; the joins are made for one page. The
# total stands in every row, and in a row of its own when the page is empty; it is the stages' running totals.
_PAGE = """
SELECT total.answering, l.id, l.phone_e164, l.name, l.email, s.slot, l.source_label, c.last_message_at, l.created_at
FROM ({total}) AS total
LEFT JOIN ({ids}) AS page ON TRUE
LEFT JOIN leads_lead l ON l.id = page.id
LEFT JOIN leads_stage s ON s.id = l.stage_id
LEFT JOIN leads_conversation c ON c.id = l.conversation_id
ORDER BY l.created_at DESC, l.id DESC
"""
_ANSWERING = """
SELECT id FROM leads_lead lead
WHERE organization_id = %s AND deleted_at IS NULL AND duplicate_of_id IS NULL AND phone_e164 IS NOT NULL
"""
# The limits are no parameters: PostgreSQL would not know how few rows are meant, and plan each request anew.
_NEWEST = "ORDER BY created_at DESC, id DESC LIMIT {limit:d} OFFSET {offset:d}"
# Looked up before the leads are gone through: a join would read each of them.
_STAGES = "SELECT id FROM leads_stage WHERE organization_id = %s AND slot = %s"
_IN_STAGES = {
    "postgresql": f"AND stage_id = ANY(ARRAY({_STAGES}))",
    "sqlite": f"AND stage_id IN ({_STAGES})",
}
_TOTAL = "SELECT SUM(t.answering) AS answering FROM leads_stagetally t"
_TOTAL_OF_STATUS = (
    f"{_TOTAL} JOIN leads_stage slot ON slot.id = t.stage_id WHERE t.organization_id = %s AND slot.slot = %s"
)

_OF_ACCOUNT = _PAGE.format(total=f"{_TOTAL} WHERE t.organization_id = %s", ids=f"{_ANSWERING} {_NEWEST}")
_OF_STATUS = {
    vendor: _PAGE.format(total=_TOTAL_OF_STATUS, ids=f"{_ANSWERING} {in_stages} {_NEWEST}")
    for vendor, in_stages in _IN_STAGES.items()
}
_BY_ID = _PAGE.format(total="SELECT 0 AS answering", ids="SELECT id FROM leads_lead WHERE id IN ({ids})")
