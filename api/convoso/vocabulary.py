"""Convoso's names beside ours."""

from __future__ import annotations

from collections.abc import Mapping

from leads.fields import MAX_LENGTH

#: Parameters that are texts, and the columns that hold them. A search compares them exactly, whatever their case.
TEXTS: Mapping[str, str] = {
    "status": "status_code",
    "created_by": "created_by_label",
    "last_modified_by": "modified_by_label",
    "email": "email",
    "first_name": "first_name",
    "last_name": "last_name",
    "address1": "address1",
    "address2": "address2",
    "city": "city",
    "state": "state",
    "province": "province",
    "postal_code": "postal_code",
    "country": "country",
    "gender": "gender",
    "date_of_birth": "date_of_birth",
    "std_company_name": "std_company_name",
    "std_consumer_number": "std_consumer_number",
    "std_account_number": "std_account_number",
}
ALT_PHONES = ("alt_phone_1", "alt_phone_2")
#: Further fields of a lead that can be written but not searched for.
FURTHER_TEXTS: Mapping[str, str] = {
    "notes": "notes",
    "title": "title",
    "business_name": "business_name",
    "dba": "dba",
    "industry": "industry",
    "start_date": "start_date",
    "monthly_revenue": "monthly_revenue_given",
    "annual_revenue": "annual_revenue_given",
    "source_id": "source_id",
    "carrier_name": "carrier_name",
    "carrier_type": "carrier_type",
}
NUMBERS = frozenset({"monthly_revenue", "annual_revenue"})
DATES = frozenset({"date_of_birth", "start_date"})

COLUMNS: Mapping[str, str] = {**TEXTS, **{name: name for name in ALT_PHONES}, **FURTHER_TEXTS}
LENGTHS: Mapping[str, int] = {name: MAX_LENGTH[column] for name, column in COLUMNS.items() if column in MAX_LENGTH}

#: Parameters that say how, not what: never kept as custom fields.
OPTIONS = frozenset(
    {
        "auth_token", "lead_id", "list_id", "owner_id", "user_id", "phone_number", "phone_code", "hopper",
        "hopper_priority", "hopper_expires_in", "update_if_found", "check_dup", "check_dup_list", "check_dup_archive",
        "check_dnc", "check_wireless", "filter_phone_code", "blueinkdigital_token", "reject_by_carrier_type",
        "search_campaign_id", "search_list_id", "update_order_by_last_called_time",
    }
)  # fmt: skip
#: Names of the answer that are ours to fill: a parameter of such a name is dropped.
OURS = frozenset({"id", "created_at", "modified_at", "deleted_at", "archived_at", "last_called_at"})
CUSTOM_NAME_LENGTH = 100
CUSTOM_FIELDS_BYTES = 64 * 1024

#: Date filters: parameter -> column; each with a start and an end.
DATE_RANGES: Mapping[str, str] = {
    "created_at_start_date": "created_at__gte",
    "created_at_end_date": "created_at__lte",
    "updated_at_start_date": "updated_at__gte",
    "updated_at_end_date": "updated_at__lte",
    "changed_at_start_date": "updated_at__gte",
    "changed_at_end_date": "updated_at__lte",
    "last_call_start_date": "last_called_at__gte",
    "last_call_end_date": "last_called_at__lte",
    "deleted_at_start": "deleted_at__gte",
    "deleted_at_end": "deleted_at__lte",
    "archived_at_start": "archived_at__gte",
    "archived_at_end": "archived_at__lte",
}

#: Status codes are free; this one says what a borrower asked for, and is taken at its word.
DO_NOT_CALL_STATUS = "DNC"

DEFAULT_LIMIT, LONGEST_SEARCH, MOST_RECORDINGS = 10, 2000, 100
#: Of the name and description of a list.
SHORTEST_LIST_NAME, LIST_LENGTH = 10, 255
