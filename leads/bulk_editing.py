"""Put a tag on many leads, and take one off; as leads/editing.py does it for one, told by the same fact."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction

from crm import events
from crm.models import Actor
from leads import tagging
from leads.models import Lead, LeadTag


@transaction.atomic
def add_tag(leads: Sequence[Lead], name: str, *, by: Actor, now: dt.datetime) -> dict[int, int]:
    """Which of them lacked it: the new LeadTag's id by lead id. The organisation gets the tag if it lacks it."""
    if not leads:
        return {}
    had = tagging.names_of(lead.pk for lead in leads)
    lacking = [lead for lead in leads if name not in had.get(lead.pk, [])]
    tagging.put_on({lead.pk: [name] for lead in lacking}, leads[0].organization)
    after = {lead.pk: [*had.get(lead.pk, []), name] for lead in lacking}
    _tell(lacking, had, after, by, now)
    made = LeadTag.objects.filter(lead__in=lacking, tag__name=name)
    return dict(made.values_list("lead_id", "pk"))


@transaction.atomic
def remove_tag(leads: Sequence[Lead], name: str, *, by: Actor, now: dt.datetime) -> dict[int, int]:
    """Which of them had it: the id of the LeadTag that is gone, by lead id."""
    had = tagging.names_of(lead.pk for lead in leads)
    having = [lead for lead in leads if name in had.get(lead.pk, [])]
    rows = dict(LeadTag.objects.filter(lead__in=having, tag__name=name).values_list("lead_id", "pk"))
    LeadTag.objects.filter(pk__in=rows.values()).delete()
    after = {lead.pk: [each for each in had[lead.pk] if each != name] for lead in having}
    _tell(having, had, after, by, now)
    return rows


@transaction.atomic
def put_tag_back(leads: Sequence[Lead], rows: Mapping[int, int], name: str, *, by: Actor, now: dt.datetime) -> None:
    """The tag stands again where it stood among the lead's others: the order is that of the rows' ids."""
    if not leads:
        return
    tag_id = tagging.tag_ids([name], leads[0].organization)[name]
    had = tagging.names_of(lead.pk for lead in leads)
    again = [LeadTag(pk=rows[lead.pk], lead_id=lead.pk, tag_id=tag_id) for lead in leads]
    LeadTag.objects.bulk_create(again, ignore_conflicts=True)
    _tell(leads, had, tagging.names_of(lead.pk for lead in leads), by, now)


def _tell(
    leads: Iterable[Lead],
    had: Mapping[int, list[str]],
    has: Mapping[int, list[str]],
    by: Actor,
    now: dt.datetime,
) -> None:
    changed = list(leads)
    Lead.objects.filter(pk__in=[lead.pk for lead in changed]).update(updated_at=now)
    events.record_all(
        events.fact(
            "lead.updated",
            organization=lead.organization_id,
            lead_id=lead.pk,
            by=by,
            now=now,
            changes={"tags": [had.get(lead.pk, []), has.get(lead.pk, [])]},
        )
        for lead in changed
    )
