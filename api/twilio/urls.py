"""Twilio's two callbacks; crm.channels.twilio tells Twilio the first with each text."""

from django.urls import path

from api.twilio import views

urlpatterns = [
    path("status", views.status, name="twilio-status"),
    path("inbound", views.inbound, name="twilio-inbound"),
]
