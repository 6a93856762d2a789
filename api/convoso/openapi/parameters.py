"""
The parameters of Convoso's addresses.

Nearly everything is taken: what a parameter can't mean is answered with 200 and a code, so that the schemas say no more
than what is refused with another status: nested values, and texts that are too long.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from api.convoso import vocabulary
from api.openapi.operations import Json, in_query
from api.openapi.schemas import Schema, record, text

#: More characters than any number has when it is written out.
_LONGEST_NUMBER = 25
#: What a form, a query string or JSON can say without nesting.
SCALAR: Schema = {"type": ["string", "integer", "number", "boolean", "null"]}

_SAYS: Mapping[str, str] = {
    "lead_id": "A lead's id.",
    "list_id": "A list's id.",
    "user_id": "The id of the user who owns the lead; the same as owner_id.",
    "owner_id": "The id of the user who owns the lead.",
    "status": "A status code, of your own making.",
    "phone_number": "In any punctuation, with or without its country code.",
    "phone_code": "A country calling code; 1 unless given.",
    "created_by": "What the client that made the lead calls itself.",
    "last_modified_by": "What the client that changed the lead calls itself.",
    "date_of_birth": "YYYY-MM-DD.",
    "start_date": "YYYY-MM-DD.",
    "offset": "A whole number: how many to pass over; 0 unless given.",
    "start_time": "YYYY-MM-DD HH:MM:SS in UTC: recordings that began then or later.",
    "end_time": "YYYY-MM-DD HH:MM:SS in UTC: recordings that began then or earlier.",
    "hopper": "Yes or no: the lead waits to be dialled.",
    "hopper_priority": "A whole number from 0, the lowest, to 99, which it is unless given.",
    "hopper_expires_in": "A whole number of minutes from 1 to 300; never unless given.",
    "update_if_found": "Yes or no: change the lead that is there, if there is one.",
    "search_list_id": "With update_if_found: look in this list.",
    "search_campaign_id": "With update_if_found: look in the lists of this campaign.",
    "update_order_by_last_called_time": "With update_if_found: of several, the first by ASC or DESC.",
    "check_dup": "0 to 4: not at all, in this list, in all lists, in archived leads too, in everything.",
    "check_dup_list": "Yes or no: refuse a number that this list has.",
    "check_dup_archive": "Yes or no: refuse a number that an archived lead has.",
    "check_dnc": "Yes or no: refuse a number that must not be called.",
    "check_wireless": "Yes or no: refuse a mobile number.",
    "reject_by_carrier_type": "MOBILE, VOIP, LANDLINE, with commas between them: refuse such numbers.",
    "filter_phone_code": "Yes or no: take the country code off the front of the number.",
    "blueinkdigital_token": "Taken and ignored.",
    "monthly_revenue": "A number.",
    "annual_revenue": "A number.",
    "id": "A list's id.",
    "campaign_id": "A campaign's id.",
    "name": "At least 10 characters, unlike that of any other list.",
}
_SWITCH = "1 for active, 0 for inactive."
_OPTIONS = (
    "phone_code", "owner_id", "hopper", "hopper_priority", "hopper_expires_in", "update_if_found", "lead_id",
    "search_list_id", "search_campaign_id", "update_order_by_last_called_time", "check_dup", "check_dup_list",
    "check_dup_archive", "check_dnc", "check_wireless", "reject_by_carrier_type", "filter_phone_code",
    "blueinkdigital_token",
)  # fmt: skip
_COLUMNS = tuple(vocabulary.COLUMNS)
_SEARCHED = ("lead_id", "list_id", "user_id", "owner_id", *vocabulary.TEXTS, "phone_number", *vocabulary.ALT_PHONES)
_CUSTOM = {"maxLength": vocabulary.CUSTOM_NAME_LENGTH}


def _limit(most: int) -> str:
    return f"A whole number from 1 to {most:,}: how many at most; {vocabulary.DEFAULT_LIMIT} unless given."


def _scalar(length: int | None) -> Schema:
    """Numbers are texts here: a column that is too short for some takes whole ones of so many digits."""
    if length is None:
        return SCALAR
    if length >= _LONGEST_NUMBER:
        return SCALAR | {"maxLength": length}
    most = 10 ** (length - 1) - 1
    types = [each for each in SCALAR["type"] if each != "number"]
    return {"type": types, "maxLength": length, "minimum": -most, "maximum": most}


def _described(names: Iterable[str], says: Mapping[str, str], *, bounded: bool) -> dict[str, Schema]:
    """A schema for each parameter; bounded ones are kept, and must not be longer than their column."""
    lengths = vocabulary.LENGTHS if bounded else {}
    return {
        name: _scalar(lengths.get(name))
        | ({"description": words} if (words := says.get(name) or _SAYS.get(name, "")) else {})
        for name in names
    }


def _when(name: str) -> str:
    """updated_at_start_date: what it asks for."""
    what, _, side = name.removesuffix("_date").rpartition("_")
    event = {"created_at": "made", "last_call": "last called", "deleted_at": "deleted", "archived_at": "archived"}
    day = "then or later" if side == "start" else "then or earlier; a bare date means the whole day"
    return f"YYYY-MM-DD or YYYY-MM-DD HH:MM:SS in UTC: leads that were {event.get(what, 'changed')} {day}."


_FILTERS = _described(_SEARCHED, {}, bounded=False) | _described(
    vocabulary.DATE_RANGES, {name: _when(name) for name in vocabulary.DATE_RANGES}, bounded=False
)
_LIST = _described(["name", "campaign_id", "status", "description"], {"status": _SWITCH}, bounded=False)
for _name in ("name", "description"):
    _LIST[_name] |= {"maxLength": vocabulary.LIST_LENGTH}

PARAMETERS: Mapping[str, Mapping[str, Schema]] = {
    "LeadSearch": _FILTERS
    | _described(["offset", "limit"], {"limit": _limit(vocabulary.LONGEST_SEARCH)}, bounded=False),
    "LeadInsert": _described(("phone_number", "list_id", *_COLUMNS, *_OPTIONS), {}, bounded=True),
    "LeadUpdate": _described(
        ("lead_id", "list_id", "phone_number", "phone_code", "owner_id", *_COLUMNS), {}, bounded=True
    ),
    "LeadDelete": _described(["lead_id"], {}, bounded=False),
    "RecordingSearch": _described(
        ["lead_id", "start_time", "end_time", "offset", "limit"],
        {"limit": _limit(vocabulary.MOST_RECORDINGS)},
        bounded=False,
    ),
    "ListSearch": _described(
        ["status", "id", "campaign_id"], {"status": f"{_SWITCH} All unless given."}, bounded=False
    ),
    "ListInsert": _LIST,
    "ListUpdate": {**_described(["list_id"], {}, bounded=False), **_LIST},
    "ListDelete": _described(["list_id"], {}, bounded=False),
    "CampaignSearch": {},
    "CampaignSwitch": _described(["campaign_id", "status"], {"status": _SWITCH}, bounded=False),
}
#: Whose unknown parameters are kept as custom fields.
KEEPING = frozenset({"LeadInsert", "LeadUpdate"})
_TOKEN = {**SCALAR, "description": "The token. It may stand here or in the query string; here it wins."}


def body_of(name: str) -> Schema:
    """The parameters as a form or as JSON."""
    names: Json = {"not": {"pattern": r"\["}, **(_CUSTOM if name in KEEPING else {})}
    return record({"auth_token": _TOKEN, **PARAMETERS[name]}, required=[]) | {
        "additionalProperties": SCALAR,
        "propertyNames": names,
    }


def query_of(name: str) -> list[Json]:
    """The parameters in a query string, where everything is text."""
    return [
        in_query(each, text(most=schema.get("maxLength")), schema.get("description", ""), may_be_empty=True)
        for each, schema in PARAMETERS[name].items()
    ]
