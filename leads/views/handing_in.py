"""The page that a borrower's link opens: what is asked, and two large buttons. Nobody signs in here."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from crm import reach
from leads import upload_links
from leads.checklists import Item
from leads.models import UploadLink
from leads.uploads import ACCEPT
from leads.views.checks import Refusal
from leads.views.documents import kept_of, too_large, weighed
from leads.views.visible import wants_part

#: The address is the key: it goes to no other site, into no index and no cache.
_HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow, noarchive"}


@weighed
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def hand_in(request: HttpRequest, token: str) -> HttpResponse:
    """
    404 for an address that we did not make, 410 for one that has ended, 429 after too many tries within the hour.

    There is no cookie and so nothing that another site could borrow: whoever has the address may use it.
    """
    with reach.everybody():
        now, link = timezone.now(), upload_links.link_named(token)
    if link is None:
        return _with_headers(render(request, "leads/hand_in_ended.html", {}, status=404))
    reach.turn_to(link.organization_id)
    if not link.is_open(now):
        context = {"organization": link.organization}
        return _with_headers(render(request, "leads/hand_in_ended.html", context, status=410))
    if request.method == "POST":
        return _with_headers(_take(request, link, now))
    if request.method == "GET":
        upload_links.note_opened(link, now)
    return _with_headers(render(request, "leads/hand_in.html", _context(link)))


def _take(request: HttpRequest, link: UploadLink, now: dt.datetime) -> HttpResponse:
    if not upload_links.may_try(link, now):
        return _refused(request, link, _("That was a lot at once. Please wait an hour and try again."), 429)
    if request.is_too_large:  # type: ignore[attr-defined]
        return _refused(request, link, too_large(), 413)
    items = {item.key: item for item in upload_links.asked_by(link)}
    item = items.get(request.POST.get("item", ""))
    if item is None:
        return _refused(request, link, _("This is not asked for any more."), 422)
    kept, refusals = kept_of(request, lambda file: upload_links.hand_in(link, item, file, now=timezone.now()))
    if not wants_part(request) and not refusals:
        return redirect(request.path)
    context = _context(
        link, refusals=refusals, refused_at=item if refusals else None, thanks_for=item if kept else None
    )
    return _render(request, context, 422 if refusals else 200)


def _refused(request: HttpRequest, link: UploadLink, words: str, status: int) -> HttpResponse:
    return _render(request, _context(link, refusals=[Refusal("", words)]), status)


def _render(request: HttpRequest, context: dict[str, Any], status: int) -> HttpResponse:
    template = "leads/_asked.html" if wants_part(request) else "leads/hand_in.html"
    return render(request, template, context, status=status)


def _context(link: UploadLink, *, refused_at: Item | None = None, thanks_for: Item | None = None, **more: Any) -> Any:
    received = upload_links.received_by(link)
    return {
        "organization": link.organization,
        "link": link,
        "asked": [(item, received.get(item.row.pk if item.row else None, 0)) for item in upload_links.asked_by(link)],
        "refused_key": refused_at.key if refused_at else "",
        "thanks_key": thanks_for.key if thanks_for else "",
        "accept": ACCEPT,
        **more,
    }


def _with_headers(response: HttpResponse) -> HttpResponse:
    for name, value in _HEADERS.items():
        response[name] = value
    return response
