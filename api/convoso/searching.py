"""What a search answers."""

from __future__ import annotations

from typing import Any

from api.convoso import filters, resources, vocabulary
from api.convoso.parameters import Parameters
from crm.models import Organization


def found(organization: Organization, given: Parameters) -> dict[str, Any]:
    """The leads meant, in both of the shapes that clients know. Raises Refused."""
    page = filters.page_asked(given, vocabulary.LONGEST_SEARCH)
    meant = filters.leads_meant(organization, given)
    total = filters.total_of(organization, given, meant)
    in_order = filters.in_order(meant, total)
    entries = resources.leads(in_order[page.offset : page.offset + page.limit]) if page.offset < total else []
    counted = {"offset": page.offset, "limit": page.limit}
    return {"success": True, "results": entries, **counted, "data": {**counted, "total": total, "entries": entries}}
