"""LendWorks' addresses, method by method."""

from __future__ import annotations

from collections.abc import Mapping

from api.base import ContractView
from api.idempotency import REPLAY_HEADER
from api.lendworks import vocabulary
from api.lendworks.public import Status, WebhookCatalog
from api.lendworks.views import Leads, OneLead
from api.lendworks.webhook_endpoints import OneWebhook, Webhooks
from api.openapi.operations import Answer, Operation, in_header, in_path, in_query
from api.openapi.schemas import UUID, one_of, ref, text, whole

_ANY = (400, 401, 403, 422, 429, 500)
_WITH_ID = (400, 401, 403, 404, 422, 429, 500)
_WITH_BODY = (400, 401, 403, 409, 413, 415, 422, 429, 500)
_WITH_BOTH = (400, 401, 403, 404, 409, 413, 415, 422, 429, 500)

_LEAD_ID = in_path("lead_id", UUID, "The lead's id.")
_WEBHOOK_ID = in_path("webhook_id", text(), "The webhook's id.")
_PAGE = (
    in_query("page", whole(1, default=1), "Which page, counted from 1. One past the end is empty."),
    in_query(
        "limit",
        whole(1, default=vocabulary.DEFAULT_PAGE_LENGTH),
        f"How many on a page; more than {vocabulary.LONGEST_PAGE} is as good as {vocabulary.LONGEST_PAGE}.",
    ),
)
_IDEMPOTENCY_KEY = in_header(
    "Idempotency-Key",
    text(pattern="^[A-Za-z0-9_-]{1,256}$"),
    "Of your own making. For 24 hours, the same request with the same key is done once and gets the same answer.",
)
_REPLAY = {REPLAY_HEADER: {"description": "The answer was kept from an earlier request.", "schema": one_of(["true"])}}
_OFFER = "An `Idempotency-Key` makes it safe to send the request again."

OPERATIONS: Mapping[tuple[type[ContractView], str], Operation] = {
    (Leads, "get"): Operation(
        name="list_leads",
        tag="Leads",
        summary="List leads",
        description="The organisation's leads, newest first.",
        parameters=(
            *_PAGE,
            in_query("search", text(), "Words that all occur in business name, contact name or e-mail, in any case."),
        ),
        answers={200: Answer("A page of leads.", ref("LeadList"))},
        refusals=_ANY,
        recorded=("list_leads",),
    ),
    (Leads, "post"): Operation(
        name="create_lead",
        tag="Leads",
        summary="Create a lead",
        description=f"Every field may be left out; null is the same as left out, unknown fields are ignored. {_OFFER}",
        parameters=(_IDEMPOTENCY_KEY,),
        body=ref("NewLead"),
        answers={201: Answer("The new lead.", ref("LeadAnswer"), _REPLAY, made="/data/id")},
        refusals=_WITH_BODY,
        recorded=("create_a_lead",),
    ),
    (OneLead, "get"): Operation(
        name="get_lead",
        tag="Leads",
        summary="Get a lead",
        parameters=(_LEAD_ID,),
        answers={200: Answer("The lead.", ref("LeadAnswer"))},
        refusals=_WITH_ID,
        recorded=("get_a_lead",),
    ),
    (OneLead, "patch"): Operation(
        name="update_lead",
        tag="Leads",
        summary="Update a lead",
        description=(
            "What is given overwrites, null clears, all else stays. `source`, `stageId`, `assignToAdvisorId` and "
            f"`contactId` can't be changed here and are refused. {_OFFER}"
        ),
        parameters=(_LEAD_ID, _IDEMPOTENCY_KEY),
        body=ref("LeadChanges"),
        answers={200: Answer("The lead as it is now.", ref("LeadAnswer"), _REPLAY)},
        refusals=_WITH_BOTH,
        recorded=("update_a_lead",),
    ),
    (Webhooks, "get"): Operation(
        name="list_webhooks",
        tag="Webhooks",
        summary="List webhooks",
        parameters=_PAGE,
        answers={200: Answer("A page of webhooks, newest first.", ref("WebhookList"))},
        refusals=_ANY,
    ),
    (Webhooks, "post"): Operation(
        name="create_webhook",
        tag="Webhooks",
        summary="Create a webhook",
        description=f"The answer has the signing secret, which is never shown again. {_OFFER}",
        parameters=(_IDEMPOTENCY_KEY,),
        body=ref("NewWebhook"),
        answers={201: Answer("The new webhook with its secret.", ref("WebhookAnswer"), _REPLAY, made="/data/id")},
        refusals=_WITH_BODY,
    ),
    (OneWebhook, "get"): Operation(
        name="get_webhook",
        tag="Webhooks",
        summary="Get a webhook",
        parameters=(_WEBHOOK_ID,),
        answers={200: Answer("The webhook.", ref("WebhookAnswer"))},
        refusals=_WITH_ID,
    ),
    (OneWebhook, "patch"): Operation(
        name="update_webhook",
        tag="Webhooks",
        summary="Update a webhook",
        description=f"Switching it on again forgives what failed before. {_OFFER}",
        parameters=(_WEBHOOK_ID, _IDEMPOTENCY_KEY),
        body=ref("WebhookChanges"),
        answers={200: Answer("The webhook as it is now.", ref("WebhookAnswer"), _REPLAY)},
        refusals=_WITH_BOTH,
    ),
    (OneWebhook, "delete"): Operation(
        name="delete_webhook",
        tag="Webhooks",
        summary="Delete a webhook",
        description="What was still waiting is not sent. Needs a key with permission `full`.",
        parameters=(_WEBHOOK_ID,),
        answers={200: Answer("It is gone.", ref("DeletedWebhookAnswer"))},
        refusals=_WITH_ID,
    ),
    (WebhookCatalog, "get"): Operation(
        name="list_webhook_events",
        tag="Webhooks",
        summary="List the events that webhooks can hear of",
        answers={200: Answer("The events.", ref("CatalogAnswer"))},
        is_public=True,
    ),
    (Status, "get"): Operation(
        name="get_status",
        tag="Service",
        summary="Ask whether the service is up",
        answers={200: Answer("It is.", ref("StatusAnswer"))},
        is_public=True,
    ),
}
