"""Leads as LendWorks shows them, from the database's rows to JSON without becoming models: lists are read a lot."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from decimal import Decimal
from typing import Any

import orjson

from api.lendworks.statements import Row
from api.rows import aware

type Json = dict[str, Any]


def lead(row: Row) -> Json:
    """The resource: id, type, and 29 attributes that are always there; null where nothing is known."""
    return {"id": _uuid(row["uuid"]), "type": "lead", "attributes": _attributes(row)}


def single(row: Row, request_id: str) -> Json:
    """The standard response envelope around one lead."""
    return {"data": lead(row), "meta": {"requestId": request_id}}


def _attributes(row: Row) -> Json:
    return {
        "businessName": row["business_name"] or None,
        "contactFirstName": row["first_name"] or None,
        "contactLastName": row["last_name"] or None,
        "email": row["email"] or None,
        "phone": row["phone"] or None,
        "industry": row["industry"] or None,
        "monthlyRevenue": row["monthly_revenue_given"] or _plain(row["monthly_revenue"]),
        "requestedAmount": row["requested_amount_given"] or _plain(row["requested_amount"]),
        "source": row["source"],
        "priority": row["priority"],
        "isDoNotCall": bool(row["is_do_not_call"]),
        "dncReason": row["dnc_reason"] or None,
        "dncAt": aware(row["dnc_at"]),
        "tags": orjson.Fragment(row["tags"]),
        "customFields": orjson.Fragment(row["custom_fields"]),
        "externalIds": _external_ids(row),
        "leadScore": _score(row),
        "stage": {
            "id": _uuid(row["stage_uuid"]),
            "stageKey": row["stage_key"],
            "stageLabel": row["stage_label"],
            "color": row["stage_color"],
            "semanticSlot": row["stage_slot"],
        },
        "primaryAdvisorId": _uuid(row["advisor_uuid"]),
        "primaryAdvisorName": _advisor_name(row),
        "convertedAt": aware(row["converted_at"]),
        "convertedAccountId": _uuid(row["converted_account_id"]),
        "convertedContactId": _uuid(row["converted_contact_id"]),
        "importJobId": _uuid(row["import_job_id"]),
        "createdBy": _uuid(row["creator_uuid"]),
        "lastContactedAt": _contacted_at(row),
        "stageChangedAt": aware(row["stage_entered_at"]),
        "createdAt": aware(row["created_at"]),
        "updatedAt": aware(row["updated_at"]),
    }


def _score(row: Row) -> int | None:
    """The document has null for a fresh lead: the score shows from the first contact, move or hand-over on."""
    return row["score"] if row["version"] > 1 or _contacted_at(row) else None


def _contacted_at(row: Row) -> dt.datetime | None:
    """As Lead.contacted_at."""
    return max(filter(None, (aware(row["last_contacted_at"]), aware(row["last_outbound_at"]))), default=None)


def _external_ids(row: Row) -> Any:
    """Ids by system; the one that a partner gave at another door is called "partner"."""
    if not row["external_id"]:
        return orjson.Fragment(row["external_ids"])
    return {"partner": row["external_id"]} | json.loads(row["external_ids"])


def _advisor_name(row: Row) -> str | None:
    if row["advisor_uuid"] is None:
        return None
    return f"{row['advisor_first_name']} {row['advisor_last_name']}".strip() or row["advisor_email"]


def _uuid(value: uuid.UUID | str | None) -> uuid.UUID | None:
    """SQLite keeps UUIDs as 32 hexadecimal digits."""
    return uuid.UUID(value) if isinstance(value, str) else value


def _plain(number: Decimal | float | None) -> str | None:
    """An amount that no contract gave as text: "85000", or "85000.50"."""
    return None if number is None else f"{number:.2f}".removesuffix(".00")
