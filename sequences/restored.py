"""After a restore: a step that was due since the backup was made may have been said, so a person decides."""

from __future__ import annotations

import datetime as dt

from sequences.models import Enrollment, EnrollmentStatus


def park(made_at: dt.datetime, now: dt.datetime) -> None:
    """Follow-ups whose next step was due before now are paused; resume goes on with that step."""
    why = f"Restored from a backup of {made_at:%Y-%m-%d %H:%M} UTC: this step may have been said since"
    due = Enrollment.objects.filter(status=EnrollmentStatus.ACTIVE, next_step_at__lte=now)
    due.update(status=EnrollmentStatus.PAUSED, held_by=why)
