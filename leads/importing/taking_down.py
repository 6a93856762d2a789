"""The rows of a file become rows of its job, so that each is done exactly once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from itertools import batched

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.bulk import fresh, insert_rows
from leads import stored_files
from leads.importing import opening
from leads.importing.tables import MOST_ROWS, Row, Unreadable
from leads.models import BulkJob, BulkRow, JobState, LeadImport

log = logging.getLogger(__name__)
_AT_ONCE = 2000


def take_down(job: BulkJob, goes_on: Callable[[], bool]) -> bool:
    """False when it is not ours any more, or can't be read: then the job waits for a person, who is told why."""
    file = LeadImport.objects.get(job=job)
    if file.is_read:
        return True
    try:
        with default_storage.open(file.stored) as content:
            total, blank = _taken(job, opening.opened(content, file.name).rows, goes_on)
    except Unreadable as error:
        return _given_up(job, file, error.words)
    except OSError:
        log.exception("import %s: its file", job.uuid)
        return _given_up(job, file, _("The file is gone. Please choose it again."))
    if total < 0:
        return False
    with transaction.atomic():
        file.is_read, file.blank_rows = True, blank
        file.save(update_fields=["is_read", "blank_rows"])
        BulkJob.objects.filter(pk=job.pk).update(total=total)
        stored_files.hasten(file.stored, now=timezone.now())
    return True


def _taken(job: BulkJob, rows: Iterator[Row], goes_on: Callable[[], bool]) -> tuple[int, int]:
    """How many there are, and how many blank ones between them; -1 when somebody else has the job."""
    here = BulkRow.objects.filter(job=job)
    last = here.order_by("-number").values_list("number", flat=True).first() or 0
    total, blank = 0, Blanks()
    for chunk in batched(rows, _AT_ONCE):
        full = [(number, cells) for number, cells in chunk if blank.passes(cells)]
        total += len(full)
        if total > MOST_ROWS:
            raise Unreadable(too_many())
        new = [(number, cells) for number, cells in full if number > last]
        with transaction.atomic():
            if not goes_on():
                return -1, 0
            insert_rows([fresh(BulkRow, job=job, number=number, given=cells) for number, cells in new])
    return total, blank.between


class Blanks:
    """Counts blank rows, but not those below the last row."""

    def __init__(self) -> None:
        self.between = self._pending = 0

    def passes(self, cells: Sequence[str]) -> bool:
        if cells:
            self.between, self._pending = self.between + self._pending, 0
        else:
            self._pending += 1
        return bool(cells)


def too_many() -> str:
    return _("This file has more than %(most)s rows. Please import it in parts.") % {"most": f"{MOST_ROWS:,}"}


@transaction.atomic
def _given_up(job: BulkJob, file: LeadImport, words: str) -> bool:
    BulkRow.objects.filter(job=job).delete()
    LeadImport.objects.filter(pk=file.pk).update(trouble=words[:255])
    given_up = BulkJob.objects.filter(pk=job.pk, lease_token=job.lease_token)
    given_up.update(state=JobState.DRAFT, lease_token=None, lease_until=None)
    return False
