"""For the demonstration: a text that is due, and that the engine holds because it is night where the borrower is."""

from __future__ import annotations

import datetime as dt

from crm.models import Organization
from leads import contactability
from leads.contactability import Ask, Rule
from leads.models import Channel, Lead
from sequences.models import Enrollment, EnrollmentStatus
from sequences.planning import plan
from sequences.report import TickReport

#: Where the borrower says to be. In one of these it is night at any moment; by day in Chicago they travel.
_CLOCKS = ("America/Chicago", "America/Los_Angeles", "Pacific/Guam", "Europe/Berlin")
#: A state without stricter hours of its own.
_HOME = "GA"


def hold_one(organization: Organization, now: dt.datetime) -> Enrollment | None:
    """Let the engine plan a step that it must hold; None when nobody is under way."""
    chosen = _quiet_lately(organization, now)
    if chosen is None:
        return None
    lead = chosen.lead
    lead.time_zone = next((zone for zone in _CLOCKS if _is_night(lead, zone, now)), _CLOCKS[0])
    Lead.objects.filter(pk=lead.pk).update(time_zone=lead.time_zone)
    chosen.next_step_at = now
    chosen.save(update_fields=["next_step_at"])
    plan(now, 1, TickReport(), enrollments=[chosen.pk])
    chosen.refresh_from_db()
    return chosen


def _quiet_lately(organization: Organization, now: dt.datetime) -> Enrollment | None:
    """Somebody under way to whom nothing was said for a day, so that no other rule speaks first."""
    live = Enrollment.objects.filter(organization=organization, status=EnrollmentStatus.ACTIVE, next_order__gt=0)
    rows = live.filter(lead__conversation__last_outbound_at__lt=now - dt.timedelta(days=1))
    loaded = rows.select_related("lead__organization", "lead__stage", "lead__conversation")
    return min(loaded, key=lambda row: (row.lead.state != _HOME, row.pk), default=None)


def _is_night(lead: Lead, zone: str, now: dt.datetime) -> bool:
    lead.time_zone = zone
    return contactability.answer([Ask(lead, Channel.SMS)], now)[0].rule is Rule.QUIET_HOURS
