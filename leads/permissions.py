"""What an advisor may do to a lead that they may see."""

from __future__ import annotations

from crm.models import Advisor


def may_delete_leads(advisor: Advisor) -> bool:
    return advisor.is_manager


def may_export(advisor: Advisor) -> bool:
    """A list that leaves the house: managers, and advisors where their organisation wants that."""
    return advisor.is_manager or advisor.organization.advisors_may_export


def may_import(advisor: Advisor) -> bool:
    """A whole list that comes into the house: managers, and advisors where their organisation wants that."""
    return advisor.is_manager or advisor.organization.advisors_may_import


def may_see_the_record(advisor: Advisor) -> bool:
    """It holds what was said to everybody at that number, by every advisor."""
    return advisor.is_manager


def may_lift_do_not_call(advisor: Advisor) -> bool:
    """Everybody may protect a borrower; only a manager takes the protection away."""
    return advisor.is_manager
