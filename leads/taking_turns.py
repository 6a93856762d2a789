"""Decide what to do with a phone number while nobody else does: whether its lead is known, changed or made."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.utils.translation import gettext as _

from crm.models import Organization
from leads.errors import DuplicateLead
from leads.intake import Action, Received
from leads.models import Lead

_TRIES = 5


class _Overtaken(Exception):
    """Somebody else made the first lead of this phone after we had looked."""


def at_phone(organization: Organization, phone_e164: str, decide: Callable[[], Received]) -> Received:
    """
    Run decide(), which looks for leads of this phone and may make one, as if no other request were doing the same.

    The lead that answers to the phone is the lock. While there is none, its unique constraint lets one request
    through; the others are undone and decide anew. Numbers do not wait for each other.
    """
    for _attempt in range(_TRIES):
        try:
            with transaction.atomic():
                holder = _lock(organization, phone_e164)
                received = decide()
                if received.action is Action.CREATED and received.lead.duplicate_of_id != holder:
                    raise _Overtaken
                return received
        except _Overtaken:
            continue
    raise DuplicateLead(_("Another request is writing this lead; try again."))


def _lock(organization: Organization, phone_e164: str) -> int | None:
    answering = Lead.objects.of(organization).filter(phone_e164=phone_e164, duplicate_of=None)
    return answering.select_for_update(no_key=True).values_list("pk", flat=True).first()
