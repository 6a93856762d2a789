"""What LendWorks' OpenAPI document says."""

from __future__ import annotations

from django.conf import settings

from api.lendworks import errors
from api.lendworks.auth import VERSION
from api.lendworks.openapi.operations import OPERATIONS
from api.lendworks.openapi.schemas import SCHEMAS
from api.lendworks.urls import prefixed_urlpatterns
from api.openapi.operations import RATE_HEADERS, Contract
from crm.models import CredentialKind

_DESCRIPTION = """
Leads of one organisation, as brokers push and read them.

**Keys.** `Authorization: Bearer lw_live_…`. A key may read (`read`), read and write (`read_write`), or also delete
(`full`), and make 100, 1,000 or 10,000 requests a minute, by its tier.

**Bodies** are JSON objects of up to 10 MB, whatever their Content-Type says. No text may hold the character U+0000 or
half a surrogate pair. Times are UTC in whole seconds.

**Errors** have one entry for each field that fails; `meta.requestId` names the request, like the header `X-Request-Id`.
""".strip()

CONTRACT = Contract(
    kind=CredentialKind.LENDWORKS,
    title="LendWorks Broker API",
    version=VERSION,
    summary="Leads of one organisation, and webhooks that tell of them",
    description=_DESCRIPTION,
    routes=prefixed_urlpatterns,
    tags={
        "Leads": "Borrowers who are entering the pipeline.",
        "Webhooks": "Addresses of yours that are told of new leads and of their moves.",
        "Service": "For anybody, without a key.",
    },
    operations=OPERATIONS,
    schemas=SCHEMAS,
    security_schemes={
        "bearer": {"type": "http", "scheme": "bearer", "description": "The key: `Authorization: Bearer lw_live_…`"}
    },
    headers={
        **RATE_HEADERS,
        "X-RateLimit-Window": {"description": "Seconds in a window.", "required": True, "schema": {"type": "integer"}},
        "LW-API-Version": {"description": "The version served.", "required": True, "schema": {"type": "string"}},
        "X-Request-Id": {
            "description": "Names this request.",
            "required": True,
            "schema": {"type": "string", "format": "uuid"},
        },
    },
    refusals=[
        *errors.REFUSALS.values(),
        errors.INVALID_IDEMPOTENCY_KEY,
        errors.IDEMPOTENCY_CONFLICT,
        errors.IDEMPOTENCY_KEY_REUSED,
    ],
    envelope=lambda refusals: errors.envelope(refusals, "550e8400-e29b-41d4-a716-446655440000"),
    examples=settings.BASE_DIR / "api/lendworks/examples",
)
