"""
The queue: what is worth doing now, most urgent first, each with its reason in plain words.

Nothing is queued. Each reason is a question to rows that are there anyway, answered from an index with the few that
matter most; the answers are ranked together. So nothing can be missing from the queue, or stay in it when it is over.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.models import Advisor
from crm.templatetags.look import length
from crm.wording import spoken
from leads import contactability
from leads.lights import Light, light_of
from leads.models import (
    Channel,
    Direction,
    Lead,
    LeadQuerySet,
    Message,
    QueueClaim,
    QueueMark,
    Task,
    TaskKind,
)
from leads.queue_reasons import EARLY, OF_EACH, SOURCES, Reason
from leads.timeline_entries import moment

SHOWN = 50
LATER_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: the strongest reason first. taken_by: a colleague who works on it just now."""

    lead: Lead
    reasons: Sequence[Reason]
    light: Light
    said: str
    taken_by: Advisor | None
    taken_for: str
    is_mine: bool

    @property
    def reason(self) -> Reason:
        return self.reasons[0]


@dataclass(frozen=True, slots=True)
class Later:
    lead: Lead
    words: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Queue:
    """has_more: what is shown is not all."""

    entries: Sequence[Entry]
    later: Sequence[Later]
    has_more: bool
    done_today: int


def read_queue(advisor: Advisor, *, whole_team: bool, now: dt.datetime) -> Queue:
    """A fixed number of statements, whatever there is to do."""
    leads = leads_of(advisor, whole_team=whole_team)
    reasons: defaultdict[int, list[Reason]] = defaultdict(list)
    has_more = False
    for source in SOURCES:
        found = list(source(advisor, leads, now))
        has_more |= len(found) == OF_EACH
        for lead_id, reason in found:
            reasons[lead_id].append(reason)
    entries = entries_of(reasons, advisor, now)
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return Queue(
        entries=entries[:SHOWN],
        later=_later(advisor, leads, now),
        has_more=has_more or len(entries) > SHOWN,
        done_today=QueueMark.objects.filter(advisor=advisor, marked_at__gte=midnight, until=None).count(),
    )


def read_one(lead: Lead, advisor: Advisor, now: dt.datetime) -> Entry:
    """One lead as the queue would show it; without a reason when there is none any more."""
    only = Lead.objects.visible_to(advisor).filter(pk=lead.pk).order_by()
    reasons: dict[int, list[Reason]] = {lead.pk: []}
    for source in SOURCES:
        for lead_id, reason in source(advisor, only, now):
            reasons[lead_id].append(reason)
    [entry] = entries_of(reasons, advisor, now)
    return entry


def leads_of(advisor: Advisor, *, whole_team: bool) -> LeadQuerySet:
    """Their own leads and nobody's; or everybody's that they may see."""
    leads = Lead.objects.visible_to(advisor).order_by()
    return leads if whole_team else leads.filter(Q(advisor=advisor) | Q(advisor=None))


def entries_of(reasons: Mapping[int, list[Reason]], advisor: Advisor, now: dt.datetime) -> list[Entry]:
    """The leads with these reasons, ranked; those that nobody may contact now come after the rest."""
    for each in reasons.values():
        each.sort(key=lambda reason: reason.rank)
    first = sorted(reasons, key=lambda pk: [reason.rank for reason in reasons[pk][:1]])[: SHOWN + OF_EACH]
    words = Message.objects.filter(
        organization=OuterRef("organization"), conversation=OuterRef("conversation"), direction=Direction.INBOUND
    )
    rows = Lead.objects.filter(pk__in=first).select_related("stage", "advisor__user", "conversation", "organization")
    leads = list(rows.annotate(said=Subquery(words.order_by("-created_at", "-id").values("body")[:1])))
    verdicts = contactability.check_many(leads, Channel.SMS, now, automated=False)
    claims = QueueClaim.objects.filter(lead__in=first, until__gt=now).select_related("advisor__user")
    taken = {claim.lead_id: claim for claim in claims}
    entries = []
    for lead in leads:
        light, claim = light_of(verdicts[lead.pk], now), taken.get(lead.pk)
        entries.append(
            Entry(
                lead=lead,
                reasons=sorted((_by_light(each, light) for each in reasons[lead.pk]), key=lambda reason: reason.rank),
                light=light,
                said=getattr(lead, "said", None) or "",
                taken_by=claim.advisor if claim and claim.advisor_id != advisor.pk else None,
                taken_for=length((claim.until - now).total_seconds()) if claim else "",
                is_mine=claim is not None and claim.advisor_id == advisor.pk,
            )
        )
    return sorted(entries, key=lambda entry: [reason.rank for reason in entry.reasons[:1]])


_LAST = 100


def _by_light(reason: Reason, light: Light) -> Reason:
    """What asks for a call can wait while no call may be made."""
    if not reason.is_contact or light.shape == "open":
        return reason
    tier, order = reason.rank
    return replace(reason, rank=(tier + _LAST, order), is_hot=False, words=reason.words.replace(_(", call now"), ""))


def _later(advisor: Advisor, leads: LeadQuerySet, now: dt.datetime) -> list[Later]:
    """What was snoozed, and what is due later today."""
    tonight = timezone.localtime(now).replace(hour=23, minute=59, second=59)
    snoozed = QueueMark.objects.filter(organization=advisor.organization_id, until__gt=now, lead__in=leads)
    tasks = Task.objects.open().filter(organization=advisor.organization_id, lead__in=leads)
    tasks = tasks.filter(due_at__range=(now + EARLY, tonight))
    rows: list[Later] = [
        Later(mark.lead, _("Snoozed until %(when)s") % {"when": moment(mark.until, now)}, mark.until)
        for mark in _first(snoozed.order_by("until"))
        if mark.until
    ]
    rows += [
        Later(
            task.lead,
            _("%(task)s at %(when)s")
            % {
                "task": _("Callback") if task.kind == TaskKind.CALL else spoken(task.title),
                "when": moment(task.due_at, now),
            },
            task.due_at,
        )
        for task in _first(tasks.order_by("due_at"))
    ]
    return sorted(rows, key=lambda row: row.at)[:LATER_SHOWN]


def _first(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.select_related("lead__stage")[:LATER_SHOWN]
