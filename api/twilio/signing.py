"""Whether Twilio sent this: its signature over our public address and all fields, by an account's auth token."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from twilio.request_validator import RequestValidator

from api.tls import IN_CLEAR, is_in_clear
from crm import reach
from crm.encryption import Unreadable
from crm.models import ChannelAccount, Provider
from crm.observing import security

log = logging.getLogger(__name__)

type Handler = Callable[[HttpRequest, list[ChannelAccount]], HttpResponse]


def signed_by_twilio(handler: Handler) -> Callable[[HttpRequest], HttpResponse]:
    """The handler gets the connected accounts whose token signed the request; without any the answer is 403."""

    @csrf_exempt
    @require_POST
    @wraps(handler)
    def view(request: HttpRequest) -> HttpResponse:
        if is_in_clear(request):
            return HttpResponseForbidden(IN_CLEAR, content_type="text/plain")
        signature = request.headers.get("X-Twilio-Signature", "")
        url = _signed_url(request)
        reach.turn_to_everybody()  # several organisations may share the account
        accounts = [each for each in _accounts_of(request) if _has_signed(each, url, request, signature)]
        if not accounts:
            log.warning("%s: not signed by an account of ours", request.path)
            refusal = HttpResponseForbidden("The signature is not right.", content_type="text/plain")
            return security.refused_for("signature", refusal)
        return handler(request, accounts)

    return view


def _signed_url(request: HttpRequest) -> str:
    """The address as Twilio was told it, whatever proxies made of it on the way."""
    path = request.get_full_path()
    return f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else request.build_absolute_uri(path)


def _accounts_of(request: HttpRequest) -> list[ChannelAccount]:
    """Several organisations may share an account, each with numbers of its own."""
    sid = request.POST.get("AccountSid", "")
    if not sid or "\0" in sid:
        return []
    connected = ChannelAccount.objects.filter(provider=Provider.TWILIO, external_id=sid, disconnected_at=None)
    return list(connected.select_related("organization").order_by("pk"))


def _has_signed(account: ChannelAccount, url: str, request: HttpRequest, signature: str) -> bool:
    try:
        token = account.secret()
    except Unreadable as error:
        log.error("account %s: %s", account.public_id, error)
        return False
    return bool(token and signature and RequestValidator(token).validate(url, request.POST, signature))
