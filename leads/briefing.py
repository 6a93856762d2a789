"""What whoever writes for us gets to know of a lead, and what the text may mention then."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from crm.ai.base import Brief, Said
from crm.models import Advisor, ChannelAccount, Organization
from leads import ai_budget, checklists
from leads.checklists import Item
from leads.models import Direction, Lead, Message, MessageState
from leads.text_checks import Known
from leads.text_patterns import DOMAIN, EMAIL

#: Of a conversation, the newest so many messages that were really said.
REMEMBERED = 10
_SAID = (MessageState.RECEIVED, MessageState.SENT, MessageState.DELIVERED)
_NUMBER = re.compile(r"\+?\d[\d ().-]{5,20}\d")

type History = Mapping[int, tuple[Said, ...]]


@dataclass(frozen=True, slots=True)
class Wish:
    """A text that is wanted. The lead, if there is one still, comes with stage loaded."""

    organization: Organization
    conversation_id: int
    lead: Lead | None
    instructions: str = ""
    is_email: bool = False


@dataclass(frozen=True, slots=True)
class Assignment:
    """What the writer gets, and what the checks know."""

    brief: Brief
    known: Known


def assignments(wishes: Sequence[Wish], *, now: dt.datetime, remembered: int = REMEMBERED) -> list[Assignment]:
    """One for each wish, in the same order. Six statements, however many there are; seven when one has a cap."""
    if not wishes:
        return []
    organizations = {wish.organization.pk: wish.organization for wish in wishes}
    history = last_words([wish.conversation_id for wish in wishes], remembered)
    items = checklists.items_of_all([wish.lead for wish in wishes if wish.lead])
    writers = ai_budget.writers(organizations.values(), now)
    ours = {pk: _ours(organization) for pk, organization in organizations.items()}
    for pk, name, email in _team(organizations):
        ours[pk] = _with(ours[pk], words=name, contacts=email)
    for pk, sender in _senders(organizations):
        ours[pk] = _with(ours[pk], contacts=sender)
    return [
        Assignment(brief, _known(brief, wish.lead, ours[wish.organization.pk]))
        for wish in wishes
        for brief in [
            Brief(
                instructions=wish.instructions,
                company=wish.organization.name,
                first_name=(wish.lead.first_name or wish.lead.name.partition(" ")[0]) if wish.lead else "",
                stage=wish.lead.stage.label if wish.lead else "",
                still_needed=_names(items, wish, is_done=False),
                collected=_names(items, wish, is_done=True),
                conversation=history.get(wish.conversation_id, ()),
                is_email=wish.is_email,
                account=writers[wish.organization.pk].account,
                instead=writers[wish.organization.pk].instead,
            )
        ]
    ]


def last_words(conversation_ids: Collection[int], remembered: int = REMEMBERED) -> History:
    """The newest messages of each conversation that were really said, oldest first. One statement."""
    newest = (
        Message.objects.filter(conversation_id__in=conversation_ids, state__in=_SAID)
        .annotate(
            age=Window(RowNumber(), partition_by="conversation", order_by=[F("created_at").desc(), F("pk").desc()])
        )
        .filter(age__lte=remembered)
        .order_by("created_at", "pk")
        .values_list("conversation_id", "direction", "body")
    )
    history: dict[int, tuple[Said, ...]] = defaultdict(tuple)
    for conversation_id, direction, body in newest:
        history[conversation_id] += (Said(direction == Direction.INBOUND, body),)
    return history


def _names(items: Mapping[int, list[Item]], wish: Wish, *, is_done: bool) -> tuple[str, ...]:
    theirs = items[wish.lead.pk] if wish.lead else []
    return tuple(item.name for item in theirs if item.is_done == is_done)


def _ours(organization: Organization) -> Known:
    hosts = re.split(r"[\s,]+", organization.link_hosts.lower())
    return Known(ours=organization.name, hosts=frozenset(filter(None, hosts)))


def _team(organizations: Collection[int]) -> Iterable[tuple[int, str, str]]:
    """(organization_id, name, e-mail address) of those who may be named."""
    team = Advisor.objects.filter(organization__in=organizations, is_active=True)
    rows = team.values_list("organization_id", "user__first_name", "user__last_name", "user__email")
    for organization_id, first, last, email in rows:
        yield organization_id, f"{first} {last}", email


def _senders(organizations: Collection[int]) -> Iterable[tuple[int, str]]:
    """(organization_id, number or e-mail address) that our messages come from."""
    accounts = ChannelAccount.objects.filter(organization__in=organizations, disconnected_at=None)
    return accounts.values_list("organization_id", "sender")


def _known(brief: Brief, lead: Lead | None, ours: Known) -> Known:
    """
    What the organisation itself wrote may be passed on, its instructions' links, numbers and amounts too. What the
    borrower wrote may be named, but no link, number, address or amount of theirs goes back out.
    """
    links = {match["host"].lower() for match in DOMAIN.finditer(EMAIL.sub(" ", brief.instructions))}
    papers = f"{brief.instructions} {brief.stage} {' '.join((*brief.still_needed, *brief.collected))}"
    known = _with(ours, words=papers, contacts=brief.instructions)
    if lead:
        asked_for = str(lead.requested_amount or "")
        known = _with(known, words=asked_for, contacts=f"{lead.phone_e164 or ''} {lead.email}")
    return replace(
        known,
        called=" ".join(_called(lead)),
        theirs=" ".join([*_about(lead), *(said.text for said in brief.conversation)]),
        hosts=known.hosts | links,
        said=tuple(said.text for said in brief.conversation if not said.by_borrower),
    )


def _called(lead: Lead | None) -> tuple[str, ...]:
    return (lead.name, lead.first_name, lead.last_name, lead.business_name) if lead else ()


def _about(lead: Lead | None) -> tuple[str, ...]:
    return (lead.property_address, lead.industry) if lead else ()


def _with(known: Known, *, words: str = "", contacts: str = "") -> Known:
    """More of ours; contacts is a text whose numbers and e-mail addresses may be given."""
    numbers = {re.sub(r"\D", "", match[0])[-10:] for match in _NUMBER.finditer(contacts)}
    return replace(
        known,
        ours=f"{known.ours} {words}",
        numbers=known.numbers | numbers,
        emails=known.emails | {match[0].lower() for match in EMAIL.finditer(contacts)},
    )
