"""What sequences hold of a borrower who is erased: that they were followed up, and no word of why it stopped."""

from __future__ import annotations

import datetime as dt

from leads.borrowers import Borrower
from leads.erasing import also
from sequences.models import Enrollment, StepRun


@also
def empty_enrollments(borrower: Borrower, now: dt.datetime) -> None:
    theirs = Enrollment.objects.filter(lead__in=borrower.lead_ids)
    theirs.update(held_by="", stop_reason="")
    StepRun.objects.filter(enrollment__in=theirs).update(skipped_because="")
