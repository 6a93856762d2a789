"""The bodies of userleads as JSON Schema. What depends on rows (is the company known?) is refused beyond them."""

from __future__ import annotations

from collections.abc import Mapping

from api.openapi.schemas import (
    BOOLEAN,
    MOMENT,
    READABLE,
    ROW_ID,
    TRUE,
    Schema,
    array,
    just,
    nullable,
    one_of,
    record,
    ref,
    said,
    text,
    whole,
)
from api.userleads.vocabulary import COMPANY_LENGTHS, STATUSES

_NOTES = said(nullable(text()), "Anything. null is the same as no text at all.")
_NEXT_CURSOR = said(nullable(whole(1)), "Where the next page begins; null on the last one.")


def _page_of(name: str) -> Schema:
    return record({"data": array(ref(name)), "next_cursor": _NEXT_CURSOR, "has_more": BOOLEAN})


SCHEMAS: Mapping[str, Schema] = {
    "Lead": record(
        {
            "id": ROW_ID,
            "user_id": said(ROW_ID, "The user whose lead it is: the key's."),
            "company_id": ROW_ID,
            "status": one_of(STATUSES),
            "notes": text(),
            "score": said(nullable(whole(0, 100)), "How promising; null until it was worked out."),
            "created_at": MOMENT,
            "updated_at": MOMENT,
        }
    ),
    "LeadList": _page_of("Lead"),
    "NewLead": record(
        {"company_id": said(ROW_ID, "The company that the lead is at."), "notes": _NOTES}, optional=["notes"]
    ),
    "LeadChanges": record({"status": one_of(STATUSES), "notes": _NOTES}, required=[]),
    "Company": record(
        {
            "id": ROW_ID,
            "name": text(),
            "industry": text(),
            "website": text(),
            "phone": text(),
            "created_at": MOMENT,
        }
    ),
    "CompanyList": _page_of("Company"),
    "NewCompany": record(
        {
            "name": text(least=1, most=COMPANY_LENGTHS["name"], pattern=READABLE),
            "industry": nullable(text(most=COMPANY_LENGTHS["industry"])),
            "website": nullable(text(most=COMPANY_LENGTHS["website"])),
            "phone": nullable(text(most=COMPANY_LENGTHS["phone"])),
        },
        required=["name"],
    ),
    "LogIn": record({"email": text(least=1, most=254), "password": text(least=1, most=4096)}),
    "RefreshToken": record({"refresh_token": text(least=1, most=4096)}),
    "Tokens": record(
        {
            "access_token": said(text(), "To be shown as a key is: `Authorization: Bearer …`"),
            "refresh_token": said(text(), "Good for a week, and once."),
            "token_type": just("Bearer"),
            "expires_in": said(whole(1), "Seconds for which the access token is good."),
            "user": ref("User"),
        }
    ),
    "User": record({"id": ROW_ID, "email": text(), "name": text()}),
    "LoggedOut": record({"success": TRUE}),
    "Error": record({"error": said(text(), "What is wrong, each field with its name.")}),
}
