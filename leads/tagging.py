"""Put tags on leads, a whole batch at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from crm.models import Organization
from crm.statements import statement
from leads.models import Lead, LeadTag, Tag


def put_on(tags_by_lead: Mapping[int, Sequence[str]], organization: Organization) -> None:
    """Add the tags to the leads, by id, in the order given; tags that the organisation lacks are made."""
    rows = {lead_id: list(dict.fromkeys(names)) for lead_id, names in tags_by_lead.items() if names}
    if not rows:
        return
    ids = tag_ids({name for names in rows.values() for name in names}, organization)
    LeadTag.objects.bulk_create(
        (LeadTag(lead_id=lead_id, tag_id=ids[name]) for lead_id, names in rows.items() for name in names),
        ignore_conflicts=True,
        batch_size=1000,
    )


def tag_ids(names: Iterable[str], organization: Organization) -> dict[str, int]:
    """The ids of the organisation's tags of these names; missing ones are made."""
    wanted = set(names)
    known = dict(Tag.objects.filter(organization=organization, name__in=wanted).values_list("name", "pk"))
    if missing := sorted(wanted - known.keys()):
        Tag.objects.bulk_create((Tag(organization=organization, name=name) for name in missing), ignore_conflicts=True)
        known |= dict(Tag.objects.filter(organization=organization, name__in=missing).values_list("name", "pk"))
    return known


def replace(lead: Lead, names: Sequence[str]) -> bool:
    """Make these the lead's tags, in this order; False when they were so already."""
    wanted = list(dict.fromkeys(names))
    if names_of([lead.pk]).get(lead.pk, []) == wanted:
        return False
    lead.lead_tags.all().delete()
    put_on({lead.pk: wanted}, lead.organization)
    return True


def names_of(lead_ids: Iterable[int]) -> dict[int, list[str]]:
    """Each lead's tags in the order in which they were given, for a whole page of leads. One statement."""
    names: dict[int, list[str]] = {}
    for lead_id, name in _tags_on(list(lead_ids)):
        names.setdefault(lead_id, []).append(name)
    return names


@statement
def _tags_on(lead_ids: Collection[int]) -> QuerySet[LeadTag, tuple[Any, ...]]:
    return LeadTag.objects.filter(lead_id__among=lead_ids).order_by("pk").values_list("lead_id", "tag__name")
