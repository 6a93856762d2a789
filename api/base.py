"""The view that every contract's views build on: key, limit, one handler, and its own envelope for whatever fails."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
)
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.log import log_response
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.views import APIView

from api import bodies, throttling
from api.credentials import Caller, caller_with
from api.refusals import Condition, Refusal, Refused, Unacceptable
from api.tls import is_in_clear
from crm import reach, refusing
from crm.models import Actor, Credential, CredentialKind, Organization, Permission
from crm.observing import logs, security
from crm.outages import RETRY_LATER, is_outage
from leads.errors import DomainError

_READING = ("GET", "HEAD", "OPTIONS")


class ContractView(APIView):
    """
    One address of one contract.

    A dialect's base view sets kind and refusals, and says how a key is shown (secret_shown), what an error answer looks
    like (envelope) and how often a key may come (limit). A handler answers with bodies.answer(...), or raises: Refused,
    Unacceptable, a DomainError, Http404 or a DRF exception all leave in the contract's envelope, and so does a crash.
    """

    kind: ClassVar[CredentialKind]
    #: The contract's status, code and words for each Condition.
    refusals: ClassVar[Mapping[Condition, Refusal]]
    #: The contract's status, code and words for a DomainError, by its code; the error's own words win.
    domain_refusals: ClassVar[Mapping[str, Refusal]] = {}

    http_method_names = ["get", "post", "put", "patch", "delete", "head"]
    authentication_classes = []
    permission_classes = []
    throttle_classes = []
    parser_classes = []
    renderer_classes = []

    now: dt.datetime
    caller: Caller
    credential: Credential
    standing: throttling.Standing | None = None
    #: The key that was shown, whether or not it opens anything.
    credential_shown: Credential | None = None

    # What a dialect says

    def secret_shown(self, request: HttpRequest) -> str:
        """The secret that the caller shows, "" when none."""
        raise NotImplementedError

    def account_named(self) -> str:
        """The public id of the account that the address names; "" where a key has but one."""
        return ""

    def envelope(self, refusals: Sequence[Refusal]) -> Mapping[str, Any]:
        """The body of an error answer."""
        raise NotImplementedError

    def limit(self) -> throttling.Limit | None:
        """How often this key may come here; None: as often as it likes."""
        return None

    def permits(self, credential: Credential, method: str) -> bool:
        """Whether this key may use this method."""
        if credential.permission == Permission.READ:
            return method in _READING
        return credential.permission == Permission.FULL or method != "DELETE"

    def extra_headers(self) -> Mapping[str, str]:
        """Headers of every answer, errors too."""
        return rate_headers(self.standing) if self.standing else {}

    def caller_of(self, request: HttpRequest, secret: str) -> Caller | None:
        """Whoever shows this secret; None when nobody has it."""
        return caller_with(request, secret, self.account_named())

    # What a handler uses

    @property
    def by(self) -> Actor:
        """Who does it, for the domain."""
        return Actor.credential(self.credential)

    def body(self) -> dict[str, Any]:
        """The JSON object in the request's body; Unacceptable when there is none."""
        return bodies.parsed_object(self.request._request)

    @classmethod
    def refused(cls, condition: Condition, message: str = "", *, field: str = "", **detail: Any) -> Refused:
        """To raise: the contract's refusal for this condition, with words of its own."""
        error = Refused(cls.refusals[condition].saying(message, field=field, **detail))
        error.condition = condition
        return error

    # What happens to every request

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.now = timezone.now()
        if is_in_clear(request._request):
            raise self.refused(Condition.IN_CLEAR)
        self.admit(request)

    def admit(self, request: Request) -> None:
        """Who calls, and whether they may; refused when they may not."""
        if "\0" in request.path_info:
            raise self.refused(Condition.NOT_FOUND)
        self.caller = self.authenticate(request._request)
        self.credential = self.caller.credential
        logs.say_who(credential=self.credential.prefix)
        self.count_request()
        self.turn_to(self.caller.organization)
        method = str(request.method)
        if not self.permits(self.credential, method):
            raise self.refused(Condition.NOT_PERMITTED, permission=self.credential.permission, method=method)
        self.credential.was_used(self.now)
        if "%00" in request.META.get("QUERY_STRING", ""):
            raise self.refused(Condition.INVALID, "The character U+0000 is not allowed")

    def turn_to(self, organization: Organization | None) -> None:
        """From here on the rows of this organisation; a partner's key may stand for several."""
        if organization is None:
            reach.turn_to_everybody()
        else:
            reach.turn_to(organization.pk)
            logs.say_who(organization=organization.public_id)

    def authenticate(self, request: HttpRequest) -> Caller:
        """The key; refused when it is missing, unknown, of another contract, revoked, expired or asleep."""
        secret = self.secret_shown(request)
        if not secret:
            raise self.refused(Condition.NO_CREDENTIAL)
        caller = self.caller_of(request, secret)
        if caller is None:
            raise self.refused(Condition.UNKNOWN_CREDENTIAL)
        credential = self.credential_shown = caller.credential
        if credential.kind != self.kind:
            raise self.refused(Condition.WRONG_KIND)
        if credential.revoked_at is not None and credential.revoked_at <= self.now:
            raise self.refused(Condition.REVOKED)
        if credential.is_expired(self.now):
            raise self.refused(Condition.EXPIRED)
        if credential.organization is not None and not credential.organization.is_active:
            raise self.refused(Condition.ORGANIZATION_INACTIVE)
        return caller

    def count_request(self) -> None:
        """Count against the limit; refuse when the window is used up."""
        if (limit := self.limit()) is None:
            return
        self.standing = throttling.count(self.credential.pk, limit, self.now)
        if self.standing.is_exceeded:
            wait = self.standing.retry_after(self.now)
            raise Unacceptable(
                Condition.RATE_LIMITED,
                headers={"Retry-After": str(wait)},
                retryAfter=wait,
                limit=self.standing.limit,
                remaining=0,
                resetAt=self.standing.reset,
            )

    def handle_exception(self, exc: Exception) -> HttpResponse:  # type: ignore[override]
        """Whatever went wrong, in the contract's envelope; a crash is logged and reported like any of Django's."""
        refusals, headers = self.refusals_for(exc)
        if refusals:
            answer = bodies.answer(self.envelope(refusals), refusals[0].status, headers)
            answer._has_been_logged = True  # type: ignore[attr-defined]  # what a caller did wrong is no news to us
            return self._told(getattr(exc, "condition", None), answer)
        request, refusal = self.request._request, self.refusals[Condition.SERVER_ERROR]
        status, headers = (503, RETRY_LATER) if is_outage(exc) else (refusal.status, {})
        answer = bodies.answer(self.envelope([refusal]), status, headers)
        log_response("%s %s failed", request.method, request.path, response=answer, request=request, exception=exc)
        got_request_exception.send(sender=type(self), request=request)
        return answer

    def _told(self, condition: Condition | None, answer: HttpResponse) -> HttpResponse:
        """A key that opens nothing, or not this, stands in the log; in the audit log where it is known whose."""
        if condition not in _GUARDED:
            return answer
        why = condition.name.lower().replace("_", " ")
        shown = self.credential_shown
        if shown is not None and shown.organization_id and condition != Condition.RATE_LIMITED:
            refusing.record(shown.organization_id, Actor.credential(shown), self.request._request, why=why)
        return security.refused_for(why, answer)

    def refusals_for(self, exc: Exception) -> tuple[Sequence[Refusal], Mapping[str, str]]:
        """The contract's refusals and headers for an exception; none at all for one that nobody expected."""
        match exc:
            case Refused():
                return exc.refusals, exc.headers
            case Unacceptable():
                refusal = self.refusals[exc.condition]
                return [refusal.saying(exc.message, field=exc.field, **exc.detail)], exc.headers
            case TooManyFieldsSent():
                return [self.refusals[Condition.MALFORMED].saying("Too many parameters")], {}
            case DomainError():
                return [self.refusal_of(exc)], {}
            case exceptions.MethodNotAllowed():
                return [self.refusals[Condition.METHOD_NOT_ALLOWED]], {"Allow": ", ".join(self.allowed_methods)}
            case exceptions.ValidationError():
                return [self._invalid(field, words) for field, words in _failures(exc.detail)], {}
        for kinds, condition in _CONDITIONS:
            if isinstance(exc, kinds):
                return [self.refusals[condition]], {}
        return [], {}

    def refusal_of(self, error: DomainError) -> Refusal:
        """The contract's refusal for a domain error, in the error's words unless the table insists on its own."""
        known = self.domain_refusals.get(error.code, self.refusals[Condition.INVALID])
        return known.saying(error.words, field=error.field)

    def _invalid(self, field: str, words: str) -> Refusal:
        return self.refusals[Condition.INVALID].saying(words, field=field)

    def finalize_response(  # type: ignore[override]
        self, request: Request, response: HttpResponseBase, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        for name, value in self.extra_headers().items():
            response[name] = value
        return response


class UnknownAddress(ContractView):
    """Nothing is here. Mixed into a dialect's base view, it answers every method with the dialect's 404."""

    def _nothing(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        raise self.refused(Condition.NOT_FOUND)

    get = post = put = patch = delete = http_method_not_allowed = _nothing  # type: ignore[assignment]


def rate_headers(standing: throttling.Standing) -> dict[str, str]:
    """The three headers that say where a key stands; the reset is a Unix second."""
    return {
        "X-RateLimit-Limit": str(standing.limit),
        "X-RateLimit-Remaining": str(standing.remaining),
        "X-RateLimit-Reset": str(standing.reset),
    }


def bearer(request: HttpRequest) -> str:
    """The token of an "Authorization: Bearer …" header, "" when there is none."""
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


#: What a guard refuses, and no mistake in what was sent.
_GUARDED = {
    Condition.IN_CLEAR, Condition.NO_CREDENTIAL, Condition.UNKNOWN_CREDENTIAL, Condition.REVOKED, Condition.EXPIRED,
    Condition.WRONG_KIND, Condition.NOT_PERMITTED, Condition.ORGANIZATION_INACTIVE, Condition.RATE_LIMITED,
}  # fmt: skip
_CONDITIONS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], Condition], ...] = (
    ((Http404, exceptions.NotFound), Condition.NOT_FOUND),
    ((PermissionDenied, exceptions.PermissionDenied), Condition.NOT_PERMITTED),
    (exceptions.NotAuthenticated, Condition.NO_CREDENTIAL),
    (exceptions.AuthenticationFailed, Condition.UNKNOWN_CREDENTIAL),
    (exceptions.UnsupportedMediaType, Condition.UNSUPPORTED_MEDIA_TYPE),
    (exceptions.Throttled, Condition.RATE_LIMITED),
    (RequestDataTooBig, Condition.TOO_LARGE),
    ((exceptions.ParseError, BadRequest, SuspiciousOperation), Condition.MALFORMED),
)


def _failures(detail: Any, field: str = "") -> list[tuple[str, str]]:
    """(field, words) for each leaf of a serializer's errors, nested fields with dots."""
    if isinstance(detail, dict):
        return [
            failure
            for key, part in detail.items()
            for failure in _failures(part, field if key == "non_field_errors" else f"{field}.{key}".lstrip("."))
        ]
    if isinstance(detail, list | tuple):
        return [failure for part in detail for failure in _failures(part, field)]
    return [(field, str(detail))]
