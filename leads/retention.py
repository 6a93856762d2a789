"""
What goes by itself when it is old: rules of an organisation, off until a manager sets one, kept at night.

A rule is worked off a bit at a time, in the minute's chores, from one o'clock by the organisation's clock until nothing
is left. A legal hold keeps a lead and all that hangs on it. The audit log stays for good.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm import events
from crm.models import Actor, AuditMark, Event, Organization, WebhookDelivery
from leads import call_recordings, erasing
from leads.borrowers import borrower_of
from leads.errors import DomainError
from leads.models import ContactDecision, Lead, LegalHold, Recording, RetentionRule, Slot

NIGHT = dt.time(1)
#: What is counted for the preview; more is "more than".
MOST_COUNTED = 10_000
_BY = Actor.system("Retention")
#: Nobody else takes a rule up while somebody works on it.
_LEASE = dt.timedelta(minutes=10)

type Clear = Callable[[Sequence[Any], dt.datetime, dt.datetime], int]


@dataclass(frozen=True, slots=True)
class Kind:
    """due: what a moment is too old for; clear: let rows go, returns how many did. No fewer than least days."""

    name: str
    label: Any
    hint: Any
    least: int
    at_once: int
    due: Callable[[Organization, dt.datetime], QuerySet[Any]]
    clear: Clear


def _on_hold(lead: str) -> Exists:
    return Exists(LegalHold.objects.filter(lead=OuterRef(lead), lifted_at=None))


def _lost(organization: Organization, before: dt.datetime) -> QuerySet[Lead]:
    lost = Lead.objects.of(organization).filter(stage__slot=Slot.LOST, stage_entered_at__lt=before, erasure=None)
    return lost.filter(~_on_hold("pk"))


def _deleted(organization: Organization, before: dt.datetime) -> QuerySet[Lead]:
    gone = Lead.objects.filter(organization=organization, deleted_at__lt=before, erasure=None)
    return gone.filter(~_on_hold("pk"))


def _erase(leads: Sequence[Lead], before: dt.datetime, now: dt.datetime) -> int:
    return sum(_erase_one(lead, before, now) for lead in leads)


def _erase_one(lead: Lead, before: dt.datetime, now: dt.datetime) -> bool:
    """Not when the same borrower has a lead that is still worked on, a hold on another lead, or was just erased."""
    try:
        with transaction.atomic():
            if all(_is_over(each, before) for each in borrower_of(lead).leads):
                erasing.erase(lead, by=_BY, now=now)
                return True
    except DomainError:
        pass
    return False


def _is_over(lead: Lead, before: dt.datetime) -> bool:
    if lead.deleted_at is not None:
        return lead.deleted_at < before
    return lead.stage.slot == Slot.LOST and lead.stage_entered_at < before


def _recordings(organization: Organization, before: dt.datetime) -> QuerySet[Recording]:
    old = Recording.objects.filter(organization=organization, started_at__lt=before).select_related("call")
    return old.filter(~_on_hold("call__lead"))


def _remove(recordings: Sequence[Recording], before: dt.datetime, now: dt.datetime) -> int:
    return sum(call_recordings.remove(each, by=_BY, now=now) for each in recordings)


def _facts(organization: Organization, before: dt.datetime) -> QuerySet[Event]:
    """Those that stand in the audit log: what happened stays known there."""
    old = Event.objects.filter(organization=organization, happened_at__lt=before, pk__lte=_chained("event"))
    return old.filter(~_on_hold("lead_id"))


def _refusals(organization: Organization, before: dt.datetime) -> QuerySet[ContactDecision]:
    old = ContactDecision.objects.filter(organization=organization, decided_at__lt=before, pk__lte=_chained("refusal"))
    return old.filter(~_on_hold("lead_id"))


def _chained(source: str) -> int:
    mark = AuditMark.objects.filter(source=source).first()
    return mark.mark if mark else 0


def _deliveries(organization: Organization, before: dt.datetime) -> QuerySet[WebhookDelivery]:
    over = WebhookDelivery.objects.filter(organization=organization, created_at__lt=before)
    return over.filter(state__in=("delivered", "failed"))


def _delete(rows: Sequence[Any], before: dt.datetime, now: dt.datetime) -> int:
    if not rows:
        return 0
    model = type(rows[0])
    counts: Mapping[str, int] = model._default_manager.filter(pk__in=[row.pk for row in rows]).delete()[1]
    return counts.get(model._meta.label, 0)


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "lost",
            _("Erase lost leads"),
            _("So many days after they came into a lost stage, unless the same borrower has a lead that is worked on."),
            *(30, 20, _lost, _erase),
        ),
        Kind(
            "deleted",
            _("Erase deleted leads"),
            _("So many days after somebody deleted them. Until then they can be looked into."),
            *(8, 20, _deleted, _erase),
        ),
        Kind("recordings", _("Delete recordings of calls"), "", 1, 200, _recordings, _remove),
        Kind(
            "events",
            _("Delete facts"),
            _("Timelines and reports of before are shorter then. The audit log keeps who did what, and when."),
            *(90, 2000, _facts, _delete),
        ),
        Kind("refusals", _("Delete refusals and deferrals"), "", 90, 2000, _refusals, _delete),
        Kind("deliveries", _("Delete what webhooks were told"), "", 1, 2000, _deliveries, _delete),
    )
}


def preview(organization: Organization, kind: Kind, days: int, now: dt.datetime) -> int:
    """How many would go now; MOST_COUNTED + 1 stands for more."""
    return kind.due(organization, now - dt.timedelta(days=days))[: MOST_COUNTED + 1].count()


@transaction.atomic
def set_rules(organization: Organization, days: Mapping[str, int | None], *, by: Actor, now: dt.datetime) -> list[str]:
    """Days by kind, None for never; the kinds that changed. A new rule begins at once."""
    rules = RetentionRule.objects.select_for_update().filter(organization=organization)
    before = {rule.kind: rule.days for rule in rules}
    changed = [kind for kind in KINDS if days.get(kind) != before.get(kind)]
    for kind in changed:
        rules.filter(kind=kind).delete()
        if (wanted := days.get(kind)) is not None:
            RetentionRule.objects.create(
                organization=organization, kind=kind, days=wanted, next_at=now, set_by=by.label[:255], set_at=now
            )
    if changed:
        told = {kind: [before.get(kind), days.get(kind)] for kind in changed}
        events.record("organization.retention_changed", organization=organization, by=by, now=now, changes=told)
    return changed


def clear_away() -> int:
    """Go on with the rules whose time has come; how many rows went."""
    now = timezone.now()
    waiting = RetentionRule.objects.filter(next_at__lte=now, organization__is_active=True)
    return sum(_work_on(rule, now) for rule in waiting.select_related("organization").order_by("next_at", "pk")[:20])


def _work_on(rule: RetentionRule, now: dt.datetime) -> int:
    if not RetentionRule.objects.filter(pk=rule.pk, next_at=rule.next_at).update(next_at=now + _LEASE):
        return 0
    kind = KINDS[rule.kind]
    before = now - dt.timedelta(days=rule.days)
    rows = list(kind.due(rule.organization, before).filter(pk__gt=rule.cursor).order_by("pk")[: kind.at_once])
    number = kind.clear(rows, before, now)
    is_through = len(rows) < kind.at_once
    with transaction.atomic():
        if number:
            about = {"kind": kind.name, "number": number, "days": rule.days}
            events.record("retention.applied", organization=rule.organization, by=_BY, now=now, **about)
        RetentionRule.objects.filter(pk=rule.pk, next_at=now + _LEASE).update(
            cursor=0 if is_through else rows[-1].pk,
            next_at=_next_night(rule.organization, now) if is_through else now,
        )
    return number


def _next_night(organization: Organization, now: dt.datetime) -> dt.datetime:
    local = now.astimezone(organization.zone)
    tonight = dt.datetime.combine(local.date(), NIGHT, organization.zone)
    return tonight if tonight > now else dt.datetime.combine(local.date() + dt.timedelta(1), NIGHT, organization.zone)


def rules_of(organization: Organization) -> dict[str, RetentionRule]:
    return {rule.kind: rule for rule in RetentionRule.objects.filter(organization=organization)}
