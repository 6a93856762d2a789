"""
Give leads to advisors by the organisation's rules.

Whoever assigns in an organisation holds its desk until the transaction ends, so that turns and open leads are counted
by one at a time. SQLite lets only one write anyway; in PostgreSQL it is an advisory lock, taken after the locks on
leads and never before them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    prefetch_related_objects,
)
from django.db.models.functions import Coalesce

from crm.bulk import fresh, insert_rows, write_columns
from crm.models import Actor, Advisor, Organization
from crm.statements import statement
from leads import bulk_pipeline, zones
from leads.assignment_choice import Decision, Member, Person, Rule, Traits, decide
from leads.models import AssignmentRule, AssignmentTurn, DialList, Lead

type Passed = Sequence[Mapping[str, Any]]

#: What PostgreSQL knows the desks by: this, and the organisation's id in the lower 40 bits.
_DESK = 0x1EAD << 40


class _Hold(Func):
    """True once this transaction, and no other, has the organisation's desk."""

    output_field = BooleanField()
    template = "TRUE"

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **extra: Any) -> Any:
        return "1", []

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        sql, parameters = compiler.compile(self.source_expressions[0])
        return f"(pg_advisory_xact_lock({_DESK} + CAST({sql} AS bigint)) IS NOT NULL)", parameters


def holding(organization_id: Any, *, unless: Any = None) -> Case:
    """
    For a query that runs before leads are made: True when the organisation has rules, whose desk is held from then on;
    False when it has, but nothing is held; None without rules.

    unless: a condition under which it is not held yet, because leads will be locked first.
    """
    rules = AssignmentRule.objects.filter(organization_id=organization_id, is_active=True)
    whens = [When(~Q(Exists(rules)), then=Value(None))]
    if unless is not None:
        whens.append(When(unless, then=Value(value=False)))
    return Case(*whens, default=_Hold(organization_id), output_field=BooleanField(null=True))


@statement
def _held(organization_id: int) -> QuerySet[Organization, Any]:
    organizations = Organization.objects.filter(pk=organization_id)
    return organizations.annotate(has_rules=holding(organization_id)).values_list("has_rules")


class Desk:
    """The rules, and all that they look at, while they are held."""

    def __init__(self, organization_id: int, rules: Sequence[Rule], now: dt.datetime) -> None:
        self.organization_id, self.rules, self.now = organization_id, rules, now
        self._people = {member.person.pk: member.person for rule in rules for member in rule.members}

    def decide(self, traits: Traits, *, after: int | None = None, passed: Passed = ()) -> Decision:
        """after: only rules that stand behind this position. passed: what is known of those before it."""
        rules = self.rules if after is None else [rule for rule in self.rules if rule.position > after]
        return decide(rules, traits, self.now, passed)

    def take_from(self, lead: Lead) -> None:
        """The lead is to be given anew: whoever has it has one open lead fewer for now."""
        if (person := self._people.get(lead.advisor_id or 0)) and not lead.stage.is_terminal:
            person.open -= 1

    def keep_with(self, lead: Lead, decision: Decision) -> None:
        """Unless somebody else gets it, they have it again."""
        if (person := self._people.get(lead.advisor_id or 0)) and not (is_final(decision) or lead.stage.is_terminal):
            person.open += 1

    def turn(self, decision: Decision) -> Sequence[AssignmentTurn]:
        """What has to be written so that the next one has their turn."""
        if decision.rule is None or decision.advisor is None:
            return ()
        return [
            fresh(
                AssignmentTurn,
                organization_id=self.organization_id,
                rule_id=decision.rule.pk,
                advisor_id=decision.advisor.pk,
                at=decision.turn,
            )
        ]


def hold(organization: Organization) -> bool:
    """Have the desk until the transaction ends; False without rules. Locks on leads come before."""
    ((has_rules,),) = _held(organization.pk)
    return bool(has_rules)


def open_desk(organization: Organization, now: dt.datetime) -> Desk | None:
    """Hold the desk and read it; None for an organisation without rules."""
    return desk_of(organization, now) if hold(organization) else None


def desk_of(organization: Organization, now: dt.datetime) -> Desk:
    """The rules as they stand, by one statement; only who holds the desk may assign by them."""
    people: dict[int, Person] = {}
    rules: dict[int, Rule] = {}
    for row in _rows(organization.pk):
        about, (advisor_id, weight, last, *who) = row[: len(_RULE)], row[len(_RULE) :]
        rule = rules.setdefault(about[0], Rule(*about))
        if advisor_id is not None:
            if advisor_id not in people:
                people[advisor_id] = _person(advisor_id, *who)
            rule.members.append(Member(people[advisor_id], weight, last))
    return Desk(organization.pk, list(rules.values()), now)


#: The columns of AssignmentRule in the order of Rule's.
_RULE = (
    *("pk", "uuid", "name", "position", "way", "claim_minutes", "sources", "source_label", "states", "product"),
    *("least_amount", "most_amount", "campaign_id", "dial_list_id"),
)
_ADVISOR = "members__advisor__"


@statement
def _rows(organization_id: int) -> QuerySet[AssignmentRule, Any]:
    """A row for each advisor in each active rule; one for a rule without any."""
    turns = AssignmentTurn.objects.filter(rule=OuterRef("pk"), advisor=OuterRef("members__advisor"))
    theirs = Lead.objects.live().filter(organization_id=organization_id, advisor=OuterRef("members__advisor"))
    count = theirs.filter(stage__is_terminal=False).order_by().values("advisor").values(number=Count("pk"))
    is_limited = Q(members__advisor__most_open_leads__isnull=False)
    rules = AssignmentRule.objects.filter(organization_id=organization_id, is_active=True)
    return (
        rules.annotate(
            last=Subquery(turns.order_by("-at").values("at")[:1]),
            open=Case(When(is_limited, then=Coalesce(Subquery(count), 0)), default=0, output_field=IntegerField()),
        )
        .order_by("position", "pk", "members__pk")
        .values_list(
            *_RULE,
            *("members__advisor_id", "members__weight", "last"),
            *(f"{_ADVISOR}user__{name}" for name in ("first_name", "last_name", "email")),
            *(f"{_ADVISOR}{name}" for name in ("is_active", "licensed_in", "most_open_leads", "paused_until")),
            "open",
        )
    )


def _person(
    pk: int,
    first: str,
    last: str,
    email: str,
    is_active: bool,
    licensed_in: str,
    most: int | None,
    paused_until: dt.datetime | None,
    count: int,
) -> Person:
    name = f"{first} {last}".strip() or email
    return Person(pk, name, is_active, states_in(licensed_in), most, count, paused_until)


def states_in(licensed_in: str) -> frozenset[str]:
    return frozenset(code.strip() for code in licensed_in.split(",") if code.strip())


def traits_of(lead: Lead) -> Traits:
    """What the rules look at; the lead may not be written yet."""
    listed: DialList | None = lead.dial_list if lead.dial_list_id else None
    custom = lead.custom_fields if isinstance(lead.custom_fields, dict) else {}
    return Traits(
        source=str(lead.source),
        source_label=lead.source_label.strip(),
        state=zones.likely_state(lead.state or lead.province, lead.phone_e164),
        product=str(custom.get("product") or "").strip(),
        amount=lead.requested_amount,
        campaign_id=listed.campaign_id if listed else None,
        dial_list_id=lead.dial_list_id,
    )


def choose_for_new(desk: Desk, leads: Iterable[Lead]) -> tuple[list[AssignmentTurn], dict[int, Decision]]:
    """
    In memory: these new leads, in order, belong to whom the rules choose, and remember why.

    Returns the turns that have to be written, and what was decided of each, by id(lead).
    """
    turns: list[AssignmentTurn] = []
    decided: dict[int, Decision] = {}
    for lead in leads:
        decision = desk.decide(traits_of(lead))
        lead.assigned_because = dict(decision.because)
        if decision.advisor:
            lead.advisor_id = decision.advisor.pk
        turns += desk.turn(decision)
        decided[id(lead)] = decision
    return _newest(turns), decided


def _newest(turns: Sequence[AssignmentTurn]) -> list[AssignmentTurn]:
    """Of a thousand turns in one go only each advisor's last has to be kept."""
    return list({(turn.rule_id, turn.advisor_id): turn for turn in turns}.values())


@transaction.atomic
def assign_by_rules(
    leads: Sequence[Lead],
    organization: Organization,
    *,
    by: Actor,
    now: dt.datetime,
    after: int | None = None,
    passed: Passed = (),
) -> dict[int, Decision]:
    """
    Ask the rules anew about these leads, which the caller holds; what they said, by id. {} where there are no rules.

    Whoever has a lead keeps it when the rules find nobody, or would only offer it. after, passed: see Desk.decide.
    """
    desk = open_desk(organization, now)
    if desk is None:
        return {}
    prefetch_related_objects(leads, "dial_list", "stage")
    decided: dict[int, Decision] = {}
    turns: list[AssignmentTurn] = []
    for lead in leads:
        desk.take_from(lead)
        decided[lead.pk] = decision = desk.decide(traits_of(lead), after=after, passed=passed)
        desk.keep_with(lead, decision)
        turns += desk.turn(decision)
    insert_rows(_newest(turns))
    given = [lead for lead in leads if is_final(decided[lead.pk])]
    people = {each.pk: each for each in _team(organization, [decided[lead.pk] for lead in given])}
    wanted = {lead.pk: people.get(_id_of(decided[lead.pk])) for lead in given}
    because = {pk: decided[pk].because for pk in wanted}
    changed = bulk_pipeline.assign_all(wanted, given, by=by, now=now, because=because)
    _note([lead for lead in leads if lead.advisor_id is None and lead.pk not in changed], decided)
    return decided


def _note(leads: Sequence[Lead], decided: Mapping[int, Decision]) -> None:
    """Those who stay unassigned remember why."""
    for lead in leads:
        lead.assigned_because = dict(decided[lead.pk].because)
    write_columns(leads, ["assigned_because"])


def is_final(decision: Decision) -> bool:
    """The rules say whose the lead is: somebody's, or expressly nobody's."""
    return decision.advisor is not None or decision.because["outcome"] == "left"


def _id_of(decision: Decision) -> int:
    return decision.advisor.pk if decision.advisor else 0


def _team(organization: Organization, decisions: Iterable[Decision]) -> QuerySet[Advisor]:
    chosen = {_id_of(decision) for decision in decisions} - {0}
    return Advisor.objects.filter(organization=organization, pk__in=chosen).select_related("user")


def fold() -> int:
    """Forget the turns that are over: of each advisor in each rule the newest counts. How many rows went."""
    newer = AssignmentTurn.objects.filter(rule=OuterRef("rule"), advisor=OuterRef("advisor"), at__gt=OuterRef("at"))
    return AssignmentTurn.objects.filter(Exists(newer)).delete()[0]
