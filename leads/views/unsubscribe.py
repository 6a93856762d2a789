"""Where the link in an e-mail leads: a page with one button; mail programs press it by themselves (RFC 8058)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from leads import unsubscribing

_ONE_CLICK = ("List-Unsubscribe", "One-Click")


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """A mail program's POST comes without cookies, so the signed link alone must do; a person's has the token."""
    name, value = _ONE_CLICK
    if request.method == "POST" and request.POST.get(name) == value:
        return _page(request, token)
    return csrf_protect(_page)(request, token)


def _page(request: HttpRequest, token: str) -> HttpResponse:
    """A GET changes nothing: programs that look for viruses follow every link."""
    subscription = unsubscribing.subscription_of(token)
    if subscription is None:
        return render(request, "leads/unsubscribe.html", {}, status=404)
    if request.method == "POST":
        unsubscribing.unsubscribe(subscription, now=timezone.now())
    context = {"subscription": subscription, "is_done": request.method == "POST"}
    return render(request, "leads/unsubscribe.html", context)
