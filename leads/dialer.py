"""
The dialer: who is called next, one after another.

Two advisors never get the same lead: each is claimed, as in the queue. In which order: leads/dial_order.py.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext as _

from crm.models import Advisor
from leads import dialing, queue_work, saved_views
from leads.dial_order import QUEUE, callbacks_due, in_turn
from leads.errors import InvalidValue
from leads.models import Call, DialList, DialSession, Lead, Outcome, QueueClaim, SavedView, ViewPage

_MOST_PASSED = 1000


@dataclass(frozen=True, slots=True)
class Source:
    """Something to work through: its key, its name, and how many leads it has when that is known."""

    key: str
    label: str
    leads: int | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """What came of a session so far."""

    calls: int
    reached: int
    passed: int


def sources_of(advisor: Advisor) -> list[Source]:
    """The queue, the lists that are dialled, and the views of the list that the advisor may use. Two statements."""
    mine = Q(leads__deleted_at=None)
    if not advisor.sees_all_leads:
        mine &= Q(leads__advisor=advisor) | Q(leads__advisor=None)
    lists = DialList.objects.filter(organization=advisor.organization_id, is_active=True)
    lists = lists.exclude(campaign__is_active=False).annotate(number=Count("leads", filter=mine)).order_by("name", "pk")
    views = SavedView.objects.usable_by(advisor).filter(page=ViewPage.LIST).order_by("name", "pk")
    return [
        Source(QUEUE, _("My queue")),
        *(Source(f"list:{each.pk}", each.name, each.number) for each in lists[: saved_views.MOST_SHOWN]),
        *(Source(f"view:{each.uuid}", each.name) for each in views[: saved_views.MOST_SHOWN]),
    ]


def start(advisor: Advisor, source: str, *, now: dt.datetime) -> DialSession:
    """A new turn. Raises InvalidValue for a source that there is not."""
    if source not in {each.key for each in sources_of(advisor)}:
        raise InvalidValue(_("Choose what to work through."), field="source")
    fresh = {"source": source, "started_at": now, "paused_at": None, "ended_at": None, "passed": [], "lead": None}
    about = {"organization_id": advisor.organization_id, "why": "", **fresh}
    return DialSession.objects.update_or_create(advisor=advisor, defaults=about)[0]


def session_of(advisor: Advisor) -> DialSession | None:
    """The turn that goes on."""
    mine = DialSession.objects.filter(advisor=advisor, ended_at=None, organization=advisor.organization_id)
    return mine.select_related("lead").first()


def current_lead(session: DialSession, now: dt.datetime) -> Lead | None:
    """Who is before the advisor, while they have the lead."""
    if session.lead_id is None or session.paused_at is not None:
        return None
    held = QueueClaim.objects.filter(lead=session.lead_id, advisor=session.advisor_id, until__gt=now)
    leads = Lead.objects.visible_to(session.advisor).filter(Exists(held.filter(lead=OuterRef("pk"))))
    loaded = ("stage", "organization", "advisor__user", "conversation", "dial_list")
    return leads.filter(pk=session.lead_id).select_related(*loaded).first()


def advance(session: DialSession, *, now: dt.datetime, skips: bool = False) -> Lead | None:
    """
    The next lead, theirs alone for some minutes; None when nobody may be called now.

    skips: the one before them is not offered again in this turn.
    """
    advisor = session.advisor
    if session.lead_id is not None:
        if skips and session.lead_id not in session.passed:
            session.passed = [*session.passed, session.lead_id][-_MOST_PASSED:]
        queue_work.let_go(Lead(pk=session.lead_id), by=advisor)
    session.lead, session.why, session.paused_at = None, "", None
    for pk, why in in_turn(session, now):
        lead = Lead.objects.get(pk=pk)
        try:
            with transaction.atomic():
                queue_work.claim(lead, by=advisor, now=now)
        except queue_work.Taken:
            continue  # a colleague was faster
        session.lead, session.why = lead, why[:255]
        break
    session.save(update_fields=["lead", "why", "passed", "paused_at"])
    return session.lead


def pause(session: DialSession, *, now: dt.datetime) -> None:
    """Whoever was before the advisor is free for others."""
    _release(session)
    session.lead, session.why, session.paused_at = None, "", session.paused_at or now
    session.save(update_fields=["lead", "why", "paused_at"])


def end(session: DialSession, *, now: dt.datetime) -> None:
    _release(session)
    session.lead, session.why, session.ended_at = None, "", now
    session.save(update_fields=["lead", "why", "ended_at"])


def counts_of(session: DialSession) -> Counts:
    """One statement."""
    calls = Call.objects.filter(advisor=session.advisor_id, started_at__gte=session.started_at, is_open=False)
    calls = calls.filter(is_inbound=False).exclude(outcome="")
    found = calls.aggregate(calls=Count("pk"), reached=Count("pk", filter=Q(outcome=Outcome.REACHED)))
    return Counts(**found, passed=len(session.passed))


def waiting_first(advisor: Advisor, now: dt.datetime) -> tuple[int, int]:
    """How many the hopper has, and how many callbacks are due. Two statements."""
    visible = Lead.objects.visible_to(advisor)
    hopper = dialing.waiting(advisor.organization, now).order_by().filter(lead__in=visible).count()
    return hopper, callbacks_due(advisor, now).count()


def _release(session: DialSession) -> None:
    if session.lead_id is not None:
        queue_work.let_go(Lead(pk=session.lead_id), by=session.advisor)
