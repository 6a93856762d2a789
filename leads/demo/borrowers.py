"""A hundred and thirty invented borrowers; the same ones each time."""

from __future__ import annotations

import datetime as dt
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from leads.demo import names
from leads.models import Priority, Source

#: How many stand in each stage, and how many hours ago the newest and the oldest of them entered it.
STAGES = (
    ("new_lead", 22, 0.06, 80),
    ("contacted", 24, 0.5, 260),
    ("qualified", 16, 2, 300),
    ("application", 14, 3, 340),
    ("submitted", 9, 5, 220),
    ("approved", 8, 8, 200),
    ("converted", 10, 20, 900),
    ("lost", 27, 30, 2000),
)
#: The stages that a lead came through before; a lost one may have left from anywhere among the first.
WAY = ("new_lead", "contacted", "qualified", "application", "submitted", "approved", "converted")
_SOURCES = (
    (Source.API, "application"),
    (Source.API, "partner portal"),
    (Source.WEB_FORM, "website"),
    (Source.REFERRAL, "accountant"),
    (Source.CSV_IMPORT, "spring fair"),
    (Source.MANUAL, ""),
    (Source.DIALER, "cold list"),
)
_PRIORITIES = [Priority.NORMAL] * 11 + [Priority.HIGH] * 5 + [Priority.LOW] * 3 + [Priority.URGENT]


@dataclass(frozen=True, slots=True)
class Borrower:
    """What intake is told about one borrower, and when they entered each stage on their way, the last one last."""

    fields: dict[str, object]
    source: Source
    way: tuple[tuple[str, dt.datetime], ...]
    rank: int

    @property
    def stage(self) -> str:
        return self.way[-1][0]

    @property
    def arrived(self) -> dt.datetime:
        return self.way[0][1]


def borrowers(now: dt.datetime) -> list[Borrower]:
    dice = random.Random(20260)  # noqa: S311  (the same people for everybody, no secret)
    houses = list(names.HOUSES)
    dice.shuffle(houses)
    return [
        Borrower(
            _fields(dice, rank, houses[rank % len(houses)], source, label), source, _way(dice, stage, hours, now), rank
        )
        for rank, (stage, hours) in enumerate(_entries())
        for source, label in [dice.choice(_SOURCES)]
    ]


def _entries() -> Iterator[tuple[str, float]]:
    """Stage and hours since entry of each: many new ones, few old ones."""
    for stage, count, newest, oldest in STAGES:
        for place in range(count):
            yield stage, newest + (oldest - newest) * (place / (count - 1)) ** 2.2


def _way(dice: random.Random, stage: str, hours: float, now: dt.datetime) -> tuple[tuple[str, dt.datetime], ...]:
    passed = WAY[: dice.choice((1, 1, 2, 2, 2, 3, 3, 4))] if stage == "lost" else WAY[: WAY.index(stage)]
    moment = now - dt.timedelta(hours=hours)
    way = [(stage, moment)]
    for earlier in reversed(passed):
        moment -= dt.timedelta(hours=dice.uniform(3, 90))
        way.append((earlier, moment))
    return tuple(reversed(way))


def _fields(dice: random.Random, rank: int, house: str, source: Source, label: str) -> dict[str, object]:
    trade, industry = names.TRADES[rank % len(names.TRADES)]
    city, state, area, postal = names.PLACES[rank % len(names.PLACES)]
    first, last = dice.choice(names.FIRST_NAMES), dice.choice(names.LAST_NAMES)
    amount = round(dice.lognormvariate(11.7, 0.75) / 5000) * 5000 or 5000
    street = f"{dice.randint(10, 990)} {dice.choice(names.STREETS)}"
    tags = [dice.choice(names.PURPOSES), *dice.sample(names.EXTRA_TAGS, dice.choice((0, 0, 0, 1, 1, 2)))]
    return {
        "business_name": f"{house} {trade}",
        "industry": industry,
        "first_name": first,
        "last_name": last,
        "email": f"{first}@{re.sub('[^a-z]', '', house.lower())}.example".lower(),
        # 555-0100 to 555-0199 belong to nobody; those from 0180 on are kept for trying the API.
        "phone": f"({area}) 555-01{rank // len(names.PLACES):02d}",
        "address1": street,
        "city": city,
        "state": state,
        "postal_code": f"{postal}{dice.randint(1, 99):02d}",
        "country": "US",
        "property_address": f"{street}, {city}, {state}",
        "requested_amount_given": str(amount),
        "monthly_revenue_given": str(round(amount * dice.uniform(0.25, 1.4) / 500) * 500),
        "start_date": f"{dice.randint(1996, 2024)}-{dice.randint(1, 12):02d}-01",
        "source_label": label,
        "priority": dice.choice(_PRIORITIES),
        "tags": tags,
    }
