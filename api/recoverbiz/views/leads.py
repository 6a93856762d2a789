"""/accounts/:id/leads: import, list, get, change, delete. Contract: docs/api/recoverbiz.md."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from rest_framework.request import Request

from api import throttling
from api.bodies import answer
from api.recoverbiz import auth, reading, serializers, shapes
from api.recoverbiz.importing import import_lead, import_leads
from api.recoverbiz.listing import lead_page
from crm.replica.reading import reads_from_replica
from leads import checklists
from leads.editing import change_lead
from leads.errors import DomainError
from leads.intake import Action
from leads.pipeline import delete_lead, move_to_slot


class Leads(auth.AccountView):
    def limit(self) -> throttling.Limit:
        return auth.IMPORTS if self.request.method == "POST" else auth.EVERYTHING_ELSE

    @reads_from_replica()
    def get(self, request: Request, account_id: str) -> HttpResponse:
        """
        ?status=&search=&limit=1..250&offset= -> 200 {leads: [{phone, name, email, status, source, checklist_progress
        0.0-1.0, last_message_at, created_at}], total, limit, offset}, newest first. 422 for an unknown status.
        """
        wanted = serializers.lead_filter(request._request.GET)
        page = lead_page(self.account, wanted)
        progress = checklists.progress_of(self.account, [row[0] for row in page.rows])
        return answer(
            {
                "leads": [shapes.listed_lead(*row[1:], progress=progress[row[0]].ratio) for row in page.rows],
                "total": page.total,
                "limit": wanted.page.limit,
                "offset": wanted.page.offset,
            }
        )

    def post(self, request: Request, account_id: str) -> HttpResponse:
        """
        One lead -> 201 {success, action: created, lead} or 200 with action updated (empty fields were filled) or
        skipped. 400 invalid_phone, 409 duplicate_lead (phone and external_id are two leads), 422 validation_error.
        """
        imported = import_lead(self.account, serializers.lead_import(self.body()), by=self.by, now=self.now)
        action, lead = imported.received.action, imported.received.lead
        return answer(
            {
                "success": True,
                "action": action,
                "lead": shapes.imported_lead(lead, sequence_enrolled=imported.sequence_enrolled),
            },
            201 if action is Action.CREATED else 200,
        )


class BulkLeads(auth.AccountView):
    def limit(self) -> throttling.Limit:
        return auth.BULK_IMPORTS

    def post(self, request: Request, account_id: str) -> HttpResponse:
        """
        {leads: [at most 1,000]} -> 200 {success, imported, updated, skipped, errors: [{index, phone, code, message}]};
        the four add up to the rows sent. A bad row harms no other. 422 for no array or more than 1,000.
        """
        body = self.body()
        outcomes = import_leads(self.account, serializers.bulk_import(body), by=self.by, now=self.now)
        actions = Counter(outcome.action for outcome in outcomes if not isinstance(outcome, DomainError))
        return answer(
            {
                "success": True,
                "imported": actions[Action.CREATED],
                "updated": actions[Action.UPDATED],
                "skipped": actions[Action.SKIPPED],
                "errors": [
                    self.row_error(index, body["leads"][index], outcome)
                    for index, outcome in enumerate(outcomes)
                    if isinstance(outcome, DomainError)
                ],
            }
        )

    def row_error(self, index: int, row: object, error: DomainError) -> dict[str, Any]:
        refusal = self.refusal_of(error)
        phone = row.get("phone") if isinstance(row, dict) else None
        return {"index": index, "phone": phone, "code": refusal.code, "message": refusal.message}


class OneLead(auth.AccountView):
    def get(self, request: Request, account_id: str, phone: str) -> HttpResponse:
        """200 with the lead, its checklist, its conversation and its newest sequence, bare; 404 not_found."""
        return answer(shapes.full_lead(reading.lead_by_phone(self.account, phone)))

    def patch(self, request: Request, account_id: str, phone: str) -> HttpResponse:
        """
        Overwrites the fields given; null clears; status moves the lead -> 200 {success, lead} with the lead's fields
        at the top as well. 400 invalid_phone, 409 duplicate_lead for another lead's phone or external_id, 422.
        """
        lead = reading.lead_by_phone(self.account, phone)
        changes, status = serializers.lead_changes(self.body())
        with transaction.atomic():
            if changes:
                change_lead(lead, changes, by=self.by, now=self.now)
            if status is not None:
                move_to_slot(lead, status, by=self.by, now=self.now)
        full = shapes.full_lead(lead)
        return answer({**full, "success": True, "lead": full})

    def delete(self, request: Request, account_id: str, phone: str) -> HttpResponse:
        """200 {success, deleted}; the conversation is kept. 404 when it is gone already."""
        lead = reading.lead_by_phone(self.account, phone)
        delete_lead(lead, by=self.by, now=self.now)
        return answer({"success": True, "deleted": True})
