"""The sequence that a new organisation starts with, and what a new sequence may begin with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from collections.abc import Sequence as Listed
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.models import Actor, Organization
from leads.models import Channel
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


@dataclass(frozen=True, slots=True)
class Beginning:
    """Steps to begin with, as authoring takes them."""

    label: Promise
    says: Promise
    steps: Listed[Mapping[str, Any]]


#: The first is proposed.
BEGINNINGS = {
    "hello": Beginning(
        _("One text"),
        _("A greeting to change into your own words"),
        (
            {
                "kind": StepKind.FIXED,
                "message": "Hi {{first_name}}, it's {{company}}. Is now a good time for a short call?",
            },
        ),
    ),
    "recovery": Beginning(
        _("Application recovery"),
        _("Three texts over four days; the second one written by the AI"),
        STEPS,
    ),
    "documents": Beginning(
        _("Document chase"),
        _("Two texts and an e-mail over a week, each skipped when they have replied"),
        (
            {
                "kind": StepKind.AI,
                "instructions": "Say which documents are still missing, by name, and ask whether they need help.",
            },
            {
                "kind": StepKind.FIXED,
                "message": "Hi {{first_name}}, only a few documents are missing. You can text photos to this number.",
                "delay_hours": 48,
            },
            {
                "kind": StepKind.FIXED,
                "channel": Channel.EMAIL,
                "subject": "What is left for your application",
                "message": "Hello {{first_name}},\n\nyour application with {{company}} waits only for its documents. "
                "Just answer this e-mail and attach them.\n\n{{company}}",
                "delay_hours": 120,
            },
        ),
    ),
}


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
