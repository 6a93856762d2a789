"""
How it goes: what became of the leads of a time, how fast they were reached, and what the pipeline was worth.

Reports count the leads that came within the period (a cohort), so that a rate never mixes those who came with those
who left. Everything is counted by the database; nothing is stored for it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce, Greatest, Least, TruncWeek
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models import Advisor, Event
from leads.models import Call, Direction, LeadQuerySet, Message, Slot, Source, Stage

_PIPELINE_WEEKS = 13
_ROWS = 20
WITHIN = dt.timedelta(minutes=5)
#: Until when the first contact counts into a bar; None: all later ones.
SPEEDS: tuple[tuple[str | Promise, dt.timedelta | None], ...] = (
    (gettext_lazy("0–1 min"), dt.timedelta(minutes=1)),
    (gettext_lazy("1–5 min"), WITHIN),
    (gettext_lazy("5–15 min"), dt.timedelta(minutes=15)),
    (gettext_lazy("15–60 min"), dt.timedelta(hours=1)),
    ("1–4 h", dt.timedelta(hours=4)),
    ("4–24 h", dt.timedelta(hours=24)),
    (gettext_lazy("later"), None),
)
#: How many of them are fast.
FAST = 2


@dataclass(frozen=True, slots=True)
class Cohort:
    """The leads that came in [since, until), and how many of them are funded by now, for how much."""

    leads: int
    funded: int
    amount: Decimal
    reached: int
    median: dt.timedelta | None

    @property
    def rate(self) -> float | None:
        return self.funded / self.leads if self.leads else None


@dataclass(frozen=True, slots=True)
class StageReached:
    """How many leads of the cohort stood in the stage or a later one at any time; share: of the stage before."""

    label: str
    leads: int
    share: float | None


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one source's or one advisor's leads. fast: reached within five minutes."""

    name: str
    leads: int
    funded: int
    fast: int
    amount: Decimal

    @property
    def rate(self) -> float:
        return self.funded / self.leads

    @property
    def fast_rate(self) -> float:
        return self.fast / self.leads


@dataclass(frozen=True, slots=True)
class Week:
    begins: dt.date
    value: Decimal


@dataclass(frozen=True, slots=True)
class Report:
    now: Cohort
    before: Cohort
    funnel: Sequence[StageReached]
    speeds: Sequence[tuple[str, int]]
    never: int
    sources: Sequence[Result]
    advisors: Sequence[Result]
    pipeline: Sequence[Week]


def report(leads: LeadQuerySet, *, advisor: Advisor, since: dt.datetime, until: dt.datetime) -> Report:
    """About these leads (filtered, and seen by this advisor). A fixed number of statements."""
    leads = leads.order_by()
    cohort = _with_wait(leads.filter(created_at__gte=since, created_at__lt=until))
    before = _with_wait(leads.filter(created_at__gte=since - (until - since), created_at__lt=since))
    stages = list(Stage.objects.filter(organization=advisor.organization_id).order_by("position", "pk"))
    speeds = cohort.aggregate(**{f"s{at}": Count("pk", filter=_between(at)) for at in range(len(SPEEDS))})
    found = _summary(cohort)
    return Report(
        now=found,
        before=_summary(before),
        funnel=_funnel(cohort, stages, found.leads),
        speeds=[(str(label), speeds[f"s{at}"]) for at, (label, _until) in enumerate(SPEEDS)],
        never=found.leads - found.reached,
        sources=_by_source(cohort),
        advisors=_by_advisor(cohort, advisor),
        pipeline=_pipeline(leads, until),
    )


#: Leads with how long each waited.
type Waits = QuerySet[Any, Any]
_FUNDED = Q(stage__slot=Slot.CONVERTED)


def _with_wait(leads: LeadQuerySet) -> Waits:
    """wait: from the lead's arrival to the first call or message that went out; empty while there was none."""
    sent = Message.objects.filter(
        organization=OuterRef("organization"), lead=OuterRef("pk"), direction=Direction.OUTBOUND, sent_at__isnull=False
    )
    # Calls are indexed by the organisation, and messages may lie in partitions by it.
    called = Call.objects.filter(organization=OuterRef("organization"), lead=OuterRef("pk"), is_inbound=False)
    firsts = leads.annotate(
        first_sent=Subquery(sent.order_by().values("lead").annotate(at=Min("sent_at")).values("at")),
        first_called=Subquery(called.order_by().values("lead").annotate(at=Min("started_at")).values("at")),
    )
    # SQLite's LEAST is empty when one of both is.
    first = Least(Coalesce("first_sent", "first_called"), Coalesce("first_called", "first_sent"))
    return firsts.annotate(wait=ExpressionWrapper(first - F("created_at"), output_field=DurationField()))


def _between(number: int) -> Q:
    low = SPEEDS[number - 1][1] if number else None
    high = SPEEDS[number][1]
    bound = Q(wait__isnull=False)
    if low is not None:
        bound &= Q(wait__gte=low)
    return bound & Q(wait__lt=high) if high is not None else bound


def _summary(cohort: Waits) -> Cohort:
    found = cohort.aggregate(
        leads=Count("pk"), reached=Count("wait"), funded=Count("pk", filter=_FUNDED), amount=_amount()
    )
    reached = found["reached"]
    waits = cohort.filter(wait__isnull=False).order_by("wait").values_list("wait", flat=True)
    return Cohort(**found, median=waits[(reached - 1) // 2] if reached else None)


def _amount() -> Coalesce:
    """What was paid out; where nobody has said, what was asked for."""
    paid = Sum(Coalesce("funded_amount", "requested_amount"), filter=_FUNDED)
    return Coalesce(paid, Value(Decimal(0)))


def _funnel(cohort: Waits, stages: Sequence[Stage], total: int) -> list[StageReached]:
    """A lead that skipped a stage or came back has reached all that lie before its furthest; lost is no step."""
    steps = [stage for stage in stages if stage.slot != Slot.LOST]
    if not steps:
        return []
    here = _place({"stage": step.pk} for step in steps)
    furthest = Greatest(here, Coalesce(Subquery(_furthest_moves(steps)), Value(0)))
    rows = cohort.annotate(furthest=furthest).values("furthest").annotate(leads=Count("pk"))
    counts: Mapping[int, int] = dict(rows.values_list("furthest", "leads"))
    reached = [sum(count for place, count in counts.items() if place >= at) for at in range(len(steps))]
    return [
        StageReached(stage.label, leads, leads / reached[at - 1] if at and reached[at - 1] else None)
        for at, (stage, leads) in enumerate(zip(steps, reached, strict=True))
    ]


def _furthest_moves(steps: Sequence[Stage]) -> QuerySet[Any, Any]:
    """For a query on leads: the furthest place in the funnel that the lead was ever moved to."""
    moves = Event.objects.filter(
        organization=OuterRef("organization"), lead_id=OuterRef("pk"), name="lead.stage_changed"
    ).annotate(stage=Cast(KT("data__stage"), CharField()))  # as text: SQLite would parse what it is compared with
    place = _place({"stage": str(step.uuid)} for step in steps)
    return moves.order_by().values("lead_id").annotate(most=Max(place)).values("most")


def _place(steps: Iterable[Mapping[str, Any]]) -> Case:
    """Which of the steps it is, each told by a lookup; 0 for none."""
    whens = [When(**step, then=Value(at)) for at, step in enumerate(steps)]
    return Case(*whens, default=Value(0), output_field=IntegerField())


def _by_source(cohort: Waits) -> list[Result]:
    """A partner's own word for it goes before the door by which it came."""
    doors = Case(
        *(When(source=door.value, then=Value(capfirst(str(door.label)))) for door in Source), default=F("source")
    )
    named = Case(When(~Q(source_label=""), then=F("source_label")), default=doors, output_field=CharField())
    rows = cohort.annotate(door=named).values("door").annotate(**_results()).order_by("-leads", "door")
    return [Result(*row) for row in rows.values_list("door", *_results())[:_ROWS]]


def _by_advisor(cohort: Waits, advisor: Advisor) -> list[Result]:
    team = Advisor.objects.filter(organization=advisor.organization_id).select_related("user")
    names = {person.pk: person.name for person in team}
    rows = cohort.values("advisor").annotate(**_results()).order_by("-leads", "advisor")
    rows = rows.values_list("advisor", *_results())[:_ROWS]
    return [Result(names.get(person, _("Nobody")), *counts) for person, *counts in rows]


def _results() -> dict[str, Any]:
    return {
        "leads": Count("pk"),
        "funded": Count("pk", filter=_FUNDED),
        "fast": Count("pk", filter=Q(wait__lt=WITHIN)),
        "amount": _amount(),
    }


def _pipeline(leads: LeadQuerySet, until: dt.datetime) -> list[Week]:
    """
    What was asked for by leads that were open at the end of each week, the newest last.

    A lead is open from its arrival until it came into the closed stage that it stands in; amounts are today's.
    """
    zone = timezone.get_current_timezone()
    came = _weekly(leads, "created_at", zone)
    closed = _weekly(leads.filter(stage__is_terminal=True), "stage_entered_at", zone)
    last = timezone.localtime(until - dt.timedelta(microseconds=1)).date()
    monday = last - dt.timedelta(days=last.weekday())
    weeks = [monday - dt.timedelta(weeks=back) for back in reversed(range(_PIPELINE_WEEKS))]
    return [
        Week(week, sum((amount for day, amount in came if day <= week), Decimal(0))
             - sum((amount for day, amount in closed if day <= week), Decimal(0)))
        for week in weeks
    ]  # fmt: skip


def _weekly(leads: LeadQuerySet, moment: str, zone: dt.tzinfo) -> list[tuple[dt.date, Decimal]]:
    rows = leads.filter(requested_amount__isnull=False).annotate(week=TruncWeek(moment, tzinfo=zone))
    sums = rows.order_by().values("week").annotate(amount=Sum("requested_amount")).values_list("week", "amount")
    return [(week.date(), amount) for week, amount in sums]
