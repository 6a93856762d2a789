"""What was said, and why."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.admin.base import ORGANIZATION
from crm.admin.settled import Settled
from crm.wording import spoken
from leads.models import Call, Conversation, Generation, Message, Note, Recording


@admin.register(Conversation)
class ConversationAdmin(Settled):
    list_display = ("address", "message_count", "last_message_at", "unanswered_since", "needs_handoff", "organization")
    list_filter = (ORGANIZATION, ("unanswered_since", admin.EmptyFieldListFilter), "needs_handoff")
    list_select_related = ("organization",)
    search_fields = ("address__startswith",)
    search_help_text = _("How the address begins: +1415… or an e-mail address")


@admin.register(Message)
class MessageAdmin(Settled):
    list_display = ("created_at", "direction", "address", "author_label", "why", "state", "said", "settled")
    list_filter = (ORGANIZATION, "direction", "channel", "author", "state")
    list_select_related = ("organization",)
    search_fields = ("address__startswith", "uuid__exact", "provider_id__exact")
    search_help_text = _("How the address begins, our reference, or the provider's")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        kept = [field.name for field in self.opts.fields if field.name not in {"id", "reason", "lease", "leased_until"}]
        return ["why", *kept]

    @admin.display(description=_("writer"))
    def writer(self, generation: Generation) -> str:
        return spoken(generation.writer)

    @admin.display(description=_("text"))
    def said(self, message: Message) -> str:
        return message.body if len(message.body) <= 80 else f"{message.body[:79]}…"

    @admin.display(description=_("why"))
    def why(self, message: Message) -> str:
        """In words: which step of which version, or who wrote it."""
        return str(message.reason.get("words", "")) or "—"

    @admin.display(description=_("what became of it"))
    def settled(self, message: Message) -> str:
        return message.state_reason or "—"


@admin.register(Generation)
class GenerationAdmin(Settled):
    """What models wrote, from what, and what it cost."""

    list_display = ("created_at", "purpose", "writer", "said", "findings", "error", "cost", "organization")
    list_filter = (ORGANIZATION, "purpose", "wants_handoff", ("error", admin.EmptyFieldListFilter))
    list_select_related = ("organization",)
    search_fields = ("message__uuid__exact", "model__startswith")
    search_help_text = _("Our reference of the message, or how the model's name begins")

    @admin.display(description=_("writer"))
    def writer(self, generation: Generation) -> str:
        return spoken(generation.writer)

    @admin.display(description=_("text"))
    def said(self, generation: Generation) -> str:
        return generation.text if len(generation.text) <= 80 else f"{generation.text[:79]}…"


@admin.register(Note)
class NoteAdmin(Settled):
    list_display = ("created_at", "lead", "advisor", "body", "organization")
    list_filter = (ORGANIZATION,)
    list_select_related = ("lead", "advisor__user", "organization")


@admin.register(Call)
class CallAdmin(Settled):
    list_display = ("started_at", "lead", "advisor", "is_inbound", "phone", "disposition", "organization")
    list_filter = (ORGANIZATION, "is_inbound")
    list_select_related = ("lead", "advisor__user", "organization")


@admin.register(Recording)
class RecordingAdmin(Settled):
    exclude = ("file",)  # it is heard by signed addresses alone
    list_display = ("started_at", "call", "seconds", "content_type", "organization")
    list_filter = (ORGANIZATION,)
    list_select_related = ("call", "organization")
