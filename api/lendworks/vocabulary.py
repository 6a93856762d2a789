"""LendWorks' names beside ours."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping

from leads.models import Priority, Source

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", re.ASCII | re.IGNORECASE)

#: Its fields of a request body, and the columns (or intake's names) that hold them.
COLUMNS: Mapping[str, str] = {
    "businessName": "business_name",
    "contactFirstName": "first_name",
    "contactLastName": "last_name",
    "email": "email",
    "phone": "phone",
    "industry": "industry",
    "monthlyRevenue": "monthly_revenue_given",
    "requestedAmount": "requested_amount_given",
    "source": "source",
    "priority": "priority",
    "stageId": "stage",
    "tags": "tags",
    "customFields": "custom_fields",
    "assignToAdvisorId": "advisor",
    "contactId": "contact",
}
FIELDS: Mapping[str, str] = {column: field for field, column in COLUMNS.items()}

#: Its enums are ours.
SOURCES = tuple(Source.values)
PRIORITIES = tuple(Priority.values)
DEFAULT_SOURCE, DEFAULT_PRIORITY = Source.MANUAL, Priority.NORMAL

#: What a column holds after a PATCH with null.
CLEARED: Mapping[str, object] = {"priority": DEFAULT_PRIORITY, "tags": [], "custom_fields": {}}

DEFAULT_PAGE_LENGTH, LONGEST_PAGE = 20, 100
#: The document sets no bounds to these two; a lead needs some.
TAGS, TAG_LENGTH = 100, 100
CUSTOM_FIELDS_BYTES = 64 * 1024


def as_uuid(text: object) -> uuid.UUID | None:
    """The UUID, or None for anything but the usual 36 characters."""
    return uuid.UUID(text) if isinstance(text, str) and _UUID.match(text) else None
