"""What sequences have to say on the administration's first page."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.admin.overview import BAD, Reading, Tile, add, ago, counted
from crm.progress import Waiting
from leads.models import Message
from sequences.models import Enrollment, EnrollmentStatus
from sequences.progress import oldest_due

#: Longer than this, and what is due is late.
_LATE = dt.timedelta(minutes=15)


def _due(now: dt.datetime) -> Reading:
    return counted(Enrollment.objects.filter(status=EnrollmentStatus.ACTIVE, next_step_at__lte=now))


def _oldest(now: dt.datetime) -> Reading:
    waiting = oldest_due(now)
    if not waiting:
        return Reading("—", _("nothing is due"))
    kind, oldest = min(waiting.items(), key=_since)
    return Reading(ago(oldest.since, now), _(kind), BAD if now - oldest.since > _LATE else "")


def _since(item: tuple[str, Waiting]) -> dt.datetime:
    return item[1].since


add(
    gettext_lazy("Sequences"),
    15,
    Tile(gettext_lazy("Steps due now"), Enrollment, "status__exact=active", _due),
    Tile(gettext_lazy("Due for longest"), Message, "state__exact=queued", _oldest),
)
