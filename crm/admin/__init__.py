"""The administrators' face: every table of every organisation, by the same rules as everywhere else."""

from django.contrib import admin

from crm.admin import (
    ai_accounts,
    channel_accounts,
    credentials,
    notifications,
    organizations,
    people,
    settled,
    webhooks,
)

admin.site.site_title = admin.site.site_header = "Leadwright"
admin.site.index_title = "Administration"

__all__ = [
    "ai_accounts",
    "channel_accounts",
    "credentials",
    "notifications",
    "organizations",
    "people",
    "settled",
    "webhooks",
]
