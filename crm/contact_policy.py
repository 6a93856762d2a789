"""When an organisation writes and calls by itself: a manager tightens, only an owner loosens."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from crm import events, organizations
from crm.models import Actor, Advisor, Organization, Role

#: The federal floor (47 CFR 64.1200(c)(1)), in the recipient's local time; no organisation goes beyond it.
FLOOR = dt.time(8), dt.time(21)


class PolicyRefused(Exception):
    """The message says why, to a person."""


@transaction.atomic
def change_contact_hours(
    organization: Organization,
    *,
    opens: dt.time,
    closes: dt.time,
    quiet_hours: bool = True,
    by: Advisor,
    now: dt.datetime,
) -> bool:
    """
    Keep to these hours from now on; whether that changed anything. It is written down with before and after.

    quiet_hours=False switches the hours off altogether and is an owner's decision. Raises PolicyRefused.
    """
    if by.organization_id != organization.pk or not by.is_manager:
        raise PolicyRefused(_("Only a manager of this organisation changes its contact hours."))
    return set_contact_hours(
        organization,
        opens=opens,
        closes=closes,
        quiet_hours=quiet_hours,
        may_loosen=by.role == Role.ADMIN,
        by=Actor.advisor(by),
        now=now,
    )


@transaction.atomic
def set_contact_hours(
    organization: Organization,
    *,
    opens: dt.time,
    closes: dt.time,
    quiet_hours: bool,
    may_loosen: bool,
    by: Actor,
    now: dt.datetime,
) -> bool:
    """The same for somebody whose right to it was looked at: an advisor above, or the site's staff, who may loosen."""
    organization = Organization.objects.select_for_update().get(pk=organization.pk)
    refuse_wrong_hours(opens, closes)
    before = _said(organization)
    is_looser = (
        opens < organization.contact_from
        or closes > organization.contact_until
        or (organization.quiet_hours and not quiet_hours)
    )
    if is_looser and not may_loosen:
        raise PolicyRefused(_("Only an owner makes the contact hours longer or switches them off."))
    organization.contact_from, organization.contact_until, organization.quiet_hours = opens, closes, quiet_hours
    if _said(organization) == before:
        return False
    organization.save(update_fields=["contact_from", "contact_until", "quiet_hours"])
    events.record(
        "organization.contact_hours_changed",
        organization=organization,
        by=by,
        now=now,
        before=before,
        after=_said(organization),
        is_looser=is_looser,
    )
    return True


@transaction.atomic
def change_consent_rule(organization: Organization, *, requires_consent: bool, by: Advisor, now: dt.datetime) -> None:
    """Whether automated messages need a recorded basis. A manager asks for it, only an owner stops asking."""
    if by.organization_id != organization.pk or not by.is_manager:
        raise PolicyRefused("Only a manager of this organisation changes its rules.")
    if organization.requires_consent and not requires_consent and by.role != Role.ADMIN:
        raise PolicyRefused("Only an owner lets messages go out without a recorded consent.")
    organizations.change(organization, {"requires_consent": requires_consent}, by=Actor.advisor(by), now=now)


def refuse_wrong_office(opens: dt.time, closes: dt.time, days: str) -> None:
    """Raises PolicyRefused for business hours that never come."""
    if opens >= closes:
        raise PolicyRefused(_("The business hours end before they begin."))
    if not days or set(days) - set("1234567") or len(set(days)) != len(days):
        raise PolicyRefused(_("The business days are some of 1234567, from Monday to Sunday."))


def refuse_wrong_hours(opens: dt.time, closes: dt.time) -> None:
    """Raises PolicyRefused for hours outside the floor, or none at all."""
    if opens >= closes:
        raise PolicyRefused(_("The contact hours end before they begin."))
    if opens < FLOOR[0] or closes > FLOOR[1]:
        raise PolicyRefused(
            _("The law allows %(earliest)s to %(latest)s, the recipient's time, and no more.")
            % {"earliest": f"{FLOOR[0]:%H:%M}", "latest": f"{FLOOR[1]:%H:%M}"}
        )


def _said(organization: Organization) -> str:
    hours = f"{organization.contact_from:%H:%M}-{organization.contact_until:%H:%M}"
    return hours if organization.quiet_hours else _("%(hours)s, switched off") % {"hours": hours}
