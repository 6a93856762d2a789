"""Where the audit log takes its facts from: each source is a table that only grows, read in the order of its ids."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import Model
from django.utils.module_loading import import_string

from crm.auditing.links import Fact
from crm.models import ActorKind, Event


@dataclass(frozen=True, slots=True)
class Source:
    """name stands in the links; fact_of says what a row is to the log, and said_by what its detail is made of."""

    name: str
    model: type[Model]
    fact_of: Callable[[Any], Fact]
    #: A row that was emptied with its borrower: its digest is not asked for any more.
    is_erased: Callable[[Any], bool]


#: What is left of a fact's data when its borrower is erased.
ERASED = {"erased": True}


def _of_event(event: Event) -> Fact:
    """A borrower's name goes with the borrower, so it never gets into the chain."""
    label = "" if event.actor_kind == ActorKind.BORROWER else event.actor_label
    return Fact(
        event.organization_id,
        event.pk,
        event.name,
        event.happened_at,
        event.lead_id,
        event.actor_kind,
        event.actor_id,
        label,
        event.data,
    )


EVENTS = Source("event", Event, _of_event, lambda event: event.data == ERASED)


@cache
def sources() -> Mapping[str, Source]:
    """By name, as settings.AUDITED lists them."""
    found: list[Source] = [import_string(path) for path in settings.AUDITED]
    return {source.name: source for source in found}
