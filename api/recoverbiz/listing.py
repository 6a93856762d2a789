"""One page of leads: the statement of the contract's busiest address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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
        both = [account.pk, wanted.status]
        rows = fetch_all(_OF_STATUS.format(limit=limit, offset=offset), [*both, *both])
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


# The joins are made for one page only, whatever the offset. The total stands in every row, and in a row of its own when
# the page is empty; it comes from the running totals of the stages, not from counting leads.
_PAGE = """
SELECT total.answering, l.id, l.phone_e164, l.name, l.email, s.slot, l.source_label, c.last_message_at, l.created_at
FROM ({total}) AS total
LEFT JOIN ({leads}) AS l ON TRUE
LEFT JOIN leads_stage s ON s.id = l.stage_id
LEFT JOIN leads_conversation c ON c.id = l.conversation_id
ORDER BY l.created_at DESC, l.id DESC
"""
_LEADS = """
SELECT id, phone_e164, name, email, stage_id, source_label, conversation_id, created_at
FROM leads_lead lead WHERE {which}
"""
# The limits are no parameters: PostgreSQL would not know how few rows are meant, and plan each request anew.
_NEWEST = "ORDER BY created_at DESC, id DESC LIMIT {limit:d} OFFSET {offset:d}"
_ANSWERING = "organization_id = %s AND deleted_at IS NULL AND duplicate_of_id IS NULL AND phone_e164 IS NOT NULL"
_IN_SLOT = "stage_id IN (SELECT id FROM leads_stage WHERE organization_id = lead.organization_id AND slot = %s)"
_TOTAL = "SELECT SUM(t.answering) AS answering FROM leads_stagetally t"

_OF_ACCOUNT = _PAGE.format(
    total=f"{_TOTAL} WHERE t.organization_id = %s", leads=_LEADS.format(which=f"{_ANSWERING} {_NEWEST}")
)
_OF_STATUS = _PAGE.format(
    total=f"{_TOTAL} JOIN leads_stage slot ON slot.id = t.stage_id WHERE t.organization_id = %s AND slot.slot = %s",
    leads=_LEADS.format(which=f"{_ANSWERING} AND {_IN_SLOT} {_NEWEST}"),
)
_BY_ID = _PAGE.format(total="SELECT 0 AS answering", leads=_LEADS.format(which="id IN ({ids})"))
