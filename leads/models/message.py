"""Conversations and the messages in them. A conversation belongs to an address, and outlives the lead."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Least
from django.utils.translation import gettext_lazy

from crm.identifiers import new_uuid
from crm.models import Advisor, Organization


class Channel(models.TextChoices):
    SMS = "sms", gettext_lazy("text")
    EMAIL = "email", gettext_lazy("e-mail")


class Direction(models.TextChoices):
    INBOUND = "in", gettext_lazy("Inbound")
    OUTBOUND = "out", gettext_lazy("Outbound")


class Author(models.TextChoices):
    BORROWER = "borrower", gettext_lazy("Borrower")
    ADVISOR = "advisor", gettext_lazy("Advisor")
    SEQUENCE = "sequence", gettext_lazy("Sequence")
    AI = "ai", gettext_lazy("Ai")
    SYSTEM = "system", gettext_lazy("System")


#: Who says what no person has just written.
AUTOMATED = (Author.SEQUENCE, Author.AI)


class MessageState(models.TextChoices):
    """
    drafting -> queued -> sending -> sent -> delivered, and the ways out of it.

    approval: a draft that goes out only when a person says so (leads/approving.py).
    unknown: the provider may or may not have taken it; only proof moves it on. needs_review: no proof came, a person
    decides. dead: given up after too many attempts. cancelled: overtaken by a STOP, a reply or a person.
    """

    RECEIVED = "received", gettext_lazy("Received")
    DRAFTING = "drafting", gettext_lazy("Drafting")
    APPROVAL = "approval", gettext_lazy("awaits approval")
    QUEUED = "queued", gettext_lazy("Queued")
    SENDING = "sending", gettext_lazy("Sending")
    SENT = "sent", gettext_lazy("Sent")
    DELIVERED = "delivered", gettext_lazy("Delivered")
    FAILED = "failed", gettext_lazy("Failed")
    UNKNOWN = "unknown", gettext_lazy("Unknown")
    NEEDS_REVIEW = "needs_review", gettext_lazy("needs review")
    DEAD = "dead", gettext_lazy("given up")
    CANCELLED = "cancelled", gettext_lazy("Cancelled")


#: States in which a message can still be called back.
RECALLABLE = (MessageState.DRAFTING, MessageState.APPROVAL, MessageState.QUEUED)
#: States in which a message may still go out.
PENDING = (*RECALLABLE, MessageState.SENDING, MessageState.UNKNOWN)
SUMMARY_AFTER = dt.timedelta(seconds=60)


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def expect_summary(self, now: dt.datetime) -> int:
        """
        There is news: the summaries are due in a minute, or sooner where they were due already; so several messages in
        a row make one. Where the borrower never spoke there is nothing to sum up.
        """
        soon = now + SUMMARY_AFTER
        return self.filter(last_inbound_at__isnull=False).update(
            summary_due_at=Least(Coalesce(F("summary_due_at"), soon), soon)
        )


class Conversation(models.Model):
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    address = models.CharField(
        max_length=254, help_text=gettext_lazy("E.164 phone number, else e-mail address in lower case")
    )
    message_count = models.PositiveIntegerField(default=0)
    last_message_at = models.DateTimeField(null=True)
    last_inbound_at = models.DateTimeField(null=True)
    last_outbound_at = models.DateTimeField(null=True)
    unanswered_since = models.DateTimeField(
        null=True, help_text=gettext_lazy("first message of the borrower's that nobody answered")
    )
    summary = models.TextField(blank=True)
    summary_by = models.CharField(
        max_length=100, blank=True, help_text=gettext_lazy("the model, or nothing: composed without one")
    )
    summarized_at = models.DateTimeField(null=True)
    summary_due_at = models.DateTimeField(null=True, help_text=gettext_lazy("when the summary is to be written anew"))
    needs_handoff = models.BooleanField(default=False)
    ai_paused_until = models.DateTimeField(null=True, blank=True)
    suspected_opt_out_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text=gettext_lazy("a message may have been meant as a STOP, and nobody has said yet"),
    )

    objects = ConversationQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("conversation")
        verbose_name_plural = gettext_lazy("conversations")
        constraints = [
            models.UniqueConstraint(fields=["organization", "address"], name="conversation_once_per_address"),
        ]
        indexes = [
            models.Index(
                fields=["organization", "unanswered_since"],
                condition=Q(unanswered_since__isnull=False),
                name="conversation_unanswered",
            ),
            models.Index(fields=["organization"], condition=Q(needs_handoff=True), name="conversation_needs_a_person"),
            models.Index(
                fields=["organization", "last_outbound_at"],
                condition=Q(last_outbound_at__isnull=False),
                name="conversation_last_written_to",
            ),
            models.Index(
                fields=["summary_due_at"], condition=Q(summary_due_at__isnull=False), name="conversation_to_summarize"
            ),
        ]

    def __str__(self) -> str:
        return self.address


class Message(models.Model):
    """
    One message, in or out. Outbound ones are the outbox: leads/outbox.py claims, sends and reaps them.

    reason says in words and names why it exists (sequence, version, step; or who wrote it). A message with void_after
    is cancelled instead of sent when the borrower has written since that time.
    """

    uuid = models.UUIDField(
        unique=True, default=new_uuid, editable=False, help_text=gettext_lazy("the provider sees it as reference")
    )
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages", db_index=False)
    lead = models.ForeignKey(
        "leads.Lead", on_delete=models.SET_NULL, null=True, related_name="messages", db_index=False
    )
    direction = models.CharField(max_length=3, choices=Direction)
    channel = models.CharField(max_length=8, choices=Channel)
    address = models.CharField(max_length=254)
    author = models.CharField(max_length=8, choices=Author)
    advisor = models.ForeignKey(Advisor, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    author_label = models.CharField(max_length=255, blank=True)
    subject = models.CharField(max_length=255, blank=True)
    body = models.TextField(blank=True)
    is_composed = models.BooleanField(
        default=False, help_text=gettext_lazy("the text was written by a model or the composer")
    )
    reason = models.JSONField(default=dict)
    state = models.CharField(max_length=12, choices=MessageState)
    state_reason = models.CharField(max_length=255, blank=True)
    not_before = models.DateTimeField(help_text=gettext_lazy("when it may go out"))
    void_after = models.DateTimeField(
        null=True, help_text=gettext_lazy("a message from the borrower after this cancels it")
    )
    attempts = models.PositiveSmallIntegerField(default=0, help_text=gettext_lazy("that were seen through"))
    crashes = models.PositiveSmallIntegerField(
        default=0, help_text=gettext_lazy("so many carriers stopped with it in their hands")
    )
    doubtful_since = models.DateTimeField(
        null=True, help_text=gettext_lazy("since when nobody knows whether it went out")
    )
    lease = models.UUIDField(null=True, help_text=gettext_lazy("whoever holds this token may report the outcome"))
    leased_until = models.DateTimeField(null=True, help_text=gettext_lazy("by the database's clock"))
    provider = models.CharField(max_length=32, blank=True)
    provider_id = models.CharField(max_length=64, blank=True)
    error_code = models.CharField(max_length=32, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = gettext_lazy("message")
        verbose_name_plural = gettext_lazy("messages")
        constraints = [
            models.CheckConstraint(
                condition=(Q(state=MessageState.SENDING) & Q(lease__isnull=False) & Q(leased_until__isnull=False))
                | ~Q(state=MessageState.SENDING),
                name="message_sending_has_lease",
            ),
            models.UniqueConstraint(
                fields=["organization", "provider", "provider_id"],
                condition=~Q(provider_id=""),
                name="message_provider_id_once",
            ),
        ]
        indexes = [
            models.Index(fields=["conversation", "-created_at", "-id"], name="message_of_conversation"),
            models.Index(fields=["lead", "-created_at"], condition=Q(lead__isnull=False), name="message_of_lead"),
            models.Index(fields=["organization", "address", "sent_at"], name="message_of_address"),
            models.Index(fields=["organization", "not_before", "id"], condition=Q(state="queued"), name="message_due"),
            models.Index(fields=["id"], condition=Q(state="drafting"), name="message_to_draft"),
            models.Index(
                fields=["organization", "not_before"], condition=Q(state="approval"), name="message_to_approve"
            ),
            models.Index(fields=["leased_until"], condition=Q(state="sending"), name="message_leased"),
            models.Index(fields=["id"], condition=Q(state="unknown"), name="message_unknown"),
            models.Index(fields=["organization"], condition=Q(state="needs_review"), name="message_in_doubt"),
            models.Index(
                fields=["organization", "address"],
                condition=Q(state__in=["drafting", "approval", "queued"]),
                name="message_waiting_for_address",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} to {self.address}"
