"""The tags of an organisation: renamed, put together, taken away from all leads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from crm import events
from crm.models import Actor, Organization
from leads.models import LeadTag, Tag


def tags_of(organization: Organization) -> Sequence[Tag]:
    """In order of name, each with leads: how many live ones have it. One statement."""
    live = LeadTag.objects.filter(tag=OuterRef("pk"), lead__deleted_at=None).order_by().values("tag")
    number = Subquery(live.annotate(number=Count("pk")).values("number"))
    return list(Tag.objects.filter(organization=organization).annotate(number=Coalesce(number, 0)).order_by("name"))


@transaction.atomic
def add(organization: Organization, name: str, *, by: Actor, now: dt.datetime) -> Tag:
    """One that no lead has yet."""
    tag, is_new = Tag.objects.get_or_create(organization=organization, name=name)
    if is_new:
        events.record("tag.added", organization=organization, by=by, now=now, tag=name)
    return tag


@transaction.atomic
def rename(tag: Tag, name: str, *, by: Actor, now: dt.datetime) -> Tag:
    """Another name; where a tag has it already, the two become one. Returns the tag that has the name now."""
    former = tag.name
    if name == former:
        return tag
    twin = Tag.objects.select_for_update().filter(organization_id=tag.organization_id, name=name).first()
    if twin is None:
        tag.name = name
        tag.save(update_fields=["name"])
    else:
        having_both = LeadTag.objects.filter(tag=twin, lead__lead_tags__tag=tag).values("lead")
        LeadTag.objects.filter(tag=tag, lead__in=having_both).delete()
        LeadTag.objects.filter(tag=tag).update(tag=twin)
        tag.delete()
        tag = twin
    events.record("tag.renamed", organization=tag.organization_id, by=by, now=now, tag=name, previous=former)
    return tag


@transaction.atomic
def delete(tag: Tag, *, by: Actor, now: dt.datetime) -> int:
    """Off all leads, and gone; how many had it."""
    number, _ = LeadTag.objects.filter(tag=tag).delete()
    events.record("tag.deleted", organization=tag.organization_id, by=by, now=now, tag=tag.name, leads=number)
    tag.delete()
    return number
