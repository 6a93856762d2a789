"""Turn what a door was given into column values: names joined and split, phones normalised, money read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from leads import contact
from leads.errors import InvalidValue
from leads.models import Lead

_AMOUNT = re.compile(r"\d{1,12}(\.\d{1,2})?\Z", re.ASCII)

#: Columns that a door may fill as they are.
TEXTS = frozenset(
    {
        "name", "first_name", "last_name", "business_name", "title", "dba", "gender", "date_of_birth", "phone",
        "phone_code", "alt_phone_1", "alt_phone_2", "email", "address1", "address2", "city", "state", "province",
        "postal_code", "country", "property_address", "time_zone", "carrier_name", "carrier_type",
        "requested_amount_given", "monthly_revenue_given", "annual_revenue_given", "industry", "start_date", "notes",
        "source_label", "source_id", "external_id", "created_by_label", "modified_by_label", "status_code",
        "std_company_name", "std_consumer_number", "std_account_number", "lost_reason",
    }
)  # fmt: skip
CHOICES = frozenset({"priority", "source"})
OBJECTS = frozenset({"external_ids", "metadata", "custom_fields"})
LINKS = frozenset({"contact", "company", "dial_list"})
#: Everything that may be given, but for stage, advisor and tags, which have doors of their own.
PLAIN = TEXTS | CHOICES | OBJECTS | LINKS
AMOUNTS = {f"{name}_given": name for name in ("requested_amount", "monthly_revenue", "annual_revenue")}
NAMES = ("name", "first_name", "last_name")

MAX_LENGTH: dict[str, int] = {
    field.name: field.max_length for field in Lead._meta.fields if field.name in TEXTS and field.max_length
}


def column_values(given: Mapping[str, Any]) -> dict[str, Any]:
    """
    The values to store for the given ones: each as it is, plus phone_e164, the Decimals, and the missing names.

    Raises InvalidValue for a text that is too long or an amount that is none, naming the field.
    """
    values = {key: value for key, value in given.items() if key in PLAIN}
    for key, limit in MAX_LENGTH.items():
        if key in values and len(values[key]) > limit:
            raise InvalidValue(f"{key} must be at most {limit} characters", field=key)
    if "phone" in values:
        values["phone_e164"] = contact.e164(values["phone"], country_code=values.get("phone_code") or "1")
    for key, column in AMOUNTS.items():
        if key in values:
            values[column] = amount(values[key], field=key)
    values.update(_names(values))
    return values


def amount(given: str, *, field: str = "") -> Decimal | None:
    """The number in "85000" or "85000.50"; None for ""."""
    if not given:
        return None
    if not _AMOUNT.match(given):
        raise InvalidValue(f"{field} must be a number such as 85000 or 85000.50", field=field)
    return Decimal(given)


def _names(values: Mapping[str, Any]) -> dict[str, str]:
    """The name from its parts, or the parts from the name, whichever was left out."""
    if not any(key in values for key in NAMES):
        return {}
    name, first, last = (str(values.get(key) or "") for key in NAMES)
    if name and not first and not last:
        first, last = contact.split_name(name)
        return {"first_name": first[:100], "last_name": last[:200]}
    if not name and (first or last):
        return {"name": contact.joined_name(first, last)[:255]}
    return {}
