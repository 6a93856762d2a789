"""LendWorks' webhook endpoints: list, create, get, update, delete. Contract: docs/api/lendworks.md."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpResponse
from rest_framework.request import Request

from api.bodies import answer
from api.lendworks import listing
from api.lendworks.auth import LendWorksView
from api.lendworks.webhook_bodies import endpoint_changes, endpoint_resource, new_endpoint
from api.refusals import Condition, Refused
from crm import webhook_endpoints
from crm.models import CredentialKind, WebhookEndpoint
from crm.webhook_endpoints import WebhookRefused


class _WebhooksView(LendWorksView):
    """What the two addresses of webhook endpoints have in common."""

    def standard_answer(self, endpoint: WebhookEndpoint, status: int = 200, **more: str) -> HttpResponse:
        resource = endpoint_resource(endpoint, **more)
        return answer({"data": resource, "meta": {"requestId": self.request_id}}, status)

    def unacceptable(self, refused: WebhookRefused) -> Refused:
        return self.refused(Condition.INVALID, f"Field '{refused.field}': {refused.words}", field=refused.field)


class Webhooks(_WebhooksView):
    """/v1/webhooks"""

    def get(self, request: Request) -> HttpResponse:
        """?page=&limit= -> 200 {data: [resource], meta: {total, page, limit, hasMore, requestId}}, newest first."""
        page = listing.page_asked(request._request.GET)
        found = WebhookEndpoint.objects.filter(organization=self.organization, contract=CredentialKind.LENDWORKS)
        total = found.count()
        rows = found.order_by("-pk")[page.offset : page.offset + page.length]
        meta = {
            "total": total,
            "page": page.number,
            "limit": page.length,
            "hasMore": page.offset + page.length < total,
            "requestId": self.request_id,
        }
        return answer({"data": [endpoint_resource(row) for row in rows], "meta": meta})

    def post(self, request: Request) -> HttpResponse:
        """
        {url: https, events, secret?} -> 201 {data: resource, meta}, the only answer with the signing secret in it.
        422 with one entry for each field that fails.
        """
        body = self.body()
        return self.once("/v1/webhooks", body, lambda: self._create(body))

    def _create(self, body: dict[str, Any]) -> HttpResponse:
        try:
            made = webhook_endpoints.create(
                organization=self.organization,
                contract=CredentialKind.LENDWORKS,
                **new_endpoint(body),
                by=self.by,
                now=self.now,
            )
        except WebhookRefused as refused:
            raise self.unacceptable(refused) from None
        return self.standard_answer(made, 201, secret=made.secret)


class OneWebhook(_WebhooksView):
    """/v1/webhooks/{id}"""

    def get(self, request: Request, webhook_id: str) -> HttpResponse:
        """200 {data: resource, meta}; 404."""
        return self.standard_answer(self._endpoint(webhook_id))

    def patch(self, request: Request, webhook_id: str) -> HttpResponse:
        """url, events, isActive -> 200 {data: resource, meta}; 404, 422 with one entry for each field that fails."""
        self._endpoint(webhook_id)
        body = self.body()
        return self.once(f"/v1/webhooks/{webhook_id}", body, lambda: self._change(webhook_id, body))

    @transaction.atomic
    def _change(self, webhook_id: str, body: dict[str, Any]) -> HttpResponse:
        endpoint, changes = self._endpoint(webhook_id), endpoint_changes(body)
        try:
            if "url" in changes or "wanted" in changes:
                place = {"url": endpoint.url, "wanted": endpoint.events} | changes
                webhook_endpoints.change(endpoint, url=place["url"], wanted=place["wanted"], by=self.by, now=self.now)
            if "is_active" in changes:
                webhook_endpoints.switch(endpoint, on=changes["is_active"], by=self.by, now=self.now)
        except WebhookRefused as refused:
            raise self.unacceptable(refused) from None
        return self.standard_answer(endpoint)

    def delete(self, request: Request, webhook_id: str) -> HttpResponse:
        """200 {data: {id, type, deleted}, meta}; what was still waiting is not sent. 404 when it is gone already."""
        endpoint = self._endpoint(webhook_id)
        webhook_endpoints.delete(endpoint, by=self.by, now=self.now)
        gone = {"id": webhook_id, "type": "webhook", "deleted": True}
        return answer({"data": gone, "meta": {"requestId": self.request_id}})

    def _endpoint(self, webhook_id: str) -> WebhookEndpoint:
        own = WebhookEndpoint.objects.filter(organization=self.organization, contract=CredentialKind.LENDWORKS)
        endpoint = own.filter(public_id=webhook_id).first()
        if endpoint is None:
            raise self.refused(Condition.NOT_FOUND, "Webhook not found")
        return endpoint
