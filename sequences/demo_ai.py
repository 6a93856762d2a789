"""What the demonstration shows of the AI: drafts that await approval, summaries, and who asked for a person."""

from __future__ import annotations

import datetime as dt

from crm.ai import canned
from crm.bulk import write_columns
from crm.models import Actor, Organization
from leads.briefing import Assignment, Wish, assignments
from leads.handoff_words import asks_for_person
from leads.models import Author, Channel, Conversation, Direction, Generation, Lead, Message, MessageState, Purpose
from sequences.authoring import create_sequence
from sequences.models import Approval, Enrollment, EnrollmentStatus, StepKind, StepRun
from sequences.plan_writing import purpose

_INSTRUCTIONS = "Ask warmly whether anything is holding them up with their paperwork."
_DRAFTS = 2


def write_drafts(organization: Organization, by: Actor, now: dt.datetime) -> None:
    """A sequence whose texts a person approves, and two that wait for that."""
    silent = Lead.objects.of(organization).filter(conversation__last_inbound_at=None, phone_e164__isnull=False)
    leads = list(
        silent.filter(conversation__isnull=False, stage__key="contacted").select_related(
            "organization", "stage", "conversation"
        )[:_DRAFTS]
    )
    steps = [{"kind": StepKind.AI, "instructions": _INSTRUCTIONS, "delay_hours": 0}]
    sequence = create_sequence(
        organization=organization,
        name="Second look",
        description="Written anew for each lead; an advisor reads it first",
        steps=steps,
        approval=Approval.EVERY,
        by=by,
        now=now - dt.timedelta(days=20),
    )
    assert sequence.current is not None
    wishes = [Wish(organization, lead.conversation_id or 0, lead, _INSTRUCTIONS) for lead in leads]
    written_at = now - dt.timedelta(minutes=40)
    for lead, task in zip(leads, assignments(wishes, now=written_at), strict=True):
        enrollment = Enrollment.objects.create(
            organization=organization, sequence=sequence, version=sequence.current, lead=lead,
            status=EnrollmentStatus.COMPLETED, next_order=None, enrolled_by="Demonstration",
            started_at=written_at, ended_at=written_at, created_at=written_at,
        )  # fmt: skip
        message = _draft(lead, enrollment, task, written_at)
        StepRun.objects.create(
            organization=organization, enrollment=enrollment, generation=1, order=0, message=message,
            planned_at=written_at,
        )  # fmt: skip


def _draft(lead: Lead, enrollment: Enrollment, task: Assignment, at: dt.datetime) -> Message:
    step = enrollment.version.steps.get()
    message = Message.objects.create(
        organization_id=lead.organization_id, conversation=_talk(lead), lead=lead, direction=Direction.OUTBOUND,
        channel=Channel.SMS, address=lead.address, author=Author.AI, author_label=enrollment.sequence.name,
        body=canned.compose(task.brief).text, is_composed=True, state=MessageState.APPROVAL,
        state_reason="A person approves each AI text of this sequence.", not_before=at, void_after=at, created_at=at,
        reason={"kind": "step", "words": purpose(enrollment, step), "step": 0},
    )  # fmt: skip
    Generation.objects.create(
        organization_id=lead.organization_id, conversation=message.conversation, message=message,
        purpose=Purpose.STEP, text=message.body, created_at=at,
    )  # fmt: skip
    return message


def write_summaries(organization: Organization, now: dt.datetime) -> None:
    """Where each conversation stands in which the borrower has spoken."""
    leads = Lead.objects.of(organization).filter(conversation__last_inbound_at__isnull=False)
    rows = list(leads.select_related("organization", "stage", "conversation").order_by("pk"))
    talks: list[Conversation] = []
    wishes = [Wish(organization, _talk(lead).pk, lead) for lead in rows]
    for lead, task in zip(rows, assignments(wishes, now=now), strict=True):
        talk, said = _talk(lead), task.brief.conversation
        talk.summary, talk.summarized_at = canned.summarize(task.brief).text, now
        talk.needs_handoff = bool(said) and said[-1].by_borrower and asks_for_person(said[-1].text)
        talks.append(talk)
    write_columns(talks, ["summary", "summarized_at", "needs_handoff"])


def _talk(lead: Lead) -> Conversation:
    assert lead.conversation is not None
    return lead.conversation
