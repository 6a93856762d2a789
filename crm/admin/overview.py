"""
The administration's first page: what waits, what went wrong, each a way to the rows that it counts.

An app adds tiles where its admin is imported. A tile that the visitor may not open is not even asked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

#: Counting stops here: more is a lot, and how much more costs a walk over all of it.
MOST = 1000
WELL, NOTABLE, BAD = "", "notable", "bad"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a tile says now."""

    value: str
    note: str = ""
    tone: str = WELL


@dataclass(frozen=True, slots=True)
class Tile:
    """label: what is counted; query: how the model's list is filtered to it; look: one statement or two."""

    label: Any
    model: type[Model]
    query: str
    look: Callable[[dt.datetime], Reading]
    url: str = ""
    reading: Reading | None = None


@dataclass(frozen=True, slots=True)
class Group:
    title: Any
    rank: int
    tiles: tuple[Tile, ...]


_groups: list[Group] = []


def add(title: Any, rank: int, *tiles: Tile) -> None:
    _groups.append(Group(title, rank, tiles))


def overview(request: HttpRequest) -> list[Group]:
    """The groups in order, with what each of their tiles says. A fixed number of statements for each visitor."""
    now = timezone.now()
    groups = (replace(group, tiles=_seen(group.tiles, request, now)) for group in sorted(_groups, key=_rank))
    return [group for group in groups if group.tiles]


def _rank(group: Group) -> int:
    return group.rank


def _seen(tiles: Sequence[Tile], request: HttpRequest, now: dt.datetime) -> tuple[Tile, ...]:
    pages = admin.site._registry
    may = (tile for tile in tiles if pages[tile.model].has_view_permission(request))
    return tuple(replace(tile, url=_address(tile), reading=tile.look(now)) for tile in may)


def _address(tile: Tile) -> str:
    about = tile.model._meta
    return f"{reverse(f'admin:{about.app_label}_{about.model_name}_changelist')}?{tile.query}".removesuffix("?")


def counted(rows: QuerySet[Any], *, tone: str = WELL, note: str = "") -> Reading:
    """How many there are. One statement that stops at MOST; the tone is for when there are any."""
    number = rows.order_by().values("pk")[: MOST + 1].count()
    value = f"{number_format(MOST, force_grouping=True)}+" if number > MOST else number_format(number)
    return Reading(value, note if number else "", tone if number else WELL)


def ago(moment: dt.datetime, now: dt.datetime) -> str:
    """Roughly, for people."""
    seconds = max(0, int((now - moment).total_seconds()))
    if seconds < 120:
        return _("%(number)d s ago") % {"number": seconds}
    if seconds < 7200:
        return _("%(number)d min ago") % {"number": seconds // 60}
    return _("%(number)d h ago") % {"number": seconds // 3600}
