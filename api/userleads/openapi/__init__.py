"""What the OpenAPI document of userleads says."""

from __future__ import annotations

from django.conf import settings

from api.openapi.operations import RATE_HEADERS, Contract
from api.userleads import errors
from api.userleads.openapi.operations import OPERATIONS
from api.userleads.openapi.schemas import SCHEMAS
from api.userleads.urls import log_in_urlpatterns, prefixed_urlpatterns
from api.userleads.vocabulary import REQUESTS_PER_MINUTE
from crm.models import CredentialKind

_DESCRIPTION = f"""
The leads that one user is responsible for, and the organisation's companies. A key shows what its user sees, and no
more; another user's lead is 404.

**Keys.** `X-API-Key: ru_v2_…` or `Authorization: Bearer ru_v2_…`; of both, the first counts. A key for reading may only
read. {REQUESTS_PER_MINUTE:,} requests a minute for each key.
The access token of a log-in may stand in a key's place.

**Bodies** are JSON objects of up to 10 MB, whatever their Content-Type says. No text may hold the character U+0000 or
half a surrogate pair. Times are UTC in whole seconds.

**Errors** are `{{"error": "…"}}`, each field that fails with its name.
""".strip()

CONTRACT = Contract(
    kind=CredentialKind.USERLEADS,
    title="Rich Utilities Leads API",
    version="1",
    summary="An advisor's own leads, and companies",
    description=_DESCRIPTION,
    routes=[*prefixed_urlpatterns, *log_in_urlpatterns],
    tags={
        "Leads": "The user's own.",
        "Companies": "What leads are at. The whole organisation's.",
        "Tokens": "Of a log-in, for programs without a key.",
    },
    operations=OPERATIONS,
    schemas=SCHEMAS,
    security_schemes={
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "description": "A key or an access token: `Authorization: Bearer …`",
        },
        "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "A key: `X-API-Key: ru_v2_…`"},
    },
    headers=RATE_HEADERS,
    refusals=[*errors.REFUSALS.values()],
    envelope=errors.envelope,
    examples=settings.BASE_DIR / "api/userleads/examples",
    base="",  # signing in has its address beside /v1
)
