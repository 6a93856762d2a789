"""What Convoso's OpenAPI document says."""

from __future__ import annotations

from django.conf import settings

from api.convoso import errors
from api.convoso.openapi.operations import OPERATIONS
from api.convoso.openapi.schemas import SCHEMAS
from api.convoso.urls import prefixed_urlpatterns
from api.openapi.operations import RATE_HEADERS, Contract
from crm.models import CredentialKind

_DESCRIPTION = """
A dialler's leads, lists, campaigns and recordings.

**Tokens.** The parameter `auth_token`, in the query string or in the body; of both, the body's counts. A token for
reading may only search. 1,000 requests a minute for each token.

**Parameters** are those of the query string and of the body together, by POST or GET alike. A body is a form (multipart
too) or a JSON object, up to 10 MB. An empty value counts as not given. Yes is 1, true, yes or on; all else is no.
Values and names don't nest, and none may hold the character U+0000.

**Errors** are `{"success": false, "code", "error", "text"}`. What the contract has a code for comes with status 200.
""".strip()

CONTRACT = Contract(
    kind=CredentialKind.CONVOSO,
    title="Convoso Leads API",
    version="1",
    summary="A dialler's leads, lists and recordings",
    description=_DESCRIPTION,
    routes=prefixed_urlpatterns,
    tags={
        "Leads": "Found, put in, changed and taken out.",
        "Lists": "What leads are put into, to be dialled.",
        "Campaigns": "What lists belong to. They are made in Leadwright.",
    },
    operations=OPERATIONS,
    schemas=SCHEMAS,
    security_schemes={
        "authToken": {
            "type": "apiKey",
            "in": "query",
            "name": "auth_token",
            "description": "The token: `auth_token=…`. It may stand in the body as well.",
        }
    },
    headers={
        name: {**header, "required": False, "description": f"{header['description']} Only with a valid token."}
        for name, header in RATE_HEADERS.items()
    },
    refusals=[*errors.REFUSALS.values()],
    envelope=errors.envelope,
    examples=settings.BASE_DIR / "api/convoso/examples",
)
