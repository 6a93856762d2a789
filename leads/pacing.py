"""
How fast each sender goes: a number or account has so many messages a minute, whoever sends through it.

A claim takes places in the row of its sender by compare-and-swap (GCRA), so that any number of workers keep the rate
together. What an advisor says goes out at once, and takes its place before what machines say.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from leads.models import Message, SenderPace
from leads.models.message import AUTOMATED
from leads.routing import Route, Routes

#: Of what a minute may bring, so much at once: six times in a minute a whole handful.
_BURSTS_A_MINUTE = 6


@dataclass(frozen=True, slots=True)
class Rate:
    sender: str
    per_minute: int

    @property
    def interval(self) -> dt.timedelta:
        return dt.timedelta(minutes=1) / self.per_minute

    @property
    def burst(self) -> dt.timedelta:
        return self.interval * max(1, self.per_minute // _BURSTS_A_MINUTE)

    def places(self, next_at: dt.datetime, now: dt.datetime) -> int:
        """How many may go now."""
        return max(0, int((now + self.burst - max(next_at, now)) / self.interval))


def rate_of(route: Route) -> Rate | None:
    """None for a sender that goes as fast as it can."""
    return Rate(route.sender, route.per_minute) if route.per_minute else None


def within_rate(messages: Sequence[Message], routes: Routes, now: dt.datetime) -> list[Message]:
    """
    Those whose sender may go on now, in their order; places are taken for them. In the claim's transaction.

    No statement for senders without a rate. Rows are taken in one order, so that two claims never wait in a ring.
    """
    by_rate: dict[Rate, list[Message]] = defaultdict(list)
    for message in messages:
        if rate := rate_of(routes.of(message)):
            by_rate[rate].append(message)
    held: set[int] = set()
    for rate in sorted(by_rate, key=lambda rate: rate.sender):
        machines = [message for message in by_rate[rate] if message.author in AUTOMATED]
        people = len(by_rate[rate]) - len(machines)
        granted = _take(rate, people, len(machines), now)
        held |= {message.pk for message in machines[granted:]}
    return [message for message in messages if message.pk not in held]


def _take(rate: Rate, people: int, machines: int, now: dt.datetime) -> int:
    """Places for all that people say, and for as many as may be of what machines say; how many those are."""
    row, _ = SenderPace.objects.get_or_create(sender=rate.sender, defaults={"next_at": now})
    while True:
        start = max(row.next_at, now) + people * rate.interval
        granted = min(machines, rate.places(start, now))
        if not (people or granted):
            return 0
        mine = SenderPace.objects.filter(pk=row.pk, next_at=row.next_at)
        if mine.update(next_at=start + granted * rate.interval):
            return granted
        row.refresh_from_db()


def full(routes: Iterable[Route], now: dt.datetime) -> set[str]:
    """The senders of these routes that have no place for a machine's message now. At most one statement."""
    rates = {rate.sender: rate for route in routes if (rate := rate_of(route))}
    if not rates:
        return set()
    known = SenderPace.objects.filter(sender__in=rates).values_list("sender", "next_at")
    return {sender for sender, next_at in known if not rates[sender].places(next_at, now)}
