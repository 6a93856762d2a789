"""Drafts that await a person: the page of them all, one of them, and what somebody decides."""

from __future__ import annotations

import uuid as uuids
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from crm.access import AdvisorRequest, advisor_required
from leads import approving, review_cards
from leads.errors import Changed, DomainError, InvalidValue
from leads.models import Author, Lead, Message
from leads.views.visible import wants_part

_PER_PAGE = 10
_PEOPLE_SHOWN = 20


@advisor_required
@never_cache
@require_safe
def reviews(request: AdvisorRequest) -> HttpResponse:
    """The drafts that have waited longest, and the conversations in which somebody asked for a person. ?page="""
    now = timezone.now()
    page = Paginator(approving.awaiting(request.advisor), _PER_PAGE).get_page(request.GET.get("page"))
    shown = [message.pk for message in page.object_list]
    context = {
        "page": page,
        "cards": review_cards.cards(approving.awaiting(request.advisor).filter(pk__in=shown), now),
        "people": review_cards.asked_for_a_person(request.advisor, _PEOPLE_SHOWN),
        "now": now,
    }
    return render(request, "leads/reviews.html", context)


@advisor_required
@never_cache
@require_safe
def review(request: AdvisorRequest, uuid: uuids.UUID) -> HttpResponse:
    """One draft by itself; when somebody has decided already, what became of it."""
    return _page(request, _draft(request, uuid))


@advisor_required
@never_cache
@require_POST
def decision(request: AdvisorRequest, uuid: uuids.UUID) -> HttpResponse:
    """
    do=approve sends body (and subject) as given; reject, with why; hand_off; or again, for another text.

    seen is the version of the draft that was looked at: 409 when it is another by now, 422 for words that can't go out.
    """
    message = _draft(request, uuid)
    given = {name: str(value).replace("\0", "").replace("\r\n", "\n") for name, value in request.POST.items()}
    try:
        _decide(request, message, given)
    except Changed as error:
        return _page(request, _draft(request, uuid), error=error.words, status=409)
    except InvalidValue as error:
        return _page(request, message, error=error.words, body=given.get("body"), status=422)
    except DomainError as error:
        return _page(request, _draft(request, uuid), error=error.words, status=422)
    if wants_part(request):
        return _page(request, _draft(request, uuid))
    messages.success(request, gettext("Decided: {name}").format(name=message.lead.display_name if message.lead else ""))
    return redirect("leads:reviews")


def _decide(request: AdvisorRequest, message: Message, given: dict[str, str]) -> None:
    about: dict[str, Any] = {"seen": given.get("seen", ""), "by": request.advisor, "now": timezone.now()}
    match given.get("do"):
        case "approve":
            approving.approve(message, body=given.get("body", ""), subject=given.get("subject", ""), **about)
        case "reject":
            approving.reject(message, why=given.get("why", ""), **about)
        case "hand_off":
            approving.hand_off(message, **about)
        case "again":
            approving.write_anew(message, **about)
        case _:
            raise InvalidValue(gettext("Choose what to do with the draft."))


def _draft(request: AdvisorRequest, uuid: uuids.UUID) -> Message:
    """Something that was written for a lead which the advisor may see; 404 for all else."""
    theirs = Message.objects.filter(organization_id=request.advisor.organization_id, author=Author.AI)
    visible = Lead.objects.visible_to(request.advisor).order_by()
    return get_object_or_404(theirs.select_related("lead"), uuid=uuid, lead__in=visible)


def _page(
    request: AdvisorRequest, message: Message, *, error: str = "", body: str | None = None, status: int = 200
) -> HttpResponse:
    """The draft as it is now: its part of the page for htmx, else a page of its own."""
    now = timezone.now()
    card = review_cards.cards(Message.objects.filter(pk=message.pk), now)[0]
    context = {"card": card, "error": error, "body": card.body if body is None else body, "now": now}
    template = "leads/_review.html" if wants_part(request) else "leads/review.html"
    return render(request, template, context, status=status)
