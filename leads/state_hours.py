"""The states' own hours and caps, read from leads/data/contact_hours.toml and checked when they are read."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import and_
from pathlib import Path
from typing import Any

from leads.quiet_hours import Hours, Window
from leads.zones import STATE_ZONES

FILE = Path(__file__).parent / "data" / "contact_hours.toml"

_CHANNELS = {"call", "sms"}
_NEEDED = {"state", "channels", "weekdays", "citation", "read_in", "read"}
_KNOWN = _NEEDED | {"saturdays", "sundays", "holidays", "most_in_24_hours"}


class WrongContactHours(ValueError):
    """The data file can't be used; the message names the entry and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class StateRule:
    """One row. most_in_24_hours is None where the state counts nothing."""

    state: str
    channels: frozenset[str]
    hours: Hours
    citation: str
    read: dt.date
    most_in_24_hours: int | None = None


@dataclass(frozen=True, slots=True)
class ContactHours:
    floor: Hours
    rules: tuple[StateRule, ...]

    def of(self, states: Collection[str], channel: str) -> list[StateRule]:
        return [rule for rule in self.rules if rule.state in states and channel in rule.channels]


def hours_for(states: frozenset[str], channel: str, opens: dt.time, closes: dt.time) -> Hours:
    """When somebody who may live in any of these states may be contacted: open only where every rule is."""
    return _hours_for(states & _states_with_rules(), channel, opens, closes)


@lru_cache(maxsize=4096)
def _hours_for(states: frozenset[str], channel: str, opens: dt.time, closes: dt.time) -> Hours:
    given = contact_hours()
    return reduce(and_, (rule.hours for rule in given.of(states, channel)), given.floor & Hours.daily(opens, closes))


def citations(states: Collection[str], channel: str) -> list[str]:
    return [f"{rule.state}: {rule.citation}" for rule in contact_hours().of(states, channel)]


def most_in_24_hours(states: Collection[str], channel: str) -> int | None:
    """The smallest number of contacts that any of the states allows."""
    limits = [rule.most_in_24_hours for rule in contact_hours().of(states, channel)]
    return min((limit for limit in limits if limit is not None), default=None)


@lru_cache(maxsize=1)
def _states_with_rules() -> frozenset[str]:
    return frozenset(rule.state for rule in contact_hours().rules)


@lru_cache(maxsize=1)
def contact_hours() -> ContactHours:
    return read(FILE.read_text("utf-8"))


def read(text: str) -> ContactHours:
    """Raises WrongContactHours."""
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WrongContactHours(f"contact_hours.toml: {error}") from None
    federal = given.get("federal", {})
    floor = _window([federal.get("opens"), federal.get("closes")], "federal")
    if floor is None:
        raise WrongContactHours("federal: the floor can't be closed.")
    rows: Iterable[Mapping[str, Any]] = given.get("rule", [])
    return ContactHours(Hours.daily(*floor), tuple(_rule(row, number) for number, row in enumerate(rows, start=1)))


def _rule(row: Mapping[str, Any], number: int) -> StateRule:
    name = f"rule {number} ({row.get('state', 'no state')})"
    if missing := _NEEDED - row.keys():
        raise WrongContactHours(f"{name}: {', '.join(sorted(missing))} is missing.")
    if unknown := row.keys() - _KNOWN:
        raise WrongContactHours(f"{name}: nobody knows what {', '.join(sorted(unknown))} means.")
    if row["state"] not in STATE_ZONES:
        raise WrongContactHours(f"{name}: not a state's two letters, such as FL.")
    channels = frozenset(row["channels"])
    if not channels or channels - _CHANNELS:
        raise WrongContactHours(f"{name}: channels are “call” and “sms”.")
    if type(row["read"]) is not dt.date:
        raise WrongContactHours(f"{name}: read is a date, such as 2026-11-21.")
    most = row.get("most_in_24_hours")
    if most is not None and (type(most) is not int or most < 1):
        raise WrongContactHours(f"{name}: most_in_24_hours is a whole number from 1.")
    return StateRule(row["state"], channels, _hours(row, name), str(row["citation"]), row["read"], most)


def _hours(row: Mapping[str, Any], name: str) -> Hours:
    weekdays, saturdays, sundays, holidays = (
        _window(row.get(kind, row["weekdays"]), f"{name}, {kind}")
        for kind in ("weekdays", "saturdays", "sundays", "holidays")
    )
    if weekdays is None:
        raise WrongContactHours(f"{name}: weekdays can't be closed.")
    # Left out, a holiday changes nothing: it is as open as the day it falls on.
    on_holidays = holidays if "holidays" in row else (dt.time.min, dt.time.max)
    return Hours((*[weekdays] * 5, saturdays, sundays), on_holidays)


def _window(given: Any, name: str) -> Window:
    if given == "closed":
        return None
    try:
        opens, closes = (dt.time.fromisoformat(each) for each in given)
    except (TypeError, ValueError):
        raise WrongContactHours(f'{name}: {given!r} is neither ["08:00", "20:00"] nor "closed".') from None
    if opens >= closes:
        raise WrongContactHours(f"{name}: it closes before it opens.")
    return opens, closes
