"""Reading bodies, before any contract has a say."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest

from api.bodies import parsed, rendered
from api.refusals import Condition, Unacceptable


def request_with(body: bytes, **environ: str) -> WSGIRequest:
    base = {"REQUEST_METHOD": "POST", "PATH_INFO": "/", "wsgi.input": io.BytesIO(body), "SERVER_NAME": "x"}
    length = {} if "HTTP_TRANSFER_ENCODING" in environ else {"CONTENT_LENGTH": str(len(body))}
    return WSGIRequest({**base, **length, **environ})


def condition(body: bytes, **environ: str) -> Condition:
    with pytest.raises(Unacceptable) as refused:
        parsed(request_with(body, **environ))
    return refused.value.condition


def test_it_works() -> None:
    assert parsed(request_with(b'{"a": [1, "\xc3\xa9"]}')) == {"a": [1, "é"]}


def test_a_byte_order_mark_is_no_harm() -> None:
    assert parsed(request_with(b"\xef\xbb\xbf{}")) == {}


def test_a_body_in_chunks_is_read(settings: Any) -> None:
    assert parsed(request_with(b'{"a": 1}', HTTP_TRANSFER_ENCODING="chunked")) == {"a": 1}
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 7
    assert condition(b'{"a": 1}', HTTP_TRANSFER_ENCODING="chunked") == Condition.TOO_LARGE
    assert condition(b'{"a": 1}') == Condition.TOO_LARGE


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", Condition.MALFORMED),
        (b"{", Condition.MALFORMED),
        (b"[NaN]", Condition.MALFORMED),
        (b"[-Infinity]", Condition.MALFORMED),
        (b"\xff\xfe{", Condition.MALFORMED),
        (b'["a\x00b"]', Condition.MALFORMED),
        (b'["\\u0000"]', Condition.INVALID),
        (b'{"\\u0000": 1}', Condition.INVALID),
        (b'["\\ud800"]', Condition.INVALID),
        (b"[1e999]", Condition.INVALID),
        (b"[" * 70 + b"]" * 70, Condition.INVALID),
        (b"[" * 200_000 + b"]" * 200_000, Condition.INVALID),
    ],
)
def test_what_is_refused_and_as_what(body: bytes, expected: Condition) -> None:
    assert condition(body) == expected


def test_the_declared_type_matters_only_for_what_is_no_json() -> None:
    form = {"CONTENT_TYPE": "application/x-www-form-urlencoded"}
    assert parsed(request_with(b"{}", **form)) == {}
    assert condition(b"a=b", **form) == Condition.UNSUPPORTED_MEDIA_TYPE
    assert condition(b"", **form) == Condition.MALFORMED


def test_whole_numbers_of_any_size_come_back_out() -> None:
    assert json.loads(rendered({"n": 10**30})) == {"n": 10**30}
