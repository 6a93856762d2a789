"""What RecoverBiz' OpenAPI document says."""

from __future__ import annotations

from django.conf import settings

from api.openapi.operations import RATE_HEADERS, Contract
from api.recoverbiz import errors
from api.recoverbiz.openapi import around, leads, sequences
from api.recoverbiz.urls import prefixed_urlpatterns
from crm.models import CredentialKind

_DESCRIPTION = """
A partner's accounts, and in each its leads, sequences, conversations and checklist. A phone number means one lead.

**Keys.** `X-Partner-Key: pk_live_…` or `Authorization: Bearer pk_live_…`; of both, the first counts. A key reaches
every account of its partner. One that was issued for reading may only read.

**Limits** for each key and minute: 1,000 single imports, 50 bulk imports, 5,000 reads of conversations, 100 messages
sent for each account, 1,000 of everything else; and 100 new accounts an hour.

**Bodies** are JSON objects of up to 10 MB, whatever their Content-Type says. No text may hold the character U+0000 or
half a surrogate pair. Times are UTC in whole seconds. Unknown fields are ignored.

**Errors** are `{"error": {"code", "message", "status"}}`; the message names the field at fault.
""".strip()

CONTRACT = Contract(
    kind=CredentialKind.RECOVERBIZ,
    title="RecoverBiz Partner API",
    version="1",
    summary="Accounts of a partner: leads, sequences, conversations, checklists",
    description=_DESCRIPTION,
    routes=prefixed_urlpatterns,
    tags={
        "Leads": "Pushed into an account, and followed up when you say so.",
        "Sequences": "Follow-up in steps: words of your own, or instructions for the AI.",
        "Accounts": "The partner's own.",
        "Conversations": "What was said with whom, and your own word in it.",
        "Checklist": "What every lead of the account is asked for.",
        "Webhooks": "Addresses of yours that are told what happens.",
    },
    operations={**leads.OPERATIONS, **sequences.OPERATIONS, **around.OPERATIONS},
    schemas={**leads.SCHEMAS, **sequences.SCHEMAS, **around.SCHEMAS},
    security_schemes={
        "partnerKey": {
            "type": "apiKey",
            "in": "header",
            "name": "X-Partner-Key",
            "description": "The key: `X-Partner-Key: pk_live_…`",
        },
        "bearer": {"type": "http", "scheme": "bearer", "description": "The key: `Authorization: Bearer pk_live_…`"},
    },
    headers=RATE_HEADERS,
    refusals=[*errors.REFUSALS.values(), *errors.DOMAIN_REFUSALS.values()],
    envelope=errors.envelope,
    examples=settings.BASE_DIR / "api/recoverbiz/examples",
)
