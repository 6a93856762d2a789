"""Rows that belong to many pairs of owner (mostly an organisation) and address, each pair looked up by itself."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cache, wraps
from inspect import signature
from typing import Any, Concatenate

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from crm.postgresql.arrays import array
from crm.statements import Slot, Statement

#: organization_id, and a phone number in E.164 or an e-mail address.
type Key = tuple[int, str]
#: By the names of the columns that have the address and the owner.
type Wanted = Callable[..., Q]


def by_address[**P, R](
    build: Callable[Concatenate[Wanted, P], QuerySet[Any, R]],
) -> Callable[Concatenate[Collection[Key], P], list[R]]:
    """
    Decorator of a function that builds a queryset out of wanted("address") and Slots, as crm.statements.statement does
    it; calling what comes back with keys and values runs it and returns the rows of all keys. Where the owner is no
    organisation: wanted("key", "job_id").

    PostgreSQL goes into the index once for each key. Left to itself (= ANY) it may walk all that an organisation has:
    its statistics are older than the import that has just been. SQLite may return rows of other pairings of the given
    organisations and addresses.
    """
    names = list(signature(build).parameters)[1:]

    @cache
    def built(is_postgresql: bool) -> QuerySet[Any, R]:
        slots: Any = [Slot(name) for name in names]
        make: Any = build
        return make(_each if is_postgresql else _any, *slots)

    @cache
    def compiled(is_postgresql: bool, alias: str) -> Statement[R]:
        return Statement(built(is_postgresql).using(alias))

    @wraps(build)
    def run(keys: Collection[Key], *values: P.args, **_: P.kwargs) -> list[R]:
        if not keys:
            return []
        is_postgresql = connection.vendor == "postgresql"
        owners, addresses = [key[0] for key in keys], [key[1] for key in keys]
        given = dict(zip(names, values, strict=True))
        one = compiled(is_postgresql, built(is_postgresql).db)  # the replica's, or the primary's
        if not is_postgresql:
            return one.rows({"owners": set(owners), "addresses": set(addresses), **given})
        return one.read(_LATERAL.format(one.sql), [array(owners), array(addresses), *one.filled(given)])

    return run


_LATERAL = (
    "SELECT found.* FROM unnest(CAST(%s AS bigint[]), CAST(%s AS varchar[])) AS wanted(owner, address) "
    "CROSS JOIN LATERAL ({} OFFSET 0) AS found"
)


def _each(column: str, owner: str = "organization_id") -> Q:
    return Q((owner, RawSQL("wanted.owner", [])), (column, RawSQL("wanted.address", [])))


def _any(column: str, owner: str = "organization_id") -> Q:
    return Q((f"{owner}__among", Slot("owners")), (f"{column}__among", Slot("addresses")))
