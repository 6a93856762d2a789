"""/accounts/:id/sequences: list, make, get, change, delete, enroll. Contract: docs/api/recoverbiz.md."""

from __future__ import annotations

from django.http import HttpResponse
from rest_framework.request import Request

from api.bodies import answer
from api.recoverbiz import auth, reading, serializers, shapes, values
from sequences import authoring
from sequences.engine import run_enrollment_now
from sequences.enrolling import EnrollAction, enroll
from sequences.models import Sequence


class Sequences(auth.AccountView):
    def get(self, request: Request, account_id: str) -> HttpResponse:
        """?limit=1..250&offset= -> 200 {sequences: [...], total, limit, offset}, oldest first."""
        page = values.page(request._request.GET)
        rows, total = reading.sequence_page(self.account, page)
        steps = reading.steps_by_version(rows)
        return answer(
            {
                "sequences": [shapes.sequence(row, steps.get(row.current_id or 0, [])) for row in rows],
                "total": total,
                "limit": page.limit,
                "offset": page.offset,
            }
        )

    def post(self, request: Request, account_id: str) -> HttpResponse:
        """
        {name, steps, description?, is_active? true, is_default? false} -> 201 with the bare sequence. The new default
        takes the old one's place. 422 validation_error names the step and field.
        """
        wanted = serializers.new_sequence(self.body())
        made = authoring.create_sequence(organization=self.account, **wanted, by=self.by, now=self.now)
        return answer(shapes.sequence(made, authoring.steps_of(made)), 201)


class OneSequence(auth.AccountView):
    def get(self, request: Request, account_id: str, sequence_id: str) -> HttpResponse:
        """200 with the bare sequence (not in the document); 404."""
        return answer(self.shown(sequence_id))

    def patch(self, request: Request, account_id: str, sequence_id: str) -> HttpResponse:
        """200 with the bare sequence. steps replaces them all, for new enrollments only; 404, 422."""
        sequence = reading.sequence_by_id(self.account, sequence_id)
        changes = serializers.sequence_changes(self.body())
        authoring.change_sequence(sequence, changes, by=self.by, now=self.now)
        return answer(self.shown(sequence_id))

    def delete(self, request: Request, account_id: str, sequence_id: str) -> HttpResponse:
        """200 {success, cancelled_enrollments}: those that were still running; 404."""
        sequence = reading.sequence_by_id(self.account, sequence_id)
        cancelled = authoring.delete_sequence(sequence, by=self.by, now=self.now)
        return answer({"success": True, "cancelled_enrollments": cancelled})

    def shown(self, sequence_id: str) -> shapes.Json:
        sequences = Sequence.objects.of(self.account).filter(public_id=sequence_id)
        sequence = reading.counted(sequences).first() or reading.sequence_by_id(self.account, sequence_id)
        return shapes.sequence(sequence, authoring.steps_of(sequence))


class Enroll(auth.AccountView):
    def post(self, request: Request, account_id: str, sequence_id: str) -> HttpResponse:
        """
        {phone} -> 200 {success, action: enrolled | already_enrolled | reactivated, message_sent, next_step_at}.
        message_sent: the first message was handed to the channel before this answer. 404 for an unknown sequence or
        phone; 422 when the sequence is off or the person must not be contacted.
        """
        sequence = reading.sequence_by_id(self.account, sequence_id)
        phone = serializers.phone(self.body().get("phone"))
        lead = reading.lead_by_phone(self.account, phone)
        result = enroll(lead, sequence, by=self.by, now=self.now)
        is_sent = result.action != EnrollAction.ALREADY_ENROLLED and run_enrollment_now(result.enrollment)
        result.enrollment.refresh_from_db()
        return answer(
            {
                "success": True,
                "action": result.action,
                "message_sent": is_sent,
                "next_step_at": result.enrollment.next_step_at,
            }
        )
