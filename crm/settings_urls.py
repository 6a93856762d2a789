"""Addresses of the settings."""

from django.urls import path

from crm.views.settings import deliveries, door, keys, webhooks

_WEBHOOK = "settings/webhooks/<str:public_id>"

urlpatterns = [
    path("settings", door.first, name="settings"),
    path("settings/keys", keys.listing, name="settings-keys"),
    path("settings/keys/new", keys.new, name="settings-new-key"),
    path("settings/keys/<int:pk>", keys.one, name="settings-key"),
    path("settings/keys/<int:pk>/rotation", keys.rotation, name="settings-key-rotation"),
    path("settings/keys/<int:pk>/revocation", keys.revocation, name="settings-key-revocation"),
    path("settings/webhooks", webhooks.listing, name="settings-webhooks"),
    path("settings/webhooks/new", webhooks.new, name="settings-new-webhook"),
    path(_WEBHOOK, deliveries.webhook, name="settings-webhook"),
    path(f"{_WEBHOOK}/edit", webhooks.edit, name="settings-edit-webhook"),
    path(f"{_WEBHOOK}/switch", webhooks.switch, name="settings-switch-webhook"),
    path(f"{_WEBHOOK}/rotation", webhooks.rotation, name="settings-webhook-rotation"),
    path(f"{_WEBHOOK}/deletion", webhooks.deletion, name="settings-delete-webhook"),
    path(f"{_WEBHOOK}/test", deliveries.test_event, name="settings-test-webhook"),
    path(f"{_WEBHOOK}/deliveries/<uuid:uuid>", deliveries.delivery, name="settings-delivery"),
    path(f"{_WEBHOOK}/deliveries/<uuid:uuid>/again", deliveries.again, name="settings-send-again"),
]
