"""Who may come in: the advisor behind a request."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from crm import reach
from crm.models import Advisor, Notification, User
from crm.observing import logs
from crm.signing_in import second_steps
from crm.statements import statement


class AdvisorRequest(HttpRequest):
    """A request that advisor_required has let in."""

    advisor: Advisor
    chosen_language: str


type Page[**P] = Callable[Concatenate[AdvisorRequest, P], HttpResponseBase]


def advisor_of(request: HttpRequest) -> Advisor | None:
    """The place in the organisation that the user works in now (their first, or the one chosen in the session)."""
    user = request.user
    if not isinstance(user, User) or not user.is_authenticated:
        return None
    with reach.everybody():  # the user's own, which is what tells whose rows come next
        places = _places_of(user.pk)
    chosen = request.session.get("organization")
    return next((place for place in places if place.organization.public_id == chosen), places[0] if places else None)


@statement
def _places_of(user_id: int) -> QuerySet[Advisor]:
    places = Advisor.objects.filter(user_id=user_id, is_active=True, organization__is_active=True)
    unread = Notification.objects.filter(advisor=OuterRef("pk"), read_at=None).order_by().values("advisor")
    counted = Coalesce(Subquery(unread.values(number=Count("pk"))), 0)
    counted_too = places.select_related("organization", "user").annotate(unread=counted)  # type: ignore[no-redef]
    return counted_too.order_by("pk")


def advisor_required[**P](view: Page[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let signed-in advisors through, with request.advisor set and their clock; send others to the log-in page."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        advisor = advisor_of(request)
        if advisor is None:
            raise PermissionDenied(_("This log-in belongs to no active organisation."))
        if advisor.organization.requires_second_step and not second_steps(advisor.user).exists():
            return _to_second_step(request, advisor)
        request = cast(AdvisorRequest, request)
        request.advisor = advisor
        reach.turn_to(advisor.organization_id)
        logs.say_who(organization=advisor.organization.public_id, advisor=str(advisor.uuid))
        request.chosen_language = advisor.language
        with timezone.override(advisor.zone), override(advisor.language):
            response = view(request, *args, **kwargs)
        if "HX-Request" in request.headers:  # what is asked for in the background keeps the bell up to date
            response.headers["Unread-Notifications"] = str(advisor.unread)
        return response

    return guarded


def _to_second_step(request: HttpRequest, advisor: Advisor) -> HttpResponse:
    """Once more than the password; what htmx asked for in a page of before is answered by loading that page."""
    messages.error(
        request, _("%(name)s asks for a second step. Set one up to go on.") % {"name": advisor.organization.name}
    )
    setup = reverse("mfa_index")
    return HttpResponse(headers={"HX-Redirect": setup}) if "HX-Request" in request.headers else redirect(setup)
