"""Who an administrator is, for the record."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from crm.models import Actor, Advisor, Organization


def actor_of(request: HttpRequest, organization: Organization | int) -> Actor:
    """Their place in the organisation when they have one, else their name with a word on where it was done."""
    organization_id = organization if isinstance(organization, int) else organization.pk
    places = Advisor.objects.filter(user_id=request.user.pk or 0, organization_id=organization_id, is_active=True)
    advisor = places.select_related("user").first()
    return Actor.advisor(advisor) if advisor else Actor.system(f"{request.user} (administration)")


def by_whom(request: HttpRequest, organization: Organization | int) -> dict[str, Any]:
    """What every change in the domain is told: who makes it, and when."""
    return {"by": actor_of(request, organization), "now": timezone.now()}
