"""Leads as LendWorks shows them. Rows go from the database to JSON without becoming models: lists are read a lot."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from crm.models import Organization
from leads import tagging
from leads.models import Lead, LeadQuerySet

_COLUMNS = (
    "pk", "uuid", "business_name", "first_name", "last_name", "email", "phone", "industry", "monthly_revenue",
    "monthly_revenue_given", "requested_amount", "requested_amount_given", "source", "priority", "is_do_not_call",
    "dnc_reason", "dnc_at", "custom_fields", "external_id", "external_ids", "score", "last_contacted_at",
    "stage_entered_at", "converted_at", "converted_account_id", "converted_contact_id", "import_job_id", "created_at",
    "updated_at", "stage__uuid", "stage__key", "stage__label", "stage__color", "stage__slot", "advisor__uuid",
    "advisor__user__first_name", "advisor__user__last_name", "advisor__user__email", "created_by__uuid",
)  # fmt: skip


def leads(rows: LeadQuerySet) -> list[dict[str, Any]]:
    """The resources of these leads, in their order. Two statements."""
    values = list(rows.values(*_COLUMNS))
    tags = tagging.names_of([row["pk"] for row in values])
    return [_resource(row, tags.get(row["pk"], ())) for row in values]


def lead(organization: Organization, identity: uuid.UUID) -> dict[str, Any] | None:
    """One lead of the organisation, if it is there."""
    return next(iter(leads(Lead.objects.of(organization).filter(uuid=identity))), None)


def _resource(row: Mapping[str, Any], tags: Iterable[str]) -> dict[str, Any]:
    return {"id": row["uuid"], "type": "lead", "attributes": _attributes(row, tags)}


def _attributes(row: Mapping[str, Any], tags: Iterable[str]) -> dict[str, Any]:
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
        "isDoNotCall": row["is_do_not_call"],
        "dncReason": row["dnc_reason"] or None,
        "dncAt": row["dnc_at"],
        "tags": list(tags),
        "customFields": row["custom_fields"],
        "externalIds": _external_ids(row),
        "leadScore": row["score"],
        "stage": {
            "id": row["stage__uuid"],
            "stageKey": row["stage__key"],
            "stageLabel": row["stage__label"],
            "color": row["stage__color"],
            "semanticSlot": row["stage__slot"],
        },
        "primaryAdvisorId": row["advisor__uuid"],
        "primaryAdvisorName": _advisor_name(row),
        "convertedAt": row["converted_at"],
        "convertedAccountId": row["converted_account_id"],
        "convertedContactId": row["converted_contact_id"],
        "importJobId": row["import_job_id"],
        "createdBy": row["created_by__uuid"],
        "lastContactedAt": row["last_contacted_at"],
        "stageChangedAt": row["stage_entered_at"],
        "createdAt": row["created_at"],
        "updatedAt": row["updated_at"],
    }


def _external_ids(row: Mapping[str, Any]) -> dict[str, Any]:
    """Ids by system; the one that a partner gave at another door is called "partner"."""
    return ({"partner": row["external_id"]} if row["external_id"] else {}) | (row["external_ids"] or {})


def _advisor_name(row: Mapping[str, Any]) -> str | None:
    if row["advisor__uuid"] is None:
        return None
    return (
        f"{row['advisor__user__first_name']} {row['advisor__user__last_name']}".strip() or row["advisor__user__email"]
    )


def _plain(number: Decimal | None) -> str | None:
    """An amount that no contract gave as text: "85000", or "85000.50"."""
    return None if number is None else f"{number:.2f}".removesuffix(".00")
