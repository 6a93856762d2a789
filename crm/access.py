"""Who may come in: the advisor behind a request."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from crm.models import Advisor, User


class AdvisorRequest(HttpRequest):
    """A request that advisor_required has let in."""

    advisor: Advisor


type Page[**P] = Callable[Concatenate[AdvisorRequest, P], HttpResponse]


def advisor_of(request: HttpRequest) -> Advisor | None:
    """The place in the organisation that the user works in now (their first, or the one chosen in the session)."""
    user = request.user
    if not isinstance(user, User) or not user.is_authenticated:
        return None
    places = Advisor.objects.filter(user=user, is_active=True, organization__is_active=True).select_related(
        "organization", "user"
    )
    chosen = request.session.get("organization")
    return (chosen and places.filter(organization__public_id=chosen).first()) or places.order_by("pk").first()


def advisor_required[**P](view: Page[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Let signed-in advisors through, with request.advisor set; send others to the log-in page."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        advisor = advisor_of(request)
        if advisor is None:
            raise PermissionDenied("This log-in belongs to no active organisation.")
        request = cast(AdvisorRequest, request)
        request.advisor = advisor
        return view(request, *args, **kwargs)

    return guarded
