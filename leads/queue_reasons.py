"""
Why a lead is worth looking at now: each reason is a question to rows that are there anyway, answered from an index.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import permutations

from django.db.models import DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Q
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from crm.models import Advisor
from crm.templatetags.look import length
from crm.wording import spoken
from leads import approving
from leads.cards import CALL_NOW, QUIET_AFTER
from leads.models import Call, Document, LeadQuerySet, Message, MessageState, QueueMark, Task, TaskKind
from leads.timeline_entries import moment

#: How many of each reason are looked at.
OF_EACH = 40
#: A callback shows a little early, so that nobody is late.
EARLY = dt.timedelta(minutes=10)
FRESH_REPLY = dt.timedelta(hours=1)
#: After this time without a word a lead is no longer news.
_NEW_FOR = dt.timedelta(days=1)
_UNTOUCHED_FOR = dt.timedelta(days=14)
_QUIET_FOR = dt.timedelta(days=45)


class Why(StrEnum):
    HANDOFF = "handoff"
    REPLY = "reply"
    NEW = "new"
    TASK = "task"
    DOCUMENT = "document"
    DRAFT = "draft"
    STUCK = "stuck"
    RETRY = "retry"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a lead is here, since when. rank: lower is more urgent; is_contact: it asks for a call or a text now."""

    why: Why
    words: str
    since: dt.datetime
    rank: tuple[int, float]
    icon: str
    is_hot: bool = False
    is_contact: bool = False


type Found = Iterable[tuple[int, Reason]]


def _shown(since: str, now: dt.datetime, lead: str = "pk") -> Combinable:
    """For a query: nobody has settled the lead since this began, or only for a time that is over."""
    settled = QueueMark.objects.filter(lead=OuterRef(lead), marked_at__gte=OuterRef(since))
    return ~Exists(settled.filter(Q(until=None) | Q(until__gt=now)))


def _ago(since: dt.datetime, now: dt.datetime) -> str:
    return length((now - since).total_seconds())


def _open(leads: LeadQuerySet) -> LeadQuerySet:
    return leads.filter(stage__is_terminal=False)


def _handoffs(advisor: Advisor, leads: LeadQuerySet, now: dt.datetime) -> Found:
    waiting = leads.filter(conversation__needs_handoff=True)
    waiting = waiting.annotate(since=Coalesce("conversation__last_inbound_at", "conversation__last_message_at"))
    rows = waiting.filter(_shown("since", now), since__isnull=False).order_by("since")
    for pk, since in rows.values_list("pk", "since")[:OF_EACH]:
        yield pk, Reason(Why.HANDOFF, _("Asked for a person"), since, (0, since.timestamp()), "people", is_hot=True)


def _replies(advisor: Advisor, leads: LeadQuerySet, now: dt.datetime) -> Found:
    """The last hour's first, for they hold the phone in their hand; then who has waited longest."""
    since = "conversation__last_inbound_at"
    rows = _open(leads).filter(conversation__unanswered_since__isnull=False)
    rows = rows.filter(_shown(since, now)).order_by(f"-{since}")
    for pk, at in rows.values_list("pk", since)[:OF_EACH]:
        is_fresh = now - at < FRESH_REPLY
        rank = (2, -at.timestamp()) if is_fresh else (4, at.timestamp())
        yield (
            pk,
            Reason(Why.REPLY, _("Replied %(ago)s ago") % {"ago": _ago(at, now)}, at, rank, "message", is_hot=is_fresh),
        )


def _new(advisor: Advisor, leads: LeadQuerySet, now: dt.datetime) -> Found:
    rows = _open(leads).filter(last_contacted_at=None, last_called_at=None, conversation__last_outbound_at=None)
    rows = rows.filter(created_at__gt=now - _UNTOUCHED_FOR)
    rows = rows.filter(_shown("created_at", now)).order_by("-created_at", "-pk")
    for pk, at in rows.values_list("pk", "created_at")[:OF_EACH]:
        age, ago = now - at, _ago(at, now)
        if age < CALL_NOW:
            yield (
                pk,
                Reason(
                    Why.NEW,
                    _("New %(ago)s ago, call now") % {"ago": ago},
                    at,
                    (1, -at.timestamp()),
                    "phone",
                    True,
                    True,
                ),
            )
        elif age < _NEW_FOR:
            yield (
                pk,
                Reason(
                    Why.NEW,
                    _("New %(ago)s ago, no contact yet") % {"ago": ago},
                    at,
                    (6, -at.timestamp()),
                    "phone",
                    False,
                    True,
                ),
            )
        else:
            words = _("No contact yet, came %(ago)s ago") % {"ago": ago}
            yield pk, Reason(Why.NEW, words, at, (9, -at.timestamp()), "clock", is_contact=True)


def _tasks(advisor: Advisor, leads: LeadQuerySet, now: dt.datetime) -> Found:
    due = Task.objects.open().filter(organization=advisor.organization_id, due_at__lte=now + EARLY, lead__in=leads)
    due = due.annotate(shown_from=ExpressionWrapper(F("due_at") - EARLY, output_field=DateTimeField()))
    rows = due.filter(_shown("shown_from", now, "lead")).order_by("due_at", "pk")
    for pk, at, kind, title in rows.values_list("lead", "due_at", "kind", "title")[:OF_EACH]:
        is_call = kind == TaskKind.CALL
        words = _("%(task)s due %(when)s") % {
            "task": _("Callback") if is_call else spoken(title),
            "when": moment(at, now),
        }
        yield pk, Reason(Why.TASK, words, at, (3 if is_call else 7, at.timestamp()), "clock", is_hot=is_call)


def _documents(advisor: Advisor, leads: LeadQuerySet, now: dt.datetime) -> Found:
    unseen = Document.objects.filter(organization=advisor.organization_id, seen_at=None, lead__in=leads)
    rows = unseen.filter(_shown("uploaded_at", now, "lead")).order_by("-uploaded_at", "-pk")
    for pk, at, item, name in rows.values_list("lead", "uploaded_at", "item__name", "name")[:OF_EACH]:
        yield pk, Reason(Why.DOCUMENT, _("%(name)s came in") % {"name": item or name}, at, (5, -at.timestamp()), "file")


def _drafts(advisor: Advisor, leads: LeadQuerySet, now: dt.datetime) -> Found:
    rows = approving.awaiting(advisor).filter(lead__in=leads).filter(_shown("not_before", now, "lead"))
    for pk, at in rows.values_list("lead", "not_before")[:OF_EACH]:
        yield pk, Reason(Why.DRAFT, _("Draft needs your yes"), at, (5, at.timestamp()), "spark")


def _stuck(advisor: Advisor, leads: LeadQuerySet, now: dt.datetime) -> Found:
    doubtful = Message.objects.filter(organization=advisor.organization_id, state=MessageState.NEEDS_REVIEW)
    rows = doubtful.filter(lead__in=leads).filter(_shown("created_at", now, "lead")).order_by("created_at")
    for pk, at in rows.values_list("lead", "created_at")[:OF_EACH]:
        words = _("Nobody knows whether a message arrived, choose what to do")
        yield pk, Reason(Why.STUCK, words, at, (7, at.timestamp()), "alert")


def _missed(advisor: Advisor, leads: LeadQuerySet, now: dt.datetime) -> Found:
    """Calls that nobody answered and that may be tried again; the newest call of each lead counts."""
    calls = Call.objects.filter(organization=advisor.organization_id)
    newer = calls.filter(lead=OuterRef("lead"), started_at__gt=OuterRef("started_at"))
    due = calls.filter(try_again_at__range=(now - _UNTOUCHED_FOR, now))
    due = due.filter(~Exists(newer), _shown("try_again_at", now, "lead"), lead__in=_open(leads))
    rows = due.order_by("-try_again_at").values_list("lead", "try_again_at", "disposition", "started_at")
    for pk, at, disposition, called_at in rows[:OF_EACH]:
        if at is not None:  # the range has left the others out
            words = _("%(ended)s %(ago)s ago, try again") % {"ended": spoken(disposition), "ago": _ago(called_at, now)}
            yield pk, Reason(Why.RETRY, words, at, (8, -at.timestamp()), "phone", is_contact=True)


def _quiet(advisor: Advisor, leads: LeadQuerySet, now: dt.datetime) -> Found:
    """
    Those that have just gone quiet first: they are the warmest.

    Who was written to last is found by the conversation, who was spoken to by the lead; each has its own index.
    """
    since = now - QUIET_AFTER
    rows = _open(leads).filter(Q(last_called_at=None) | Q(last_called_at__lte=since))
    found: dict[int, dt.datetime] = {}
    for last, other in permutations(("conversation__last_outbound_at", "last_contacted_at")):
        theirs = rows.filter(_shown(last, now), Q(**{other: None}) | Q(**{f"{other}__lte": F(last)}))
        theirs = theirs.filter(**{f"{last}__range": (now - _QUIET_FOR, since)}).order_by(f"-{last}")
        found |= theirs.values_list("pk", last)[:OF_EACH]
    for pk, at in found.items():
        words = _("%(days)s days without contact") % {"days": (now - at).days}
        yield pk, Reason(Why.QUIET, words, at, (10, -at.timestamp()), "clock", is_contact=True)


SOURCES: tuple[Callable[[Advisor, LeadQuerySet, dt.datetime], Found], ...] = (
    _handoffs, _replies, _new, _tasks, _documents, _drafts, _stuck, _missed, _quiet,
)  # fmt: skip
