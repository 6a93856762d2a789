"""
The orders of a list of leads, and places in them: a page begins at a place, and is as quick at any depth.

Each order has an index of its own (see leads.models.Lead), which is read forwards or backwards.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import BooleanField, DateTimeField, DecimalField, Expression, F, Func, TextField, Value
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy

from leads.models import Lead, LeadQuerySet
from leads.models.sort_keys import OrZero, heading

_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Sort:
    """One order: what it goes by, how a place in it is written and read. falls: the largest or newest comes first."""

    name: str
    label: Any
    key: Combinable
    value_of: Callable[[Lead], Any]
    read: Callable[[str], Value]
    falls: bool = False

    @property
    def turned(self) -> str:
        """The name of the same order the other way round."""
        return self.name[1:] if self.falls else f"-{self.name}"

    def place_of(self, lead: Lead) -> str:
        """Where the lead stands: "412.2026-01-02T03:04:05+00:00"."""
        value = self.value_of(lead)
        return f"{lead.pk}.{value.isoformat() if isinstance(value, dt.datetime) else value}"

    def ordered(self, leads: LeadQuerySet, *, backwards: bool = False) -> LeadQuerySet:
        key, pk = self.key, F("pk")
        falls = self.falls is not backwards
        return leads.order_by(_order(key, falls), _order(pk, falls))

    def beyond(self, leads: LeadQuerySet, place: str, *, backwards: bool = False) -> LeadQuerySet:
        """Those that come after the place (before it, when backwards). Raises ValueError for what is no place."""
        pk, _, text = place.partition(".")
        if not (pk.isascii() and pk.isdigit() and len(pk) < 20 and int(pk) <= _LARGEST_ID):
            raise ValueError(place)
        sign = "<" if self.falls is not backwards else ">"
        return leads.filter(_RowCompared(self.key, F("pk"), self.read(text), Value(int(pk)), sign=sign))


class _RowCompared(Func):
    """(key, id) < (value, id): a row comparison is one range of an index; two ORed conditions are not."""

    arity = 4
    conditional = True
    output_field = BooleanField()

    def __init__(self, *expressions: Any, sign: str, **extra: Any) -> None:
        super().__init__(*expressions, sign=sign, **extra)

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, tuple[Any, ...]]:  # type: ignore[override]
        parts = [compiler.compile(expression) for expression in self.get_source_expressions()]
        (key, pk, value, at), parameters = zip(*parts, strict=True)
        flat = tuple(parameter for some in parameters for parameter in some)
        return f"({key}, {pk}) {self.extra['sign']} ({value}, {at})", flat


def _heading_of(lead: Lead) -> str:
    """As the database made it: lower case is not the same everywhere. The list reads it along."""
    return str(getattr(lead, "heading", ""))


def _order(key: Combinable, falls: bool) -> Any:
    expression = key if isinstance(key, F | Expression) else F(str(key))
    return expression.desc() if falls else expression.asc()


def _moment(text: str) -> Value:
    moment = dt.datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    try:
        return Value(moment.astimezone(dt.UTC), output_field=DateTimeField())
    except OverflowError:
        raise ValueError(text) from None


def _amount(text: str) -> Value:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise ValueError(text) from None
    if not amount.is_finite() or abs(amount) >= Decimal(10) ** 12:
        raise ValueError(text)
    return Value(amount, output_field=DecimalField(max_digits=14, decimal_places=2))


def _text(text: str) -> Value:
    if "\x00" in text or len(text) > 300:
        raise ValueError(text)
    return Value(text, output_field=TextField())


def _both_ways(
    name: str, label: Any, key: Combinable, value_of: Callable[[Lead], Any], read: Callable[[str], Value]
) -> tuple[Sort, Sort]:
    return Sort(name, label, key, value_of, read), Sort(f"-{name}", label, key, value_of, read, falls=True)


#: By name, as the address has it; a minus sign: the largest or newest first.
SORTS = {
    sort.name: sort
    for pair in (
        _both_ways("came", gettext_lazy("Came"), F("created_at"), lambda lead: lead.created_at, _moment),
        _both_ways("name", gettext_lazy("Name"), heading(), _heading_of, _text),
        _both_ways(
            "amount",
            gettext_lazy("Amount"),
            OrZero("requested_amount"),
            lambda lead: lead.requested_or_zero(),
            _amount,
        ),
        _both_ways(
            "in_stage", gettext_lazy("In stage"), F("stage_entered_at"), lambda lead: lead.stage_entered_at, _moment
        ),
    )
    for sort in pair
}
USUAL = SORTS["-came"]


def sort_named(name: str) -> Sort:
    """The order of this name; the newest first for one that there isn't."""
    return SORTS.get(name, USUAL)
