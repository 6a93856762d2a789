"""RecoverBiz's names beside ours."""

from __future__ import annotations

from collections.abc import Mapping

from leads.fields import MAX_LENGTH
from leads.models import Slot
from sequences.models import EnrollmentStatus

#: Its text fields of a lead, and the columns that hold them. phone has rules of its own.
TEXT_COLUMNS: Mapping[str, str] = {
    "name": "name",
    "first_name": "first_name",
    "last_name": "last_name",
    "email": "email",
    "company": "business_name",
    "notes": "notes",
    "property_address": "property_address",
    "source": "source_label",
    "external_id": "external_id",
}
TEXT_LENGTHS: Mapping[str, int | None] = {name: MAX_LENGTH.get(column) for name, column in TEXT_COLUMNS.items()}

#: Its statuses are the meanings of our stages.
STATUSES = tuple(Slot.values)

#: It has no word for a pause: who is paused is still being followed up.
ENROLLMENT_STATUSES: Mapping[str, str] = {
    EnrollmentStatus.ACTIVE: "active",
    EnrollmentStatus.PAUSED: "active",
    EnrollmentStatus.COMPLETED: "completed",
    EnrollmentStatus.CANCELLED: "cancelled",
}

DEFAULT_PAGE, LONGEST_PAGE = 50, 250
BULK_ROWS = 1000
STEPS = 100
#: Ten years. Longer waits are slips of the finger.
LONGEST_DELAY_HOURS = 10 * 365 * 24
