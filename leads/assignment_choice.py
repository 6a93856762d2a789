"""Whom the rules give a lead to, and why: pure functions of the rules, the advisors and what the lead has."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from leads.models import Way

#: What one turn of an advisor of weight 1 takes of a round; divisible by every weight.
ROUND = 2520


@dataclass(frozen=True, slots=True)
class Traits:
    """What the rules look at. state: two letters, "" where nobody knows."""

    source: str = ""
    source_label: str = ""
    state: str = ""
    product: str = ""
    amount: Decimal | None = None
    campaign_id: int | None = None
    dial_list_id: int | None = None


@dataclass(slots=True)
class Person:
    """An advisor as the rules see them; one object for all rules, so that open leads are counted once."""

    pk: int
    name: str
    is_active: bool = True
    states: frozenset[str] = frozenset()
    most: int | None = None
    open: int = 0
    paused_until: dt.datetime | None = None

    def obstacle(self, traits: Traits, now: dt.datetime) -> tuple[str, str] | None:
        """Why they get nothing: a word for the kind of reason, and what goes with it."""
        if not self.is_active:
            return "left", ""
        if self.paused_until and self.paused_until > now:
            return "paused", self.paused_until.isoformat()
        if traits.state and self.states and traits.state not in self.states:
            return "license", traits.state
        if self.most is not None and self.open >= self.most:
            return "full", str(self.most)
        return None


@dataclass(slots=True)
class Member:
    """An advisor in one rule. last: when in the rule's rounds they had their last turn; None: never."""

    person: Person
    weight: int = 1
    last: int | None = None


@dataclass(slots=True)
class Rule:
    pk: int
    uuid: UUID
    name: str
    position: int
    way: str
    claim_minutes: int = 10
    sources: Sequence[str] = ()
    source_label: str = ""
    states: Sequence[str] = ()
    product: str = ""
    least: Decimal | None = None
    most: Decimal | None = None
    campaign_id: int | None = None
    dial_list_id: int | None = None
    members: list[Member] = field(default_factory=list)

    def fits(self, traits: Traits) -> bool:
        return all(
            (
                not self.sources or traits.source in self.sources,
                not self.source_label or traits.source_label.casefold() == self.source_label.casefold(),
                not self.states or traits.state in self.states,
                not self.product or traits.product.casefold() == self.product.casefold(),
                self.least is None or (traits.amount is not None and traits.amount >= self.least),
                self.most is None or (traits.amount is not None and traits.amount <= self.most),
                self.campaign_id is None or traits.campaign_id == self.campaign_id,
                self.dial_list_id is None or traits.dial_list_id == self.dial_list_id,
            )
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """
    advisor: who gets it; offered_to: who may claim it; both empty: it stays unassigned.

    because is what is kept with the lead, for leads/assignment_words.py. turn: when in the rule's rounds this was.
    """

    because: Mapping[str, Any]
    rule: Rule | None = None
    advisor: Person | None = None
    offered_to: Sequence[Person] = ()
    turn: int | None = None

    @property
    def found_nobody(self) -> bool:
        """Rules fit the lead, but nobody whom they name may have it: managers should know."""
        return self.because.get("outcome") == "nobody"


def decide(
    rules: Sequence[Rule], traits: Traits, now: dt.datetime, before: Sequence[Mapping[str, Any]] = ()
) -> Decision:
    """
    The first rule that fits and has somebody. Whoever gets the lead has had their turn, and one more open lead.

    before: what is known of rules that had their say already.
    """
    passed = list(before)
    for rule in rules:
        if not rule.fits(traits):
            continue
        because: dict[str, Any] = {"rule": rule.name, "way": rule.way}
        if rule.way == Way.NOBODY:
            return Decision(_kept(because | {"outcome": "left"}, passed), rule)
        able, skipped = _asked(rule, traits, now)
        because |= {"skipped": skipped} if skipped else {}
        if not able:
            passed.append(because)
        elif rule.way == Way.CLAIM:
            outcome = {"outcome": "offered", "minutes": rule.claim_minutes}
            return Decision(_kept(because | outcome, passed), rule, offered_to=[each.person for each in able])
        else:
            return _given(rule, able, because, passed)
    return Decision(_kept({"outcome": "nobody" if passed else "no_rule"}, passed))


def _asked(rule: Rule, traits: Traits, now: dt.datetime) -> tuple[list[Member], list[list[str]]]:
    able, skipped = [], []
    for member in rule.members:
        if (obstacle := member.person.obstacle(traits, now)) is None:
            able.append(member)
        else:
            skipped.append([member.person.name, *obstacle])
    return able, skipped


def _given(
    rule: Rule, able: Sequence[Member], because: Mapping[str, Any], passed: Sequence[Mapping[str, Any]]
) -> Decision:
    """
    To whom the next turn is due. Whoever was away is not made up to: the rounds went on without them.
    """
    began = max((member.last for member in rule.members if member.last is not None), default=0)

    def due(member: Member) -> int:
        return began if member.last is None else max(began, member.last + ROUND // member.weight)

    chosen = min(able, key=due)
    chosen.last = max(due(chosen), began + 1)  # no two turns at one moment, so that nobody has two in a row
    chosen.person.open += 1
    kept = _kept({**because, "outcome": "assigned", "advisor": chosen.person.name}, passed)
    return Decision(kept, rule, advisor=chosen.person, turn=chosen.last)


def _kept(because: Mapping[str, Any], passed: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    return {**because, "passed": list(passed)} if passed else because
