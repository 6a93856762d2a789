"""The addresses of userleads, method by method."""

from __future__ import annotations

from collections.abc import Mapping

from api.base import ContractView
from api.openapi.operations import Answer, Operation, in_path, in_query
from api.openapi.schemas import DAY, ROW_ID, one_of, ref, whole
from api.userleads.log_in_views import LogIn, LogOut, Refresh, Register
from api.userleads.views import Companies, Leads, OneCompany, OneLead
from api.userleads.vocabulary import DEFAULT_PAGE_LENGTH, LONGEST_PAGE, STATUSES

_ANY = (400, 401, 403, 422, 429, 500)
_WITH_ID = (400, 401, 403, 404, 422, 429, 500)
_WITH_BODY = (400, 401, 403, 413, 415, 422, 429, 500)
_UNCOUNTED = (400, 401, 413, 415, 422, 500)
_WITH_BOTH = (400, 401, 403, 404, 413, 415, 422, 429, 500)

_PAGE = (
    in_query("cursor", whole(default=0), "Ids above this one; `next_cursor` of the page before.", may_be_empty=True),
    in_query(
        "limit",
        whole(1, default=DEFAULT_PAGE_LENGTH),
        f"How many on a page; more than {LONGEST_PAGE} is as good as {LONGEST_PAGE}.",
        may_be_empty=True,
    ),
)
_LEAD_ID = in_path("lead_id", ROW_ID, "The lead's id.")

OPERATIONS: Mapping[tuple[type[ContractView], str], Operation] = {
    (Leads, "get"): Operation(
        name="list_leads",
        tag="Leads",
        summary="List leads",
        description="The user's own leads for which every given condition holds, by ascending id.",
        parameters=(
            in_query("status", one_of(STATUSES), "In this status.", may_be_empty=True),
            in_query("company_id", whole(), "At this company.", may_be_empty=True),
            in_query("min_score", whole(), "With this score or more.", may_be_empty=True),
            in_query("max_score", whole(), "With this score or less.", may_be_empty=True),
            in_query("created_after", DAY, "Made on this day or later, in UTC.", may_be_empty=True),
            in_query("created_before", DAY, "Made on this day or earlier, in UTC.", may_be_empty=True),
            *_PAGE,
        ),
        answers={200: Answer("A page of leads.", ref("LeadList"))},
        refusals=_ANY,
        recorded=("list_leads", "list_leads_with_every_filter"),
    ),
    (Leads, "post"): Operation(
        name="create_lead",
        tag="Leads",
        summary="Create a lead",
        description="The lead is the user's own, new, and has the company's name, industry and phone.",
        body=ref("NewLead"),
        answers={201: Answer("The new lead.", ref("Lead"), made="/id")},
        refusals=(400, 401, 403, 404, 409, 413, 415, 422, 429, 500),
        recorded=("create_a_lead",),
    ),
    (OneLead, "get"): Operation(
        name="get_lead",
        tag="Leads",
        summary="Get a lead",
        parameters=(_LEAD_ID,),
        answers={200: Answer("The lead.", ref("Lead"))},
        refusals=_WITH_ID,
    ),
    (OneLead, "patch"): Operation(
        name="update_lead",
        tag="Leads",
        summary="Update a lead's status and notes",
        description=(
            "A status moves the lead to the first stage of that meaning, unless it stands in one already. 422 when the "
            "stage asks for something that the lead lacks. Everything but status and notes is ignored."
        ),
        parameters=(_LEAD_ID,),
        body=ref("LeadChanges"),
        answers={200: Answer("The lead as it is now.", ref("Lead"))},
        refusals=_WITH_BOTH,
        recorded=("update_a_lead",),
    ),
    (Companies, "get"): Operation(
        name="list_companies",
        tag="Companies",
        summary="List companies",
        description="Those of the whole organisation, by ascending id.",
        parameters=_PAGE,
        answers={200: Answer("A page of companies.", ref("CompanyList"))},
        refusals=_ANY,
    ),
    (Companies, "post"): Operation(
        name="create_company",
        tag="Companies",
        summary="Create a company",
        body=ref("NewCompany"),
        answers={201: Answer("The new company.", ref("Company"), made="/id")},
        refusals=_WITH_BODY,
    ),
    (OneCompany, "get"): Operation(
        name="get_company",
        tag="Companies",
        summary="Get a company",
        parameters=(in_path("company_id", ROW_ID, "The company's id."),),
        answers={200: Answer("The company.", ref("Company"))},
        refusals=_WITH_ID,
    ),
    (LogIn, "post"): Operation(
        name="log_in",
        tag="Tokens",
        summary="Log in",
        description="403 where a second step is asked for, and for who works in no organisation that is active.",
        body=ref("LogIn"),
        answers={200: Answer("An access token for fifteen minutes, and one to refresh it with.", ref("Tokens"))},
        refusals=(400, 401, 403, 413, 415, 422, 429, 500),
        is_public=True,
    ),
    (Refresh, "post"): Operation(
        name="refresh_tokens",
        tag="Tokens",
        summary="Get new tokens for a refresh token",
        description="Each is good once: one that comes a second time ends the log-in for whoever holds its tokens.",
        body=ref("RefreshToken"),
        answers={200: Answer("New tokens.", ref("Tokens"))},
        refusals=_UNCOUNTED,
        is_public=True,
    ),
    (LogOut, "post"): Operation(
        name="log_out",
        tag="Tokens",
        summary="Log out",
        body=ref("RefreshToken"),
        answers={200: Answer("The log-in has ended, with all its tokens.", ref("LoggedOut"))},
        refusals=_UNCOUNTED,
        is_public=True,
    ),
    (Register, "post"): Operation(
        name="sign_up",
        tag="Tokens",
        summary="Sign up",
        description="Nobody signs up here: a manager of the organisation invites people.",
        answers={},
        refusals=(403, 500),
        is_public=True,
    ),
}
