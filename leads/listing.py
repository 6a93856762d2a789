"""A page of the list of leads, at any depth, forwards and backwards; and how many there are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from crm.models import Advisor
from leads import tallies
from leads.board import CARD_COLUMNS
from leads.cards import Card, cards_for
from leads.filters import LeadFilter
from leads.models import LeadQuerySet, Stage
from leads.models.sort_keys import heading
from leads.sorting import Sort

PAGE = 50
#: Counting goes so far; beyond it the page says "more than".
MOST_COUNTED = 10_000
#: What a row shows besides what a card does.
_COLUMNS = (*CARD_COLUMNS, "city", "external_id", "score", "first_name", "last_name", "custom_fields")
_TALK = (
    *("unanswered_since", "last_inbound_at", "last_outbound_at", "last_message_at"),
    *("ai_paused_until", "needs_handoff"),
)


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in order, and the places at which the pages before and after begin; "" where there is none."""

    rows: list[Card]
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Total:
    """How many leads pass the filters; is_least: there are more than that."""

    number: int
    is_least: bool = False


@dataclass(frozen=True, slots=True)
class Start:
    """Where a page begins: after a place or, going back, before one; at the top without any."""

    after: str = ""
    before: str = ""


def read_page(
    leads: LeadQuerySet,
    sort: Sort,
    start: Start,
    *,
    advisor: Advisor,
    stages: Mapping[int, Stage],
    team: Mapping[int, Advisor],
    now: dt.datetime,
) -> Page:
    """A fixed number of statements, however many leads there are. Raises ValueError when start is no place."""
    goes_back = bool(start.before)
    rows = sort.ordered(leads, backwards=goes_back)
    if place := start.before or start.after:
        rows = sort.beyond(rows, place, backwards=goes_back)
    found = list(_shown(rows)[: PAGE + 1])
    has_more = len(found) > PAGE
    found = found[:PAGE]
    if goes_back:
        found.reverse()
    cards = cards_for(found, advisor=advisor, stages=stages, team=team, now=now)
    return Page(
        cards,
        before=sort.place_of(found[0]) if found and (has_more if goes_back else start.after) else "",
        after=sort.place_of(found[-1]) if found and (goes_back or has_more) else "",
    )


def _shown(leads: LeadQuerySet) -> LeadQuerySet:
    return (
        leads.annotate(heading=heading())
        .select_related("conversation")
        .only(*_COLUMNS, "conversation__id", *(f"conversation__{column}" for column in _TALK))
    )


def total_of(lead_filter: LeadFilter, stages: Mapping[int, Stage]) -> Total:
    """Exact from the running totals where only stages are chosen; else counted, up to MOST_COUNTED. One statement."""
    advisor = lead_filter.me
    if advisor.sees_all_leads and not lead_filter.values.keys() - {"stage"}:
        chosen = lead_filter.chosen("stage")
        totals = tallies.stage_totals(advisor.organization)
        wanted = (stage for stage in stages.values() if not chosen or stage.key in chosen)
        return Total(sum(totals[stage.pk].leads for stage in wanted if stage.pk in totals))
    number = lead_filter.leads.order_by()[: MOST_COUNTED + 1].count()
    return Total(min(number, MOST_COUNTED), is_least=number > MOST_COUNTED)
