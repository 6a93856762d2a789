"""
A lead's score, 0 to 100: how promising the application is, as a sum of points that can be read out in plain words.

It is made of what is stored about the lead and of no clock, so that it changes only when the lead does. RULES is the
one place to edit; afterwards `manage.py rescore` brings every lead up to date.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from crm.bulk import write_columns
from leads.models import Lead, LeadQuerySet, Source

HIGHEST = 100
#: What the rules look at: after a change to one of these columns the score is made anew.
INPUTS = frozenset(
    {
        "phone_e164", "email", "name", "first_name", "last_name", "business_name", "monthly_revenue", "annual_revenue",
        "requested_amount", "start_date", "source", "created_at", "conversation",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """Points that the lead has, and what for."""

    points: int
    reason: str


@dataclass(frozen=True, slots=True)
class Rule:
    """Of the rules about one topic, the first that holds gives its points; the others give none."""

    topic: str
    points: int
    reason: str | Promise
    holds: Callable[[Lead], object]


def _came_by(source: Source) -> Callable[[Lead], bool]:
    return lambda lead: lead.source == source


def _earns(least: int) -> Callable[[Lead], bool]:
    return lambda lead: monthly_revenue(lead) >= least


def _asks_for(months: int) -> Callable[[Lead], bool]:
    return lambda lead: 0 < lead.requested_or_zero() <= months * monthly_revenue(lead)


def _in_business(years: int) -> Callable[[Lead], bool]:
    return lambda lead: years_in_business(lead) >= years


RULES = (
    Rule("phone", 14, gettext_lazy("Has a phone number that can be dialled"), lambda lead: lead.phone_e164),
    Rule("email", 6, gettext_lazy("Has an e-mail address"), lambda lead: lead.email),
    Rule("name", 5, gettext_lazy("Gave a full name"), lambda lead: lead.first_name and lead.last_name),
    Rule("name", 3, gettext_lazy("Gave a name"), lambda lead: lead.name or lead.first_name or lead.last_name),
    Rule("business", 5, gettext_lazy("Named the business"), lambda lead: lead.business_name),
    Rule("revenue", 10, gettext_lazy("Earns $100,000 a month or more"), _earns(100_000)),
    Rule("revenue", 7, gettext_lazy("Earns $25,000 a month or more"), _earns(25_000)),
    Rule("revenue", 4, gettext_lazy("Earns $10,000 a month or more"), _earns(10_000)),
    Rule("amount", 15, gettext_lazy("Asks for one month's revenue or less"), _asks_for(1)),
    Rule("amount", 12, gettext_lazy("Asks for three months' revenue or less"), _asks_for(3)),
    Rule("amount", 7, gettext_lazy("Asks for six months' revenue or less"), _asks_for(6)),
    Rule(
        "amount",
        2,
        gettext_lazy("Asks for more than six months' revenue"),
        lambda lead: _asks(lead) and monthly_revenue(lead),
    ),
    Rule("amount", 5, gettext_lazy("Said how much is needed"), lambda lead: _asks(lead)),
    Rule("age", 15, gettext_lazy("In business for five years or more on arrival"), _in_business(5)),
    Rule("age", 10, gettext_lazy("In business for two years or more on arrival"), _in_business(2)),
    Rule("age", 5, gettext_lazy("In business for a year or more on arrival"), _in_business(1)),
    Rule("source", 10, gettext_lazy("Came by referral"), _came_by(Source.REFERRAL)),
    Rule("source", 8, gettext_lazy("Filled in a web form"), _came_by(Source.WEB_FORM)),
    Rule("source", 5, gettext_lazy("Was entered by hand"), _came_by(Source.MANUAL)),
    Rule("source", 5, gettext_lazy("Was sent by a partner"), _came_by(Source.API)),
    Rule("source", 3, gettext_lazy("Came from the dialler"), _came_by(Source.DIALER)),
    Rule("source", 1, gettext_lazy("Came in a list"), _came_by(Source.CSV_IMPORT)),
    Rule(
        "reply",
        20,
        gettext_lazy("Has written to us"),
        lambda lead: lead.conversation and lead.conversation.last_inbound_at,
    ),
)


#: Topics of which no rule holds while all of these columns are empty, as most are of a lead that has just come.
_NEEDS = {
    "revenue": ("monthly_revenue", "annual_revenue"),
    "amount": ("requested_amount",),
    "age": ("start_date",),
}
_BY_TOPIC = {topic: [rule for rule in RULES if rule.topic == topic] for topic in dict.fromkeys(r.topic for r in RULES)}


def parts_of(lead: Lead) -> list[Part]:
    """What makes up the score, in the order of the rules. Looks at the lead's columns and its conversation's."""
    return [Part(rule.points, str(rule.reason)) for rule in _rules_that_hold(lead)]


def _rules_that_hold(lead: Lead) -> Iterator[Rule]:
    """One for each topic, at most."""
    for topic, rules in _BY_TOPIC.items():
        needed = _NEEDS.get(topic)
        if needed and not any(getattr(lead, column) for column in needed):
            continue
        for rule in rules:
            if rule.holds(lead):
                yield rule
                break


def score_of(lead: Lead) -> int:
    """The sum of the parts, 0 to 100."""
    return min(HIGHEST, sum(rule.points for rule in _rules_that_hold(lead)))


def rescored(lead: Lead, changed: Collection[str] = INPUTS) -> set[str]:
    """
    Give the lead the score that it has earned after these columns changed, in memory.

    Returns {"score"} when it is another one, to be saved together with what changed it.
    """
    if INPUTS.isdisjoint(changed):
        return set()
    score = score_of(lead)
    if score == lead.score:
        return set()
    lead.score = score
    return {"score"}


@transaction.atomic
def rescore(leads: LeadQuerySet) -> int:
    """Bring the stored scores of these leads up to date and leave updated_at alone; how many were others before."""
    # Conversations are read after the leads are locked: a joined one may be gone from a lead by then.
    locked = leads.select_for_update(no_key=True).prefetch_related("conversation").order_by("pk")
    outdated = [lead for lead in locked if rescored(lead)]
    return len(write_columns(outdated, ["score"]))


def monthly_revenue(lead: Lead) -> Decimal:
    """Revenue a month, from the year's when only that is known; 0 when nothing is."""
    return lead.monthly_revenue or (lead.annual_revenue or Decimal(0)) / 12


def years_in_business(lead: Lead) -> float:
    """How old the business was when the lead came in; 0.0 when the date of its beginning is unknown or none."""
    try:
        began = dt.date.fromisoformat(lead.start_date)
    except ValueError:
        return 0.0
    return (lead.created_at.date() - began).days / 365.25


def _asks(lead: Lead) -> bool:
    return lead.requested_or_zero() > 0
