"""How a Convoso token is shown, what it may do and how often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request

from api import throttling
from api.base import ContractView, UnknownAddress, rate_headers
from api.bodies import answer
from api.convoso import errors
from api.convoso.parameters import Parameters, parameters_of
from api.refusals import Refusal
from crm.models import Credential, CredentialKind, Organization, Permission
from leads.errors import DomainError

LIMIT = throttling.Limit("convoso", 1000)


class ConvosoView(ContractView):
    """
    An address of the Convoso contract: auth_token among the parameters, POST and GET alike, its envelope.

    A view answers with answered(); writes says whether it changes anything, which a key for reading may not do.
    """

    kind = CredentialKind.CONVOSO
    refusals = errors.REFUSALS
    domain_refusals = errors.DOMAIN_REFUSALS
    # No HEAD: where GET may delete, asking for headers must not.
    http_method_names = ["get", "post"]
    writes: ClassVar[bool] = True

    given: Parameters

    @property
    def organization(self) -> Organization:
        assert self.credential.organization is not None  # a constraint of the table
        return self.credential.organization

    def secret_shown(self, request: HttpRequest) -> str:
        self.given = parameters_of(request)
        return self.given.text("auth_token")

    def envelope(self, refusals: Sequence[Refusal]) -> Mapping[str, Any]:
        return errors.envelope(refusals)

    def limit(self) -> throttling.Limit:
        return LIMIT

    def extra_headers(self) -> Mapping[str, str]:
        return rate_headers(self.standing or throttling.untouched(self.limit(), self.now))

    def refusal_of(self, error: DomainError) -> Refusal:
        """The document's own words where it has any."""
        return self.domain_refusals.get(error.code) or super().refusal_of(error)

    def permits(self, credential: Credential, method: str) -> bool:
        """Convoso knows no levels: every key may do everything, unless it was issued for reading only."""
        return not self.writes or credential.permission != Permission.READ

    def admit(self, request: Request) -> None:
        super().admit(request)
        self.given.refuse_unkeepable()

    def answered(self) -> Mapping[str, Any]:
        """The body of the answer."""
        raise NotImplementedError

    def post(self, request: Request) -> HttpResponse:
        return answer(self.answered())

    get = post


class NothingHere(UnknownAddress, ConvosoView):
    """Any other address of the contract."""

    http_method_names = ContractView.http_method_names
    writes = False
