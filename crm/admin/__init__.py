"""The administrators' face: every table of every organisation, by the same rules as everywhere else."""

from crm.admin import (
    ai_accounts,
    audit,
    background,
    channel_accounts,
    credentials,
    history,
    notifications,
    organizations,
    people,
    settled,
    sign_in,
    tiles,
    webhooks,
)

__all__ = [
    "ai_accounts",
    "audit",
    "background",
    "channel_accounts",
    "credentials",
    "history",
    "notifications",
    "organizations",
    "people",
    "settled",
    "sign_in",
    "tiles",
    "webhooks",
]
