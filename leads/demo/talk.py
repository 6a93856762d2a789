"""What has been said so far between the invented borrowers and the people who work for them."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from crm.models import Advisor
from leads import scoring
from leads.demo.borrowers import Borrower
from leads.demo.history import Past
from leads.models import Author, Channel, Conversation, Direction, Lead, Message, MessageState

#: Who says what; a number is a step of the sequence that every application gets.
type Script = tuple[tuple[str, str | int], ...]

SILENCE: Script = (("sequence", 0),)
NO_ANSWER: Script = (("sequence", 0), ("sequence", 1))
ASKS: tuple[Script, ...] = (
    (("sequence", 0), ("borrower", "Yes, still interested. What else do you need from me?")),
    (("sequence", 0), ("borrower", "Can you tell me what a 24 month term would cost?")),
    (("sequence", 0), ("borrower", "Who is this?"), ("borrower", "Ah, the loan. Please call me after 3.")),
    (
        ("sequence", 0),
        ("borrower", "I got stuck where it asks for bank statements."),
        ("advisor", "No problem, {first}. The last three months as PDF are enough. You can send them to me here."),
        ("borrower", "OK. Is a photo fine too?"),
    ),
    (
        ("sequence", 0),
        ("advisor", "Hi {first}, {advisor} here. I tried to call you about the {business} application."),
        ("borrower", "Sorry, was with a customer. Tomorrow morning works."),
    ),
)
ANSWERED: tuple[Script, ...] = (
    (
        ("sequence", 0),
        ("borrower", "Hi! Yes, I still need it. Busy season starts in June."),
        ("advisor", "Good to hear, {first}. I'll hold your file open. When can we talk for ten minutes?"),
        ("borrower", "Thursday 10am"),
        ("advisor", "Thursday at 10 it is. I'll call you on this number."),
    ),
    (
        ("sequence", 0),
        ("borrower", "What documents are missing?"),
        ("advisor", "Just the tax return and a voided check, {first}. Everything else is here."),
        ("borrower", "Will send tonight"),
        ("advisor", "Thank you! I'll look at it first thing in the morning."),
    ),
    (
        ("sequence", 0),
        ("borrower", "How long does approval take?"),
        ("advisor", "Most files are decided within three working days once they are complete, {first}."),
        ("borrower", "Great, thanks"),
        ("advisor", "You're welcome. I'll write as soon as there is news about {business}."),
    ),
)
STOPPED: Script = (
    ("sequence", 0),
    ("borrower", "STOP"),
    ("system", "You are unsubscribed. Reply START to change this."),
)


@dataclass(frozen=True, slots=True)
class Said:
    """A step of a sequence in words for one lead."""

    body: str
    by: str
    reason: dict[str, object]
    is_composed: bool = False


type Say = Callable[[Lead, int], Said]


def write_conversations(past: Past, team: Sequence[Advisor], say: Say, now: dt.datetime) -> list[Message]:
    """Conversations and messages for most of the leads, some still unanswered; returns what sequences said."""
    messages = [message for borrower, lead in past for message in _talk(borrower, lead, team[0], say, now)]
    conversations: dict[str, Conversation] = {}
    for message in messages:
        conversation = conversations.setdefault(message.address, message.conversation)
        message.conversation = conversation
        _count(conversation, message)
    Conversation.objects.bulk_create(conversations.values())
    for message in messages:
        message.conversation = conversations[message.address]
        assert message.lead is not None
        message.lead.conversation = message.conversation
    Message.objects.bulk_create(sorted(messages, key=lambda message: message.created_at))
    for _, lead in past:
        scoring.rescored(lead)
    Lead.objects.bulk_update([lead for _, lead in past], ["conversation", "score"])
    return [message for message in messages if message.author in (Author.SEQUENCE, Author.AI)]


def script_of(borrower: Borrower, now: dt.datetime) -> Script:
    """What became of the first text: silence, a question that waits, or a talk."""
    age, rank = now - borrower.arrived, borrower.rank
    if age < dt.timedelta(hours=1) or rank % 17 == 5:
        return ()
    if borrower.stage == "lost":
        return STOPPED if rank % 4 == 0 else NO_ANSWER
    if borrower.stage == "new_lead":
        return ASKS[rank % 3] if rank % 4 == 2 else SILENCE
    if borrower.stage == "contacted":
        script = (*ASKS, *ANSWERED, SILENCE, NO_ANSWER, STOPPED)[rank % 11]
        return SILENCE if script is NO_ANSWER and age < dt.timedelta(hours=25) else script
    return ASKS[rank % len(ASKS)] if rank % 9 == 0 and borrower.stage != "converted" else ANSWERED[rank % 3]


def _talk(borrower: Borrower, lead: Lead, fallback: Advisor, say: Say, now: dt.datetime) -> list[Message]:
    script = script_of(borrower, now)
    advisor = lead.advisor or fallback
    blanks = {"first": lead.first_name, "business": lead.business_name, "advisor": advisor.name.split()[0]}
    moments = _moments(borrower, script, now)
    return [
        _message(lead, who, words, moment, advisor, say, blanks)
        for (who, words), moment in zip(script, moments, strict=True)
    ]


def _moments(borrower: Borrower, script: Script, now: dt.datetime) -> list[dt.datetime]:
    """The first text right on arrival, the last word lately when it waits for an answer, the rest in between."""
    if not script:
        return []
    dice = random.Random(1000 + borrower.rank)  # noqa: S311
    first = borrower.arrived + dt.timedelta(minutes=1)
    if script is NO_ANSWER:
        return [first, first + dt.timedelta(hours=24)]
    if script is STOPPED:
        stop = first + dt.timedelta(minutes=dice.randint(2, 40))
        return [first, stop, stop + dt.timedelta(seconds=2)]
    waits = script[-1][0] == "borrower"
    last = now - dt.timedelta(minutes=dice.choice((7, 19, 44, 130, 340, 900, 1700))) if waits else borrower.way[-1][1]
    last = min(max(last, first + dt.timedelta(minutes=40)), now - dt.timedelta(minutes=3))
    between = sorted(dice.random() for _ in script[1:-1])
    return [first, *(first + (last - first) * share for share in between), last][: len(script)]


def _message(
    lead: Lead, who: str, words: str | int, moment: dt.datetime, advisor: Advisor, say: Say, blanks: dict[str, str]
) -> Message:
    message = Message(
        organization_id=lead.organization_id,
        conversation=Conversation(organization_id=lead.organization_id, address=lead.address),
        lead=lead,
        channel=Channel.SMS,
        address=lead.address,
        author=who,
        created_at=moment,
        not_before=moment,
    )
    if who == "borrower":
        message.direction, message.state, message.author_label = Direction.INBOUND, MessageState.RECEIVED, lead.name
        message.body = str(words)
        return message
    message.direction, message.state = Direction.OUTBOUND, MessageState.DELIVERED
    message.sent_at, message.delivered_at = moment, moment + dt.timedelta(seconds=2)
    message.attempts = 1
    if isinstance(words, int):
        said = say(lead, words)
        message.body, message.reason, message.is_composed = said.body, said.reason, said.is_composed
        message.author = Author.AI if said.is_composed else Author.SEQUENCE
        message.author_label = said.by
    elif who == "advisor":
        message.body, message.advisor, message.author_label = words.format(**blanks), advisor, advisor.name
        message.reason = {"kind": "advisor", "words": f"Written by {advisor.name}"}
    else:
        message.body, message.author_label = words, "Leadwright"
        message.reason = {"kind": "keyword_reply", "words": "Answer to STOP"}
    return message


def _count(conversation: Conversation, message: Message) -> None:
    conversation.message_count += 1
    conversation.last_message_at = message.created_at
    if message.direction == Direction.INBOUND:
        conversation.last_inbound_at = message.created_at
        conversation.unanswered_since = conversation.unanswered_since or message.created_at
        return
    conversation.last_outbound_at = message.created_at
    if message.author in (Author.ADVISOR, Author.SYSTEM):
        conversation.unanswered_since = None
