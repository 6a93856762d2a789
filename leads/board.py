"""What the board shows: the stages' figures, and the first cards of every column in one statement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, partial
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import BooleanField, Count, F, IntegerField, QuerySet, Sum
from django.db.models.expressions import Expression, Func, RawSQL
from django.db.models.fields.json import KeyTextTransform

from crm.models import Advisor, Organization
from crm.statements import Slot, Statement, made, statement
from leads import tallies
from leads.models import Conversation, Lead, LeadQuerySet, Stage

PAGE = 25
#: What a card and its light read. A column that is missing here would cost a statement a card; tests would tell.
CARD_COLUMNS = (
    *("id", "uuid", "organization_id", "stage_id", "position", "stage_entered_at", "advisor_id", "conversation_id"),
    *("priority", "version", "name", "business_name", "phone", "phone_e164", "email", "state", "time_zone"),
    *("requested_amount", "industry", "source", "source_label", "lost_reason", "is_do_not_call", "dnc_reason"),
    *("consent_basis", "last_called_at", "last_contacted_at", "created_at", "deleted_at"),
)
#: The stage of a column's cards: the one that stands beside it in a LATERAL, or one that is given.
_BESIDE, _GIVEN = RawSQL('"board_column"."id"', []), Slot("stage")
type _Column = Callable[[int, Expression], Statement[Lead]]
_TALK = (
    *("unanswered_since", "last_inbound_at", "last_outbound_at", "last_message_at"),
    *("ai_paused_until", "needs_handoff"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a column's next page begins: under the card with this position and id."""

    position: int
    id: int

    @classmethod
    def of(cls, lead: Lead) -> Place:
        return cls(lead.position, lead.pk)

    @classmethod
    def parse(cls, text: str) -> Place | None:
        """The place in "123.45"; None for anything else."""
        position, _, pk = text.partition(".")
        return cls(int(position), int(pk)) if _is_number(position) and _is_number(pk) else None

    def __str__(self) -> str:
        return f"{self.position}.{self.id}"


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20 and int(text) < 2**63


class _Epoch(Func):
    """A moment as Unix seconds, on either database."""

    output_field = IntegerField()
    template = "CAST(EXTRACT(EPOCH FROM %(expressions)s) AS bigint)"

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="unixepoch(%(expressions)s)", **extra)


def stages_and_mark(organization: Organization) -> tuple[list[Stage], str]:
    """The columns from left to right, and the organisation's change mark, in one statement."""
    rows = _stages_with_mark(organization.pk)
    return rows, str((rows and rows[-1].mark) or 0)


@statement
def _stages_with_mark(organization_id: int) -> QuerySet[Stage, Any]:
    stages = Stage.objects.filter(organization_id=organization_id)
    return stages.annotate(mark=_mark(organization_id)).order_by("position", "pk")


def change_mark(organization: Organization) -> str:
    """Differs from its earlier value when something has happened in the organisation since. One index probe."""
    marks = _mark_alone(organization.pk)
    return str((marks and marks[0][0]) or 0)


@statement
def _mark_alone(organization_id: int) -> QuerySet[Organization, tuple[Any, ...]]:
    return Organization.objects.filter(pk=organization_id).values_list(_mark(organization_id))


def _mark(organization_id: int) -> RawSQL:
    """
    The sum over the newest ids also sees a fact that was committed after a later one.

    By hand, because the ORM can't sum what a LIMIT leaves but with IN, for which PostgreSQL walks all facts there are.
    """
    newest = 'SELECT id FROM "crm_event" WHERE organization_id = %s ORDER BY id DESC LIMIT 64'
    total = f"SELECT CAST(SUM(id) + MAX(id) AS bigint) FROM ({newest}) AS newest"  # noqa: S608
    return RawSQL(total, [organization_id], IntegerField())  # noqa: S611


def totals_of(leads: LeadQuerySet) -> dict[int, tallies.Totals]:
    """Figures of a filtered board, without conversion: that is a fact about past moves, not about these leads."""
    sums = (
        leads.order_by()
        .values("stage_id")
        .annotate(number=Count("pk"), sum=Sum("requested_amount"), entered=Sum(_Epoch("stage_entered_at")))
    )
    return {
        row["stage_id"]: tallies.Totals(
            leads=row["number"], requested=row["sum"] or Decimal(0), entered=row["entered"] or 0
        )
        for row in sums
    }


def first_cards(leads: LeadQuerySet, sizes: Mapping[Stage, int]) -> list[Lead]:
    """The top cards of each stage in board order, one more than its size; one statement for all stages."""
    try:
        return _first(partial(_column, leads), {}, sizes)
    except EmptyResultSet:  # a filter that nothing can pass
        return []


def top_cards(advisor: Advisor, sizes: Mapping[Stage, int]) -> list[Lead]:
    """first_cards() of all the leads that the advisor may see, by a statement that is compiled once."""
    values = {"organization_id": advisor.organization_id, "advisor_id": advisor.pk}
    return _first(partial(_column_of_all, sees_all=advisor.sees_all_leads), values, sizes)


def next_cards(leads: LeadQuerySet, stage: Stage, *, below: Place, size: int = PAGE) -> list[Lead]:
    """The cards under a place in a column, one more than shown; as quick at any depth."""
    under = RawSQL(  # a row comparison is one index range; two ORed conditions are not
        '("leads_lead"."position", "leads_lead"."id") < (%s, %s)', [below.position, below.id], BooleanField()
    )
    return _read(_cards(leads.filter(under, stage=stage))[: size + 1])


def card_of(leads: LeadQuerySet, lead: Lead) -> list[Lead]:
    """The one card again, as it is now; empty when it isn't among the leads any more."""
    return _read(_cards(leads.filter(pk=lead.pk)))


def _read(cards: LeadQuerySet) -> list[Lead]:
    try:
        return _with_conversations(Statement(cards).rows({}))
    except EmptyResultSet:
        return []


def _cards(leads: LeadQuerySet) -> LeadQuerySet:
    return (
        leads.order_by("-position", "-pk")
        .only(*CARD_COLUMNS)
        .annotate(
            product=KeyTextTransform("product", "custom_fields"),
            **{f"talk_{column}": F(f"conversation__{column}") for column in _TALK},
        )
    )


def _column(leads: LeadQuerySet, size: int, stage: Expression) -> Statement[Lead]:
    """The top cards of a stage, and the one that says whether there are more."""
    return Statement(_cards(leads.filter(stage_id=stage))[: size + 1])


def _column_of_all(size: int, stage: Expression, *, sees_all: bool) -> Statement[Lead]:
    return _compiled_column(size, stage, sees_all, Lead.objects.db)


@cache
def _compiled_column(size: int, stage: Expression, sees_all: bool, using: str) -> Statement[Lead]:
    viewer: Any = (Slot("organization_id"), None if sees_all else Slot("advisor_id"))
    return _column(Lead.objects.using(using).visible_in(*viewer), size, stage)


def _first(column: _Column, values: Mapping[str, Any], sizes: Mapping[Stage, int]) -> list[Lead]:
    if not sizes:
        return []
    is_postgres = connections[Lead.objects.db].vendor == "postgresql"
    if is_postgres and len(set(sizes.values())) == 1:
        return _with_conversations(_lateral(column, values, sizes))
    return _with_conversations(_union(column, values, sizes))


def _lateral(column: _Column, values: Mapping[str, Any], sizes: Mapping[Stage, int]) -> list[Lead]:
    cards = column(next(iter(sizes.values())), _BESIDE)
    sql = f'SELECT card.* FROM "leads_stage" AS "board_column" CROSS JOIN LATERAL ({cards.sql}) AS card'  # noqa: S608
    stages = [stage.pk for stage in sizes]
    return cards.read(f'{sql} WHERE "board_column"."id" = ANY(%s)', [*cards.filled(values), stages])


def _union(column: _Column, values: Mapping[str, Any], sizes: Mapping[Stage, int]) -> list[Lead]:
    arms, parameters = [], []
    for stage, size in sizes.items():
        cards = column(size, _GIVEN)
        arms.append(f"SELECT * FROM ({cards.sql}) AS card")  # noqa: S608  (the ORM wrote it)
        parameters += cards.filled({**values, "stage": stage.pk})
    return cards.read(" UNION ALL ".join(arms), parameters)


def _with_conversations(leads: list[Lead]) -> list[Lead]:
    """Give each lead its conversation, made of the columns that came along."""
    for lead in leads:
        if lead.conversation_id:
            about = [("id", lead.conversation_id), ("organization_id", lead.organization_id)]
            known = ((column, getattr(lead, f"talk_{column}")) for column in _TALK)
            lead.conversation = made(Conversation, [*about, ("address", lead.address), *known])
    return leads


def team_of(organization: Organization) -> dict[int, Advisor]:
    """Everybody who has or had a place in the organisation, by id, in order of name."""
    return {advisor.pk: advisor for advisor in _people(organization.pk)}


@statement
def _people(organization_id: int) -> QuerySet[Advisor]:
    people = Advisor.objects.filter(organization_id=organization_id).select_related("user")
    return people.order_by("user__first_name", "user__last_name", "pk")
