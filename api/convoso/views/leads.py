"""Convoso's leads: search, insert, update, delete, and the recordings of their calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse

from api.convoso import errors, filters, moments, resources, searching, vocabulary
from api.convoso.auth import ConvosoView
from api.convoso.changing import remove_lead, update_lead
from api.convoso.inserting import insert_lead
from api.convoso.parameters import row_id
from crm.replica.reading import reads_from_replica
from leads.models import Recording
from leads.recordings import token_of

type Body = Mapping[str, Any]


class Search(ConvosoView):
    """/v1/leads/search"""

    writes = False

    @reads_from_replica()
    def answered(self) -> Body:
        """
        Any of the 37 filters, offset, limit 1..2000 -> {success, results: [lead], offset, limit, data: {offset, limit,
        total, entries}} by ascending id. 7231 and 7258 for a bad offset and limit, 6031 for a bad date.
        """
        return searching.found(self.organization, self.given)


class Insert(ConvosoView):
    """/v1/leads/insert"""

    def answered(self) -> Body:
        """
        phone_number and list_id, any field of a lead, any option -> {success, data: {lead_id}, id}.

        In this order: 6007, 6002, 6008, 6079, 6006, 6023, 6008 (do-not-call, carrier type), 6009.
        """
        lead = insert_lead(self.organization, self.given, by=self.by, now=self.now)
        return {"success": True, "data": {"lead_id": str(lead.pk)}, "id": str(lead.pk)}


class Update(ConvosoView):
    """/v1/leads/update"""

    def answered(self) -> Body:
        """
        lead_id and what shall change -> {success, data: {lead_id}}. 6070 for no lead_id, 6071 for an unknown one, then
        6002, 6008, 6006 and 6079 as in insert.
        """
        lead = update_lead(self.organization, self.given, by=self.by, now=self.now)
        return {"success": True, "data": {"lead_id": str(lead.pk)}}


class Delete(ConvosoView):
    """/v1/leads/delete"""

    def answered(self) -> Body:
        """lead_id -> {success}; 6001 when there is no such lead."""
        remove_lead(self.organization, self.given, by=self.by, now=self.now)
        return {"success": True}


class GetRecordings(ConvosoView):
    """/v1/leads/get-recordings"""

    writes = False

    @reads_from_replica()
    def answered(self) -> Body:
        """
        lead_id, start_time, end_time, offset, limit 1..100 -> {success, entries: [recording], data: {offset, limit,
        total, entries}} by ascending id. 6005 for no lead_id; a lead without recordings, or no lead, has no entries.
        """
        page = filters.page_asked(self.given, vocabulary.MOST_RECORDINGS)
        if not self.given.text("lead_id").strip("0"):
            raise errors.refused(errors.MISSING_USERS)
        started = moments.bounds(self.given, {"start_time": "started_at__gte", "end_time": "started_at__lte"})
        of_lead = {"call__lead_id": row_id(self.given["lead_id"]), "call__lead__deleted_at": None}
        found = Recording.objects.filter(**started, **of_lead, organization=self.organization)
        total = found.count()
        rows = found.select_related("call").order_by("pk")[page.offset : page.offset + page.limit]
        entries = [resources.recording(row, self._url) for row in rows] if page.offset < total else []
        data = {"offset": page.offset, "limit": page.limit, "total": total, "entries": entries}
        return {"success": True, "entries": entries, "data": data}

    def _url(self, recording: Recording) -> str:
        return self.request._request.build_absolute_uri(reverse("api:recording", args=[token_of(recording)]))
