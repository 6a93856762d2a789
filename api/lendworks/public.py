"""What LendWorks tells anybody, without a key: that it is up, and which events its webhooks know."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpResponse
from rest_framework.request import Request

from api.bodies import answer
from api.lendworks.auth import VERSION, LendWorksView
from api.lendworks.webhooks import CATALOG


class PublicView(LendWorksView):
    """No key is asked for, none is looked at, nothing is counted."""

    def admit(self, request: Request) -> None:
        """Whoever it is."""

    def extra_headers(self) -> Mapping[str, str]:
        return {"LW-API-Version": VERSION, "X-Request-Id": self.request_id}


class Status(PublicView):
    """/v1/status"""

    def get(self, request: Request) -> HttpResponse:
        """200 {data: {status: operational, version, timestamp}, meta: {requestId}}"""
        status = {"status": "operational", "version": VERSION, "timestamp": self.now}
        return answer({"data": status, "meta": {"requestId": self.request_id}})


class WebhookCatalog(PublicView):
    """/v1/webhooks/catalog"""

    def get(self, request: Request) -> HttpResponse:
        """200 {data: [{event, description, fields: [names in data]}], meta: {total, requestId}}"""
        events = [
            {"event": event, "description": description, "fields": list(fields)}
            for event, (description, fields) in CATALOG.items()
        ]
        return answer({"data": events, "meta": {"total": len(events), "requestId": self.request_id}})
