"""What the checklist on the lead page needs to be drawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from leads import checklists, documents, upload_links
from leads.checklists import Item, Progress
from leads.lead_forms import AskForm, SettleForm
from leads.models import Document, ItemKind, Lead
from leads.uploads import ACCEPT

type Context = dict[str, Any]

_INPUT_TYPES = {ItemKind.EMAIL: "email", ItemKind.PHONE: "tel", ItemKind.NUMBER: "number", ItemKind.DATE: "date"}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that was not kept, and why."""

    file: str
    words: str


@dataclass(frozen=True, slots=True)
class Check:
    """An item of the checklist with the papers that answer it. settle: its form, when that was refused."""

    item: Item
    papers: list[Document] = field(default_factory=list)
    settle: SettleForm | None = None

    @property
    def key(self) -> str:
        return self.item.key

    @property
    def kind(self) -> str:
        return str(ItemKind(self.item.kind).label)

    @property
    def input_type(self) -> str:
        return _INPUT_TYPES.get(ItemKind(self.item.kind), "text")

    @property
    def takes_papers(self) -> bool:
        return self.item.kind == ItemKind.DOCUMENT

    @property
    def is_unseen(self) -> bool:
        """The borrower has handed something in, and nobody has looked at it."""
        return any(paper.seen_at is None for paper in self.papers)


def checklist_of(
    lead: Lead,
    now: dt.datetime,
    *,
    ask: AskForm | None = None,
    settle: SettleForm | None = None,
    refusals: Sequence[Refusal] = (),
) -> Context:
    """The items with their papers, the papers that answer none, and the links that are out. Five statements."""
    items, papers = checklists.items_of(lead), documents.by_item(lead)
    checks = [
        Check(
            item,
            papers.pop(item.row.pk, []) if item.row else [],
            settle if settle and settle.item.key == item.key else None,
        )
        for item in items
    ]
    return {
        "lead": lead,
        "checks": checks,
        "other_papers": [paper for rest in papers.values() for paper in rest],
        "progress": Progress(sum(item.is_done for item in items), len(items)),
        "ask": ask or AskForm(),
        "kinds": ItemKind.choices,
        "refusals": refusals,
        "accept": ACCEPT,
        "links": [(link, upload_links.url_of(link)) for link in upload_links.live_of(lead, now)],
        "now": now,
    }
