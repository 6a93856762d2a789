"""What the columns of a lead are called on pages, and how their values are read out."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

#: "" for those that only follow another one.
LABELS: dict[str, str | Promise] = {
    "name": gettext_lazy("Name"),
    "first_name": "",
    "last_name": "",
    "business_name": gettext_lazy("Business"),
    "dba": gettext_lazy("Doing business as"),
    "title": gettext_lazy("Title"),
    "phone": gettext_lazy("Phone"),
    "phone_e164": "",
    "phone_code": "",
    "alt_phone_1": gettext_lazy("Other phone"),
    "alt_phone_2": gettext_lazy("Third phone"),
    "email": gettext_lazy("E-mail"),
    "requested_amount_given": gettext_lazy("Amount"),
    "requested_amount": "",
    "monthly_revenue_given": gettext_lazy("Monthly revenue"),
    "monthly_revenue": "",
    "annual_revenue_given": gettext_lazy("Annual revenue"),
    "annual_revenue": "",
    "funded_amount": gettext_lazy("Funded amount"),
    "industry": gettext_lazy("Industry"),
    "start_date": gettext_lazy("In business since"),
    "priority": gettext_lazy("Priority"),
    "tags": gettext_lazy("Tags"),
    "property_address": gettext_lazy("Property"),
    "address1": gettext_lazy("Street"),
    "address2": gettext_lazy("Address, line 2"),
    "city": gettext_lazy("City"),
    "state": gettext_lazy("State"),
    "province": gettext_lazy("Province"),
    "postal_code": gettext_lazy("Postal code"),
    "country": gettext_lazy("Country"),
    "time_zone": gettext_lazy("Time zone"),
    "date_of_birth": gettext_lazy("Date of birth"),
    "gender": gettext_lazy("Gender"),
    "notes": gettext_lazy("From the source"),
    "source_label": gettext_lazy("Source"),
    "external_id": gettext_lazy("External id"),
    "lost_reason": gettext_lazy("Lost because"),
    "modified_by_label": "",
    "created_by_label": "",
    "metadata": gettext_lazy("Metadata"),
    "custom_fields": gettext_lazy("Custom fields"),
    "external_ids": gettext_lazy("External ids"),
}
_LONGEST = 60


def label_of(column: str) -> str:
    known = LABELS.get(column)
    return column.replace("_", " ").capitalize() if known is None else str(known)


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
