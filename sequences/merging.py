"""The follow-up of a lead that is merged into another one, and back."""

from __future__ import annotations

import datetime as dt

from crm.models import Actor
from leads.models import Merge
from sequences import enrolling
from sequences.models import Enrollment, EnrollmentStatus


def take_along(merge: Merge, *, by: Actor, now: dt.datetime) -> None:
    """Stop what runs, so that nobody is followed up twice; all of it then belongs to the lead that was kept."""
    theirs = Enrollment.objects.filter(lead=merge.merged_id)
    live = dict(theirs.filter(status__in=enrolling.LIVE).values_list("pk", "status"))
    enrolling.cancel(theirs, reason=f"Merged into {merge.kept.display_name}", by=by, now=now)
    moved = list(theirs.order_by("pk").values_list("pk", flat=True))
    theirs.update(lead=merge.kept_id)
    merge.rows |= {"enrollments": moved, "stopped": {str(pk): status for pk, status in live.items()}}
    merge.save(update_fields=["rows"])


def give_back(merge: Merge, *, by: Actor, now: dt.datetime) -> None:
    """What was stopped goes on or pauses as before, unless somebody has taken it up on the kept lead since."""
    stopped: dict[str, str] = merge.rows.get("stopped", {})
    theirs = Enrollment.objects.filter(pk__in=merge.rows.get("enrollments", []), lead=merge.kept_id)
    back = list(
        theirs.filter(ended_at__lte=merge.merged_at)
        .select_for_update(of=("self",))
        .select_related("sequence")
        .order_by("pk")
    )
    Enrollment.objects.filter(pk__in=[each.pk for each in back]).update(lead=merge.merged_id)
    live: dict[str, list[Enrollment]] = {EnrollmentStatus.ACTIVE: [], EnrollmentStatus.PAUSED: []}
    for enrollment in back:
        enrollment.lead_id = merge.merged_id
        is_there = enrollment.sequence.is_active and enrollment.sequence.deleted_at is None
        if (status := stopped.get(str(enrollment.pk))) and is_there:
            live[status].append(enrollment)
    enrolling.take_up(live[EnrollmentStatus.ACTIVE], by=by, now=now)
    paused = [enrollment.pk for enrollment in live[EnrollmentStatus.PAUSED]]
    Enrollment.objects.filter(pk__in=paused).update(status=EnrollmentStatus.PAUSED, ended_at=None, stop_reason="")
