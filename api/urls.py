"""
Every contract at its documented addresses, and under a prefix of its own, where no other contract has a say.

A contract's urls module has prefixed_urlpatterns (all of it, for /<contract>/…), urlpatterns (the addresses that only
it claims) and door (what it has behind the shared ones). The first door answers when nothing tells contracts apart.
"""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from api import lead_pages
from api.convoso import urls as convoso
from api.doors import shared_routes
from api.inbound_email import views as inbound_email
from api.lendworks import urls as lendworks
from api.openapi.urls import urlpatterns as openapi
from api.recoverbiz import urls as recoverbiz
from api.twilio.urls import urlpatterns as twilio
from api.userleads import urls as userleads

app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("recoverbiz/", include(recoverbiz.prefixed_urlpatterns)),
    path("lendworks/", include(lendworks.prefixed_urlpatterns)),
    path("userleads/", include([*userleads.prefixed_urlpatterns, *userleads.log_in_urlpatterns])),
    path("convoso/", include(convoso.prefixed_urlpatterns)),
    path("twilio/", include(twilio)),
    path("inbound-email/<str:public_id>", inbound_email.receive, name="inbound-email"),
    *openapi,
    path("leads/<uuid:uuid>/contracts", lead_pages.contracts, name="lead-contracts"),
    *convoso.recording_urlpatterns,
    *convoso.urlpatterns,
    *recoverbiz.urlpatterns,
    *userleads.urlpatterns,
    *userleads.log_in_urlpatterns,
    *shared_routes(lendworks.door, userleads.door, recoverbiz.door, convoso.door),
]
