"""How a LendWorks key is shown, what it may do and how often; what every answer carries."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse

from api import idempotency, throttling
from api.base import ContractView, UnknownAddress, bearer, rate_headers
from api.lendworks import errors
from api.refusals import Condition, Refusal, Refused
from crm.models import Credential, CredentialKind, Organization, Tier
from leads.errors import DomainError

VERSION = "2025-01-15"
REQUESTS_PER_MINUTE: Mapping[str, int] = {Tier.BASIC: 100, Tier.STANDARD: 1_000, Tier.PREMIUM: 10_000}


class LendWorksView(ContractView):
    """An address of the LendWorks contract: Bearer key, tiers, permission levels, idempotency keys, its envelope."""

    kind = CredentialKind.LENDWORKS
    refusals = errors.REFUSALS
    domain_refusals = errors.DOMAIN_REFUSALS
    #: Our columns by the contract's field, to name the culprit of a DomainError.
    fields_by_column: Mapping[str, str] = {}

    @cached_property
    def request_id(self) -> str:
        """Names this request in its answer."""
        return str(uuid.uuid4())

    @property
    def organization(self) -> Organization:
        assert self.credential.organization is not None  # a constraint of the table
        return self.credential.organization

    def secret_shown(self, request: HttpRequest) -> str:
        return bearer(request)

    def limit(self) -> throttling.Limit:
        tier = self.credential.tier if hasattr(self, "credential") else Tier.STANDARD
        return throttling.Limit("lendworks", REQUESTS_PER_MINUTE[tier])

    def permits(self, credential: Credential, method: str) -> bool:
        if method not in self.allowed_methods:
            return True  # 405 says more than 403 where no key at all could do it
        if not super().permits(credential, method):
            words = f"API key permission level '{credential.permission}' does not allow {method} requests"
            raise self.refused(Condition.NOT_PERMITTED, words)
        return True

    def envelope(self, refusals: Sequence[Refusal]) -> Mapping[str, Any]:
        return errors.envelope(refusals, self.request_id)

    def extra_headers(self) -> Mapping[str, str]:
        standing = self.standing or throttling.untouched(self.limit(), self.now)
        return rate_headers(standing) | {
            "X-RateLimit-Window": str(standing.seconds),
            "LW-API-Version": VERSION,
            "X-Request-Id": self.request_id,
        }

    def refusal_of(self, error: DomainError) -> Refusal:
        refusal = super().refusal_of(error)
        return refusal.saying(field=self.fields_by_column.get(refusal.field, ""))

    def once(self, address: str, body: Any, effect: Callable[[], HttpResponse]) -> HttpResponse:
        """The effect's answer; with an Idempotency-Key, at most once a day for this address, method and body."""
        key = self.request.META.get("HTTP_IDEMPOTENCY_KEY")
        if key is None:
            return effect()
        attempt = idempotency.Attempt(
            organization=self.organization,
            method=str(self.request.method),
            address=f"/lendworks{address}",
            key=key,
            body=body,
            now=self.now,
        )
        try:
            return idempotency.once(attempt, effect)
        except idempotency.InvalidKey:
            raise Refused(errors.INVALID_IDEMPOTENCY_KEY) from None
        except idempotency.InFlight:
            raise Refused(errors.IDEMPOTENCY_CONFLICT) from None
        except idempotency.KeyReused:
            raise Refused(errors.IDEMPOTENCY_KEY_REUSED) from None


class NothingHere(UnknownAddress, LendWorksView):
    """Any other address of the contract: 404 for every method and level."""

    def permits(self, credential: Credential, method: str) -> bool:
        return True
