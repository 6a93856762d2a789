"""/accounts/:id/conversations: list, read, write as a person. Contract: docs/api/recoverbiz.md."""

from __future__ import annotations

from django.http import HttpResponse
from rest_framework.request import Request

from api import throttling
from api.bodies import answer
from api.recoverbiz import auth, conversation_bodies, reading, values
from crm.replica.reading import reads_from_replica
from leads import conversations, messaging


class Conversations(auth.AccountView):
    def limit(self) -> throttling.Limit:
        return auth.CONVERSATION_READS if self.request.method == "GET" else auth.EVERYTHING_ELSE

    @reads_from_replica()
    def get(self, request: Request, account_id: str) -> HttpResponse:
        """
        ?limit=1..250&offset= -> 200 {conversations: [{phone, name, message_count, last_message_at, summary, unanswered,
        needs_handoff, ai_paused_until}], total, limit, offset}; the one last spoken in first.
        """
        page = values.page(request._request.GET)
        rows, total = reading.conversation_page(self.account, page)
        names = conversations.names_of(self.account, [row.address for row in rows])
        shown = [conversation_bodies.conversation(row, names.get(row.address, "")) for row in rows]
        return answer(page.of("conversations", shown, total))


class Messages(auth.AccountView):
    def limit(self) -> throttling.Limit:
        if self.request.method != "POST":
            return auth.CONVERSATION_READS
        account = self.caller.organization if hasattr(self, "caller") else None
        return auth.sends_of(account)

    def get(self, request: Request, account_id: str, phone: str) -> HttpResponse:
        """
        ?limit=1..250&offset= -> 200 {messages: [{id, direction, author, author_name, channel, message, status,
        created_at, sent_at}], total, limit, offset}, newest first. 404 for a phone that nobody has spoken with.
        """
        page = values.page(request._request.GET)
        rows, total = reading.message_page(self.account, phone, page)
        return answer(page.of("messages", [conversation_bodies.message(row) for row in rows], total))

    def post(self, request: Request, account_id: str, phone: str) -> HttpResponse:
        """
        {message: at most 1,600 characters, sent_by?: a name} -> 201 {success, message}; the text is on its way, and the
        AI pauses. 404 for a phone without a lead, 422 with the reason for a person who must not be contacted.
        """
        lead = reading.lead_by_phone(self.account, phone)
        words, person = conversation_bodies.new_message(self.body())
        said = messaging.write(lead, body=words, by_person=person or self.by.label, now=self.now)
        said.refresh_from_db()
        return answer({"success": True, "message": conversation_bodies.message(said)}, 201)
