"""Who an administrator is, for the record."""

from __future__ import annotations

from django.http import HttpRequest

from crm.models import Actor, Advisor, Organization


def actor_of(request: HttpRequest, organization: Organization | int) -> Actor:
    """Their place in the organisation when they have one, else their name with a word on where it was done."""
    organization_id = organization if isinstance(organization, int) else organization.pk
    places = Advisor.objects.filter(user_id=request.user.pk or 0, organization_id=organization_id, is_active=True)
    advisor = places.select_related("user").first()
    return Actor.advisor(advisor) if advisor else Actor.system(f"{request.user} (administration)")
