"""Accounts, conversations, checklists and webhooks in RecoverBiz' document."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import available_timezones

from api.base import ContractView
from api.openapi.operations import Answer, Operation
from api.openapi.schemas import (
    BOOLEAN,
    MOMENT,
    READABLE,
    TRUE,
    WEBHOOK_URL,
    Schema,
    array,
    nullable,
    one_of,
    record,
    ref,
    said,
    text,
    whole,
)
from api.recoverbiz.openapi.common import (
    ACCOUNT_ID,
    CHANGE,
    FIND,
    NAME,
    NULL_MOMENT,
    NULL_TEXT,
    PAGE,
    PHONE_IN_PATH,
    READ,
    REMOVE,
    REQUIREMENT_ID,
    WEBHOOK_ID,
    WRITE,
    list_of,
)
from api.recoverbiz.views.accounts import Accounts, OneAccount
from api.recoverbiz.views.conversations import Conversations, Messages
from api.recoverbiz.views.requirements import OneRequirement, Requirements
from api.recoverbiz.views.webhooks import OneWebhook, Webhooks
from api.recoverbiz.webhooks import EVENTS
from leads.models import Channel, ItemKind
from leads.requirements import LAST_POSITION

_TIME_ZONES = sorted(
    name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix", "right"))
)
_REQUIREMENT_TEXT = text(most=10_000)

SCHEMAS: Mapping[str, Schema] = {
    "NewAccount": record({"name": NAME, "timezone": nullable(ref("TimeZone"))}, required=["name"]),
    "AccountChanges": record({"name": NAME, "timezone": ref("TimeZone"), "is_active": BOOLEAN}, required=[]),
    "TimeZone": said(one_of(_TIME_ZONES), "A name of the IANA time zone database."),
    "Account": record({"id": text(), "name": text(), "timezone": text(), "is_active": BOOLEAN, "created_at": MOMENT}),
    "AccountList": list_of("accounts", "Account"),
    "Conversation": record(
        {
            "phone": text(),
            "name": NULL_TEXT,
            "message_count": whole(0),
            "last_message_at": NULL_MOMENT,
            "summary": NULL_TEXT,
            "unanswered": said(BOOLEAN, "The borrower had the last word."),
            "needs_handoff": said(BOOLEAN, "The borrower asked for a person."),
            "ai_paused_until": NULL_MOMENT,
        }
    ),
    "ConversationList": list_of("conversations", "Conversation"),
    "NewMessage": record(
        {
            "message": text(least=1, most=1600, pattern=READABLE),
            "sent_by": said(nullable(text(most=255)), "Who wrote it; the key's name unless given."),
        },
        required=["message"],
    ),
    "Message": record(
        {
            "id": text(),
            "direction": one_of(["inbound", "outbound"]),
            "author": one_of(["lead", "human", "ai", "sequence", "system"]),
            "author_name": NULL_TEXT,
            "channel": one_of(Channel.values),
            "message": text(),
            "status": one_of(["received", "queued", "sending", "sent", "delivered", "failed", "cancelled"]),
            "created_at": MOMENT,
            "sent_at": NULL_MOMENT,
        }
    ),
    "MessageList": list_of("messages", "Message"),
    "MessageAnswer": record({"success": TRUE, "message": ref("Message")}),
    "NewRequirement": record(
        {
            "name": NAME,
            "type": one_of(ItemKind.values),
            "description": nullable(_REQUIREMENT_TEXT),
            "order": said(nullable(whole(0, LAST_POSITION)), "Its place in the checklist; the last unless given."),
            "is_active": said(nullable(BOOLEAN), "true unless given."),
        },
        required=["name", "type"],
    ),
    "RequirementChanges": record(
        {
            "name": NAME,
            "type": one_of(ItemKind.values),
            "description": nullable(_REQUIREMENT_TEXT),
            "order": whole(0, LAST_POSITION),
            "is_active": BOOLEAN,
        },
        required=[],
    ),
    "Requirement": record(
        {
            "id": text(),
            "name": text(),
            "type": one_of(ItemKind.values),
            "description": text(),
            "order": whole(0),
            "is_active": BOOLEAN,
        }
    ),
    "RequirementList": list_of("requirements", "Requirement"),
    "NewWebhook": record(
        {
            "url": WEBHOOK_URL,
            "events": array(one_of(EVENTS), least=1),
            "secret": said(text(least=1, most=255, pattern=READABLE), "What deliveries are signed with."),
        }
    ),
    "Webhook": record(
        {"id": text(), "url": text(), "events": array(one_of(EVENTS)), "active": BOOLEAN, "created_at": MOMENT}
    ),
    "WebhookList": list_of("webhooks", "Webhook"),
    "ErrorBody": record({"code": text(), "message": text(), "status": said(whole(400, 599), "The HTTP status.")}),
    "Error": record({"error": ref("ErrorBody")}),
}
OPERATIONS: Mapping[tuple[type[ContractView], str], Operation] = {
    (Accounts, "get"): Operation(
        name="list_accounts",
        tag="Accounts",
        summary="List accounts",
        parameters=PAGE,
        answers={200: Answer("A page of the partner's accounts, oldest first.", ref("AccountList"))},
        refusals=READ,
    ),
    (Accounts, "post"): Operation(
        name="create_account",
        tag="Accounts",
        summary="Create an account",
        description="Every key of the partner opens it at once. At most 100 an hour.",
        body=ref("NewAccount"),
        answers={201: Answer("The new account.", ref("Account"), made="/id")},
        refusals=WRITE,
    ),
    (OneAccount, "get"): Operation(
        name="get_account",
        tag="Accounts",
        summary="Get an account",
        parameters=(ACCOUNT_ID,),
        answers={200: Answer("The account.", ref("Account"))},
        refusals=(401, 404, 422, 429, 500),
    ),
    (OneAccount, "patch"): Operation(
        name="update_account",
        tag="Accounts",
        summary="Update an account",
        description="One that is not active answers 403 at every address below it, and sends nothing.",
        parameters=(ACCOUNT_ID,),
        body=ref("AccountChanges"),
        answers={200: Answer("The account as it is now.", ref("Account"))},
        refusals=CHANGE,
    ),
    (Conversations, "get"): Operation(
        name="list_conversations",
        tag="Conversations",
        summary="List conversations",
        description="The one that was last spoken in comes first.",
        parameters=(ACCOUNT_ID, *PAGE),
        answers={200: Answer("A page of conversations.", ref("ConversationList"))},
        refusals=FIND,
    ),
    (Messages, "get"): Operation(
        name="list_messages",
        tag="Conversations",
        summary="List messages",
        parameters=(ACCOUNT_ID, PHONE_IN_PATH, *PAGE),
        answers={200: Answer("A page of messages, newest first.", ref("MessageList"))},
        refusals=FIND,
    ),
    (Messages, "post"): Operation(
        name="send_message",
        tag="Conversations",
        summary="Send a message as a person",
        description=(
            "The AI pauses. 404 for a phone without a lead, 422 with the reason for one who must not be contacted; "
            "at most 100 a minute for each account."
        ),
        parameters=(ACCOUNT_ID, PHONE_IN_PATH),
        body=ref("NewMessage"),
        answers={201: Answer("The message, on its way.", ref("MessageAnswer"))},
        refusals=CHANGE,
    ),
    (Requirements, "get"): Operation(
        name="list_requirements",
        tag="Checklist",
        summary="List requirements",
        parameters=(ACCOUNT_ID, *PAGE),
        answers={200: Answer("A page of requirements, in the order of the checklist.", ref("RequirementList"))},
        refusals=FIND,
    ),
    (Requirements, "post"): Operation(
        name="create_requirement",
        tag="Checklist",
        summary="Create a requirement",
        description="Every lead's checklist asks for it from now on.",
        parameters=(ACCOUNT_ID,),
        body=ref("NewRequirement"),
        answers={201: Answer("The new requirement.", ref("Requirement"), made="/id")},
        refusals=CHANGE,
    ),
    (OneRequirement, "get"): Operation(
        name="get_requirement",
        tag="Checklist",
        summary="Get a requirement",
        parameters=(ACCOUNT_ID, REQUIREMENT_ID),
        answers={200: Answer("The requirement.", ref("Requirement"))},
        refusals=FIND,
    ),
    (OneRequirement, "patch"): Operation(
        name="update_requirement",
        tag="Checklist",
        summary="Update a requirement",
        description="One that is not active is asked of nobody; what was collected for it is kept.",
        parameters=(ACCOUNT_ID, REQUIREMENT_ID),
        body=ref("RequirementChanges"),
        answers={200: Answer("The requirement as it is now.", ref("Requirement"))},
        refusals=CHANGE,
    ),
    (OneRequirement, "delete"): Operation(
        name="delete_requirement",
        tag="Checklist",
        summary="Delete a requirement",
        description="It is gone from every checklist.",
        parameters=(ACCOUNT_ID, REQUIREMENT_ID),
        answers={200: Answer("It is gone.", ref("Deleted"))},
        refusals=REMOVE,
    ),
    (Webhooks, "get"): Operation(
        name="list_webhooks",
        tag="Webhooks",
        summary="List webhooks",
        parameters=PAGE,
        answers={200: Answer("A page of webhooks, oldest first.", ref("WebhookList"))},
        refusals=READ,
    ),
    (Webhooks, "post"): Operation(
        name="create_webhook",
        tag="Webhooks",
        summary="Create a webhook",
        description="It hears of all the partner's accounts, also of those that are made later.",
        body=ref("NewWebhook"),
        answers={201: Answer("The new webhook.", ref("Webhook"), made="/id")},
        refusals=WRITE,
    ),
    (OneWebhook, "get"): Operation(
        name="get_webhook",
        tag="Webhooks",
        summary="Get a webhook",
        parameters=(WEBHOOK_ID,),
        answers={200: Answer("The webhook.", ref("Webhook"))},
        refusals=(401, 404, 422, 429, 500),
    ),
    (OneWebhook, "delete"): Operation(
        name="delete_webhook",
        tag="Webhooks",
        summary="Delete a webhook",
        description="What was still waiting is not sent.",
        parameters=(WEBHOOK_ID,),
        answers={200: Answer("It is gone.", ref("Deleted"))},
        refusals=REMOVE,
    ),
}
