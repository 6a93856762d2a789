"""LendWorks' bodies as JSON Schema. What depends on rows (is the stage known?) is refused beyond them, with 422."""

from __future__ import annotations

from collections.abc import Mapping

from api.lendworks import vocabulary
from api.lendworks.webhooks import EVENTS
from api.openapi.schemas import (
    BOOLEAN,
    EMAIL,
    MOMENT,
    READABLE,
    TRUE,
    UUID,
    WEBHOOK_URL,
    Schema,
    array,
    just,
    mapping,
    nullable,
    one_of,
    record,
    ref,
    said,
    text,
    whole,
    without,
)
from leads.models import Slot

_AMOUNT = text(pattern=r"^[0-9]{1,12}(\.[0-9]{1,2})?$", example="85000")
_MARKUP: Schema = {"type": "string", "pattern": "<[A-Za-z/!?]"}
_BUSINESS_NAME: Schema = text(least=1, most=255, pattern=READABLE) | {"not": _MARKUP}
_EVENTS = array(one_of(EVENTS), least=1, most=len(EVENTS))
_NULL_UUID, _NULL_MOMENT, _NULL_TEXT = nullable(UUID), nullable(MOMENT), nullable(text())

_FIELDS: Mapping[str, Schema] = {
    "businessName": said(nullable(_BUSINESS_NAME), "1 to 255 characters, kept as given. Markup is refused."),
    "contactFirstName": nullable(text(most=100)),
    "contactLastName": nullable(text(most=100)),
    "email": nullable(EMAIL),
    "phone": said(nullable(text(most=20)), "Any text. One that can be dialled is known to the other contracts too."),
    "industry": nullable(text(most=100)),
    "monthlyRevenue": said(nullable(_AMOUNT), "An amount as text, with up to two decimals. It comes back as given."),
    "requestedAmount": said(nullable(_AMOUNT), "An amount as text, with up to two decimals. It comes back as given."),
    "priority": said(nullable(one_of(vocabulary.PRIORITIES)), "`normal` unless given."),
    "tags": nullable(array(text(least=1, most=vocabulary.TAG_LENGTH), most=vocabulary.TAGS)),
    "customFields": said(nullable(mapping()), "Whatever else is to be kept, up to 64 KB of JSON."),
}
_ON_CREATION: Mapping[str, Schema] = {
    "source": said(nullable(one_of(vocabulary.SOURCES)), "`manual` unless given."),
    "stageId": said(_NULL_UUID, "A stage of the organisation; the first one unless given."),
    "assignToAdvisorId": said(_NULL_UUID, "An advisor of the organisation who is to work on the lead."),
    "contactId": said(_NULL_UUID, "A contact of the organisation. It is kept and not shown."),
}

_ATTRIBUTES: Mapping[str, Schema] = {
    "businessName": _NULL_TEXT,
    "contactFirstName": _NULL_TEXT,
    "contactLastName": _NULL_TEXT,
    "email": _NULL_TEXT,
    "phone": _NULL_TEXT,
    "industry": _NULL_TEXT,
    "monthlyRevenue": _NULL_TEXT,
    "requestedAmount": _NULL_TEXT,
    "source": one_of(vocabulary.SOURCES),
    "priority": one_of(vocabulary.PRIORITIES),
    "isDoNotCall": BOOLEAN,
    "dncReason": _NULL_TEXT,
    "dncAt": _NULL_MOMENT,
    "tags": array(text()),
    "customFields": mapping(),
    "externalIds": said(mapping(), "The lead's ids in other systems, by system."),
    "leadScore": said(nullable(whole(0, 100)), "Null until somebody has worked on the lead."),
    "stage": ref("Stage"),
    "primaryAdvisorId": _NULL_UUID,
    "primaryAdvisorName": _NULL_TEXT,
    "convertedAt": _NULL_MOMENT,
    "convertedAccountId": _NULL_UUID,
    "convertedContactId": _NULL_UUID,
    "importJobId": _NULL_UUID,
    "createdBy": said(_NULL_UUID, "The advisor who made the lead; null when a key did."),
    "lastContactedAt": _NULL_MOMENT,
    "stageChangedAt": MOMENT,
    "createdAt": MOMENT,
    "updatedAt": MOMENT,
}
_WEBHOOK: Mapping[str, Schema] = {
    "url": text(),
    "events": array(one_of(EVENTS)),
    "isActive": BOOLEAN,
    "switchedOffBecause": said(_NULL_TEXT, "Why deliveries have stopped, when we stopped them."),
    "createdAt": MOMENT,
    "secret": said(text(), "What deliveries are signed with. Only in the answer that made the webhook."),
}
_PAGE: Mapping[str, Schema] = {"total": whole(0), "page": whole(1), "limit": whole(1, vocabulary.LONGEST_PAGE)}

SCHEMAS: Mapping[str, Schema] = {
    "NewLead": record({**_FIELDS, **_ON_CREATION}, required=[]),
    "LeadChanges": record(_FIELDS, required=[]) | without(*_ON_CREATION),
    "Stage": record(
        {"id": UUID, "stageKey": text(), "stageLabel": text(), "color": text(), "semanticSlot": one_of(Slot.values)}
    ),
    "LeadAttributes": record(_ATTRIBUTES),
    "Lead": record({"id": UUID, "type": just("lead"), "attributes": ref("LeadAttributes")}),
    "LeadAnswer": record({"data": ref("Lead"), "meta": ref("Meta")}),
    "LeadList": record({"data": array(ref("Lead")), "meta": ref("PageMeta")}),
    "Meta": record({"requestId": UUID}),
    "PageMeta": record({**_PAGE, "hasMore": BOOLEAN, "requestId": UUID}),
    "NewWebhook": record(
        {
            "url": WEBHOOK_URL,
            "events": _EVENTS,
            "secret": said(nullable(text(least=1, most=255)), "Made for you when you give none."),
        },
        required=["url", "events"],
    ),
    "WebhookChanges": record({"url": WEBHOOK_URL, "events": _EVENTS, "isActive": BOOLEAN}, required=[]),
    "WebhookAttributes": record(_WEBHOOK, optional=["secret"]),
    "Webhook": record({"id": text(), "type": just("webhook"), "attributes": ref("WebhookAttributes")}),
    "WebhookAnswer": record({"data": ref("Webhook"), "meta": ref("Meta")}),
    "WebhookList": record({"data": array(ref("Webhook")), "meta": ref("PageMeta")}),
    "DeletedWebhook": record({"id": text(), "type": just("webhook"), "deleted": TRUE}),
    "DeletedWebhookAnswer": record({"data": ref("DeletedWebhook"), "meta": ref("Meta")}),
    "Status": record({"status": just("operational"), "version": text(), "timestamp": MOMENT}),
    "StatusAnswer": record({"data": ref("Status"), "meta": ref("Meta")}),
    "CatalogEvent": record(
        {"event": one_of(EVENTS), "description": text(), "fields": said(array(text()), "The names in its data.")}
    ),
    "CatalogMeta": record({"total": whole(0), "requestId": UUID}),
    "CatalogAnswer": record({"data": array(ref("CatalogEvent")), "meta": ref("CatalogMeta")}),
    "ErrorDetail": said(
        record(
            {
                "field": text(),
                "retryAfter": whole(1),
                "limit": whole(1),
                "remaining": whole(0),
                "resetAt": said(whole(0), "A Unix second."),
                "permission": text(),
                "method": text(),
            },
            required=[],
        ),
        "What is known besides, such as the field at fault.",
    ),
    "ErrorEntry": record({"code": text(), "message": text(), "detail": ref("ErrorDetail")}, optional=["detail"]),
    "Error": said(
        record({"errors": array(ref("ErrorEntry"), least=1), "meta": ref("Meta")}),
        "One entry for each field that fails, all at once.",
    ),
}
