"""The board as a whole: its columns with their figures and first cards."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.safestring import SafeString

from crm.models import Advisor
from leads import board, tallies
from leads.board import PAGE, Place
from leads.cards import Card, cards_for, html_of
from leads.models import Lead, LeadQuerySet, Stage
from leads.tallies import Totals

MOST_CARDS = 200  # of one column that a refresh brings back


@dataclass(frozen=True, slots=True)
class Column:
    stage: Stage
    totals: Totals
    average_days: float | None
    conversion: int | None
    onward: Stage | None
    is_folded: bool = False
    cards: list[Card] = field(default_factory=list)
    rest: Place | None = None

    @property
    def html(self) -> SafeString:
        return html_of(self.cards)

    @property
    def shown(self) -> int:
        return len(self.cards)


@dataclass(frozen=True, slots=True)
class Board:
    columns: list[Column]
    mark: str
    is_filtered: bool

    @property
    def open_leads(self) -> int:
        return sum(column.totals.leads for column in self.columns if not column.stage.is_terminal)

    @property
    def requested(self) -> Decimal:
        return sum((column.totals.requested for column in self.columns if not column.stage.is_terminal), Decimal(0))

    @property
    def found(self) -> int:
        return sum(column.totals.leads for column in self.columns)

    def column(self, stage_id: int) -> Column:
        return next(column for column in self.columns if column.stage.pk == stage_id)


@dataclass(frozen=True, slots=True)
class View:
    """How somebody looks at the board: whose eyes, which leads, which closed stages are unfolded."""

    advisor: Advisor
    leads: LeadQuerySet
    is_filtered: bool
    unfolded: Collection[str]
    team: Mapping[int, Advisor]

    @property
    def sees_all(self) -> bool:
        return self.advisor.sees_all_leads and not self.is_filtered

    def shows(self, stage: Stage) -> bool:
        return not stage.is_terminal or stage.key in self.unfolded


def read_board(
    view: View, *, now: dt.datetime, only: Collection[int] | None = None, sizes: Mapping[str, int] | None = None
) -> Board:
    """
    Every column with its figures, and cards for those that are unfolded (and in `only`, when given).

    sizes says how many cards a column shows already, by stage key, so that a refresh takes none away.
    """
    stages, mark = board.stages_and_mark(view.advisor.organization)
    totals = tallies.stage_totals(view.advisor.organization) if view.sees_all else board.totals_of(view.leads)
    wanted = {
        stage: min(max((sizes or {}).get(stage.key, PAGE), PAGE), MOST_CARDS)
        for stage in stages
        if view.shows(stage) and (only is None or stage.pk in only) and (view.sees_all or stage.pk in totals)
    }  # looking in vain for a filter's leads would take the longest: what was counted as none is not looked for
    leads = board.first_cards(view.leads, wanted) if view.is_filtered else board.top_cards(view.advisor, wanted)
    rests, shown = _cut(leads, {stage.pk: size for stage, size in wanted.items()})
    cards = _by_stage(cards_for(shown, advisor=view.advisor, stages=_by_id(stages), team=view.team, now=now))
    columns = [
        Column(
            stage=stage,
            totals=(figures := totals.get(stage.pk, Totals())),
            average_days=figures.average_days(now),
            conversion=None if figures.conversion is None else round(100 * figures.conversion),
            onward=_onward(stages, index),
            is_folded=not view.shows(stage),
            cards=cards[stage.pk],
            rest=rests.get(stage.pk),
        )
        for index, stage in enumerate(stages)
    ]
    return Board(columns, mark, view.is_filtered)


def more_cards(view: View, stage: Stage, *, below: Place, now: dt.datetime) -> tuple[list[Card], Place | None]:
    """A column's next page, and where the one after it begins."""
    leads = board.next_cards(view.leads, stage, below=below)
    rests, shown = _cut(leads, {stage.pk: PAGE})
    cards = cards_for(shown, advisor=view.advisor, stages={stage.pk: stage}, team=view.team, now=now)
    return cards, rests.get(stage.pk)


def one_card(view: View, lead: Lead, *, now: dt.datetime) -> Card | None:
    """A lead's card as this view shows it; None when it is filtered out."""
    leads = board.card_of(view.leads, lead)
    cards = cards_for(leads, advisor=view.advisor, stages={lead.stage_id: lead.stage}, team=view.team, now=now)
    return cards[0] if cards else None


def _cut(leads: list[Lead], sizes: Mapping[int, int]) -> tuple[dict[int, Place], list[Lead]]:
    """Take away the one card too many that says that there are more."""
    shown: list[Lead] = []
    last: dict[int, list[Lead]] = defaultdict(list)
    rests: dict[int, Place] = {}
    for lead in sorted(leads, key=lambda lead: (-lead.position, -lead.pk)):
        column = last[lead.stage_id]
        if len(column) < sizes[lead.stage_id]:
            column.append(lead)
            shown.append(lead)
        else:
            rests[lead.stage_id] = Place.of(column[-1])
    return rests, shown


def _by_stage(cards: list[Card]) -> defaultdict[int, list[Card]]:
    columns: defaultdict[int, list[Card]] = defaultdict(list)
    for card in cards:
        columns[card.stage.pk].append(card)
    return columns


def _by_id(stages: list[Stage]) -> dict[int, Stage]:
    return {stage.pk: stage for stage in stages}


def _onward(stages: list[Stage], index: int) -> Stage | None:
    """The stage that follows, for a stage that is not the end."""
    return stages[index + 1] if not stages[index].is_terminal and index + 1 < len(stages) else None
