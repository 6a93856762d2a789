"""
Whom the dialer offers next: who is in the hopper, then callbacks that are due, then what the advisor works through.

It picks whom to call, so it asks the gate as a machine does. Whoever may not be called now is passed over and not
forgotten.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from crm.models import Advisor
from leads import contactability, dialing, saved_views
from leads.board import team_of
from leads.calling import on_the_phone
from leads.filters import LeadFilter
from leads.models import Call, DialList, DialSession, Lead, LeadQuerySet, QueueClaim, Task, TaskKind, TaskQuerySet
from leads.queue import read_queue
from leads.timeline_entries import moment
from leads.verdicts import CALL

#: How many are looked at in one go, and how often: whoever comes after these waits for another time.
_AT_ONCE, _LOOKS = 100, 4
#: After a call the dialer leaves a lead of the chosen list alone for so long, unless it is to be tried again sooner.
PEACE = dt.timedelta(hours=20)
#: What is worked through: the advisor's queue; list:<id> and view:<uuid> are the others.
QUEUE = "queue"

type _Batches = Iterator[list[tuple[int, str]]]  # ids of leads, each with why


def in_turn(session: DialSession, now: dt.datetime) -> Iterator[tuple[int, str]]:
    """Who may be called now, in order, each source looked at only when the one before has nobody left."""
    for source in (_hopper, _callbacks, _chosen):
        for candidates in source(session, now):
            yield from _open_now(candidates, now)


def _open_now(candidates: Sequence[tuple[int, str]], now: dt.datetime) -> Iterator[tuple[int, str]]:
    """Those whom the gate lets a machine call, in the order given. A fixed number of statements."""
    ids = [pk for pk, _why in candidates]
    rows = Lead.objects.live().filter(pk__in=ids).select_related("stage", "organization", "conversation")
    verdicts = contactability.check_many(rows, CALL, now)
    for pk, why in candidates:
        if pk in verdicts and verdicts[pk].is_allowed:
            yield pk, why


def _hopper(session: DialSession, now: dt.datetime) -> _Batches:
    leads = _free(Lead.objects.visible_to(session.advisor), session, now)
    rows = dialing.waiting(session.advisor.organization, now).filter(lead__in=leads)
    for batch in _batches(lambda first, last: rows.values_list("lead_id", "priority")[first:last]):
        yield [(pk, _("Hopper, priority %(number)s") % {"number": priority}) for pk, priority in batch]


def _callbacks(session: DialSession, now: dt.datetime) -> _Batches:
    leads = _free(Lead.objects.all(), session, now)
    rows = callbacks_due(session.advisor, now).filter(lead__in=leads).order_by("due_at", "pk")
    for batch in _batches(lambda first, last: rows.values_list("lead_id", "due_at")[first:last]):
        yield [(pk, _("Callback due %(time)s") % {"time": moment(at, now)}) for pk, at in batch]


def _chosen(session: DialSession, now: dt.datetime) -> _Batches:
    """Open leads alone, and none that has had its call."""
    recent = Q(try_again_at=None, started_at__gt=now - PEACE)
    called = _calls_of(session).filter(recent, is_inbound=False)
    leads = _free(Lead.objects.visible_to(session.advisor), session, now).filter(~Exists(called))
    leads = leads.filter(stage__is_terminal=False)
    if session.source == QUEUE:
        yield _of_queue(session.advisor, leads, now)
        return
    kind, _colon, key = session.source.partition(":")
    of_source, why = _of_list(session.advisor, leads, key) if kind == "list" else _of_view(session.advisor, leads, key)
    ordered = of_source.order_by(F("last_called_at").asc(nulls_first=True), "pk")
    for batch in _batches(lambda first, last: ordered.values_list("pk", "pk")[first:last]):
        yield [(pk, why) for pk, _pk in batch]


def _of_queue(advisor: Advisor, leads: LeadQuerySet, now: dt.datetime) -> list[tuple[int, str]]:
    entries = read_queue(advisor, whole_team=False, now=now).entries
    free = set(leads.filter(pk__in=[entry.lead.pk for entry in entries]).values_list("pk", flat=True))
    return [(entry.lead.pk, entry.reason.words) for entry in entries if entry.lead.pk in free]


def _of_list(advisor: Advisor, leads: LeadQuerySet, key: str) -> tuple[LeadQuerySet, str]:
    dial_list = DialList.objects.filter(organization=advisor.organization_id, pk=int(key)).first()
    return (leads.filter(dial_list=dial_list), dial_list.name) if dial_list else (leads.none(), "")


def _of_view(advisor: Advisor, leads: LeadQuerySet, key: str) -> tuple[LeadQuerySet, str]:
    view = saved_views.find(advisor, UUID(key))
    if view is None:
        return leads.none(), ""
    chosen = LeadFilter(QueryDict(view.query), advisor=advisor, team=team_of(advisor.organization)).leads
    return leads.filter(pk__in=chosen.order_by().values("pk")), view.name


def _free(leads: LeadQuerySet, session: DialSession, now: dt.datetime) -> LeadQuerySet:
    """With a number, of a list that is dialled, held by no colleague, not passed over, and not to be tried later."""
    held = QueueClaim.objects.filter(lead=OuterRef("pk"), until__gt=now).exclude(advisor=session.advisor_id)
    later = _calls_of(session).filter(try_again_at__gt=now)
    talking = on_the_phone(now).filter(lead=OuterRef("pk")).exclude(advisor=session.advisor_id)
    free = leads.order_by().filter(
        ~Exists(held), ~Exists(later), ~Exists(talking), phone_e164__isnull=False, archived_at=None
    )
    free = free.exclude(dial_list__is_active=False).exclude(dial_list__campaign__is_active=False)
    return free.exclude(pk__in=session.passed) if session.passed else free


def _calls_of(session: DialSession) -> QuerySet[Call]:
    """Of a query's lead; with the organisation, by which they are indexed."""
    return Call.objects.filter(organization=session.organization_id, lead=OuterRef("pk"))


def callbacks_due(advisor: Advisor, now: dt.datetime) -> TaskQuerySet:
    due = Task.objects.due(now).filter(organization=advisor.organization_id, kind=TaskKind.CALL)
    return due.visible_to(advisor).filter(Q(advisor=advisor) | Q(advisor=None))


def _batches(rows: Callable[[int, int], Any]) -> Iterator[list[tuple[int, Any]]]:
    for look in range(_LOOKS):
        batch = list(rows(look * _AT_ONCE, (look + 1) * _AT_ONCE))
        if batch:
            yield batch
        if len(batch) < _AT_ONCE:
            return
