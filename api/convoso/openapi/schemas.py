"""Convoso's answers as JSON Schema: ids and nearly all values are texts, "" when empty."""

from __future__ import annotations

from collections.abc import Mapping

from api.convoso import vocabulary
from api.convoso.openapi.parameters import PARAMETERS, body_of
from api.openapi.schemas import TRUE, Schema, array, nullable, one_of, record, ref, said, text, whole

_MOMENT = said(text(), 'YYYY-MM-DD HH:MM:SS in UTC; "" for never.')
_LEAD: Mapping[str, Schema] = {
    "id": text(),
    **dict.fromkeys(("created_at", "modified_at", "last_called_at", "deleted_at", "archived_at"), _MOMENT),
    **{name: text() for name in vocabulary.COLUMNS},
    **{name: text() for name in ("owner_id", "user_id", "list_id", "phone_number", "phone_code")},
}
_COUNTED: Mapping[str, Schema] = {"offset": whole(0), "limit": whole(1)}
_ANSWERS: Mapping[str, Schema] = {
    "Lead": record(_LEAD) | {"additionalProperties": said(text(), "A custom field.")},
    "SearchAnswer": record({"success": TRUE, "results": array(ref("Lead")), **_COUNTED, "data": ref("LeadPage")}),
    "LeadPage": record({**_COUNTED, "total": whole(0), "entries": array(ref("Lead"))}),
    "InsertAnswer": record({"success": TRUE, "data": ref("LeadId"), "id": text()}),
    "UpdateAnswer": record({"success": TRUE, "data": ref("LeadId")}),
    "LeadId": record({"lead_id": text()}),
    "Done": record({"success": TRUE}),
    "Recording": record(
        {
            "recording_id": text(),
            "lead_id": text(),
            "start_time": _MOMENT,
            "end_time": _MOMENT,
            "seconds": whole(0),
            "url": said(text(), "Signed, good for one hour."),
        }
    ),
    "RecordingsAnswer": record({"success": TRUE, "entries": array(ref("Recording")), "data": ref("RecordingPage")}),
    "RecordingPage": record({**_COUNTED, "total": whole(0), "entries": array(ref("Recording"))}),
    "List": record(
        {
            "id": text(),
            "name": text(),
            "status": said(one_of(["Y", "N"]), "Whether it is active."),
            "campaign_id": text(),
            "description": text(),
            "last_called_at": _MOMENT,
        }
    ),
    "ListsAnswer": record({"success": TRUE, "data": array(ref("List"))}),
    "InsertListAnswer": record({"success": TRUE, "data": ref("ListId"), "id": text()}),
    "UpdateListAnswer": record({"success": TRUE, "data": ref("ListId")}),
    "ListId": record({"list_id": text()}),
    "Campaign": record(
        {
            "id": text(),
            "name": text(),
            "status": said(one_of(["Y", "N"]), "Whether it is active."),
            "last_call_date": nullable(ref("CallDate")),
        }
    ),
    "CallDate": record({"date": text(), "timezone_type": whole(), "timezone": text()}),
    "CampaignsAnswer": record({"success": TRUE, "data": array(ref("Campaign"))}),
    "Error": record(
        {
            "success": {"type": "boolean", "const": False},
            "code": said(whole(), "What is wrong: a code of the contract with 200, else the HTTP status."),
            "error": text(),
            "text": text(),
        }
    ),
}
SCHEMAS: Mapping[str, Schema] = {**{name: body_of(name) for name in PARAMETERS}, **_ANSWERS}
