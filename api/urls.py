"""
Every contract at its documented addresses, and under a prefix of its own, where no other contract has a say.

A contract's urls module has urlpatterns (addresses that only it claims), door (what it has behind the shared ones) and
prefixed_urlpatterns (all of it, for /<contract>/…). The first door answers when nothing tells the contracts apart.
"""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from api.doors import shared_routes
from api.lendworks import urls as lendworks
from api.recoverbiz import urls as recoverbiz

app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("lendworks/", include(lendworks.prefixed_urlpatterns)),
    path("recoverbiz/", include(recoverbiz.prefixed_urlpatterns)),
    *recoverbiz.urlpatterns,
    *shared_routes(lendworks.door, recoverbiz.door),
]
