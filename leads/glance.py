"""Of a lead, what the gate, the words of a step and its carrier look at: enough to fetch by the hundred."""

from __future__ import annotations

from leads.models import Lead

_LOOKED_AT = {
    "id", "uuid", "organization", "stage", "advisor", "conversation", "duplicate_of", "phone", "phone_e164",
    "phone_code", "email", "name", "first_name", "last_name", "business_name", "property_address", "state", "country",
    "time_zone", "is_do_not_call", "dnc_reason", "import_job_id", "deleted_at",
}  # fmt: skip

#: To be put into defer() where the lead comes along as "lead"; whatever of it is looked at is fetched all the same.
UNSEEN = [f"lead__{field.name}" for field in Lead._meta.concrete_fields if field.name not in _LOOKED_AT]
