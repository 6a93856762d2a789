"""How LendWorks shows a lead."""

from __future__ import annotations

import uuid

from api.lendworks import resources, statements
from api.rendered import Rendered
from leads.models import Lead

#: Columns of a lead that can be read here.
SHOWN = frozenset(statements.OF_LEAD) | {"name", "stage", "advisor", "tags"}


def render(lead: Lead) -> Rendered:
    row = statements.of_uuid(lead.organization, lead.uuid)
    body = resources.single(row, str(uuid.uuid4())) if row else None
    return Rendered(f"GET /v1/leads/{lead.uuid}", body)
