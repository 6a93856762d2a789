"""Filtered pages under a name: kept, changed, shared, forgotten."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.models import Advisor
from leads.errors import InvalidValue
from leads.filters import NAMES
from leads.models import SavedView, ViewPage

#: What a view keeps of an address.
KEPT = {ViewPage.LIST: (*NAMES, "sort", "columns"), ViewPage.BOARD: (*NAMES, "open")}
_PATHS = {ViewPage.LIST: "leads:list", ViewPage.BOARD: "leads:board"}
MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Link:
    """A view as the side shows it."""

    view: SavedView
    address: str
    is_here: bool


def kept_of(query: QueryDict, page: ViewPage | str) -> str:
    """The part of an address that a view keeps, always in the same order."""
    pairs = [(name, value) for name in KEPT[ViewPage(page)] for value in query.getlist(name) if value]
    kept = QueryDict(mutable=True)
    for name, value in pairs:
        kept.appendlist(name, value)
    return kept.urlencode()


def address_of(view: SavedView) -> str:
    parts = filter(None, (view.query, f"view={view.uuid}"))
    return f"{reverse(_PATHS[ViewPage(view.page)])}?{'&'.join(parts)}"


def shown(advisor: Advisor, query: QueryDict, page: ViewPage) -> dict[str, Any]:
    """
    The views beside the list or board, and the one that is looked at. One statement.

    can_save: whether the address says something that no view keeps yet, or differs from the view that it names.
    """
    views = list(SavedView.objects.usable_by(advisor).order_by("name", "pk")[:MOST_SHOWN])
    current = next((view for view in views if str(view.uuid) == query.get("view") and view.page == page), None)
    kept = kept_of(query, page)
    return {
        "views": [Link(view, address_of(view), view == current) for view in views],
        "view": current,
        "view_is_changed": current is not None and current.query != kept,
        "may_change_view": current is not None and current.is_changed_by(advisor),
        "can_save_view": bool(kept) and (current is None or current.query != kept),
        "view_query": kept,
        "view_page": page,
    }


def save(
    advisor: Advisor, *, name: str, page: ViewPage | str, query: QueryDict, is_shared: bool, now: dt.datetime
) -> SavedView:
    """Keep an address under a name. Raises InvalidValue when the advisor has a view of this name."""
    view = SavedView(
        organization_id=advisor.organization_id,
        advisor=advisor,
        name=name,
        page=page,
        query=kept_of(query, page),
        is_shared=is_shared,
        created_at=now,
    )
    _store(view)
    return view


def change(view: SavedView, *, name: str, is_shared: bool, query: QueryDict | None = None) -> None:
    """Another name, shared or not, and what it shows when a query is given. Raises InvalidValue."""
    view.name, view.is_shared = name, is_shared
    if query is not None:
        view.query = kept_of(query, view.page)
    _store(view)


def _store(view: SavedView) -> None:
    if len(view.query) > 4000:
        raise InvalidValue(_("These are more filters than a view can keep."), field="name")
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError:
        raise InvalidValue(_("You have a view of this name already."), field="name") from None


def find(advisor: Advisor, uuid: UUID) -> SavedView | None:
    """One that the advisor may use."""
    return SavedView.objects.usable_by(advisor).filter(uuid=uuid).first()
