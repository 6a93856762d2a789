"""The floor of everything over HTTP: bare WSGI, hand-written SQL, orjson; the key is looked up, and that is all."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

import orjson
import psycopg

_COLUMNS = (
    "uuid, business_name, first_name, last_name, email, phone, industry, monthly_revenue_given, "
    "requested_amount_given, source, priority, is_do_not_call, custom_fields, external_ids, score, stage_id, "
    "advisor_id, last_contacted_at, stage_entered_at, created_at, updated_at"
)
_KEY = "SELECT organization_id FROM crm_credential WHERE digest = %s"
_LIST = (
    f"SELECT {_COLUMNS} FROM leads_lead WHERE organization_id = %s AND deleted_at IS NULL "
    "ORDER BY created_at DESC, id DESC LIMIT %s OFFSET %s"
)
_INSERT = os.environ.get("FLOOR_INSERT", "")

connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
connection.prepare_threshold = 3


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """GET gives a page of leads, POST writes one lead in a transaction of its own."""
    secret = environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
    digest = hashlib.sha256(secret.encode()).hexdigest()
    with connection.cursor() as cursor:
        (organization_id,) = cursor.execute(_KEY, [digest]).fetchone() or (None,)
        if environ["REQUEST_METHOD"] == "GET":
            query = dict(parse_qsl(environ["QUERY_STRING"]))
            limit, page = int(query.get("limit", 20)), int(query.get("page", 1))
            rows = cursor.execute(_LIST, [organization_id, limit, (page - 1) * limit]).fetchall()
            names = [column.name for column in cursor.description or ()]
            body = orjson.dumps({"data": [dict(zip(names, row, strict=True)) for row in rows]})
        else:
            given = orjson.loads(environ["wsgi.input"].read())
            with connection.transaction():
                cursor.execute(_INSERT, given)
                body = orjson.dumps({"id": cursor.fetchone()[0]})  # type: ignore[index]
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
