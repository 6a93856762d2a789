"""
POST /inbound-email/<account>: one e-mail as JSON, signed as Standard Webhooks has it, with the account's secret.

    {"from": "Mary <mary@x.example>", "subject": "…", "text": "…", "html": "…", "message_id": "<…>",
     "in_reply_to": "<…>", "references": "<…> <…>", "auto_submitted": "no"}

200 {"heard": true | false}; 400 for what is no e-mail; 403 for a signature that is wrong or older than five minutes.
"""

from __future__ import annotations

import logging
from email.utils import parseaddr
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from standardwebhooks import Webhook, WebhookVerificationError

from api.tls import IN_CLEAR, is_in_clear
from crm import reach
from crm.encryption import Unreadable
from crm.models import ChannelAccount, Provider
from crm.observing import security
from leads import contact, inbound_email

log = logging.getLogger(__name__)


@csrf_exempt
@require_POST
def receive(request: HttpRequest, public_id: str) -> HttpResponse:
    if is_in_clear(request):
        return JsonResponse({"error": IN_CLEAR}, status=403)
    connected = ChannelAccount.objects.filter(provider=Provider.SMTP, disconnected_at=None)
    with reach.everybody():
        account = connected.select_related("organization").filter(public_id=public_id).first()
    if account is None or not _is_signed(request, account):
        refusal = JsonResponse({"error": "The signature is not right."}, status=403)
        return security.refused_for("signature", refusal)
    reach.turn_to(account.organization_id)
    try:
        given = _parsed(request)
    except ValueError as error:
        return JsonResponse({"error": str(error)}, status=400)
    if str(given.get("auto_submitted") or "no").strip().lower() != "no":
        return JsonResponse({"heard": False})  # an out-of-office note is no reply, and stops nothing
    heard = inbound_email.receive(account.organization, _email(given), now=timezone.now())
    return JsonResponse({"heard": heard is not None})


def _is_signed(request: HttpRequest, account: ChannelAccount) -> bool:
    try:
        Webhook(account.secret()).verify(request.body, dict(request.headers), json_parse=False)
    except Unreadable as error:
        log.error("account %s: %s", account.public_id, error)
        return False
    except (WebhookVerificationError, ValueError):
        return False
    return True


def _parsed(request: HttpRequest) -> dict[str, Any]:
    given = orjson.loads(request.body)
    if not isinstance(given, dict):
        raise ValueError("A JSON object is expected.")
    if not contact.is_email(_sender(given)):
        raise ValueError("from is no e-mail address.")
    if not _text(given, "message_id"):
        raise ValueError("message_id is missing.")
    return given


def _email(given: dict[str, Any]) -> inbound_email.Email:
    references = given.get("references") or ""
    names = references if isinstance(references, list) else str(references).split()
    return inbound_email.Email(
        sender=_sender(given),
        subject=_text(given, "subject"),
        text=_text(given, "text"),
        html=_text(given, "html"),
        message_id=_text(given, "message_id"),
        replies_to=(_text(given, "in_reply_to"), *(str(name) for name in reversed(names[-50:]))),
    )


def _sender(given: dict[str, Any]) -> str:
    return parseaddr(_text(given, "from"))[1].strip().lower()


def _text(given: dict[str, Any], name: str) -> str:
    value = given.get(name)
    return value.strip().replace("\0", "") if isinstance(value, str) else ""
