"""Leads in RecoverBiz' document. What depends on rows (is the external id taken?) is refused beyond the schemas."""

from __future__ import annotations

from collections.abc import Mapping

from api.base import ContractView
from api.openapi.operations import Answer, Operation, in_query
from api.openapi.schemas import (
    ANYTHING,
    BOOLEAN,
    EMAIL,
    MOMENT,
    TRUE,
    Schema,
    array,
    mapping,
    nullable,
    one_of,
    record,
    ref,
    said,
    text,
    whole,
)
from api.recoverbiz import vocabulary
from api.recoverbiz.openapi.common import (
    ACCOUNT_ID,
    CHANGE,
    FIND,
    NULL_MOMENT,
    NULL_TEXT,
    PAGE,
    PHONE,
    PHONE_IN_PATH,
    REMOVE,
    STATUS,
    WITH_PHONE,
    list_of,
)
from api.recoverbiz.views.leads import BulkLeads, Leads, OneLead
from leads.models import ItemKind, ItemStatus

_EMAIL: Schema = {"anyOf": [EMAIL, text(most=0), {"type": "null"}]}

_SAYS: Mapping[str, str] = {
    "company": "The lead's company or employer.",
    "source": "A label of your own, such as application.",
    "external_id": "Your own id of the lead. It tells leads apart like the phone does.",
}
_TEXTS: Mapping[str, Schema] = {
    name: {**nullable(text(most=limit)), **({"description": _SAYS[name]} if name in _SAYS else {})}
    for name, limit in vocabulary.TEXT_LENGTHS.items()
} | {"email": _EMAIL}
_METADATA = said(nullable(mapping()), "Whatever else is to be kept with the lead.")

_LISTED: Mapping[str, Schema] = {
    "phone": text(),
    "name": NULL_TEXT,
    "email": NULL_TEXT,
    "status": STATUS,
    "source": NULL_TEXT,
}
_FULL: Mapping[str, Schema] = {
    **_LISTED,
    "company": NULL_TEXT,
    "external_id": NULL_TEXT,
    "checklist": ref("Checklist"),
    "conversation": ref("ConversationSummary"),
    "sequence": nullable(ref("SequenceStanding")),
    "first_name": NULL_TEXT,
    "last_name": NULL_TEXT,
    "property_address": NULL_TEXT,
    "notes": NULL_TEXT,
    "metadata": mapping(),
    "created_at": MOMENT,
}

SCHEMAS: Mapping[str, Schema] = {
    "LeadImport": record(
        {
            "phone": PHONE,
            **_TEXTS,
            "metadata": _METADATA,
            "auto_sequence": said(nullable(BOOLEAN), "Start the default sequence at once; false unless given."),
        },
        required=["phone"],
    ),
    "LeadChanges": record({"phone": PHONE, **_TEXTS, "metadata": _METADATA, "status": STATUS}, required=[]),
    "ImportedLead": record({**_LISTED, "external_id": NULL_TEXT, "sequence_enrolled": BOOLEAN, "created_at": MOMENT}),
    "ImportAnswer": record(
        {"success": TRUE, "action": one_of(["created", "updated", "skipped"]), "lead": ref("ImportedLead")}
    ),
    "BulkImport": record(
        {
            "leads": said(
                array({"anyOf": [ref("LeadImport"), ANYTHING]}, most=vocabulary.BULK_ROWS),
                "Like single imports. A row that can't be taken harms no other: `errors` tells of it.",
            )
        }
    ),
    "BulkAnswer": record(
        {
            "success": TRUE,
            "imported": whole(0),
            "updated": whole(0),
            "skipped": whole(0),
            "errors": array(ref("RowError")),
        }
    ),
    "RowError": record(
        {
            "index": said(whole(0), "The row's place, counted from 0."),
            "phone": said(ANYTHING, "As it was sent."),
            "code": text(),
            "message": text(),
        }
    ),
    "ListedLead": record(
        {
            **_LISTED,
            "checklist_progress": {"type": "number", "minimum": 0, "maximum": 1},
            "last_message_at": NULL_MOMENT,
            "created_at": MOMENT,
        }
    ),
    "LeadList": list_of("leads", "ListedLead"),
    "Lead": record(_FULL),
    "ChangedLead": record({**_FULL, "success": TRUE, "lead": ref("Lead")}),
    "Checklist": record(
        {"progress": {"type": "number", "minimum": 0, "maximum": 1}, "items": array(ref("ChecklistItem"))}
    ),
    "ChecklistItem": record(
        {
            "name": text(),
            "type": one_of(ItemKind.values),
            "status": one_of(ItemStatus.values),
            "collected_at": MOMENT,
            "value": text(),
        },
        optional=["collected_at", "value"],
    ),
    "ConversationSummary": record(
        {
            "message_count": whole(0),
            "last_message_at": NULL_MOMENT,
            "summary": NULL_TEXT,
            "needs_handoff": BOOLEAN,
        }
    ),
    "SequenceStanding": record(
        {
            "name": text(),
            "status": one_of(sorted(set(vocabulary.ENROLLMENT_STATUSES.values()))),
            "current_step": said(whole(0), "Counted from 1."),
            "total_steps": whole(0),
        }
    ),
    "Deleted": record({"success": TRUE, "deleted": TRUE}),
}
OPERATIONS: Mapping[tuple[type[ContractView], str], Operation] = {
    (Leads, "get"): Operation(
        name="list_leads",
        tag="Leads",
        summary="List leads",
        description="Leads of the account that have a phone number, newest first.",
        parameters=(
            ACCOUNT_ID,
            in_query("status", one_of(vocabulary.STATUSES), "In this status.", may_be_empty=True),
            in_query(
                "search",
                text(most=255),
                "Words to be found in name, e-mail, company, external id or phone.",
                may_be_empty=True,
            ),
            *PAGE,
        ),
        answers={200: Answer("A page of leads.", ref("LeadList"))},
        refusals=FIND,
        recorded=("list_leads",),
    ),
    (Leads, "post"): Operation(
        name="import_lead",
        tag="Leads",
        summary="Import a lead",
        description=(
            "A lead with the same phone or external id is the same lead: what is known of it stays, and only empty "
            "fields are filled. 409 when phone and external id belong to two leads. null is the same as left out."
        ),
        parameters=(ACCOUNT_ID,),
        body=ref("LeadImport"),
        answers={
            201: Answer("A new lead: the action is `created`.", ref("ImportAnswer"), made="/lead/phone"),
            200: Answer("A known lead: the action is `updated` or `skipped`.", ref("ImportAnswer"), made="/lead/phone"),
        },
        refusals=WITH_PHONE,
        recorded=("import_a_lead",),
    ),
    (BulkLeads, "post"): Operation(
        name="import_leads",
        tag="Leads",
        summary="Import up to 1,000 leads",
        description="Rows are taken in order. The three numbers and the errors add up to the rows that were sent.",
        parameters=(ACCOUNT_ID,),
        body=ref("BulkImport"),
        answers={200: Answer("What became of the rows.", ref("BulkAnswer"))},
        refusals=CHANGE,
        recorded=("bulk_import",),
    ),
    (OneLead, "get"): Operation(
        name="get_lead",
        tag="Leads",
        summary="Get a lead",
        description="With its checklist, its conversation in short, and its newest sequence.",
        parameters=(ACCOUNT_ID, PHONE_IN_PATH),
        answers={200: Answer("The lead.", ref("Lead"))},
        refusals=FIND,
        recorded=("get_a_lead",),
    ),
    (OneLead, "patch"): Operation(
        name="update_lead",
        tag="Leads",
        summary="Update a lead",
        description=(
            "What is given overwrites, null clears, all else stays. A status moves the lead to the first stage of that "
            "meaning, unless it stands in one already."
        ),
        parameters=(ACCOUNT_ID, PHONE_IN_PATH),
        body=ref("LeadChanges"),
        answers={200: Answer("The lead as it is now, at the top and under `lead`.", ref("ChangedLead"))},
        refusals=WITH_PHONE,
        recorded=("update_a_lead",),
    ),
    (OneLead, "delete"): Operation(
        name="delete_lead",
        tag="Leads",
        summary="Delete a lead",
        description="With its checklist and enrollments. The conversation is kept.",
        parameters=(ACCOUNT_ID, PHONE_IN_PATH),
        answers={200: Answer("It is gone.", ref("Deleted"))},
        refusals=REMOVE,
        recorded=("delete_a_lead",),
    ),
}
