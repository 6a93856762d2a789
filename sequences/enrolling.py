"""Start and stop the follow-up of leads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import batched

from django.db import IntegrityError, transaction
from django.db.models import QuerySet, prefetch_related_objects
from django.utils.translation import gettext as _

from crm import events
from crm.bulk import write_columns
from crm.models import Actor, Event, Organization
from crm.tasks import nudge
from leads import contactability, ledger
from leads.advisor_tasks import take_back
from leads.errors import ContactRefused, DomainError
from leads.models import ContactDecision, Lead, Task
from sequences.conversations import ensure_conversations
from sequences.errors import SequenceInactive
from sequences.models import Enrollment, EnrollmentStatus, Sequence, Step
from sequences.unsaying import step_back, unsay

LIVE = (EnrollmentStatus.ACTIVE, EnrollmentStatus.PAUSED)
_TRIES = 3
_SLICE = 500


class EnrollAction(StrEnum):
    ENROLLED = "enrolled"
    ALREADY_ENROLLED = "already_enrolled"
    REACTIVATED = "reactivated"


@dataclass(frozen=True, slots=True)
class Enrolled:
    action: EnrollAction
    enrollment: Enrollment


def enroll(lead: Lead, sequence: Sequence, *, by: Actor, now: dt.datetime, is_asked_for: bool = True) -> Enrolled:
    """
    Follow this lead up with this sequence. Its first step goes out by the engine; run_enrollment_now does not wait.

    Somebody whose enrollment was cancelled goes on at the step it stopped on; somebody who came to the end starts over.
    is_asked_for: by a person or partner, just now, and no trigger; its first step then need not keep 20 hours apart
    from other sequences. Raises SequenceInactive, ContactRefused.
    """
    result = enroll_many([lead], sequence, by=by, now=now, is_asked_for=is_asked_for)[lead.pk]
    if isinstance(result, DomainError):
        raise result
    return result


def enroll_default(lead: Lead, *, by: Actor, now: dt.datetime) -> Enrollment | None:
    """Follow the lead up with the organisation's default sequence; None when there is none or it may not be."""
    sequence = default_sequence(lead.organization_id)
    if sequence is None:
        return None
    try:
        return enroll(lead, sequence, by=by, now=now).enrollment
    except ContactRefused:
        return None


def default_sequence(organization: Organization | int) -> Sequence | None:
    organization_id = organization if isinstance(organization, int) else organization.pk
    return Sequence.objects.filter(
        organization_id=organization_id, is_default=True, is_active=True, deleted_at=None
    ).first()


def enroll_many(
    leads: Collection[Lead], sequence: Sequence, *, by: Actor, now: dt.datetime, is_asked_for: bool = True
) -> dict[int, Enrolled | ContactRefused]:
    """What became of each lead, by its id; a fixed number of statements. Raises SequenceInactive."""
    if not leads:
        return {}
    for attempt in range(_TRIES):
        try:
            with transaction.atomic():
                return _enroll_all(leads, sequence, by=by, now=now, is_asked_for=is_asked_for)
        except IntegrityError:  # somebody else enrolled one of them at this moment: look again
            if attempt == _TRIES - 1:
                raise
    raise AssertionError("unreachable")


def _enroll_all(
    leads: Collection[Lead], sequence: Sequence, *, by: Actor, now: dt.datetime, is_asked_for: bool
) -> dict[int, Enrolled | ContactRefused]:
    sequence = Sequence.objects.get(pk=sequence.pk, organization__in={lead.organization_id for lead in leads})
    if not sequence.is_active or sequence.deleted_at is not None:
        raise SequenceInactive(_("The sequence “%(name)s” is not active.") % {"name": sequence.name})
    first = Step.objects.get(version_id=sequence.current_id, order=0)
    prefetch_related_objects(list(leads), "stage", "organization", "conversation")
    ensure_conversations(leads)
    newest = _newest_of(sequence, leads)
    verdicts = contactability.check_many(leads, first.channel, now)
    made: list[Enrollment] = []
    resumed: list[Enrollment] = []
    refused: list[ContactDecision] = []
    results: dict[int, Enrolled | ContactRefused] = {}
    for lead in {lead.pk: lead for lead in leads}.values():
        before = newest.get(lead.pk)
        verdict = verdicts[lead.pk]
        if before and before.status in LIVE:
            results[lead.pk] = Enrolled(EnrollAction.ALREADY_ENROLLED, before)
        elif verdict.kind is contactability.Kind.NEVER:
            results[lead.pk] = ContactRefused(verdict.words, rule=verdict.rule)
            purpose = f"Enrollment in {sequence.name}"
            refused.append(contactability.decision(lead, first.channel, verdict, purpose=purpose, now=now))
        elif before and before.status == EnrollmentStatus.CANCELLED:
            resumed.append(before)
            results[lead.pk] = Enrolled(EnrollAction.REACTIVATED, before)
        else:
            made.append(_new(lead, sequence, first, by=by, now=now))
            results[lead.pk] = Enrolled(EnrollAction.ENROLLED, made[-1])
    for enrollment in made + resumed:
        enrollment.is_asked_for = is_asked_for
    Enrollment.objects.bulk_create(made, batch_size=1000)
    _resume(resumed, by=by, now=now)
    ledger.write(refused)
    events.record_all(
        [fact("sequence.enrolled", each, sequence, by, now) for each in made]
        + [fact("sequence.reactivated", each, sequence, by, now) for each in resumed]
    )
    if any(each.next_step_at <= now for each in made + resumed if each.next_step_at):
        nudge()
    return results


def _newest_of(sequence: Sequence, leads: Collection[Lead]) -> dict[int, Enrollment]:
    rows = (
        Enrollment.objects.filter(sequence=sequence, lead__in=[lead.pk for lead in leads])
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    # A live one counts as the newest, also beside a stopped one that came with a merged lead.
    return {row.lead_id: row for row in sorted(rows, key=lambda row: row.status in LIVE)}


def _new(lead: Lead, sequence: Sequence, first: Step, *, by: Actor, now: dt.datetime) -> Enrollment:
    return Enrollment(
        organization_id=lead.organization_id,
        sequence=sequence,
        version_id=first.version_id,
        lead=lead,
        next_order=0,
        next_step_at=now + dt.timedelta(hours=first.delay_hours),
        enrolled_by=by.label[:255],
        started_at=now,
        created_at=now,
    )


def take_up(cancelled: list[Enrollment], *, by: Actor, now: dt.datetime) -> None:
    """Go on with enrollments that were cancelled, in the caller's transaction."""
    _resume(cancelled, by=by, now=now)
    events.record_all(fact("sequence.reactivated", each, each.sequence, by, now) for each in cancelled)


def _resume(cancelled: list[Enrollment], *, by: Actor, now: dt.datetime) -> None:
    """Take cancelled enrollments up again where they stopped, in a new generation and no earlier than planned."""
    unsaid = step_back(cancelled)
    for enrollment in cancelled:
        if enrollment.pk in unsaid:
            enrollment.next_step_at = now
        enrollment.status = EnrollmentStatus.ACTIVE
        enrollment.next_order = enrollment.next_order or 0
        enrollment.next_step_at = max(now, enrollment.next_step_at or now)
        enrollment.started_at = now
        enrollment.ended_at = None
        enrollment.held_by = enrollment.stop_reason = ""
        enrollment.enrolled_by = by.label[:255]
    write_columns(cancelled, _RESUMED)


_RESUMED = [
    "status",
    "generation",
    "next_order",
    "next_step_at",
    "started_at",
    "ended_at",
    "held_by",
    "stop_reason",
    "enrolled_by",
    "is_asked_for",
]


def cancel(
    enrollments: QuerySet[Enrollment] | Iterable[Enrollment], *, reason: str, by: Actor, now: dt.datetime
) -> int:
    """
    Stop these enrollments, and what they had written but not sent; how many were live.

    Where they stood is kept, so that they can go on there one day.
    """
    rows = enrollments if isinstance(enrollments, QuerySet) else _rows_of(enrollments)
    with transaction.atomic():
        live = list(
            rows.filter(status__in=LIVE).select_for_update(of=("self",)).select_related("sequence").order_by("pk")
        )
        unsay(rows, reason)
        take_back(Task.objects.filter(step_run__enrollment__in=live), because=reason, by=by, now=now)
        for some in batched(live, _SLICE):
            Enrollment.objects.filter(pk__in=[each.pk for each in some]).update(
                status=EnrollmentStatus.CANCELLED, stop_reason=reason[:255], held_by="", ended_at=now
            )
        events.record_all(fact("sequence.cancelled", each, each.sequence, by, now, reason=reason) for each in live)
    return len(live)


def _rows_of(enrollments: Iterable[Enrollment]) -> QuerySet[Enrollment]:
    return Enrollment.objects.filter(pk__in=[each.pk for each in enrollments])


def fact(name: str, enrollment: Enrollment, sequence: Sequence, by: Actor, now: dt.datetime, **data: str) -> Event:
    return events.fact(
        name,
        organization=enrollment.organization_id,
        lead_id=enrollment.lead_id,
        by=by,
        now=now,
        sequence=sequence.public_id,
        sequence_name=sequence.name,
        enrollment=enrollment.pk,
        **data,
    )
