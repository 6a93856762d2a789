"""What leads and their messages have to say on the administration's first page."""

from __future__ import annotations

import datetime as dt

from django.db.models import Count, Sum
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.admin.overview import BAD, NOTABLE, Reading, Tile, add, counted
from leads.models import AT_WORK, BulkJob, Generation, Message, MessageState


def _in(*states: MessageState, tone: str = "") -> Reading:
    return counted(Message.objects.filter(state__in=states), tone=tone)


def _spent(now: dt.datetime) -> Reading:
    month = timezone.localtime(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    found = Generation.objects.filter(created_at__gte=month).aggregate(spent=Sum("cost"), texts=Count("pk"))
    texts = _("%(number)s texts") % {"number": number_format(found["texts"], force_grouping=True)}
    return Reading(f"${number_format(found['spent'] or 0, decimal_pos=2, force_grouping=True)}", texts)


add(
    gettext_lazy("Messages"),
    10,
    Tile(
        gettext_lazy("Waiting to go out"),
        Message,
        "state__exact=queued",
        lambda now: counted(Message.objects.filter(state=MessageState.QUEUED, not_before__lte=now)),
    ),
    Tile(
        gettext_lazy("In doubt: a person decides"),
        Message,
        "state__exact=needs_review",
        lambda now: _in(MessageState.NEEDS_REVIEW, tone=BAD),
    ),
    Tile(
        gettext_lazy("Outcome not known yet"),
        Message,
        "state__exact=unknown",
        lambda now: _in(MessageState.UNKNOWN, tone=NOTABLE),
    ),
    Tile(gettext_lazy("Given up"), Message, "state__exact=dead", lambda now: _in(MessageState.DEAD, tone=BAD)),
    Tile(
        gettext_lazy("Awaiting approval"),
        Message,
        "state__exact=approval",
        lambda now: _in(MessageState.APPROVAL),
    ),
)
add(
    gettext_lazy("Jobs and writing"),
    30,
    Tile(
        gettext_lazy("Imports and bulk jobs at work"),
        BulkJob,
        "state__exact=running",
        lambda now: counted(BulkJob.objects.filter(state__in=AT_WORK)),
    ),
    Tile(gettext_lazy("Written by models this month"), Generation, "", _spent),
)
