"""How a partner's key is shown, which accounts it opens, and how often it may come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.http import HttpRequest
from rest_framework.request import Request

from api import throttling
from api.base import ContractView, UnknownAddress, bearer, rate_headers
from api.recoverbiz import errors
from api.refusals import Condition, Refusal
from crm.models import Credential, CredentialKind, Organization, Permission

IMPORTS = throttling.Limit("import", 1000)
BULK_IMPORTS = throttling.Limit("bulk", 50)
NEW_ACCOUNTS = throttling.Limit("accounts", 100, throttling.HOUR)
CONVERSATION_READS = throttling.Limit("conversations", 5000)
EVERYTHING_ELSE = throttling.Limit("other", 1000)


def sends_of(account: Organization | None) -> throttling.Limit:
    """Messages sent are counted for each account."""
    return throttling.Limit(f"sends:{account.pk if account else ''}", 100)


class RecoverBizView(ContractView):
    """An address of the RecoverBiz contract: partner key, documented limits on every answer, its envelope."""

    kind = CredentialKind.RECOVERBIZ
    refusals = errors.REFUSALS
    domain_refusals = errors.DOMAIN_REFUSALS

    def secret_shown(self, request: HttpRequest) -> str:
        return request.META.get("HTTP_X_PARTNER_KEY", "").strip() or bearer(request)

    def envelope(self, refusals: Sequence[Refusal]) -> Mapping[str, Any]:
        return errors.envelope(refusals)

    def limit(self) -> throttling.Limit:
        return EVERYTHING_ELSE

    def extra_headers(self) -> Mapping[str, str]:
        return rate_headers(self.standing or throttling.untouched(self.limit(), self.now))

    def permits(self, credential: Credential, method: str) -> bool:
        """RecoverBiz knows no levels: every key may do everything, unless it was issued for reading only."""
        return credential.permission != Permission.READ or super().permits(credential, method)


class AccountView(RecoverBizView):
    """An address below /accounts/:id. Another partner's account is not told from one that does not exist."""

    account: Organization
    #: Whether an account that has been deactivated may still be seen here.
    admits_deactivated: ClassVar[bool] = False

    def account_named(self) -> str:
        return str(self.kwargs["account_id"])

    def admit(self, request: Request) -> None:
        super().admit(request)
        account = self.caller.organization
        if account is None:
            raise self.refused(Condition.NOT_FOUND, "Account not found")
        if not account.is_active and not self.admits_deactivated:
            raise self.refused(Condition.ORGANIZATION_INACTIVE)
        self.account = account


class NothingHere(UnknownAddress, RecoverBizView):
    """Any other address of the contract."""
