"""Rows of the caller's organisation that a parameter names; a stranger's are as unknown as none."""

from __future__ import annotations

from api.convoso import errors
from api.convoso.parameters import row_id
from crm.models import Advisor, Organization
from leads.models import Campaign, DialList, Lead


def lead_called(organization: Organization, text: str) -> Lead | None:
    """A live lead by its id, locked until the transaction ends."""
    number = row_id(text)
    if number is None:
        return None
    leads = Lead.objects.of(organization).select_related("organization", "stage")
    return leads.select_for_update(of=("self",), no_key=True).filter(pk=number).first()


def list_called(organization: Organization, text: str) -> DialList:
    """Raises Refused for an unknown one."""
    number = row_id(text)
    found = DialList.objects.filter(organization=organization, pk=number).first() if number else None
    if found is None:
        raise errors.refused(errors.NO_SUCH_LIST)
    return found


def campaign_called(organization: Organization, text: str) -> Campaign | None:
    number = row_id(text)
    return Campaign.objects.filter(organization=organization, pk=number).first() if number else None


def owner_called(organization: Organization, text: str) -> Advisor | None:
    """The advisor whose user has this id; None when none is named ("" or "0"). Raises Refused for an unknown one."""
    if not text.strip("0"):
        return None
    number = row_id(text)
    advisors = Advisor.objects.filter(organization=organization, is_active=True).select_related("user")
    found = advisors.filter(user_id=number).first() if number else None
    if found is None:
        raise errors.refused(errors.NO_SUCH_USER)
    return found
