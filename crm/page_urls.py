"""Addresses of the ground floor: home, log in, log out, settings, health."""

from django.urls import include, path

from crm.views import health, session

app_name = "crm"
urlpatterns = [
    path("", session.home, name="home"),
    path("sign-in", session.SignIn.as_view(), name="sign-in"),
    path("sign-out", session.SignOut.as_view(), name="sign-out"),
    path("", include("crm.settings_urls")),
    path("healthz", health.healthz, name="health"),
]
