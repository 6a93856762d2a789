"""The rules by which an organisation gives out its leads: added, changed, put in order, switched off, taken away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max, Prefetch, QuerySet
from django.utils.translation import gettext as _

from crm import events
from crm.models import Actor, Advisor, Organization
from crm.ordering import shifted
from leads.assigning import states_in
from leads.errors import InvalidValue
from leads.models import AssignmentMember, AssignmentRule, Way

MOST = 40
_LONGEST_PAUSE = dt.timedelta(days=366)

#: Who a rule names, and how many turns of a round each has.
type Members = Mapping[Advisor, int]


def rules_of(organization: Organization) -> QuerySet[AssignmentRule]:
    """In the order in which they are asked, with the advisors whom they name."""
    members = AssignmentMember.objects.select_related("advisor__user").order_by("pk")
    rules = AssignmentRule.objects.filter(organization=organization).select_related("campaign", "dial_list")
    return rules.prefetch_related(Prefetch("members", members)).order_by("position", "pk")


@transaction.atomic
def add(
    organization: Organization, values: Mapping[str, Any], members: Members, *, by: Actor, now: dt.datetime
) -> AssignmentRule:
    """A new rule at the end; values are columns. Raises InvalidValue."""
    theirs = AssignmentRule.objects.filter(organization=organization)
    if theirs.count() >= MOST:
        raise InvalidValue(_("At most %(most)d rules.") % {"most": MOST})
    last = theirs.aggregate(last=Max("position"))["last"]
    rule = AssignmentRule(organization=organization, position=0 if last is None else last + 1, **values)
    _check(rule, members)
    rule.save(force_insert=True)
    _name(rule, members)
    _record("assignment_rule.added", rule, by, now)
    return rule


@transaction.atomic
def change(rule: AssignmentRule, values: Mapping[str, Any], members: Members, *, by: Actor, now: dt.datetime) -> None:
    """Overwrite columns and members; whoever stays keeps their turn. Raises InvalidValue."""
    for column, value in values.items():
        setattr(rule, column, value)
    _check(rule, members)
    rule.save(update_fields=[*values])
    _name(rule, members)
    _record("assignment_rule.changed", rule, by, now)


def _check(rule: AssignmentRule, members: Members) -> None:
    if any(person.organization_id != rule.organization_id for person in members):
        raise InvalidValue(_("Choose people who work here."), field="members")
    if rule.way == Way.ADVISOR and len(members) != 1:
        raise InvalidValue(_("Choose exactly one advisor."), field="members")
    if rule.way in (Way.TURNS, Way.CLAIM) and not members:
        raise InvalidValue(_("Choose at least one advisor."), field="members")
    if rule.least_amount is not None and rule.most_amount is not None and rule.least_amount > rule.most_amount:
        raise InvalidValue(_("The lower amount is above the upper one."), field="most_amount")


def _name(rule: AssignmentRule, members: Members) -> None:
    wanted = {} if rule.way == Way.NOBODY else {person.pk: weight for person, weight in members.items()}
    AssignmentMember.objects.filter(rule=rule).exclude(advisor__in=wanted).delete()
    rows = [AssignmentMember(rule=rule, advisor_id=pk, weight=weight) for pk, weight in wanted.items()]
    AssignmentMember.objects.bulk_create(
        rows, update_conflicts=True, update_fields=["weight"], unique_fields=["rule", "advisor"]
    )


@transaction.atomic
def switch(rule: AssignmentRule, *, is_on: bool, by: Actor, now: dt.datetime) -> bool:
    """A rule that is off is passed over. False when it was so already."""
    if not AssignmentRule.objects.filter(pk=rule.pk, is_active=not is_on).update(is_active=is_on):
        return False
    rule.is_active = is_on
    _record("assignment_rule.switched_on" if is_on else "assignment_rule.switched_off", rule, by, now)
    return True


@transaction.atomic
def shift(rule: AssignmentRule, by_places: int, *, by: Actor, now: dt.datetime) -> bool:
    """Some places down, or with a negative number up. False at the end."""
    theirs = AssignmentRule.objects.filter(organization=rule.organization_id)
    moved = shifted(theirs.order_by("position", "pk"), rule, by_places)
    if moved is None:
        return False
    _record("assignment_rule.shifted", rule, by, now, position=moved[1])
    return True


@transaction.atomic
def delete(rule: AssignmentRule, *, by: Actor, now: dt.datetime) -> None:
    """What it gave stays given, with its name in the reason."""
    _record("assignment_rule.deleted", rule, by, now)
    rule.delete()


@transaction.atomic
def limit(
    advisor: Advisor,
    *,
    licensed_in: list[str],
    most_open_leads: int | None,
    paused_until: dt.datetime | None,
    by: Actor,
    now: dt.datetime,
) -> bool:
    """What the rules may give to this advisor. False when nothing was different."""
    values = {
        "licensed_in": ",".join(sorted(licensed_in)),
        "most_open_leads": most_open_leads,
        "paused_until": paused_until,
    }
    changed = {name: value for name, value in values.items() if getattr(advisor, name) != value}
    if not changed:
        return False
    for name, value in changed.items():
        setattr(advisor, name, value)
    advisor.save(update_fields=[*changed])
    told = {name: value.isoformat() if isinstance(value, dt.datetime) else value for name, value in changed.items()}
    about = {"advisor_id": advisor.pk, "email": advisor.user.email, "changes": told}
    events.record("advisor.limited", organization=advisor.organization_id, by=by, now=now, **about)
    return True


def pause(advisor: Advisor, *, until: dt.datetime | None, by: Actor, now: dt.datetime) -> bool:
    """
    The rules give them nothing until then; None or a time that is over: they get leads again. False when nothing was
    different. Raises InvalidValue for more than a year.
    """
    if until is not None and until > now + _LONGEST_PAUSE:
        raise InvalidValue(_("Choose a time within a year."), field="until")
    until = until if until is not None and until > now else None
    if until is None and (advisor.paused_until is None or advisor.paused_until <= now):
        return False
    states, most = sorted(states_in(advisor.licensed_in)), advisor.most_open_leads
    return limit(advisor, licensed_in=states, most_open_leads=most, paused_until=until, by=by, now=now)


def are_on(organization: Organization) -> bool:
    """Whether rules give out new leads."""
    return rules_of(organization).filter(is_active=True).exists()


def _record(name: str, rule: AssignmentRule, by: Actor, now: dt.datetime, **more: Any) -> None:
    events.record(name, organization=rule.organization_id, by=by, now=now, rule=str(rule.uuid), label=rule.name, **more)
