"""Convoso's addresses. Each takes POST and GET alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from api.base import ContractView
from api.convoso import errors
from api.convoso.openapi.parameters import query_of
from api.convoso.views import leads, lists
from api.openapi.operations import Answer, Operation
from api.openapi.schemas import Schema, ref
from api.refusals import Refusal

_READING = (400, 401, 403, 429, 500)
_WITH_BODY = (400, 401, 403, 413, 415, 429, 500)

#: What the name of an address's GET ends in.
_BY_QUERY = "_by_query"

type Described = dict[tuple[type[ContractView], str], Operation]


def _address(
    view: type[ContractView],
    *,
    name: str,
    tag: str,
    summary: str,
    takes: str,
    answers: str,
    description: str = "",
    codes: Sequence[Refusal] = (),
    recorded: Sequence[str] = (),
    made_for: Mapping[str, str] | None = None,
) -> Described:
    """
    The two operations of an address. With status 200 come its answer, and its refusals with a code.

    made_for: the addresses that take the id of what was made, and by which parameter.
    """
    table = "".join(f"\n* {refusal.code}: {refusal.detail['text']}" for refusal in codes)
    says = "\n\n".join(part for part in (description, table and f"Refused with 200 and a code:\n{table}") if part)
    body: Schema = {"anyOf": [ref(answers), ref("Error")]} if codes else ref(answers)
    linked = {f"{target}{how}": parameter for target, parameter in (made_for or {}).items() for how in ("", _BY_QUERY)}
    says_200 = "The answer, or a refusal with a code." if codes else "The answer."
    answer = {200: Answer(says_200, body, made="/id" if linked else "", takes=linked)}
    return {
        (view, "post"): Operation(
            name=name,
            tag=tag,
            summary=summary,
            description=says,
            body=ref(takes),
            media_types=("application/x-www-form-urlencoded", "application/json"),
            is_body_required=False,
            answers=answer,
            refusals=_WITH_BODY,
            recorded=recorded,
        ),
        (view, "get"): Operation(
            name=f"{name}{_BY_QUERY}",
            twin_of=name,
            tag=tag,
            summary=f"{summary}, by GET",
            description=says,
            parameters=query_of(takes),
            answers=answer,
            refusals=_READING,
            recorded=recorded,
        ),
    }


_LIST_CODES = (errors.LIST_NAME_SHORT, errors.UNKNOWN_CAMPAIGN, errors.INVALID_STATUS, errors.LIST_NAME_TAKEN)

OPERATIONS: Mapping[tuple[type[ContractView], str], Operation] = {
    **_address(
        leads.Search,
        name="search_leads",
        tag="Leads",
        summary="Search leads",
        description=(
            "Leads for which every given filter holds, by ascending id. Texts must be equal but for case, phones are "
            "compared by their digits. Deleted and archived leads are hidden unless a filter asks for them."
        ),
        takes="LeadSearch",
        answers="SearchAnswer",
        codes=(errors.INVALID_OFFSET, errors.INVALID_LIMIT, errors.INVALID_DATE),
        recorded=(
            "search_a_list", "search_by_phone", "search_by_status", "search_by_name", "search_by_place",
            "search_first_page", "search_next_page", "search_finds_nobody",
        ),
    ),
    **_address(
        leads.Insert,
        name="insert_lead",
        tag="Leads",
        summary="Insert a lead",
        description=(
            "Needs phone_number and list_id. Unknown parameters are kept as custom fields. Without check_dup a known "
            "number makes another lead."
        ),
        takes="LeadInsert",
        answers="InsertAnswer",
        codes=(
            errors.PHONE_AND_LIST_REQUIRED, errors.NO_SUCH_LIST, errors.INVALID_PHONE, errors.INVALID_EMAIL,
            errors.NO_SUCH_USER, errors.FIELDS_MISSED, errors.DUPLICATE_LEAD,
        ),
        recorded=(
            "insert_a_lead", "insert_from_php", "error_list_not_found", "error_invalid_phone", "error_duplicate_lead",
        ),
        made_for=dict.fromkeys(("search_leads", "update_lead", "get_recordings", "delete_lead"), "lead_id"),
    ),
    **_address(
        leads.Update,
        name="update_lead",
        tag="Leads",
        summary="Update a lead",
        description="Needs lead_id. An empty value counts as not given.",
        takes="LeadUpdate",
        answers="UpdateAnswer",
        codes=(
            errors.INVALID_LEAD_ID, errors.LEAD_NOT_FOUND, errors.NO_SUCH_LIST, errors.INVALID_PHONE,
            errors.NO_SUCH_USER, errors.INVALID_EMAIL,
        ),
        recorded=("update_a_lead",),
    ),
    **_address(
        leads.Delete,
        name="delete_lead",
        tag="Leads",
        summary="Delete a lead",
        description="Needs lead_id.",
        takes="LeadDelete",
        answers="Done",
        codes=(errors.NO_SUCH_LEAD,),
        recorded=("delete_a_lead",),
    ),
    **_address(
        leads.GetRecordings,
        name="get_recordings",
        tag="Leads",
        summary="Get the recordings of a lead's calls",
        description="Needs lead_id. By ascending id.",
        takes="RecordingSearch",
        answers="RecordingsAnswer",
        codes=(errors.MISSING_USERS, errors.INVALID_OFFSET, errors.INVALID_LIMIT, errors.INVALID_DATE),
        recorded=("get_recordings", "get_recordings_of_a_time"),
    ),
    **_address(
        lists.SearchLists,
        name="search_lists",
        tag="Lists",
        summary="Search lists",
        takes="ListSearch",
        answers="ListsAnswer",
        codes=(errors.NO_SUCH_LIST, errors.INVALID_STATUS),
    ),
    **_address(
        lists.InsertList,
        name="insert_list",
        tag="Lists",
        summary="Insert a list",
        description="Needs name and campaign_id.",
        takes="ListInsert",
        answers="InsertListAnswer",
        codes=(errors.LIST_WITHOUT_NAME, *_LIST_CODES),
        made_for={"search_lists": "id", "update_list": "list_id", "insert_lead": "list_id", "delete_list": "list_id"},
    ),
    **_address(
        lists.UpdateList,
        name="update_list",
        tag="Lists",
        summary="Update a list",
        description="Needs list_id.",
        takes="ListUpdate",
        answers="UpdateListAnswer",
        codes=(errors.NO_SUCH_LIST, *_LIST_CODES),
    ),
    **_address(
        lists.DeleteList,
        name="delete_list",
        tag="Lists",
        summary="Delete a list",
        description="Needs list_id. Its leads stay, without a list.",
        takes="ListDelete",
        answers="Done",
        codes=(errors.NO_SUCH_LIST,),
    ),
    **_address(
        lists.SearchCampaigns,
        name="search_campaigns",
        tag="Campaigns",
        summary="Search campaigns",
        takes="CampaignSearch",
        answers="CampaignsAnswer",
    ),
    **_address(
        lists.SwitchCampaign,
        name="switch_campaign",
        tag="Campaigns",
        summary="Switch a campaign on or off",
        description="Needs campaign_id and status. The leads of a campaign that is off are not dialled.",
        takes="CampaignSwitch",
        answers="Done",
        codes=(errors.INVALID_CAMPAIGN, errors.INVALID_STATUS),
    ),
}  # fmt: skip
