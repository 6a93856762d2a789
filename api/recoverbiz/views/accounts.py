"""/accounts: make, list, get, change. Contract: docs/api/recoverbiz.md."""

from __future__ import annotations

from django.http import HttpResponse
from rest_framework.request import Request

from api import throttling
from api.bodies import answer
from api.recoverbiz import account_bodies, auth, reading, values
from crm import organizations


class Accounts(auth.RecoverBizView):
    def limit(self) -> throttling.Limit:
        return auth.NEW_ACCOUNTS if self.request.method == "POST" else auth.EVERYTHING_ELSE

    def get(self, request: Request) -> HttpResponse:
        """?limit=1..250&offset= -> 200 {accounts: [...], total, limit, offset}: the partner's own, oldest first."""
        page = values.page(request._request.GET)
        rows, total = reading.account_page(self.credential, page)
        return answer(page.of("accounts", [account_bodies.account(row) for row in rows], total))

    def post(self, request: Request) -> HttpResponse:
        """{name, timezone?} -> 201 with the bare account, which every key of the partner opens at once. 422."""
        wanted = account_bodies.new_account(self.body())
        made = organizations.found(**wanted, partner=self.credential.partner, by=self.by, now=self.now)
        return answer(account_bodies.account(made), 201)


class OneAccount(auth.AccountView):
    """Also for a deactivated account, so that it can be activated again."""

    admits_deactivated = True

    def get(self, request: Request, account_id: str) -> HttpResponse:
        """200 with the bare account; 404."""
        return answer(account_bodies.account(self.account))

    def patch(self, request: Request, account_id: str) -> HttpResponse:
        """
        name, timezone, is_active -> 200 with the bare account; 404, 422. In a deactivated account everything below it
        is 403 account_deactivated, nobody can sign in and nothing is sent.
        """
        organizations.change(self.account, account_bodies.account_changes(self.body()), by=self.by, now=self.now)
        return answer(account_bodies.account(self.account))
