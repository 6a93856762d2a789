"""What the columns of a lead are called on pages, and how their values are read out."""

from __future__ import annotations

from typing import Any

#: "" for those that only follow another one.
LABELS = {
    "name": "Name",
    "first_name": "",
    "last_name": "",
    "business_name": "Business",
    "dba": "Doing business as",
    "title": "Title",
    "phone": "Phone",
    "phone_e164": "",
    "phone_code": "",
    "alt_phone_1": "Other phone",
    "alt_phone_2": "Third phone",
    "email": "E-mail",
    "requested_amount_given": "Amount",
    "requested_amount": "",
    "monthly_revenue_given": "Monthly revenue",
    "monthly_revenue": "",
    "annual_revenue_given": "Annual revenue",
    "annual_revenue": "",
    "funded_amount": "Funded amount",
    "industry": "Industry",
    "start_date": "In business since",
    "priority": "Priority",
    "tags": "Tags",
    "property_address": "Property",
    "address1": "Street",
    "address2": "Address, line 2",
    "city": "City",
    "state": "State",
    "province": "Province",
    "postal_code": "Postal code",
    "country": "Country",
    "time_zone": "Time zone",
    "date_of_birth": "Date of birth",
    "gender": "Gender",
    "notes": "From the source",
    "source_label": "Source",
    "external_id": "External id",
    "lost_reason": "Lost because",
    "modified_by_label": "",
    "created_by_label": "",
    "metadata": "Metadata",
    "custom_fields": "Custom fields",
    "external_ids": "External ids",
}
_LONGEST = 60


def label_of(column: str) -> str:
    known = LABELS.get(column)
    return column.replace("_", " ").capitalize() if known is None else known


def shown(value: Any) -> str:
    """A value in a sentence: short, on one line; "" for nothing."""
    if value is None or value == "" or value == [] or value == {}:
        return ""
    if isinstance(value, list):
        value = ", ".join(str(item) for item in value)
    elif isinstance(value, dict):
        value = ", ".join(f"{key}: {item}" for key, item in value.items())
    text = " ".join(str(value).split())
    return f"“{text[:_LONGEST]}…”" if len(text) > _LONGEST else f"“{text}”"
