"""LendWorks' leads: list, get, create, update."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request

from api.bodies import answer
from api.lendworks import listing, resources, serializers, statements, vocabulary
from api.lendworks.auth import LendWorksView
from api.refusals import Condition
from crm.replica.reading import reads_from_replica
from leads.editing import change_lead
from leads.intake import OnDuplicate, receive_lead
from leads.models import ConsentBasis, Lead


class _LeadsView(LendWorksView):
    """What the two addresses of leads have in common."""

    fields_by_column = vocabulary.FIELDS

    def standard_answer(self, identity: uuid.UUID, status: int = 200) -> HttpResponse:
        """The lead in the standard response envelope."""
        row = statements.of_uuid(self.organization, identity)
        if row is None:
            raise self.refused(Condition.NOT_FOUND, "Lead not found")
        return answer(resources.single(row, self.request_id), status)


class Leads(_LeadsView):
    """/v1/leads"""

    @reads_from_replica()
    def get(self, request: Request) -> HttpResponse:
        """
        ?page=1..&limit=1..100&search= -> 200 {data: [resource], meta: {total, page, limit, hasMore, requestId}}, newest
        first. 422 for a page or limit that is no positive whole number.
        """
        page = listing.page_asked(request._request.GET)
        rows, total = listing.leads_on(self.organization, page)
        meta = {
            "total": total,
            "page": page.number,
            "limit": page.length,
            "hasMore": page.offset + page.length < total,
            "requestId": self.request_id,
        }
        return answer({"data": [resources.lead(row) for row in rows], "meta": meta})

    def post(self, request: Request) -> HttpResponse:
        """
        Any of the documented fields -> 201 {data: resource, meta}. 422 with one entry for each field that fails; with
        an Idempotency-Key, 409 while its first request is under way and 422 when that had another body.
        """
        body = self.body()
        return self.once("/v1/leads", body, lambda: self._create(body))

    def _create(self, body: dict[str, Any]) -> HttpResponse:
        received = receive_lead(
            organization=self.organization,
            fields=serializers.new_lead(body, self.organization),
            by=self.by,
            now=self.now,
            on_duplicate=OnDuplicate.NEW,
            source=vocabulary.DEFAULT_SOURCE,
            consent=ConsentBasis.PARTNER,
            consent_source=self.by.label,
        )
        return self.standard_answer(received.lead.uuid, 201)


class OneLead(_LeadsView):
    """/v1/leads/{id}"""

    def get(self, request: Request, lead_id: str) -> HttpResponse:
        """200 {data: resource, meta}; 404 for an id that is none, unknown, deleted or of another organization."""
        return self.standard_answer(self._identity(lead_id))

    def patch(self, request: Request, lead_id: str) -> HttpResponse:
        """
        The fields to change, null to clear -> 200 {data: resource, meta}. 422 with one entry for each field that fails
        or can't be changed here (source, stageId, assignToAdvisorId, contactId); then nothing has changed.
        """
        identity, body = self._identity(lead_id), self.body()
        return self.once(f"/v1/leads/{identity}", body, lambda: self._change(identity, body))

    def _change(self, identity: uuid.UUID, body: dict[str, Any]) -> HttpResponse:
        lead = Lead.objects.of(self.organization).filter(uuid=identity).first()
        if lead is None:
            raise self.refused(Condition.NOT_FOUND, "Lead not found")
        changes = serializers.lead_changes(body, self.organization)
        change_lead(lead, changes, by=self.by, now=self.now, on_duplicate=OnDuplicate.NEW)
        return self.standard_answer(identity)

    def _identity(self, text: str) -> uuid.UUID:
        identity = vocabulary.as_uuid(text)
        if identity is None:
            raise self.refused(Condition.NOT_FOUND, "Lead not found")
        return identity
