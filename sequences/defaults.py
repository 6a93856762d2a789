"""The sequence that a new organisation starts with."""

from __future__ import annotations

import datetime as dt

from crm.models import Actor, Organization
from sequences.authoring import create_sequence
from sequences.models import Sequence, StepKind

NAME = "Application Recovery"
DESCRIPTION = "Brings back applicants who stopped before their application was complete"
STEPS = (
    {
        "kind": StepKind.FIXED,
        "message": (
            "Hi {{first_name}}, it's {{company}}. Your application is nearly finished. "
            "Would you like a hand with what is left?"
        ),
        "delay_hours": 0,
        "skip_if_replied": False,
    },
    {
        "kind": StepKind.AI,
        "instructions": (
            "Follow up in a friendly way. Mention the application, say what is still needed, "
            "and ask whether anything is holding them up."
        ),
        "delay_hours": 24,
        "skip_if_replied": True,
    },
    {
        "kind": StepKind.FIXED,
        "message": (
            "Hi {{first_name}}, a short note from {{company}}: your application is still open, and we'd be glad "
            "to get it done with you. Any questions?"
        ),
        "delay_hours": 72,
        "skip_if_replied": True,
    },
)


def add_default_sequence(organization: Organization, *, by: Actor, now: dt.datetime) -> Sequence:
    return create_sequence(
        organization=organization,
        name=NAME,
        description=DESCRIPTION,
        steps=STEPS,
        is_default=True,
        by=by,
        now=now,
    )
