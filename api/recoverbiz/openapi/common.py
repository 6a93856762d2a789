"""What the addresses of RecoverBiz have in common."""

from __future__ import annotations

from api.openapi.operations import in_path, in_query
from api.openapi.schemas import MOMENT, READABLE, Schema, array, nullable, one_of, record, ref, said, text, whole
from api.recoverbiz import vocabulary

_MARKS = r"[ ().\-/]*"
_ABROAD, _AMERICAN = rf" *\+{_MARKS}[1-9]({_MARKS}[0-9]){{7,14}}", rf"{_MARKS}(1{_MARKS})?[2-9]({_MARKS}[0-9]){{9}}"
PHONE = said(
    text(most=40, pattern=rf"^({_ABROAD}|{_AMERICAN}){_MARKS}$", example="+14155551234"),
    "E.164, or ten digits of North America; in any punctuation.",
)
NAME = text(least=1, most=255, pattern=READABLE)
WORDS = text(pattern=READABLE)
NULL_TEXT, NULL_MOMENT, STATUS = nullable(text()), nullable(MOMENT), one_of(vocabulary.STATUSES)

PAGE = (
    in_query(
        "limit",
        whole(default=vocabulary.DEFAULT_PAGE),
        f"How many on a page. A number outside 1 to {vocabulary.LONGEST_PAGE} is brought back into it.",
        may_be_empty=True,
    ),
    in_query(
        "offset", whole(default=0), "How many to pass over. A negative number is as good as 0.", may_be_empty=True
    ),
)
ACCOUNT_ID = in_path("account_id", text(), "The account's id: `acc_…`.")
SEQUENCE_ID = in_path("sequence_id", text(), "The sequence's id: `seq_…`.")
REQUIREMENT_ID = in_path("requirement_id", text(), "The requirement's id: `req_…`.")
WEBHOOK_ID = in_path("webhook_id", text(), "The webhook's id: `wh_…`.")
PHONE_IN_PATH = in_path("phone", PHONE, "The lead's phone number, with its + or in any other form.")

#: Of an address outside any account, for reading and for writing; of one in an account; with a phone in the body.
READ, WRITE = (401, 422, 429, 500), (401, 403, 413, 415, 422, 429, 500)
FIND, REMOVE = (401, 403, 404, 422, 429, 500), (401, 403, 404, 422, 429, 500)
CHANGE = (401, 403, 404, 413, 415, 422, 429, 500)
WITH_PHONE = (400, 401, 403, 404, 409, 413, 415, 422, 429, 500)


def list_of(key: str, name: str) -> Schema:
    page = {"total": whole(0), "limit": whole(1, vocabulary.LONGEST_PAGE), "offset": whole(0)}
    return record({key: array(ref(name)), **page})
