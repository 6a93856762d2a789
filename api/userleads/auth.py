"""How a user's key is shown, whose leads it opens, and how often it may come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest
from rest_framework.request import Request

from api import throttling
from api.base import ContractView, UnknownAddress, bearer, rate_headers
from api.credentials import Caller
from api.refusals import Condition, Refusal
from api.userleads import errors, tokens, vocabulary
from api.userleads.tokens import BadToken, TokenExpired, Use
from crm import reach
from crm.models import Advisor, Credential, CredentialKind

EVERYTHING = throttling.Limit("userleads", vocabulary.REQUESTS_PER_MINUTE)


class UserView(ContractView):
    """An address of this contract: a user's key as X-API-Key or Bearer, or access token as Bearer, and its envelope."""

    kind = CredentialKind.USERLEADS
    refusals = errors.REFUSALS
    domain_refusals = errors.DOMAIN_REFUSALS

    #: The user in their organisation, with both.
    advisor: Advisor

    def admit(self, request: Request) -> None:
        super().admit(request)
        working = Advisor.objects.filter(is_active=True, user__is_active=True).select_related("organization")
        advisor = working.filter(credentials=self.credential).first()
        if advisor is None:
            raise self.refused(Condition.REVOKED, "The user of this API key is not active")
        self.advisor = advisor

    def secret_shown(self, request: HttpRequest) -> str:
        return request.META.get("HTTP_X_API_KEY", "").strip() or bearer(request)

    def caller_of(self, request: HttpRequest, secret: str) -> Caller | None:
        """The holder of a key, or of the access token of a log-in."""
        if not tokens.is_token(secret):
            return super().caller_of(request, secret)
        try:
            token = tokens.read(secret, Use.ACCESS)
        except TokenExpired:
            raise self.refused(Condition.EXPIRED, "This access token has expired") from None
        except BadToken:
            return None
        with reach.everybody():
            log_in = Credential.objects.filter(pk=token.log_in, is_log_in=True).select_related("organization").first()
        return Caller(log_in, log_in.organization) if log_in else None

    def envelope(self, refusals: Sequence[Refusal]) -> Mapping[str, Any]:
        return errors.envelope(refusals)

    def limit(self) -> throttling.Limit:
        return EVERYTHING

    def extra_headers(self) -> Mapping[str, str]:
        return rate_headers(self.standing or throttling.untouched(self.limit(), self.now))

    def permits(self, credential: Credential, method: str) -> bool:
        """405 says more than 403 where no key at all could do it."""
        return method not in self.allowed_methods or super().permits(credential, method)


class NothingHere(UnknownAddress, UserView):
    """Any other address of the contract: 404 for every method and level."""

    def permits(self, credential: Credential, method: str) -> bool:
        return True
