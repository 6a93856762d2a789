"""Plan: turn a batch of due steps into messages, exactly once, in one transaction of a few statements."""

from __future__ import annotations

import datetime as dt
import logging
import random
from collections.abc import Collection, Iterable, Iterator

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from crm import failpoints
from crm.models import Organization
from crm.statements import attach, fetched
from leads import contactability
from leads.contactability import Ask, Verdict
from leads.glance import UNSEEN
from leads.models import Channel, Task
from sequences.conversations import key_of, known_conversations
from sequences.models import Enrollment, EnrollmentStatus, Step, StepRun
from sequences.plan_writing import write
from sequences.report import TickReport
from sequences.steps import Due, ask_of, decide

log = logging.getLogger(__name__)

#: Organisations that share one batch; the others have their turn in the next.
_MOST_ORGANIZATIONS = 25
#: When an enrollment that broke the planning is tried again.
_SET_ASIDE = dt.timedelta(minutes=10)

#: By version and order.
type Steps = dict[tuple[int, int], Step]


def plan(now: dt.datetime, limit: int, report: TickReport, enrollments: Collection[int] | None = None) -> int:
    """
    Plan up to limit due steps (of these enrollments only, when given); how many were looked at.

    The rows stay locked until their messages, step runs and next times are committed; other workers pass over them.
    """
    try:
        with transaction.atomic():
            seen = _plan_batch(now, limit, report, enrollments)
    except (OperationalError, InterfaceError):  # the database is away or busy: nobody's fault here
        raise
    except Exception:
        if enrollments is not None and len(enrollments) == 1:
            raise
        log.exception("planning a batch; trying its enrollments one by one")
        seen = _plan_singly(now, limit, report, enrollments)
    if seen:
        failpoints.reach(failpoints.AFTER_PLAN)
    return seen


def _plan_batch(now: dt.datetime, limit: int, report: TickReport, only: Collection[int] | None) -> int:
    rows = _lock_due(now, limit, only)
    if rows:
        write([(due, decide(due, now)) for due in _circumstances(rows, now)], now, report)
    return len(rows)


def _plan_singly(now: dt.datetime, limit: int, report: TickReport, only: Collection[int] | None) -> int:
    """One enrollment that can't be planned must not stop the others: it is set aside, and said so."""
    with transaction.atomic():
        ids = [row.pk for row in _lock_due(now, limit, only)]
    for pk in ids:
        try:
            with transaction.atomic():
                _plan_batch(now, 1, report, [pk])
        except Exception:
            log.exception("enrollment %s can't be planned", pk)
            Enrollment.objects.filter(pk=pk, status=EnrollmentStatus.ACTIVE).update(
                next_step_at=now + _SET_ASIDE, held_by="Something went wrong while planning this step."
            )
    return len(ids)


def due(now: dt.datetime) -> QuerySet[Enrollment]:
    return Enrollment.objects.filter(status=EnrollmentStatus.ACTIVE, next_step_at__lte=now)


def _lock_due(now: dt.datetime, limit: int, only: Collection[int] | None) -> list[Enrollment]:
    """Up to limit due enrollments, the same number from each organisation, so that a big import starves nobody."""
    wanted = due(now) if only is None else due(now).filter(pk__in=only)
    rows = [enrollment for share in _shares(wanted, limit, only) for enrollment in _locked(share)]
    # Looked up once for the batch: a join would build the same stage and organisation anew for every row.
    attach(rows, "organization", "sequence", "version")
    attach([row.lead for row in rows], "stage", "organization")
    return rows


def _shares(wanted: QuerySet[Enrollment], limit: int, only: Collection[int] | None) -> Iterator[QuerySet[Enrollment]]:
    if only is not None:
        yield wanted.order_by("next_step_at", "pk")[:limit]
        return
    waiting = Exists(wanted.filter(organization=OuterRef("pk")))
    organizations = list(Organization.objects.filter(waiting, is_active=True).values_list("pk", flat=True))
    if len(organizations) > _MOST_ORGANIZATIONS:
        organizations = random.sample(organizations, _MOST_ORGANIZATIONS)
    for organization_id in organizations:
        own = wanted.filter(organization_id=organization_id).order_by("next_step_at", "pk")
        yield own[: max(1, limit // len(organizations))]


def _locked(share: QuerySet[Enrollment]) -> Iterable[Enrollment]:
    """
    With their leads, and never waiting for either: who comes from the lead's side (a STOP, a move) holds the lead and
    may want the enrollment next. That one goes first, and the step has its turn in the next round.
    """
    return fetched(
        share.select_for_update(
            skip_locked=connection.features.has_select_for_update_skip_locked, of=("self", "lead"), no_key=True
        )
        .select_related("lead__conversation")
        .defer(*UNSEEN)
    )


def _circumstances(rows: list[Enrollment], now: dt.datetime) -> list[Due]:
    steps = {
        (step.version_id, step.order): step
        for step in Step.objects.filter(version_id__in={row.version_id for row in rows})
    }
    previous = _runs_before(rows)
    conversations = known_conversations([row.lead for row in rows])
    verdicts = _verdicts(rows, steps, now)
    return [
        Due(
            enrollment=row,
            step=steps.get((row.version_id, row.next_order or 0)),
            following=steps.get((row.version_id, (row.next_order or 0) + 1)),
            previous=previous[row.pk].message if row.pk in previous else None,
            awaited=_awaited(row, steps, previous.get(row.pk)),
            conversation=conversations.get(key_of(row.lead)),
            verdict=verdicts[row.pk],
        )
        for row in rows
    ]


def _runs_before(rows: list[Enrollment]) -> dict[int, StepRun]:
    """What the step before came to, by enrollment, unless it was skipped; of the newest generation that came so far."""
    later = [row.pk for row in rows if row.next_order]
    runs = (
        StepRun.objects.filter(enrollment__in=later, order=F("enrollment__next_order") - 1, skipped_because="")
        .select_related("message", "task")
        .order_by("generation")
    )
    return {run.enrollment_id: run for run in runs} if later else {}


def _awaited(row: Enrollment, steps: Steps, before: StepRun | None) -> Task | None:
    """The task that the next step waits for."""
    step = steps.get((row.version_id, (row.next_order or 0) - 1))
    return before.task if before and step and step.waits_until_done else None


def _verdicts(rows: list[Enrollment], steps: Steps, now: dt.datetime) -> dict[int, Verdict]:
    """What the gate says to each enrollment's next step."""
    asks = [_ask(row, steps.get((row.version_id, row.next_order or 0))) for row in rows]
    return {row.pk: verdict for row, verdict in zip(rows, contactability.answer(asks, now), strict=True)}


def _ask(row: Enrollment, step: Step | None) -> Ask:
    return ask_of(row.lead, step, asked_for=row.is_asked_for) if step else Ask(row.lead, Channel.SMS)
