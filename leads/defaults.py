"""What a new organisation starts with: its stages."""

from __future__ import annotations

from leads.models import Slot, Stage

DEFAULT_STAGES = (
    ("new_lead", "New Lead", "#3b82f6", Slot.NEW, False),
    ("contacted", "Contacted", "#0ea5e9", Slot.CONTACTED, False),
    ("qualified", "Qualified", "#14b8a6", Slot.QUALIFIED, False),
    ("application", "Application", "#8b5cf6", Slot.QUALIFIED, False),
    ("submitted", "Submitted", "#a855f7", Slot.QUALIFIED, False),
    ("approved", "Approved", "#22c55e", Slot.QUALIFIED, False),
    ("converted", "Converted", "#16a34a", Slot.CONVERTED, True),
    ("lost", "Lost", "#64748b", Slot.LOST, True),
)


def add_stages(organization_id: int) -> list[Stage]:
    return Stage.objects.bulk_create(
        Stage(
            organization_id=organization_id,
            key=key,
            label=label,
            color=color,
            slot=slot,
            is_terminal=is_terminal,
            position=position,
        )
        for position, (key, label, color, slot, is_terminal) in enumerate(DEFAULT_STAGES)
    )
