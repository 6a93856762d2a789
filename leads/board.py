"""What the board shows: the stages' figures, and the first cards of every column in one statement."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import BooleanField, Count, F, IntegerField, Max, QuerySet, Subquery, Sum
from django.db.models.expressions import Func, RawSQL
from django.db.models.fields.json import KeyTextTransform

from crm.models import Advisor, Event, Organization
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
_CONVERSATION_MOMENTS = ("unanswered_since", "last_inbound_at", "last_message_at", "ai_paused_until")


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
    rows = (
        Stage.objects.filter(organization=organization)
        .annotate(mark=Subquery(_mark(organization.pk)))
        .order_by("position", "pk")
    )
    stages: list[Stage] = []
    mark = "0"
    for row in rows:
        stages.append(row)
        mark = str(row.mark or 0)
    return stages, mark


def change_mark(organization: Organization) -> str:
    """Differs from its earlier value when something has happened in the organisation since. One index probe."""
    return str(_mark(organization.pk).first() or 0)


def _mark(organization: int) -> QuerySet[Event, Any]:
    # The sum over the newest ids also sees a fact that was committed after a later one.
    newest = Event.objects.filter(organization=organization).order_by("-pk").values("pk")[:64]
    return (
        Event.objects.filter(pk__in=newest)
        .order_by()
        .values("organization")
        .annotate(mark=Sum("pk") + Max("pk"))
        .values_list("mark", flat=True)
    )


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
    if not sizes:
        return []
    is_even = len(set(sizes.values())) == 1
    is_postgres = connections[leads.db].vendor == "postgresql"
    return _read(leads, lambda: (_lateral if is_postgres and is_even else _union)(leads, sizes))


def next_cards(leads: LeadQuerySet, stage: Stage, *, below: Place, size: int = PAGE) -> list[Lead]:
    """The cards under a place in a column, one more than shown; as quick at any depth."""
    under = RawSQL(  # a row comparison is one index range; two ORed conditions are not
        '("leads_lead"."position", "leads_lead"."id") < (%s, %s)', [below.position, below.id], BooleanField()
    )
    return _read(leads, lambda: _compiled(_columns(leads.filter(under, stage=stage))[: size + 1]))


def card_of(leads: LeadQuerySet, lead: Lead) -> list[Lead]:
    """The one card again, as it is now; empty when it isn't among the leads any more."""
    return _read(leads, lambda: _compiled(_columns(leads.filter(pk=lead.pk))))


def _read(leads: LeadQuerySet, statement: Callable[[], tuple[str, list[Any]]]) -> list[Lead]:
    try:
        sql, parameters = statement()
    except EmptyResultSet:  # a filter that nothing can pass
        return []
    return _with_conversations(Lead.objects.using(leads.db).raw(sql, parameters))


def _columns(leads: LeadQuerySet) -> QuerySet[Lead, Any]:
    return (
        leads.order_by("-position", "-pk")
        .values_list(
            *CARD_COLUMNS,
        )
        .annotate(
            product=KeyTextTransform("product", "custom_fields"),
            **{f"talk_{column}": F(f"conversation__{column}") for column in _CONVERSATION_MOMENTS},
        )
    )


def _lateral(leads: LeadQuerySet, sizes: Mapping[Stage, int]) -> tuple[str, list[Any]]:
    size = next(iter(sizes.values()))
    of_column = RawSQL('"leads_lead"."stage_id" = "board_column"."id"', [], BooleanField())
    sql, parameters = _compiled(_columns(leads.filter(of_column))[: size + 1])
    of_stages = '"leads_stage" AS "board_column"'
    return (
        f'SELECT card.* FROM {of_stages} CROSS JOIN LATERAL ({sql}) AS card WHERE "board_column"."id" = ANY(%s)',  # noqa: S608
        [*parameters, [stage.pk for stage in sizes]],
    )


def _union(leads: LeadQuerySet, sizes: Mapping[Stage, int]) -> tuple[str, list[Any]]:
    arms, parameters = [], []
    for stage, size in sizes.items():
        sql, values = _compiled(_columns(leads.filter(stage=stage))[: size + 1])
        arms.append(f"SELECT * FROM ({sql}) AS card")  # noqa: S608  (the ORM wrote it)
        parameters += values
    return " UNION ALL ".join(arms), parameters


def _compiled(leads: QuerySet[Lead, Any]) -> tuple[str, list[Any]]:
    sql, parameters = leads.query.get_compiler(leads.db).as_sql()
    return sql, list(parameters)


def _with_conversations(leads: Iterable[Lead]) -> list[Lead]:
    """Give each lead its conversation, made of the columns that came along."""
    found = list(leads)
    for lead in found:
        if lead.conversation_id:
            lead.conversation = Conversation(
                pk=lead.conversation_id,
                organization_id=lead.organization_id,
                address=lead.address,
                **{column: _moment(getattr(lead, f"talk_{column}")) for column in _CONVERSATION_MOMENTS},
            )
    return found


def _moment(value: dt.datetime | None) -> dt.datetime | None:
    """SQLite hands over what is no column of the model without its time zone, which is UTC."""
    return value.replace(tzinfo=dt.UTC) if value and value.tzinfo is None else value


def team_of(organization: Organization) -> dict[int, Advisor]:
    """Everybody who has or had a place in the organisation, by id, in order of name."""
    people = Advisor.objects.filter(organization=organization).select_related("user")
    return {advisor.pk: advisor for advisor in people.order_by("user__first_name", "user__last_name", "pk")}
