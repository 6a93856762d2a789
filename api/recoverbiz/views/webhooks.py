"""/webhooks: where a partner wants to be told of what happens in its accounts. Contract: docs/api/recoverbiz.md."""

from __future__ import annotations

from django.http import HttpResponse
from rest_framework.request import Request

from api.bodies import answer
from api.recoverbiz import auth, reading, values, webhook_bodies
from api.refusals import Condition
from crm import webhook_endpoints
from crm.models import CredentialKind


class Webhooks(auth.RecoverBizView):
    def get(self, request: Request) -> HttpResponse:
        """?limit=1..250&offset= -> 200 {webhooks: [...], total, limit, offset}, oldest first (not in the document)."""
        page = values.page(request._request.GET)
        rows, total = reading.webhook_page(self.credential, page)
        return answer(page.of("webhooks", [webhook_bodies.webhook(row) for row in rows], total))

    def post(self, request: Request) -> HttpResponse:
        """
        {url: https, events, secret} -> 201 {id, url, events, active, created_at}. It hears of all the partner's
        accounts, also of those that are made later. 422 names the field.
        """
        wanted = webhook_bodies.new_webhook(self.body())
        try:
            made = webhook_endpoints.create(
                partner=self.credential.partner,
                contract=CredentialKind.RECOVERBIZ,
                **wanted,
                by=self.by,
                now=self.now,
            )
        except webhook_endpoints.WebhookRefused as refused:
            raise self.refused(Condition.INVALID, refused.words, field=refused.field) from None
        return answer(webhook_bodies.webhook(made), 201)


class OneWebhook(auth.RecoverBizView):
    """Not in the document."""

    def get(self, request: Request, webhook_id: str) -> HttpResponse:
        """200 with the bare webhook; 404."""
        return answer(webhook_bodies.webhook(reading.webhook_by_id(self.credential, webhook_id)))

    def delete(self, request: Request, webhook_id: str) -> HttpResponse:
        """200 {success, deleted}; what was still waiting is not sent. 404 when it is gone already."""
        endpoint = reading.webhook_by_id(self.credential, webhook_id)
        webhook_endpoints.delete(endpoint, by=self.by, now=self.now)
        return answer({"success": True, "deleted": True})
