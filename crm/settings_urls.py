"""Addresses of the settings."""

from django.urls import path

from crm.views.settings import access, channels, deliveries, door, hours, keys, team, webhooks

_CHANNEL = "settings/channels/<slug:channel>"
_WEBHOOK = "settings/webhooks/<str:public_id>"

urlpatterns = [
    path("settings", door.first, name="settings"),
    path("settings/access", access.access, name="settings-access"),
    path("settings/channels", channels.listing, name="settings-channels"),
    path(_CHANNEL, channels.account, name="settings-channel"),
    path(f"{_CHANNEL}/secret", channels.secret, name="settings-channel-secret"),
    path(f"{_CHANNEL}/rate", channels.rate, name="settings-channel-rate"),
    path(f"{_CHANNEL}/test", channels.test, name="settings-channel-test"),
    path(f"{_CHANNEL}/disconnection", channels.disconnection, name="settings-channel-disconnection"),
    path("settings/hours", hours.office, name="settings-hours"),
    path("settings/hours/contact", hours.contact, name="settings-contact-hours"),
    path("settings/keys", keys.listing, name="settings-keys"),
    path("settings/keys/new", keys.new, name="settings-new-key"),
    path("settings/keys/<int:pk>", keys.one, name="settings-key"),
    path("settings/keys/<int:pk>/rotation", keys.rotation, name="settings-key-rotation"),
    path("settings/keys/<int:pk>/revocation", keys.revocation, name="settings-key-revocation"),
    path("settings/team", team.listing, name="settings-team"),
    path("settings/team/new", team.invite, name="settings-invite"),
    path("settings/team/second-step", team.second_step, name="settings-second-step"),
    path("settings/team/<uuid:uuid>", team.person, name="settings-person"),
    path("settings/team/invitations/<uuid:uuid>/again", team.invite_again, name="settings-invite-again"),
    path("settings/team/invitations/<uuid:uuid>/withdrawal", team.withdraw, name="settings-withdraw"),
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
