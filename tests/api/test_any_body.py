"""
Whatever is sent to whatever address of a contract that takes it: a clear 4xx in that contract's own envelope.

The addresses and what works there are those of tests/tenancy/cases.py, so a new one is tried here as well.
"""

from __future__ import annotations

import gzip
import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.test import Client

from tests.tenancy.asking import filled, is_envelope, names_in
from tests.tenancy.cases import CASES, CONTRACTS, Call, Case
from tests.tenancy.world import Side, build

pytestmark = pytest.mark.django_db

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
MEGABYTE = 1024 * 1024
DEEP = 100_000

#: What no address takes, whatever it is for: (content type, body).
UNREADABLE: dict[str, tuple[str, bytes]] = {
    "half of JSON": (JSON, b"{"),
    "a list": (JSON, b"[]"),
    "a text": (JSON, b'"text"'),
    "a number": (JSON, b"7"),
    "null": (JSON, b"null"),
    "NaN": (JSON, b'{"a": NaN}'),
    "a number beyond a double": (JSON, b'{"a": 1e999}'),
    "U+0000 in a value": (JSON, b'{"a": "x\\u0000y"}'),
    "U+0000 in a name": (JSON, b'{"a\\u0000": 1}'),
    "a zero byte": (JSON, b'{"a": "\x00"}'),
    "half a surrogate pair": (JSON, b'{"a": "\\ud800"}'),
    "half a surrogate pair in a name": (JSON, b'{"\\udc00": 1}'),
    "bytes that are no UTF-8": (JSON, b'{"a": "\xff\xfe"}'),
    "lists in lists": (JSON, b'{"a": ' + b"[" * DEEP + b"]" * DEEP + b"}"),
    "objects in objects": (JSON, b'{"a": ' * 200 + b"1" + b"}" * 200),
    "more than 10 MB": (JSON, b'{"a": "' + b"x" * (10 * MEGABYTE) + b'"}'),
    "XML": ("application/xml", b"<lead/>"),
    "a picture": ("image/png", b"\x89PNG\r\n"),
    "a form that was cut off": ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name="),
}
#: Convoso takes forms, in which any text without a "=" is a name without a value, and reads them as far as they go.
ANY_FORM = {"XML", "a picture", "half of JSON", "a text", "a number", "null", "a form that was cut off"}
#: In place of each value of a body that works, one by one.
ODD_VALUES: tuple[Any, ...] = (
    2**31, 2**63, 2**64, -(2**63) - 1, 10**30, 1e300, -1, 0.5, True, None, "", " ", "\u2028", "x" * 70_000, [], {},
    [[]], {"a": {"b": []}}, "\U0001f600", "9" * 400, "-1", "1e5", "NaN", "' OR 1=1 --", "<b>", "%00", "\ufeff",
)  # fmt: skip
#: In place of ids in addresses, and of values in queries: written as they stand there.
ODD_PARTS = (
    "%00", "%ED%A0%80", "%FF", "0", "-1", str(2**63), str(2**64), "9" * 400, "1e3", "1.0", "%20", "%2F", "..",
    "x" * 3000, "%E2%80%AE", "+", "%D9%A1",
)  # fmt: skip
#: Addresses that look at no key.
OPEN = re.compile("/v1/status|/v1/webhooks/catalog|/auth/")
PARAMETERS = {
    "lendworks": ("page", "limit", "search", "unknown"),
    "recoverbiz": ("limit", "offset", "status", "search", "unknown"),
    "userleads": ("cursor", "limit", "status", "company_id", "min_score", "created_after", "unknown"),
    "convoso": ("limit", "offset", "lead_id", "list_id", "phone_number", "created_at_start_date", "status", "unknown"),
}


@pytest.fixture(scope="module")
def side(kept_for_the_module: None) -> Side:
    return build("acme", 101)


def sent(
    side: Side, case: Case, method: str, address: str, body: bytes = b"", kind: str = JSON, **headers: str
) -> tuple[int, Any]:
    """Status and JSON of the answer; whatever it did is undone, and counted by no limit."""
    secret = side.keys[case.door]
    headers |= {"X-Partner-Key": secret} if case.door == "recoverbiz" else {"Authorization": f"Bearer {secret}"}
    if case.door == "convoso":
        address += ("&" if "?" in address else "?") + urlencode({"auth_token": secret})
    with transaction.atomic():
        answer = Client(raise_request_exception=False).generic(
            method, f"/{case.door}{address}", body, content_type=kind, headers=headers
        )
        transaction.set_rollback(True)
    assert answer.headers["Content-Type"] == "application/json", (address, answer)
    return answer.status_code, json.loads(answer.content)


def assert_refused(case: Case, answer: tuple[int, Any], what: object) -> None:
    status, body = answer
    assert 400 <= status < 500, (what, answer)
    assert is_envelope(case.door, body), (what, answer)


def assert_decent(case: Case, answer: tuple[int, Any], what: object) -> None:
    """Accepted, or refused in the contract's words."""
    status, body = answer
    assert status < 500, (what, answer)
    if status >= 400 or (case.door == "convoso" and not body["success"]):
        assert is_envelope(case.door, body), (what, answer)


def address_of(case: Case, side: Side) -> str:
    return str(filled(case.address, dict.fromkeys(names_in(case.address), side)))


def of_contracts(*methods: str) -> list[Any]:
    """Each case with its calls of these methods, as parameters."""
    chosen = ((case, [call for call in case.calls if call.method in methods]) for case in CASES)
    return [pytest.param(case, calls, id=str(case)) for case, calls in chosen if case.door in CONTRACTS and calls]


@pytest.mark.parametrize(("case", "calls"), of_contracts("POST", "PATCH"))
def test_what_can_not_be_read_is_refused_in_the_contracts_words(side: Side, case: Case, calls: list[Call]) -> None:
    address = address_of(case, side)
    for method in dict.fromkeys(call.method for call in calls):
        for what, (kind, body) in UNREADABLE.items():
            answer = sent(side, case, method, address, body, kind)
            if case.door == "convoso" and what in ANY_FORM:
                assert_decent(case, answer, (method, what))
            else:
                assert_refused(case, answer, (method, what))
        packed = sent(side, case, method, address, gzip.compress(b"{}"), Content_Encoding="gzip")
        assert_refused(case, packed, "compressed")


@pytest.mark.parametrize(("case", "calls"), of_contracts("POST", "PATCH"))
def test_odd_values_are_taken_or_refused_but_never_a_crash(side: Side, case: Case, calls: list[Call]) -> None:
    address = address_of(case, side)
    for call in calls:
        good = filled(call.body, dict.fromkeys(names_in(call.body), side))
        for name in good:
            for value in ODD_VALUES:
                body = json.dumps({**good, name: value}, default=str).encode()
                assert_decent(case, sent(side, case, call.method, address, body), (call.method, name, value))


WITH_IDS = [place for place in of_contracts("GET", "POST", "PATCH", "DELETE") if "$" in place.values[0].address]


@pytest.mark.parametrize(("case", "calls"), WITH_IDS)
def test_an_odd_id_in_an_address_is_refused_in_the_contracts_words(side: Side, case: Case, calls: list[Call]) -> None:
    for name in names_in(case.address):
        rest = dict.fromkeys(names_in(case.address), side)
        del rest[name]
        for part in ODD_PARTS:
            address = str(filled(re.sub(rf"\${name}\b", lambda _, part=part: part, case.address), rest))
            for call in calls:
                body = filled(call.body, dict.fromkeys(names_in(call.body), side))
                text = json.dumps(body, default=str).encode() if body else b""
                assert_refused(case, sent(side, case, call.method, address, text), (call.method, address[:200]))


@pytest.mark.parametrize(("case", "calls"), of_contracts("GET"))
def test_odd_queries_are_taken_or_refused_but_never_a_crash(side: Side, case: Case, calls: list[Call]) -> None:
    address = address_of(case, side)
    for name in PARAMETERS[case.door]:
        for part in ODD_PARTS:
            assert_decent(case, sent(side, case, "GET", f"{address}?{name}={part}"), (name, part[:200]))


@pytest.mark.parametrize(("case", "calls"), of_contracts("GET", "POST", "PATCH", "DELETE"))
def test_odd_signs_in_headers_are_refused_in_the_contracts_words_or_ignored(
    side: Side, case: Case, calls: list[Call]
) -> None:
    """A real server turns U+0000 away before us; what comes through all the same does no harm."""
    address = address_of(case, side)
    for call in calls[:2]:
        body = filled(call.body, dict.fromkeys(names_in(call.body), side))
        text = json.dumps(body, default=str).encode() if body else b""
        for name in ("Idempotency-Key", "Accept", "Accept-Language", "User-Agent", "X-Forwarded-For", "X-Unknown"):
            for sign in ("a\0b", "\x7f", "é\xff", "x" * 5000):
                answer = sent(side, case, call.method, address, text, **{name: sign})
                assert_decent(case, answer, (call.method, name, sign[:10]))
    for key in ("\0", "lw_live_\0", "pk_live_" + "x" * 5000, "ru_\x7f"):
        headers = {"Authorization": f"Bearer {key}", "X-Partner-Key": key, "X-API-Key": key}
        answer = Client(raise_request_exception=False).generic(
            calls[0].method, f"/{case.door}{address}", b"", content_type=JSON, headers=headers
        )
        assert answer.status_code == 401, (key[:20], answer)
        assert is_envelope(case.door, json.loads(answer.content))


@pytest.mark.parametrize("address", ["/v1/accounts/$account/leads", "/v1/accounts/$account/leads/bulk", "/v1/leads"])
def test_nearly_ten_megabytes_are_taken(side: Side, address: str) -> None:
    case = next(case for case in CASES if case.address == address and case.door in ("recoverbiz", "lendworks"))
    lead = {"phone": "4155550777", "notes": "x" * 9_000}
    leads = [{**lead, "phone": f"415{5_551_000 + number}"} for number in range(1000)]
    body = {"leads": leads} if address.endswith("bulk") else {"businessName": "Big", **lead, "notes": "x" * 9_000_000}
    status, answer = sent(side, case, "POST", address_of(case, side), json.dumps(body).encode())
    assert status in (200, 201), str(answer)[:500]
    assert answer.get("imported", 1000) == 1000


@pytest.mark.parametrize("case", [case for case in CASES if case.door in CONTRACTS], ids=str)
def test_every_answer_says_where_the_key_stands(side: Side, case: Case) -> None:
    """Without a valid key too: then nothing is used up."""
    names = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
    for method in ("GET", "POST", "PATCH", "DELETE", "PUT"):
        answer = Client().generic(method, f"/{case.door}{address_of(case, side)}")
        assert all(answer.headers.get(name, "").isdigit() for name in names), (method, answer.headers)
        assert answer.headers["X-RateLimit-Limit"] == answer.headers["X-RateLimit-Remaining"]


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.door in CONTRACTS and not OPEN.match(case.address)], ids=str
)
def test_every_answer_to_a_valid_key_counts_it(side: Side, case: Case) -> None:
    """Whatever becomes of the request: done, refused, not served."""
    secret = side.keys[case.door]
    headers = {"X-Partner-Key": secret} if case.door == "recoverbiz" else {"Authorization": f"Bearer {secret}"}
    address = f"/{case.door}{address_of(case, side)}"
    for method in ("GET", "POST", "PUT"):
        left = []
        with transaction.atomic():
            for _ in range(2):
                answer = Client().generic(
                    method, f"{address}?auth_token={secret}", b"{}", content_type=JSON, headers=headers
                )
                assert int(answer.headers["X-RateLimit-Remaining"]) < int(answer.headers["X-RateLimit-Limit"])
                left.append((answer.headers["X-RateLimit-Reset"], int(answer.headers["X-RateLimit-Remaining"])))
            transaction.set_rollback(True)
        assert left[1][1] == left[0][1] - 1 or left[0][0] != left[1][0], (method, left)  # or a new minute began
