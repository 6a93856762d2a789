"""Addresses of the ground floor: home, settings, health."""

from django.urls import include, path

from crm.views import health, installable, invitation, session

app_name = "crm"
urlpatterns = [
    path("", session.home, name="home"),
    path("manifest.webmanifest", installable.manifest, name="manifest"),
    path("service-worker.js", installable.service_worker, name="service-worker"),
    path("offline", installable.offline, name="offline"),
    path("invitations/<str:token>", invitation.answer, name="invitation"),
    path("", include("crm.settings_urls")),
    path("healthz", health.healthz, name="health"),
    path("readyz", health.readyz, name="ready"),
]
