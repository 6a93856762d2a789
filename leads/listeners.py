"""What the leads app does when something happens on the ground floor."""

from __future__ import annotations

from collections.abc import Sequence

from crm.events import listen
from crm.models import Event
from leads.defaults import add_stages


@listen("organization.founded")
def give_it_stages(events: Sequence[Event]) -> None:
    for event in events:
        add_stages(event.organization_id)
