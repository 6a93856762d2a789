"""What commands are told by name, found or refused in words."""

from __future__ import annotations

from django.core.management.base import CommandError

from crm.models import Advisor, Organization


def organization_called(public_id: str) -> Organization:
    organization = Organization.objects.select_related("partner").filter(public_id=public_id).first()
    if organization is None:
        raise CommandError(f"There is no organisation {public_id}.")
    return organization


def advisor_called(email: str, organization: Organization) -> Advisor:
    advisors = Advisor.objects.filter(organization=organization, is_active=True).select_related("user")
    advisor = advisors.filter(user__email__iexact=email.strip()).first()
    if advisor is None:
        raise CommandError(f"{organization.name} has no active advisor {email}.")
    return advisor


def filled(words: str, what: str, *, at_most: int = 255) -> str:
    """The words without outer spaces. Raises CommandError when there are none, or too many."""
    words = words.strip()
    if not words or len(words) > at_most:
        raise CommandError(f"{what} must have 1 to {at_most} characters.")
    return words
