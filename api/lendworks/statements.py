"""The statements of LendWorks' reads, written out: each brings leads with stage, advisor and tags in one go."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from api.rows import fetch_all
from crm.models import Organization

type Row = Mapping[str, Any]

OF_LEAD = (
    "uuid", "business_name", "first_name", "last_name", "email", "phone", "industry", "monthly_revenue",
    "monthly_revenue_given", "requested_amount", "requested_amount_given", "source", "priority", "is_do_not_call",
    "dnc_reason", "dnc_at", "custom_fields", "external_id", "external_ids", "score", "last_contacted_at",
    "stage_entered_at", "converted_at", "converted_account_id", "converted_contact_id", "import_job_id", "created_at",
    "updated_at", "version",
)  # fmt: skip
_OF_OTHERS = {
    "total": "page_of.total",
    "id": "l.id",
    "stage_uuid": "s.uuid",
    "stage_key": "s.key",
    "stage_label": "s.label",
    "stage_color": "s.color",
    "stage_slot": "s.slot",
    "advisor_uuid": "a.uuid",
    "advisor_first_name": "u.first_name",
    "advisor_last_name": "u.last_name",
    "advisor_email": "u.email",
    "last_outbound_at": "t.last_outbound_at",
    "creator_uuid": "(SELECT c.uuid FROM crm_advisor c WHERE c.id = l.created_by_id)",
    "tags": "({tags})",
}
_NAMES = (*OF_LEAD, *_OF_OTHERS)

# The total stands in every row, and in a row of its own when the page is empty. Only ids are gone through up to the
# offset, in an index that has all of them; the joins are made for one page.
_PAGE = f"""
SELECT {", ".join([*(f"l.{name}" for name in OF_LEAD), *_OF_OTHERS.values()])}
FROM ({{total}}) AS page_of
LEFT JOIN ({{ids}}) AS page ON TRUE
LEFT JOIN leads_lead l ON l.id = page.id
LEFT JOIN leads_stage s ON s.id = l.stage_id
LEFT JOIN crm_advisor a ON a.id = l.advisor_id
LEFT JOIN crm_user u ON u.id = a.user_id
LEFT JOIN leads_conversation t ON t.id = l.conversation_id
ORDER BY l.created_at DESC, l.id DESC
"""  # noqa: S608
# The order of the rows is the order in which the tags were given.
_TAGS = (
    "SELECT t.name FROM leads_leadtag lt JOIN leads_tag t ON t.id = lt.tag_id WHERE lt.lead_id = l.id ORDER BY lt.id"
)
_TAGS_AS_JSON = {
    "postgresql": f"SELECT array_to_json(ARRAY({_TAGS}))::text",
    "sqlite": f"SELECT json_group_array(name) FROM ({_TAGS})",  # noqa: S608
}
_LIVE = "SELECT lead.id FROM leads_lead lead WHERE lead.organization_id = %s AND lead.deleted_at IS NULL"
# The limits are no parameters: PostgreSQL would not know how few rows are meant, and plan each request anew.
_NEWEST = f"{_LIVE} ORDER BY lead.created_at DESC, lead.id DESC LIMIT {{length:d}} OFFSET {{offset:d}}"
_COUNTED = "SELECT SUM(leads) AS total FROM leads_stagetally WHERE organization_id = %s"
_UNCOUNTED = "SELECT 0 AS total"


def newest(organization: Organization, length: int, offset: int) -> tuple[list[Row], int]:
    """A page of all the organisation's leads, newest first, and how many there are by the running totals."""
    page = _NEWEST.format(length=length, offset=offset)
    rows = _fetch(_COUNTED, page, [organization.pk, organization.pk])
    return [row for row in rows if row["id"] is not None], int(rows[0]["total"] or 0)


def of_ids(ids: Sequence[int]) -> list[Row]:
    """These leads, newest first."""
    return _fetch(_UNCOUNTED, f"SELECT id FROM leads_lead WHERE id IN ({', '.join(map(str, ids))})", []) if ids else []  # noqa: S608


def of_uuid(organization: Organization, identity: uuid.UUID) -> Row | None:
    """The organisation's lead of this name, if it is there."""
    shown = identity.hex if connection.vendor == "sqlite" else identity
    row = _fetch(_UNCOUNTED, f"{_LIVE} AND lead.uuid = %s", [organization.pk, shown])[0]
    return row if row["id"] is not None else None


def _fetch(total: str, ids: str, parameters: Sequence[Any]) -> list[Row]:
    statement = _PAGE.format(total=total, ids=ids, tags=_TAGS_AS_JSON[connection.vendor])
    return [dict(zip(_NAMES, values, strict=True)) for values in fetch_all(statement, parameters)]
