"""Leadwright as an app on a home screen: its manifest, its service worker, and what shows without a network."""

from __future__ import annotations

from django.contrib.staticfiles import finders
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

_HOUR = 3600


@cache_control(public=True, max_age=_HOUR)
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """https://www.w3.org/TR/appmanifest/"""
    sizes = (
        ("icon-192", "192x192", "any"),
        ("icon-512", "512x512", "any"),
        ("icon-maskable-512", "512x512", "maskable"),
    )
    icons = [
        {"src": static(f"icons/{name}.png"), "sizes": size, "type": "image/png", "purpose": purpose}
        for name, size, purpose in sizes
    ]
    about = {
        "id": "/",
        "name": "Leadwright",
        "short_name": "Leadwright",
        "description": _("Leads, conversations and what is next for loan advisors"),
        "start_url": reverse("leads:queue"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#fafaf8",
        "theme_color": "#04608f",
        "icons": icons,
        "shortcuts": [
            {"name": _("Queue"), "url": reverse("leads:queue")},
            {"name": _("New lead"), "url": reverse("leads:new")},
        ],
    }
    return JsonResponse(about, content_type="application/manifest+json")


@never_cache
@require_safe
def service_worker(request: HttpRequest) -> HttpResponseBase:
    """At the root, for a worker serves what lies below its own address. Never kept: it decides what is kept."""
    path = finders.find("js/service_worker.js") or ""
    return FileResponse(open(path, "rb"), content_type="text/javascript")


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    return render(request, "crm/offline.html")
